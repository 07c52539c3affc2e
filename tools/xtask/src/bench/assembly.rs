//! The assembly of one pair, kept in the repository.
//!
//! Instruction counts say that a closure costs no more than a callback; the code itself says why: the same call to the port, and behind
//! it one test of whether the routine ran. The image is disassembled; what lies at which address does not matter and is left out.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail, ensure};
use iced_x86::{
    Decoder, DecoderOptions, FlowControl, Formatter, Instruction, IntelFormatter, OpKind,
};
use object::read::pe::PeFile64;

use crate::build;
use crate::image::Map;
use crate::process;
use crate::repository::Repository;
use crate::toolchain::{DRIVER_TARGET, Toolchain};

/// The pair.
const PAIR: &str = "1_word_8_bytes";
/// The file.
const KEPT: &str = "testing/bench/pair.asm";

/// One way's function.
#[derive(Debug)]
struct Function {
    name: &'static str,
    instructions: Vec<Instruction>,
}

impl Function {
    fn count(&self, kind: FlowControl) -> usize {
        let matches = |one: &&Instruction| one.flow_control() == kind;
        self.instructions.iter().filter(matches).count()
    }

    /// One instruction a line, with names for the places that it jumps to and none for what lies outside.
    fn text(&self) -> String {
        let begin = self.instructions.first().map_or(0, Instruction::ip);
        let end = self.instructions.last().map_or(0, Instruction::next_ip);
        let inside = |target: u64| (begin..end).contains(&target);
        let targets = self.instructions.iter().filter(|one| is_near(one));
        let mut labels: BTreeMap<u64, usize> = targets
            .map(Instruction::near_branch_target)
            .filter(|target| inside(*target))
            .map(|target| (target, 0))
            .collect();
        for (number, label) in labels.values_mut().enumerate() {
            *label = number + 1;
        }
        let mut formatter = IntelFormatter::new();
        let mut text = format!("{}:\n", self.name);
        for instruction in &self.instructions {
            if let Some(label) = labels.get(&instruction.ip()) {
                text += &format!(".{label}:\n");
            }
            let mut line = String::new();
            formatter.format(instruction, &mut line);
            if is_near(instruction) {
                let target = instruction.near_branch_target();
                let mnemonic = line.split(' ').next().unwrap_or_default().to_owned();
                line = match labels.get(&target) {
                    Some(label) => format!("{mnemonic} .{label}"),
                    None => format!("{mnemonic} elsewhere"),
                };
            } else if instruction.is_ip_rel_memory_operand()
                && let Some((before, _)) = line.split_once('[')
            {
                line = format!("{before}[elsewhere]");
            }
            text += &format!("    {line}\n");
        }
        text
    }
}

fn is_near(instruction: &Instruction) -> bool {
    instruction.op0_kind() == OpKind::NearBranch64
}

/// Compares the pair's code with what it has to be, and, where the compiler is the same, with what is kept; or keeps it.
///
/// # Errors
/// The closure's way has a call or a branch that the callback's has not; or the code has changed.
pub fn check(repository: &Repository, bless: bool) -> Result<()> {
    process::say("Comparing", &format!("the assembly of {PAIR}"));
    let image = build::bench_image(repository)?;
    let bytes = fs::read(&image).with_context(|| format!("cannot read {}", image.display()))?;
    let map = image.with_file_name("deps").join("bench_image.map");
    let map = fs::read_to_string(&map).with_context(|| format!("cannot read {}", map.display()))?;
    let map = Map::parse(&map)?;
    let closure = function(&bytes, &map, "closure")?;
    let callback = function(&bytes, &map, "callback")?;
    structure(&closure, &callback)?;
    let compiler = Toolchain::for_target(DRIVER_TARGET)?
        .version()
        .context("rustc does not say its version")?;
    let now = format!(
        "; What `cargo xtask bench sync` compares the pair {PAIR} with; `--bless` writes it anew.\n; {compiler}\n\n{}\n{}",
        closure.text(),
        callback.text()
    );
    let file = repository.root().join(KEPT);
    if bless {
        fs::write(&file, now).with_context(|| format!("cannot write {}", file.display()))?;
        process::say("Kept", KEPT);
        return Ok(());
    }
    let kept = fs::read_to_string(&file).with_context(|| format!("cannot read {KEPT}"))?;
    compare(&kept, &now, &compiler)
}

/// The same call to the port, and no branch more than the callback's.
fn structure(closure: &Function, callback: &Function) -> Result<()> {
    for way in [closure, callback] {
        ensure!(
            way.count(FlowControl::IndirectCall) == 1,
            "{}: {} calls to the port instead of one",
            way.name,
            way.count(FlowControl::IndirectCall)
        );
    }
    // Whether the routine ran is looked at by both; the compiler may do it without a branch for the callback.
    for (kind, what, allowed) in [
        (
            FlowControl::Call,
            "calls of other functions",
            callback.count(FlowControl::Call),
        ),
        (
            FlowControl::ConditionalBranch,
            "conditional branches",
            callback.count(FlowControl::ConditionalBranch).max(1),
        ),
    ] {
        let found = closure.count(kind);
        ensure!(
            found <= allowed,
            "the closure's way has {found} {what}, where {allowed} would do:\n{}\n{}",
            closure.text(),
            callback.text()
        );
    }
    Ok(())
}

