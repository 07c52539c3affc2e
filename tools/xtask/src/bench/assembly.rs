//! The release assembly of the pairs, as the benchmark's image has it: what each way may consist of, and one pair line by line.
//!
//! The shape is checked whatever the compiler: one call into the port, no other, and no conditional branch but that on
//! whether the closure ran. The kept text, in `testing/bench`, is one compiler's and is compared where that compiler is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use bench::pairs::NAMES;
use iced_x86::{
    Decoder, DecoderOptions, FlowControl, Formatter, Instruction, IntelFormatter, Mnemonic,
    SymbolResolver, SymbolResult,
};
use object::LittleEndian as LE;

use crate::build::OtherImage;
use crate::image::Image;
use crate::process;
use crate::repository::{Repository, write_if_changed};
use crate::toolchain::{DRIVER_TARGET, Toolchain};

/// The pair that is kept.
const KEPT: &str = "1_word_8_bytes";
/// The check of whether the closure ran.
const CHECKS: usize = 1;
/// Before the compiler in the kept text.
const COMPILER: &str = "# Compiler: ";
/// How to keep another text.
const UPDATE: &str =
    "where that is meant, `cargo xtask bench sync --bless` keeps what this compiler makes";

/// Compares the pairs' code with what it has to be, and, where the compiler is the same, one pair's with what is kept; or keeps
/// it.
///
/// # Errors
/// Everything that is not as it has to be.
pub fn check(repository: &Repository, built: &OtherImage, bless: bool) -> Result<()> {
    process::say("Comparing", "the assembly of the pairs");
    let image = Image::read(&built.file, &built.map)?;
    let rustc = Toolchain::for_target(DRIVER_TARGET)?
        .version()
        .context("rustc does not say its version")?;
    let mut findings = Vec::new();
    for name in NAMES {
        let shape = |way| Way::read(&image, way, name).map(|way| way.shape());
        findings.extend(compare_shapes(
            name,
            &shape("closure")?,
            &shape("callback")?,
        ));
    }
    let mut made = String::new();
    for way in ["closure", "callback"] {
        made += &Way::read(&image, way, KEPT)?.text()?;
    }
    let file = repository
        .root()
        .join("testing/bench")
        .join(format!("{KEPT}.asm"));
    if bless {
        write_if_changed(&file, kept(&rustc, &made).as_bytes())?;
        process::say("Kept", &file.display().to_string());
    } else {
        let text = fs::read_to_string(&file)
            .with_context(|| format!("cannot read {}; {UPDATE}", file.display()))?;
        findings.extend(compare_texts(&file, &text, &rustc, &made)?);
    }
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    Ok(())
}

/// The instructions from an address to the next symbol, without what fills up the space between.
fn instructions(image: &Image, start: u32) -> Result<Vec<Instruction>> {
    let pe = image.pe()?;
    let data = pe.data();
    let section = pe
        .section_table()
        .section_containing(start)
        .with_context(|| format!("no section has {start:#x}"))?;
    let bytes = section.pe_data(data)?;
    let begin = section.virtual_address.get(LE);
    let end = begin.wrapping_add(u32::try_from(bytes.len())?);
    let end = image.map().starts(start..end).next().unwrap_or(end);
    let code = bytes
        .get((start - begin) as usize..(end - begin) as usize)
        .context("the section is cut short")?;
    decode(code, start)
}

fn decode(code: &[u8], start: u32) -> Result<Vec<Instruction>> {
    let decoder = Decoder::with_ip(64, code, u64::from(start), DecoderOptions::NONE);
    let mut all: Vec<Instruction> = decoder.into_iter().collect();
    while all
        .last()
        .is_some_and(|last| last.mnemonic() == Mnemonic::Int3)
    {
        all.pop();
    }
    ensure!(!all.is_empty(), "there is no code at {start:#x}");
    if let Some(bad) = all.iter().find(|instruction| instruction.is_invalid()) {
        bail!(
            "the code at {start:#x} has no instruction at {:#x}",
            bad.ip()
        );
    }
    Ok(all)
}

/// One way: the function, and the routine that it hands to the port.
struct Way {
    name: String,
    function: Vec<Instruction>,
    routine: Vec<Instruction>,
    /// Names of what either refers to.
    names: BTreeMap<u64, String>,
}

/// Where the pointer to Control Flow Guard's call lies.
const GUARDED_CALL: &str = "__guard_dispatch_icall_fptr";

/// What a way consists of, as far as it is checked.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    /// Calls of what a pointer points to.
    into_the_port: usize,
    /// Calls of anything else, by name.
    others: Vec<String>,
    conditional_branches: usize,
}

