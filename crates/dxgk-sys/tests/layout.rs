//! Holds every structure's size, alignment, members, offsets, bit positions and member types against the measured table,
//! in both directions: nothing in the crate that was not measured, nothing measured that is not in the crate.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use dxgk_sys::layout::{Field, Layout, structures};
use table::{Place, missing, plain_name};

/// What one member of the crate's structure is: its place, and its type where the crate names one that C names too.
struct Member {
    place: Place,
    ty: Option<Type>,
    /// The integer behind bit-fields that C leaves without a name.
    optional: bool,
}

enum Type {
    Structure(&'static str),
    Other(&'static str),
}

/// All members of a structure by path, down to the innermost, as C sees them: `Anonymous` adds nothing to the path.
fn members(layout: &'static Layout, prefix: &str, base: usize, all: &mut BTreeMap<String, Member>) {
    for field in layout.fields {
        let offset = base + field.offset;
        if field.name.starts_with("Anonymous") {
            members(
                field.layout.expect("an unnamed member is a structure"),
                prefix,
                offset,
                all,
            );
            continue;
        }
        let path = format!("{prefix}{}", field.name.trim_start_matches("r#"));
        if let Some(inner) = field.layout {
            members(inner, &format!("{path}."), offset, all);
        }
        let optional = !layout.bits.is_empty();
        let member = Member {
            place: (offset, None),
            ty: Some(type_of(field)),
            optional,
        };
        let old = all.insert(path, member);
        assert!(
            old.is_none_or(|old| old.optional && optional),
            "{} has two `{}`",
            layout.name,
            field.name
        );
    }
    for bits in layout.bits {
        let place = (
            base + bits.first as usize / 8,
            Some((bits.first % 8, bits.first % 8 + bits.last - bits.first)),
        );
        let member = Member {
            place,
            ty: None,
            optional: false,
        };
        assert!(
            all.insert(format!("{prefix}{}", bits.name), member)
                .is_none()
        );
    }
}

fn type_of(field: &Field) -> Type {
    field.layout.map_or(Type::Other(field.type_name), |layout| {
        Type::Structure(layout.name)
    })
}

/// A C type in this crate's spelling.
fn in_rust(c: &str) -> String {
    let c = c
        .trim()
        .trim_start_matches("struct ")
        .trim_start_matches("union ");
    if let Some(inner) = c.strip_suffix('*') {
        return match inner.trim().strip_prefix("const ") {
            Some(constant) => format!("*const {}", in_rust(constant)),
            None => format!("*mut {}", in_rust(inner)),
        };
    }
    if let Some((element, count)) = c.strip_suffix(']').and_then(|c| c.split_once('[')) {
        return format!("[{}; {count}]", in_rust(element));
    }
    match plain_name(c.trim_start_matches("volatile ")) {
        "void" => "c_void",
        "float" => "FLOAT",
        "unsigned char" => "UCHAR",
        "unsigned short" => "USHORT",
        "unsigned long" => "ULONG",
        "PWCH" => "*mut WCHAR",
        name => name,
    }
    .into()
}

/// Whether the crate's type of a member is the one C declares.
fn same_type(c: &str, rust: &Type) -> bool {
    match rust {
        Type::Structure(name) => c.ends_with("::<anon>") || in_rust(c) == *name,
        Type::Other(name) if name.starts_with("Option<") => c.contains("(*)") || c == "(fn)",
        Type::Other(name) => {
            // A pointer to X is PX in C as often as not.
            let pointer = c.strip_prefix('P').map(|to| format!("*mut {to}"));
            in_rust(c) == *name || pointer.as_deref() == Some(name)
        }
    }
}

#[test]
fn every_member_is_where_the_c_compiler_puts_it() {
    let measured = table::structures();
    let mut faults = Vec::new();
    for layout in structures() {
        let Some(expected) = measured.get(layout.name) else {
            continue;
        };
        let name = layout.name;
        if (layout.size, layout.align) != (expected.size, expected.align) {
            faults.push(format!(
                "{name}: size {} align {}, C has {} and {}",
                layout.size, layout.align, expected.size, expected.align
            ));
        }
        let mut own = BTreeMap::new();
        members(layout, "", 0, &mut own);
        for (path, member) in &own {
            match expected.members.get(path) {
                None if member.optional => {}
                None => faults.push(format!("{name}.{path}: C has no such member")),
                Some((place, _)) if *place != member.place => {
                    faults.push(format!(
                        "{name}.{path}: at {:?}, C puts it at {place:?}",
                        member.place
                    ));
                }
                Some((_, c)) => {
                    if member.ty.as_ref().is_some_and(|ty| !same_type(c, ty)) {
                        faults.push(format!("{name}.{path}: C has the type `{c}`"));
                    }
                }
            }
        }
        for path in expected
            .members
            .keys()
            .filter(|path| !own.contains_key(*path))
        {
            faults.push(format!("{name}.{path}: only C has it"));
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn every_structure_is_measured_and_every_measured_structure_declared() {
    fn inner(layout: &'static Layout, covered: &mut BTreeSet<&'static str>) {
        covered.insert(layout.name);
        layout
            .fields
            .iter()
            .filter_map(|field| field.layout)
            .for_each(|layout| inner(layout, covered));
    }

    let measured = table::structures();
    let tags = measured.keys().copied().collect();
    let mut declared = BTreeSet::new();
    let mut covered = BTreeSet::new();
    for layout in structures() {
        assert!(
            declared.insert(layout.name),
            "{} is declared twice",
            layout.name
        );
        // A structure without a name of its own in C is measured as a part of the one it stands in.
        if measured.contains_key(layout.name) {
            inner(layout, &mut covered);
        }
    }
    assert_eq!(
        missing(&declared, &covered),
        [""; 0],
        "declared, not measured"
    );
    assert_eq!(missing(&tags, &declared), [""; 0], "measured, not declared");
}

#[test]
fn every_structure_in_the_source_is_described() {
    let described: BTreeSet<_> = structures().map(|layout| layout.name).collect();
    let lines = table::source_lines();
    let mut written = BTreeSet::new();
    for (file, line) in &lines {
        if [
            "layout.rs",
            "bits.rs",
            "ddi_status.rs",
            "irql.rs",
            "macros.rs",
        ]
        .contains(&file.as_str())
        {
            continue;
        }
        let mut words = line.split_whitespace();
        if words.next() == Some("pub")
            && let (Some(kind), Some(name)) = (words.next(), words.next())
            && (["struct", "union"].contains(&kind) || kind.starts_with("bits("))
        {
            written.insert(name);
        }
    }
    assert_eq!(
        missing(&written, &described),
        [""; 0],
        "written without `abi!`"
    );
    assert_eq!(
        missing(&described, &written),
        [""; 0],
        "this test does not see them in the source"
    );
}

#[test]
fn scalars_are_as_wide_as_in_c() {
    use dxgk_sys::*;
    assert_eq!(
        [
            size_of::<UCHAR>(),
            size_of::<BOOLEAN>(),
            size_of::<KIRQL>(),
            size_of::<CHAR>()
        ],
        [1; 4]
    );
    assert_eq!([size_of::<USHORT>(), size_of::<WCHAR>()], [2; 2]);
    assert_eq!(
        [
            size_of::<ULONG>(),
            size_of::<UINT>(),
            size_of::<LONG>(),
            size_of::<BOOL>()
        ],
        [4; 4]
    );
    assert_eq!(
        [
            size_of::<NTSTATUS>(),
            size_of::<DWORD>(),
            size_of::<INT>(),
            size_of::<FLOAT>()
        ],
        [4; 4]
    );
    assert_eq!(
        [
            size_of::<ULONGLONG>(),
            size_of::<LONGLONG>(),
            size_of::<ULONG64>()
        ],
        [8; 3]
    );
    assert_eq!(
        [
            size_of::<SIZE_T>(),
            size_of::<ULONG_PTR>(),
            size_of::<KAFFINITY>()
        ],
        [8; 3]
    );
    assert_eq!(
        [
            size_of::<PVOID>(),
            size_of::<HANDLE>(),
            size_of::<DXGKDDI_UNLOAD>()
        ],
        [8; 3]
    );
}