fn compare(kept: &str, now: &str, compiler: &str) -> Result<()> {
    if !kept
        .lines()
        .any(|line| line.strip_prefix("; ") == Some(compiler))
    {
        process::say(
            "Note",
            &format!("{KEPT} is another compiler's; its structure holds with {compiler} too"),
        );
        return Ok(());
    }
    let different = kept
        .lines()
        .zip(now.lines())
        .find(|(one, other)| one != other);
    if let Some((one, other)) = different {
        bail!(
            "the assembly of {PAIR} has changed: {one:?} is now {other:?}. If that is as it should be, `cargo xtask bench sync --bless` keeps \
             it:\n{now}"
        );
    }
    ensure!(
        kept.lines().count() == now.lines().count(),
        "the assembly of {PAIR} has another length; `cargo xtask bench sync --bless` keeps it:\n{now}"
    );
    Ok(())
}

/// The function of a way, found by the linker's map.
fn function(bytes: &[u8], map: &Map, way: &'static str) -> Result<Function> {
    let image = PeFile64::parse(bytes)?;
    let wanted = format!("{way}_{PAIR}");
    let address = map
        .address(&wanted)
        .with_context(|| format!("the image has no function {wanted}"))?;
    let code = image
        .section_table()
        .pe_data_at(bytes, address)
        .with_context(|| format!("{wanted} lies in no section"))?;
    Ok(Function {
        name: way,
        instructions: instructions(code, u64::from(address)),
    })
}

/// Up to the first return or trap that no jump goes beyond.
fn instructions(code: &[u8], address: u64) -> Vec<Instruction> {
    let mut all = Vec::new();
    let mut furthest = address;
    for instruction in &mut Decoder::with_ip(64, code, address, DecoderOptions::NONE) {
        all.push(instruction);
        let flow = instruction.flow_control();
        if is_near(&instruction) && flow != FlowControl::Call {
            furthest = furthest.max(instruction.near_branch_target());
        }
        let ends = matches!(
            flow,
            FlowControl::Return | FlowControl::UnconditionalBranch | FlowControl::Exception
        );
        if instruction.is_invalid() || (ends && instruction.next_ip() > furthest) {
            break;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sub rsp, 40; call [rax + 8]; test al, al; je +2; mov eax, ecx; add rsp, 40; ret
    const CALLBACK: [u8; 18] = [
        0x48, 0x83, 0xEC, 0x28, 0xFF, 0x50, 0x08, 0x84, 0xC0, 0x74, 0x02, 0x89, 0xC8, 0x48, 0x83,
        0xC4, 0x28, 0xC3,
    ];

    fn made(name: &'static str, code: &[u8]) -> Function {
        Function {
            name,
            instructions: instructions(code, 0x1000),
        }
    }

    #[test]
    fn the_text_has_no_addresses_in_it() {
        let there = made("a", &CALLBACK).text();
        let elsewhere = Function {
            name: "a",
            instructions: instructions(&CALLBACK, 0x7_0000),
        };
        assert_eq!(there, elsewhere.text());
        assert!(there.contains("je .1") && there.contains(".1:"), "{there}");
    }

    #[test]
    fn a_branch_or_a_call_more_is_refused() {
        let callback = made("callback", &CALLBACK);
        assert!(structure(&made("closure", &CALLBACK), &callback).is_ok());
        // test al, al; je over the rest of the same code.
        let branch = [&[0x84, 0xC0, 0x74, 0x11][..], &CALLBACK].concat();
        assert!(structure(&made("closure", &branch), &callback).is_err());
        let call = [&[0xE8, 0, 0, 0, 0][..], &CALLBACK].concat();
        assert!(structure(&made("closure", &call), &callback).is_err());
        let none = made("closure", &[0x31, 0xC0, 0xC3]);
        assert!(structure(&none, &callback).is_err());
    }

    #[test]
    fn a_change_is_refused_where_the_compiler_is_the_same() {
        let kept = "; heading\n; rustc 1\n\nclosure:\n    ret\n";
        assert!(compare(kept, kept, "rustc 1").is_ok());
        let longer = format!("{kept}    nop\n");
        assert!(compare(kept, &longer, "rustc 1").is_err());
        assert!(compare(kept, &kept.replace("ret", "int3"), "rustc 1").is_err());
        assert!(compare(kept, &longer, "rustc 2").is_ok());
    }
}
