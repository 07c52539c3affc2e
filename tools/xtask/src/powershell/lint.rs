//! What a script has to be, besides PowerShell.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::{Node, Tree};

use super::tree::{self, line, of_kind, text};

/// Commands and the parameters that they may be given.
pub struct Commands {
    known: BTreeMap<String, (String, BTreeSet<String>)>,
}

impl Commands {
    /// Reads the table.
    pub fn parse(table: &str) -> Self {
        let rows = table
            .lines()
            .filter(|row| !row.starts_with('#') && !row.is_empty());
        let known = rows.map(|row| {
            let cells: Vec<&str> = row.split('\t').collect();
            let parameters = cells
                .get(2)
                .unwrap_or(&"")
                .split_whitespace()
                .map(str::to_lowercase)
                .collect();
            (cells[0].to_lowercase(), (cells[0].to_owned(), parameters))
        });
        Self {
            known: known.collect(),
        }
    }

    /// All names as they are written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.known.values().map(|(name, _)| name.as_str())
    }
}

/// Commands that change the machine: each asks ShouldProcess first, so that -WhatIf changes nothing.
const CHANGING: &[&str] = &[
    "Copy-Item",
    "Import-Certificate",
    "Invoke-Tool",
    "New-Item",
    "New-ItemProperty",
    "Remove-Item",
    "Remove-ItemProperty",
    "Restart-Computer",
    "Start-Process",
    "Compress-Archive",
];

/// Functions whose first string is the name of a program to run: the function, and which of its strings.
const RUNNERS: &[(&str, usize)] = &[("Invoke-Tool", 0), ("Save-Output", 1)];

/// Variables that PowerShell sets.
const AUTOMATIC: &[&str] = &[
    "_",
    "args",
    "env",
    "erroractionpreference",
    "false",
    "lastexitcode",
    "null",
    "pid",
    "pscmdlet",
    "psscriptroot",
    "psversiontable",
    "true",
    "whatifpreference",
];

/// A script without errors in its syntax.
pub struct Script<'a> {
    name: &'a str,
    source: &'a str,
    tree: Tree,
}

impl<'a> Script<'a> {
    /// Reads it; the error lists where it is no PowerShell.
    pub fn parse(name: &'a str, source: &'a str) -> Result<Self, Vec<String>> {
        let tree = tree::parse(source);
        let mut findings = Vec::new();
        for node in tree::all(tree.root_node()) {
            if node.is_error() || node.is_missing() {
                let shown: String = text(node, source).chars().take(40).collect();
                findings.push(format!("{name}:{}: {shown:?} is no PowerShell", line(node)));
            }
        }
        if findings.is_empty() {
            Ok(Self { name, source, tree })
        } else {
            Err(findings)
        }
    }

    fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    fn text(&self, node: Node<'_>) -> &'a str {
        text(node, self.source)
    }

    fn at(&self, node: Node<'_>, what: &str) -> String {
        format!("{}:{}: {what}", self.name, line(node))
    }

    /// The functions that it defines, and their parameters, in lower case.
    fn functions(&self) -> BTreeMap<String, BTreeSet<String>> {
        let functions = of_kind(self.root(), "function_statement")
            .into_iter()
            .map(|function| {
                let name = of_kind(function, "function_name")
                    .first()
                    .map(|name| self.text(*name))
                    .unwrap_or_default();
                let parameters = of_kind(function, "script_parameter")
                    .into_iter()
                    .filter_map(|parameter| self.parameter(parameter));
                (name.to_lowercase(), parameters.collect())
            });
        functions.collect()
    }

    /// The parameters that the script itself takes, in lower case.
    pub fn own_parameters(&self) -> BTreeSet<String> {
        let declared = of_kind(self.root(), "script_parameter").into_iter();
        let outside = declared.filter(|node| {
            !tree::around(*node).any(|around| around.kind() == "function_statement")
        });
        outside.filter_map(|node| self.parameter(node)).collect()
    }

    /// The name of a declared parameter, in lower case.
    fn parameter(&self, node: Node<'_>) -> Option<String> {
        let mut cursor = node.walk();
        let variable = node
            .children(&mut cursor)
            .find(|child| child.kind() == "variable")?;
        Some(self.variable(variable))
    }

    /// The variable's name without its scope, in lower case.
    fn variable(&self, node: Node<'_>) -> String {
        let name = self
            .text(node)
            .trim_start_matches(['$', '@'])
            .trim_matches(['{', '}']);
        name.split(':').next().unwrap_or(name).to_lowercase()
    }
}

/// Everything that is wrong with the script.
pub fn findings(script: &Script<'_>, common: &Script<'_>, commands: &Commands) -> Vec<String> {
    let mut findings = Vec::new();
    if let Some((row, _)) = script
        .source
        .lines()
        .enumerate()
        .find(|(_, line)| !line.is_ascii())
    {
        findings.push(format!(
            "{}:{}: not ASCII, which Windows PowerShell 5.1 reads in the system's code page",
            script.name,
            row + 1
        ));
    }
    for node in of_kind(script.root(), "pipeline_chain_tail") {
        findings.push(script.at(node, "&& and || are PowerShell 7's"));
    }
    findings.extend(called(script, common, commands));
    findings.extend(unset(script, common));
    if script.name != common.name {
        findings.extend(frame(script));
        findings.extend(unasked(script));
    }
    findings
}

/// What every script begins with.
fn frame(script: &Script<'_>) -> Vec<String> {
    let wanted = [
        "#Requires -Version 5.1\n",
        ".SYNOPSIS\n",
        ".DESCRIPTION\n",
        ".EXAMPLE\n",
        "[CmdletBinding(SupportsShouldProcess = $true)]\n",
        "Set-StrictMode -Version Latest\n",
        "\n$ErrorActionPreference = 'Stop'\n",
        ". (Join-Path $PSScriptRoot 'Common.ps1')\n",
    ];
    let missing = wanted.iter().filter(|part| !script.source.contains(*part));
    missing
        .map(|part| format!("{}: it has no {}", script.name, part.trim()))
        .collect()
}

/// Commands and parameters that nobody knows.
fn called(script: &Script<'_>, common: &Script<'_>, commands: &Commands) -> Vec<String> {
    let mut functions = common.functions();
    functions.extend(script.functions());
    let mut findings = Vec::new();
    for command in of_kind(script.root(), "command") {
        let Some(name) = command
            .child_by_field_name("command_name")
            .filter(|name| name.kind() == "command_name")
        else {
            continue;
        };
        let name = script.text(name);
        let known = functions.get(&name.to_lowercase()).or(commands
            .known
            .get(&name.to_lowercase())
            .map(|(_, parameters)| parameters));
        let Some(parameters) = known else {
            findings.push(script.at(
                command,
                &format!("it calls {name}, which is neither a function nor in commands.tsv"),
            ));
            continue;
        };
        for node in own_elements(command)
            .into_iter()
            .filter(|node| node.kind() == "command_parameter")
        {
            let parameter = script
                .text(node)
                .trim_start_matches('-')
                .trim_end_matches(':')
                .to_lowercase();
            if !parameters.contains(&parameter) {
                findings.push(script.at(
                    node,
                    &format!("{name} has no parameter {} here", script.text(node)),
                ));
            }
        }
        if let Some((_, place)) = RUNNERS
            .iter()
            .find(|(runner, _)| runner.eq_ignore_ascii_case(name))
        {
            let strings: Vec<Node<'_>> = own_elements(command)
                .into_iter()
                .filter(|node| node.kind() != "command_parameter")
                .collect();
            let program = strings
                .get(*place)
                .map(|node| script.text(*node).trim_matches('\''))
                .unwrap_or_default();
            let is_name = !program.starts_with('$');
            if is_name && !commands.known.contains_key(&program.to_lowercase()) {
                findings.push(script.at(
                    command,
                    &format!("it runs {program}, which is not in commands.tsv"),
                ));
            }
        }
    }
    findings
}

/// The parts of a command, without what lies inside them.
fn own_elements(command: Node<'_>) -> Vec<Node<'_>> {
    let Some(elements) = command.child_by_field_name("command_elements") else {
        return Vec::new();
    };
    let mut cursor = elements.walk();
    elements
        .children(&mut cursor)
        .filter(|node| node.is_named() && node.kind() != "command_argument_sep")
        .collect()
}

/// Variables that are read and never set: a misspelt name, most likely.
fn unset(script: &Script<'_>, common: &Script<'_>) -> Vec<String> {
    let mut set: BTreeSet<String> = AUTOMATIC.iter().map(|name| (*name).to_owned()).collect();
    for script in [common, script] {
        for node in tree::all(script.root()) {
            match node.kind() {
                "left_assignment_expression" => {
                    set.extend(
                        of_kind(node, "variable")
                            .first()
                            .map(|variable| script.variable(*variable)),
                    );
                }
                "script_parameter" => set.extend(script.parameter(node)),
                "foreach_statement" => {
                    let mut cursor = node.walk();
                    set.extend(
                        node.children(&mut cursor)
                            .find(|child| child.kind() == "variable")
                            .map(|node| script.variable(node)),
                    );
                }
                _ => {}
            }
        }
    }
    let mut findings = Vec::new();
    for node in of_kind(script.root(), "variable") {
        let name = script.variable(node);
        if !set.contains(&name) {
            findings.push(script.at(node, &format!("${name} is read and never set")));
        }
    }
    findings
}

/// Commands that change something without -WhatIf being asked.
fn unasked(script: &Script<'_>) -> Vec<String> {
    // `if (-not $PSCmdlet.ShouldProcess(...)) { exit 0 }`: what stands behind it is asked for.
    let leaves = |node: &Node<'_>| {
        asks(script, *node)
            && condition(script, *node).starts_with("-not ")
            && script.text(*node).contains("exit 0")
    };
    let asked_from = of_kind(script.root(), "if_statement")
        .iter()
        .filter(|node| leaves(node))
        .map(|node| node.end_byte())
        .min();
    let mut findings = Vec::new();
    for command in of_kind(script.root(), "command") {
        let Some(name) = command.child_by_field_name("command_name") else {
            continue;
        };
        let name = script.text(name);
        if !CHANGING
            .iter()
            .any(|changing| changing.eq_ignore_ascii_case(name))
        {
            continue;
        }
        // In the block that the question guards, not in an else beside it.
        let inner = std::iter::once(command).chain(tree::around(command));
        let mut steps = inner.zip(tree::around(command));
        let guarded =
            steps.any(|(inner, outer)| inner.kind() == "statement_block" && asks(script, outer));
        if !guarded && asked_from.is_none_or(|from| command.start_byte() < from) {
            findings.push(script.at(
                command,
                &format!("it calls {name} without asking ShouldProcess"),
            ));
        }
    }
    findings
}

/// Whether it is an `if` or an `elseif` that asks.
fn asks(script: &Script<'_>, node: Node<'_>) -> bool {
    matches!(node.kind(), "if_statement" | "elseif_clause")
        && condition(script, node).contains("$PSCmdlet.ShouldProcess(")
}

fn condition<'a>(script: &Script<'a>, node: Node<'_>) -> &'a str {
    node.child_by_field_name("condition")
        .map(|condition| script.text(condition))
        .unwrap_or_default()
}
