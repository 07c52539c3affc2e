//! The linker's map: names and addresses of all functions and data in the image.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result, bail};

/// What the map has instead of an object for a symbol that is a number.
const ABSOLUTE: &str = "<absolute>";

/// Symbols by their address in the image.
#[derive(Debug, Clone, Default)]
pub struct Map {
    symbols: BTreeMap<u32, Vec<String>>,
}

impl Map {
    /// Reads the form that lld-link's `/MAP` writes.
    pub fn parse(text: &str) -> Result<Self> {
        let base = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("Preferred load address is "))
            .context("the map does not state a load address")?;
        let base = u64::from_str_radix(base.trim(), 16).context("the map's load address")?;
        let mut symbols: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for line in text.lines() {
            // Section:offset, name, absolute address, object.
            let words: Vec<&str> = line.split_whitespace().collect();
            let [place, name, address, object, ..] = words[..] else {
                continue;
            };
            // A number of the linker's is no place in the image.
            if !place.contains(':') || address.len() != 16 || object == ABSOLUTE {
                continue;
            }
            let Ok(address) = u64::from_str_radix(address, 16) else {
                continue;
            };
            let rva = address
                .checked_sub(base)
                .and_then(|rva| u32::try_from(rva).ok());
            symbols
                .entry(rva.with_context(|| format!("the address of {name}"))?)
                .or_default()
                .push(name.to_owned());
        }
        if symbols.is_empty() {
            bail!("the map has no symbols");
        }
        Ok(Self { symbols })
    }

    /// The address of this symbol, relative to the image.
    pub fn address(&self, name: &str) -> Option<u32> {
        self.symbols
            .iter()
            .find(|(_, names)| names.iter().any(|other| other == name))
            .map(|(address, _)| *address)
    }

    /// Where symbols in this range start, but for its first address.
    pub fn starts(&self, range: Range<u32>) -> impl Iterator<Item = u32> {
        self.symbols
            .range(range.start.saturating_add(1)..range.end)
            .map(|(start, _)| *start)
    }

    /// The symbol that the address lies in or behind: where it starts, and its names.
    pub fn containing(&self, address: u32) -> Option<(u32, &[String])> {
        self.symbols
            .range(..=address)
            .next_back()
            .map(|(start, names)| (*start, names.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = " x\n\n Preferred load address is 0000000180000000\n\n Start         Length     Name                   Class\n \
                       0001:00000000 00000010H .text                   CODE\n\n  Address         Publics by Value              \
                       Rva+Base               Lib:Object\n\n 0001:00000000       first     0000000180001000     a.obj\n \
                       0001:00000010       second     0000000180001010     a.obj\n\n Static symbols\n\n 0001:00000008       \
                       inside     0000000180001008     b:b.obj\n";

    #[test]
    fn numbers_of_the_linker_are_no_symbols() {
        let number = " 0000:00000500       __guard_flags     0000000000000500     <absolute>\n";
        let map = Map::parse(&format!("{MAP}{number}")).unwrap();
        assert_eq!(map.address("__guard_flags"), None);
    }

    #[test]
    fn public_and_static_symbols_are_read() {
        let map = Map::parse(MAP).unwrap();
        assert_eq!(map.address("second"), Some(0x1010));
        assert_eq!(map.address("inside"), Some(0x1008));
        assert_eq!(map.address(".text"), None);
    }

    #[test]
    fn an_address_belongs_to_the_symbol_before_it() {
        let map = Map::parse(MAP).unwrap();
        assert_eq!(
            map.containing(0x100f),
            Some((0x1008, &["inside".to_owned()][..]))
        );
        assert_eq!(map.containing(0xfff), None);
    }

    #[test]
    fn a_map_without_symbols_or_load_address_is_an_error() {
        assert!(Map::parse("").is_err());
        assert!(Map::parse(" Preferred load address is 0000000180000000\n").is_err());
    }
}
