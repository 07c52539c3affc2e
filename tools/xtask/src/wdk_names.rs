//! Holds every name of the WDK that this repository relies on against what the real WDK has.
//!
//! The driver's sources are built against the WDK on Windows and against testing/wdk-lite on Linux. A name that only the latter
//! has compiles on Linux alone. testing/wdk-lite/wdk-names.tsv lists the names, each with where the real one is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use tree_sitter::{Node, Parser};

use crate::repository::Repository;

/// A row of wdk-names.tsv.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    /// The module of wdk-sys that has it.
    module: String,
    /// What it is there: type, fn, const, static, struct, union, mod, macro.
    kind: String,
}

/// The kits that a row may give as the name's origin.
const MEASURED: &[&str] = &["WDK 10.0.16299", "KMDF 1.31", "wdk-sys 0.5.2"];

/// How an origin begins that is a later kit than the measured one. The kit's version follows.
const LATER: &str = "since WDK 10.0.";

fn parse(table: &str) -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    let lines = table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, module, kind, origin] = fields[..] else {
            panic!("{line:?} is not name, module, kind and origin");
        };
        let later = origin
            .strip_prefix(LATER)
            .is_some_and(|build| build.parse::<u32>().is_ok());
        assert!(
            MEASURED.contains(&origin) || later,
            "{name} comes from {origin:?}, which is no kit"
        );
        let row = Row {
            module: module.to_owned(),
            kind: kind.to_owned(),
        };
        let old = rows.insert(name.to_owned(), row);
        assert!(old.is_none(), "{name} is there twice");
    }
    rows
}

/// The names that a C header declares and leaves defined.
fn declared(header: &str) -> BTreeSet<String> {
    let header = &plain_c(header);
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_c::LANGUAGE.into())
        .expect("the grammar");
    let tree = parser.parse(header, None).expect("a tree");
    let mut names = BTreeSet::new();
    collect(tree.root_node(), header, &mut names);
    // The guard is the file's own.
    names.retain(|name| !name.starts_with("WDK_LITE_"));
    names
}

/// The header without what is C++'s and without attributes, which a parser that expands nothing takes for types.
fn plain_c(header: &str) -> String {
    let mut in_cpp = false;
    let mut plain = String::new();
    for line in header.lines() {
        in_cpp |= line == "#ifdef __cplusplus";
        let words = if in_cpp { "" } else { line };
        in_cpp &= line != "#endif";
        let words = words
            .replace("NTKERNELAPI ", "")
            .replace("(NTAPI *", "(*")
            .replace(" NTAPI ", " ")
            .replace("DECLSPEC_ALIGN(8) ", "");
        plain.push_str(&words);
        plain.push('\n');
    }
    plain
}

fn collect(node: Node<'_>, text: &str, names: &mut BTreeSet<String>) {
    let text_of = |node: Node<'_>| text[node.byte_range()].to_owned();
    assert!(
        !node.is_error(),
        "the grammar does not know {:?}",
        text_of(node)
    );
    match node.kind() {
        "preproc_def" | "preproc_function_def" => {
            let name = node.child_by_field_name("name").expect("a name");
            names.insert(text_of(name));
        }
        "preproc_call" => {
            let directive = node.child_by_field_name("directive").map(text_of);
            if directive.as_deref() == Some("#undef") {
                let name = node.child_by_field_name("argument").expect("a name");
                names.remove(text_of(name).trim());
            }
        }
        "struct_specifier" | "union_specifier" | "enum_specifier" => {
            if let Some(name) = node.child_by_field_name("name") {
                names.insert(text_of(name));
            }
        }
        "enumerator" => {
            let name = node.child_by_field_name("name").expect("a name");
            names.insert(text_of(name));
        }
        "type_definition" | "declaration" => {
            let mut cursor = node.walk();
            for declarator in node.children_by_field_name("declarator", &mut cursor) {
                if let Some(name) = declarator_name(declarator) {
                    names.insert(text_of(name));
                }
            }
        }
        // What a function takes declares nothing.
        "parameter_list" => return,
        _ => {}
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        collect(child, text, names);
    }
}

/// The identifier that a declarator is about.
fn declarator_name(mut node: Node<'_>) -> Option<Node<'_>> {
    loop {
        match node.kind() {
            "identifier" | "type_identifier" => return Some(node),
            _ => {}
        }
        node = match node.child_by_field_name("declarator") {
            Some(inner) => inner,
            // A parenthesized one has no field.
            None => {
                let mut cursor = node.walk();
                let inner = node
                    .named_children(&mut cursor)
                    .find(|child| child.kind().ends_with("declarator"));
                inner?
            }
        };
    }
}

/// What Rust sources take from wdk-sys: each name with its module.
#[derive(Default)]
struct Taken {
    names: BTreeSet<(String, String)>,
    /// Paths of two parts, of which the first may be an imported module.
    pairs: BTreeSet<(String, String)>,
}

impl Taken {
    fn path(&mut self, segments: &[String]) {
        if let [first, modules @ .., name] = segments
            && first == "wdk_sys"
        {
            let module = [&["wdk_sys".to_owned()], modules].concat().join("::");
            self.names.insert((name.clone(), module));
        } else if let [first, second, ..] = segments {
            self.pairs.insert((first.clone(), second.clone()));
        }
    }

    fn tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Group(group) => {
                for item in &group.items {
                    self.tree(before, item);
                }
            }
            syn::UseTree::Name(syn::UseName { ident })
            | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                if before.first().is_some_and(|first| first == "wdk_sys") {
                    let whole = [&before[..], &[ident.to_string()]].concat();
                    self.path(&whole);
                }
            }
            syn::UseTree::Glob(_) => assert!(
                before.first().is_none_or(|first| first != "wdk_sys"),
                "a glob import of wdk_sys hides which names are used"
            ),
        }
    }

    /// Paths inside of a macro's arguments, which are not parsed.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.path(&core::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.path(&core::mem::take(&mut path));
                    colons = 0;
                    if let proc_macro2::TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.path(&path);
    }
}

