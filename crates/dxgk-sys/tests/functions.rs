//! Holds every function's return and parameter types against the measured table, in both directions.
//!
//! A function type has no layout that a program could look at, so this reads the declarations as text, follows the type
//! aliases down to C's own words and compares those.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use table::{missing, plain_name};

/// The crate's source on one line, comments left out, white space made single.
fn source() -> String {
    let lines = table::source_lines();
    let code = lines
        .iter()
        .map(|(_, line)| line.trim())
        .filter(|line| !line.starts_with("//"));
    code.flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
        .replace(", )", ")")
        .replace(", >", ">")
        .replace("( ", "(")
}

/// Everything from the beginning to the bracket that closes what `open` began.
fn bracketed(text: &str, open: char, close: char) -> &str {
    let mut depth = 0;
    // The arrow of a function's type closes nothing.
    for (at, character) in text
        .char_indices()
        .filter(|(at, _)| !text[..*at].ends_with('-'))
    {
        depth += i32::from(character == open) - i32::from(character == close);
        if depth == 0 && character == close {
            return &text[..=at];
        }
    }
    panic!("nothing closes `{}`", &text[..60]);
}

/// A function's parameters and result, from `(a: A, b: B) -> R`.
fn parts(text: &str) -> (Vec<&str>, &str) {
    let list = bracketed(text, '(', ')');
    let result = text[list.len()..]
        .trim()
        .strip_prefix("->")
        .map_or("()", str::trim);
    let parameters = list[1..list.len() - 1]
        .split(", ")
        .filter(|parameter| !parameter.is_empty());
    (
        parameters
            .map(|parameter| parameter.split_once(": ").expect("a name and a type").1)
            .collect(),
        result,
    )
}

const FUNCTION: &str = "Option<unsafe extern \"system\" fn";

/// A function pointer's `(a: A) -> R`.
fn signature(ty: &str) -> Option<&str> {
    let ty = ty
        .replace("Option< ", "Option<")
        .starts_with(FUNCTION)
        .then_some(ty)?;
    ty[ty.find('(')?..]
        .trim_end()
        .strip_suffix('>')
        .map(str::trim)
}

struct Source {
    aliases: BTreeMap<String, String>,
    functions: BTreeMap<String, String>,
}

fn declarations() -> Source {
    let text = source().replace("Option< ", "Option<").replace(" >;", ">;");
    let mut aliases = BTreeMap::new();
    let mut functions = BTreeMap::new();
    for declaration in text.split("pub type ").skip(1) {
        let Some((name, rest)) = declaration.split_once(" = ") else {
            continue;
        };
        let ty = rest.split(';').next().unwrap();
        if let Some(signature) = signature(ty) {
            functions.insert(name.to_owned(), signature.to_owned());
        }
        aliases.insert(name.to_owned(), ty.to_owned());
    }
    for (at, _) in text.match_indices(&format!(": {FUNCTION}")) {
        let name = text[..at].rsplit(' ').next().unwrap();
        let ty = bracketed(&text[at + 2..], '<', '>');
        functions.insert(name.to_owned(), signature(ty).unwrap().to_owned());
    }
    for declaration in text.split(" pub fn Dxgk").skip(1) {
        let name = declaration.split('(').next().unwrap();
        let whole = declaration[name.len()..].split(';').next().unwrap();
        functions.insert(format!("Dxgk{name}"), whole.to_owned());
    }
    Source { aliases, functions }
}

impl Source {
    /// A Rust type in C's words, with names of structures and enumerations bare.
    fn in_c(&self, ty: &str) -> String {
        let pointer = |to: String| {
            if to.ends_with('*') {
                to + "*"
            } else {
                to + " *"
            }
        };
        if let Some(to) = ty.strip_prefix("*mut ") {
            return pointer(self.in_c(to));
        }
        if let Some(to) = ty.strip_prefix("*const ") {
            return pointer(format!("const {}", self.in_c(to)));
        }
        if let Some(signature) = signature(ty) {
            let (parameters, result) = parts(signature);
            let parameters: Vec<_> = parameters.iter().map(|ty| self.in_c(ty)).collect();
            return format!("{} (*)({})", self.in_c(result), parameters.join(", "));
        }
        match ty {
            "()" | "c_void" => "void".into(),
            "HANDLE" | "PVOID" => "void *".into(),
            "BOOLEAN" | "UCHAR" | "BYTE" => "unsigned char".into(),
            "CHAR" => "char".into(),
            "USHORT" | "WCHAR" => "unsigned short".into(),
            "ULONG" | "DWORD" => "unsigned long".into(),
            "LONG" | "NTSTATUS" => "long".into(),
            "UINT" => "unsigned int".into(),
            "SIZE_T" | "ULONG_PTR" | "ULONGLONG" => "unsigned long long".into(),
            name => self
                .aliases
                .get(name)
                .map_or_else(|| name.into(), |ty| self.in_c(ty)),
        }
    }
}

/// C's spelling with the names of structures and enumerations bare.
fn bare(c: &str) -> String {
    let words = c
        .split(' ')
        .filter(|word| !["struct", "union", "enum", "__unaligned"].contains(word));
    words.map(plain_name).collect::<Vec<_>>().join(" ")
}

fn measured() -> BTreeMap<&'static str, (&'static str, Vec<&'static str>)> {
    include_str!("data/functions.tsv")
        .lines()
        .map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            let ["function", name, result, parameters] = columns[..] else {
                panic!("four columns: {line}")
            };
            (
                name,
                (
                    result,
                    parameters
                        .split("; ")
                        .filter(|parameter| !parameter.is_empty())
                        .collect(),
                ),
            )
        })
        .collect()
}

#[test]
fn every_function_takes_and_returns_what_it_does_in_c() {
    let source = declarations();
    let mut faults = Vec::new();
    for (name, (result, parameters)) in measured() {
        let Some(signature) = source.functions.get(name) else {
            continue;
        };
        let (own_parameters, own_result) = parts(signature);
        let own: Vec<_> = own_parameters.iter().map(|ty| source.in_c(ty)).collect();
        let c: Vec<_> = parameters.iter().map(|ty| bare(ty)).collect();
        if (source.in_c(own_result), &own) != (bare(result), &c) {
            faults.push(format!(
                "{name}: {own:?} -> {own_result}, C has {c:?} -> {result}"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_function_is_measured_and_every_measured_function_declared() {
    let source = declarations();
    let measured = measured();
    let own: BTreeSet<_> = source.functions.keys().map(String::as_str).collect();
    let c = measured.keys().copied().collect();
    assert_eq!(missing(&own, &c), [""; 0], "declared, not measured");
    assert_eq!(missing(&c, &own), [""; 0], "measured, not declared");
}
