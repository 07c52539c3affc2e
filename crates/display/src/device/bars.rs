//! The device's registers: of each BAR that has a structure, the part that the structures are in, mapped.

use alloc::boxed::Box;

use dxgk::heap::try_new;
use dxgk::interface::Interface;
use dxgk::irql::Passive;
use dxgk::kernel::Kernel;
use dxgk::memory::MappedRange;
use dxgk::resources::MemoryRange;
use dxgk::status::Status;
use virtio_gpu::pci::{Layout, Region};
use virtio_gpu::{AccessError, Registers};

use super::config::BARS;
use crate::fault::Fault;

/// The most that is mapped of one BAR, in bytes: structures of a virtio GPU take some kilobytes.
const MAX_SPAN: u32 = 16 << 20;
/// What is mapped begins at a page.
const PAGE_MASK: u32 = 0xFFF;

/// A part of a BAR.
struct Window<K: Kernel> {
    /// Where in the BAR it begins, in bytes.
    first: usize,
    range: MappedRange<K>,
}

/// The mapped parts, by BAR.
pub(crate) struct Bars<K: Kernel>([Option<Box<Window<K>>>; BARS]);

impl<K: Kernel> Bars<K> {
    /// Maps what `layout` says the structures lie in.
    pub(crate) fn map(
        layout: &Layout,
        ranges: &[Option<MemoryRange>; BARS],
        interface: &Interface<K>,
        irql: &Passive<'_>,
    ) -> Result<Self, Fault> {
        let mut bars = Self([const { None }; BARS]);
        for ((bar, range), window) in (0u8..).zip(ranges).zip(&mut bars.0) {
            let (Some((first, end)), Some(range)) = (span(layout, bar), range) else {
                continue;
            };
            let length = end.saturating_sub(first);
            if length > MAX_SPAN {
                return Err(Fault::new(
                    "structures too far apart",
                    Status::DEVICE_CONFIGURATION_ERROR,
                )
                .with("bar", bar)
                .with("length", length));
            }
            let part = range
                .part(u64::from(first), u64::from(length))
                .ok_or(Status::DEVICE_CONFIGURATION_ERROR)?;
            let mapped = Window {
                first: first as usize,
                range: MappedRange::map(interface, part, irql)?,
            };
            *window = Some(try_new(mapped, irql)?);
        }
        Ok(bars)
    }

    /// The mapping with an access at `offset` of BAR `bar`, and the offset in it.
    fn locate(
        &self,
        bar: u8,
        offset: usize,
        width: usize,
    ) -> Result<(&MappedRange<K>, usize), AccessError> {
        let window = self.0.get(usize::from(bar)).and_then(Option::as_ref);
        window
            .and_then(|window| Some((&window.range, offset.checked_sub(window.first)?)))
            .ok_or(AccessError { offset, width })
    }
}

/// From where to where in BAR `bar` the structures lie, or none if it has none.
fn span(layout: &Layout, bar: u8) -> Option<(u32, u32)> {
    let regions = [layout.common, layout.notify, layout.isr, layout.device];
    let of_bar = || regions.iter().filter(|region| region.bar == bar);
    let end = |region: &Region| region.offset.saturating_add(region.length);
    let first = of_bar().map(|region| region.offset).min()? & !PAGE_MASK;
    Some((first, of_bar().map(end).max()?))
}

macro_rules! accesses {
    ($($read:ident $write:ident $type:ty),*) => {
        impl<K: Kernel> Registers for Bars<K> {
            $(
                #[inline]
                fn $read(&self, bar: u8, offset: usize) -> Result<$type, AccessError> {
                    let (range, at) = self.locate(bar, offset, size_of::<$type>())?;
                    let value = range.$read(at).ok_or(AccessError { offset, width: size_of::<$type>() })?;
                    Ok(<$type>::from_le(value))
                }

                #[inline]
                fn $write(&self, bar: u8, offset: usize, value: $type) -> Result<(), AccessError> {
                    let (range, at) = self.locate(bar, offset, size_of::<$type>())?;
                    range.$write(at, value.to_le()).ok_or(AccessError { offset, width: size_of::<$type>() })
                }
            )*
        }
    };
}

accesses!(read_u8 write_u8 u8, read_u16 write_u16 u16, read_u32 write_u32 u32);