impl Way {
    fn read(image: &Image, way: &str, pair: &str) -> Result<Self> {
        let name = format!("{way}_{pair}");
        let at = image.map().address(&name);
        let at = at.with_context(|| format!("the benchmark's image has no {name}"))?;
        let function = instructions(image, at)?;
        let routines: Vec<u32> = function
            .iter()
            .filter(|instruction| instruction.mnemonic() == Mnemonic::Lea)
            .filter(|instruction| instruction.is_ip_rel_memory_operand())
            .map(|instruction| instruction.ip_rel_memory_address() as u32)
            .collect();
        let [start] = routines[..] else {
            bail!(
                "{name} hands the port not one routine but {}",
                routines.len()
            );
        };
        let routine = instructions(image, start)?;
        let mut names = BTreeMap::new();
        for instruction in function.iter().chain(&routine) {
            if let Some(target) = target(instruction) {
                names.insert(target, named(image, target));
            }
        }
        names.insert(u64::from(start), "routine".to_owned());
        Ok(Self {
            name,
            function,
            routine,
            names,
        })
    }

    fn shape(&self) -> Shape {
        let mut shape = Shape::default();
        for part in [&self.function, &self.routine] {
            let inside = |target: u64| part.iter().any(|instruction| instruction.ip() == target);
            for instruction in part {
                match instruction.flow_control() {
                    FlowControl::Next | FlowControl::Return => {}
                    FlowControl::ConditionalBranch => shape.conditional_branches += 1,
                    // An import is called by a pointer too, but by one at a place that has a name; so is a pointer that Control
                    // Flow Guard looks at first.
                    FlowControl::IndirectCall | FlowControl::IndirectBranch
                        if !instruction.is_ip_rel_memory_operand()
                            || self.is_guarded(instruction) =>
                    {
                        shape.into_the_port += 1;
                    }
                    FlowControl::UnconditionalBranch if inside(instruction.near_branch64()) => {}
                    _ => shape.others.push(
                        target(instruction)
                            .and_then(|target| self.names.get(&target).cloned())
                            .unwrap_or_else(|| instruction.to_string()),
                    ),
                }
            }
        }
        shape
    }

    /// Whether it calls what RAX points to by way of Control Flow Guard.
    fn is_guarded(&self, instruction: &Instruction) -> bool {
        let name = target(instruction).and_then(|target| self.names.get(&target));
        name.is_some_and(|name| name == GUARDED_CALL)
    }

    /// The assembly, with names for addresses.
    fn text(&self) -> Result<String> {
        let mut text = String::new();
        for (head, part) in [
            (self.name.as_str(), &self.function),
            ("routine", &self.routine),
        ] {
            let inside: BTreeSet<u64> = part.iter().map(Instruction::ip).collect();
            let branches: BTreeSet<u64> = part
                .iter()
                .filter(|instruction| !instruction.is_ip_rel_memory_operand())
                .filter_map(target)
                .filter(|target| inside.contains(target))
                .collect();
            let labels = (1..).map(|number| format!("L{number}"));
            let labels: BTreeMap<u64, String> = branches.into_iter().zip(labels).collect();
            let mut names = self.names.clone();
            names.extend(labels.clone());
            let resolver: Box<dyn SymbolResolver> = Box::new(Names(names));
            let mut formatter = IntelFormatter::with_options(Some(resolver), None);
            writeln!(text, "\n{head}:")?;
            for instruction in part {
                if let Some(label) = labels.get(&instruction.ip()) {
                    writeln!(text, "{label}:")?;
                }
                let mut line = String::new();
                formatter.format(instruction, &mut line);
                writeln!(text, "    {line}")?;
            }
        }
        Ok(text)
    }
}

/// The address that an instruction refers to by a distance.
fn target(instruction: &Instruction) -> Option<u64> {
    if instruction.is_ip_rel_memory_operand() {
        return Some(instruction.ip_rel_memory_address());
    }
    matches!(
        instruction.flow_control(),
        FlowControl::Call | FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch
    )
    .then(|| instruction.near_branch64())
}

/// The symbol at an address, without the compiler's digest.
fn named(image: &Image, address: u64) -> String {
    let found = u32::try_from(address)
        .ok()
        .and_then(|address| image.map().containing(address));
    match found {
        Some((_, [name, ..])) => format!("{:#}", rustc_demangle::demangle(name)),
        _ => "somewhere".to_owned(),
    }
}

/// Names for the addresses that a function refers to by a distance.
struct Names(BTreeMap<u64, String>);

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        instruction: &Instruction,
        _: u32,
        _: Option<u32>,
        address: u64,
        _: u32,
    ) -> Option<SymbolResult<'_>> {
        if target(instruction) != Some(address) {
            return None;
        }
        let name = self.0.get(&address)?;
        Some(SymbolResult::with_str(address, name))
    }
}

/// What of the closure's shape is not as it has to be.
fn compare_shapes(name: &str, closure: &Shape, callback: &Shape) -> Vec<String> {
    let mut findings = Vec::new();
    for (way, shape) in [("closure", closure), ("callback", callback)] {
        if shape.into_the_port != 1 {
            findings.push(format!(
                "{way}_{name} calls into the port {} times, not once",
                shape.into_the_port
            ));
        }
        if !shape.others.is_empty() {
            findings.push(format!("{way}_{name} calls {}", shape.others.join(", ")));
        }
    }
    // The compiler may do the callback's check without a branch, and that of the closure with one.
    let most = callback.conditional_branches.max(CHECKS);
    if closure.conditional_branches > most {
        findings.push(format!(
            "closure_{name} has {} conditional branches, where {most} would do",
            closure.conditional_branches
        ));
    }
    findings
}