impl<'ast> Visit<'ast> for Taken {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.path(&segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        self.tokens(invocation.tokens.clone());
        visit::visit_macro(self, invocation);
    }
}

/// What `source` takes from wdk-sys, and from the modules that it takes from there.
fn taken(source: &str, rows: &BTreeMap<String, Row>) -> BTreeSet<(String, String)> {
    let file = syn::parse_file(source).expect("Rust");
    let mut taken = Taken::default();
    taken.visit_file(&file);
    let is_module = |name: &str| rows.get(name).is_some_and(|row| row.kind == "mod");
    let imported: BTreeSet<String> = taken.names.iter().map(|(name, _)| name.clone()).collect();
    for (module, name) in &taken.pairs {
        // "Type" is what bindgen calls the number behind an enumeration.
        if imported.contains(module) && is_module(module) && name != "Type" {
            taken.names.insert((name.clone(), "wdk_sys".to_owned()));
        }
    }
    taken.names
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// A finding for each name that is used and has no row, or one of another module.
fn check(
    place: &str,
    used: &BTreeSet<(String, String)>,
    rows: &BTreeMap<String, Row>,
    findings: &mut Vec<String>,
) {
    for (name, module) in used {
        // wdk_sys::_ENUMERATION::Enumerator.
        let parent = module.rsplit("::").next().unwrap_or(module);
        let of_enumeration = rows.get(parent).is_some_and(|row| row.kind == "mod");
        match rows.get(name) {
            None => findings.push(format!(
                "{place} has {name}, which wdk-names.tsv does not know: look in the real kit (on Windows, the bindings of wdk-sys) and add its row"
            )),
            Some(row) if row.module != *module && !of_enumeration => findings.push(format!(
                "{place} takes {name} from {module}, and it is in {}",
                row.module
            )),
            Some(_) => {}
        }
    }
}

#[test]
fn every_name_that_is_used_is_in_the_real_kit_and_at_that_place() {
    let repository = Repository::find().expect("the repository");
    let sources = repository.wdk_lite_sources();
    let read = |path: &Path| {
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let rows = parse(&read(&sources.join("wdk-names.tsv")));
    let mut findings = Vec::new();
    let mut all = BTreeSet::new();
    for header in ["km/wdm.h", "kmdf/wdf.h"] {
        let names: BTreeSet<(String, String)> =
            declared(&read(&sources.join("include").join(header)))
                .into_iter()
                .map(|name| {
                    // The place of a header's name is that of its row: C has no modules.
                    let module = rows
                        .get(&name)
                        .map_or("wdk_sys", |row| &row.module)
                        .to_owned();
                    (name, module)
                })
                .collect();
        check(header, &names, &rows, &mut findings);
        all.extend(names.into_iter().map(|(name, _)| name));
    }
    let mut files = Vec::new();
    for folder in ["src", "crates", "examples", "testing"] {
        rust_files(&repository.root().join(folder), &mut files);
    }
    for file in files {
        let source = read(&file);
        if !source.contains("wdk_sys") {
            continue;
        }
        let names = taken(&source, &rows);
        let place = file.strip_prefix(repository.root()).unwrap_or(&file);
        check(&place.display().to_string(), &names, &rows, &mut findings);
        all.extend(names.into_iter().map(|(name, _)| name));
    }
    for name in rows.keys().filter(|name| !all.contains(*name)) {
        findings.push(format!("wdk-names.tsv has {name}, which nothing uses"));
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn a_header_declares_types_functions_constants_and_enumerators() {
    let names = declared(
        "#ifndef WDK_LITE_X\n#define WDK_LITE_X\n#define GONE 1\n#undef GONE\n#define KEPT 2\n\
         typedef struct _S { int Field; } S, *PS;\n\
         typedef enum _E { First = 0, Second } E;\n\
         typedef void (__stdcall *PFN_F)(S *Argument);\n\
         typedef void EVT_F(S *Argument);\n\
         extern S Variable;\n\
         int Function(int Argument);\n#endif\n",
    );
    let expected = [
        "E", "EVT_F", "First", "Function", "KEPT", "PFN_F", "PS", "S", "Second", "Variable", "_E",
        "_S",
    ];
    assert_eq!(
        names.iter().map(String::as_str).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn a_name_that_the_kit_has_not_or_has_elsewhere_is_found() {
    let rows = parse(
        "A\twdk_sys\ttype\tWDK 10.0.16299\nF\twdk_sys::ntddk\tfn\tKMDF 1.31\n\
         _M\twdk_sys\tmod\tKMDF 1.31\nNew\twdk_sys\tfn\tsince WDK 10.0.19041\n",
    );
    let found = |source: &str| {
        let mut findings = Vec::new();
        check("x", &taken(source, &rows), &rows, &mut findings);
        findings.len()
    };
    assert_eq!(found("use wdk_sys::{A, New, ntddk::F};"), 0);
    assert_eq!(found("use wdk_sys::{A, B};"), 1);
    assert_eq!(found("fn f() { wdk_sys::F(); }"), 1, "at another place");
    assert_eq!(found("fn f() { g!(x, wdk_sys::B) }"), 1, "in a macro");
    assert_eq!(
        found("use wdk_sys::_M; fn f() { _M::B; }"),
        1,
        "an enumerator"
    );
    assert_eq!(found("use other::B;"), 0);
}

#[test]
#[should_panic(expected = "is no kit")]
fn an_exception_names_its_kit() {
    parse("New\twdk_sys\tfn\tlater\n");
}