/// The kept text.
fn kept(rustc: &str, made: &str) -> String {
    format!(
        "# The pair {KEPT} in the benchmark's image, in the driver's release profile: each way's function, and the routine that it hands to the\n\
         # port. Addresses have names. Made by `cargo xtask bench sync --bless`, compared by `cargo xtask bench sync`.\n\
         {COMPILER}{rustc}\n{made}"
    )
}

/// Where the code is another than the kept. Nothing where that was made by another compiler, which is said.
fn compare_texts(file: &Path, text: &str, rustc: &str, made: &str) -> Result<Vec<String>> {
    let compiler = text.lines().find_map(|line| line.strip_prefix(COMPILER));
    let compiler =
        compiler.with_context(|| format!("{} does not name a compiler", file.display()))?;
    if compiler != rustc {
        process::say(
            "Skipping",
            &format!(
                "the assembly line by line: {} was made by {compiler}, this is {rustc}",
                file.display()
            ),
        );
        return Ok(Vec::new());
    }
    let expected = kept(rustc, made);
    let (mut then, mut now) = (text.lines(), expected.lines());
    for number in 1.. {
        let (was, is) = match (then.next(), now.next()) {
            (None, None) => break,
            (was, is) if was == is => continue,
            (was, is) => (was.unwrap_or("(the end)"), is.unwrap_or("(the end)")),
        };
        return Ok(vec![format!(
            "{}:{number}: the code was `{}` and is `{}`; {UPDATE}",
            file.display(),
            was.trim(),
            is.trim()
        )]);
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function at 0x1000 with a routine that only returns.
    fn way(code: &[u8]) -> Way {
        Way {
            name: "closure".to_owned(),
            function: decode(code, 0x1000).unwrap(),
            routine: decode(&[0xC3, 0xCC, 0xCC], 0x2000).unwrap(),
            names: [(0x2000, "routine".to_owned()), (0x3000, "alloc".to_owned())].into(),
        }
    }

    /// lea rdx,[0x2000]; call [rax+0x38]; test al,al; je to the ret; xor eax,eax; ret
    const GOOD: &[u8] = &[
        0x48, 0x8D, 0x15, 0xF9, 0x0F, 0, 0, 0xFF, 0x50, 0x38, 0x84, 0xC0, 0x74, 2, 0x31, 0xC0, 0xC3,
    ];
    /// call 0x3000; ret
    const CALLS: &[u8] = &[0xE8, 0xFB, 0x1F, 0, 0, 0xC3];

    #[test]
    fn addresses_have_names_in_the_text() {
        let text = way(GOOD).text().unwrap();
        for line in [
            "closure:",
            "    lea rdx,[routine]",
            "    je short L1",
            "L1:",
        ] {
            assert!(text.lines().any(|other| other == line), "{text}");
        }
        assert!(!text.contains("1000h") && !text.contains("2000h"), "{text}");
    }

    #[test]
    fn a_call_into_the_port_and_its_check_are_all_there_may_be() {
        let good = way(GOOD).shape();
        let expected = Shape {
            into_the_port: 1,
            others: Vec::new(),
            conditional_branches: 1,
        };
        assert_eq!(good, expected);
        assert!(compare_shapes("x", &good, &good).is_empty());
        // A second check, a second call, and a call of something else.
        let (mut more, twice) = (GOOD[..14].to_vec(), [&GOOD[7..10], GOOD].concat());
        more.extend([0x74, 2]);
        more.extend(&GOOD[14..]);
        for code in [&more[..], &twice[..], &[&GOOD[7..10], CALLS].concat()] {
            let findings = compare_shapes("x", &way(code).shape(), &good);
            assert_eq!(findings.len(), 1, "{findings:?}");
        }
        assert_eq!(way(CALLS).shape().others, ["alloc"]);
    }

    #[test]
    fn a_line_that_is_another_is_named_and_how_to_keep_it() {
        let file = Path::new("kept.txt");
        let text = kept("rustc 1", "a\nb\n");
        let same = compare_texts(file, &text, "rustc 1", "a\nb\n").unwrap();
        assert!(same.is_empty());
        for made in ["a\nc\n", "a\n", "a\nb\nc\n"] {
            let findings = compare_texts(file, &text, "rustc 1", made).unwrap();
            assert!(findings[0].contains("--bless"), "{findings:?}");
        }
        let other = compare_texts(file, &text, "rustc 2", "c\n").unwrap();
        assert!(other.is_empty());
        assert!(compare_texts(file, "a\nb\n", "rustc 1", "a\nb\n").is_err());
    }
}
