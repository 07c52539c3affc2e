//! What the crate knows about its own declarations: sizes, offsets, bit positions and constant values.
//!
//! The macros `abi!` and `constants!` write these descriptions from the declarations themselves, so that a declaration
//! cannot exist without one. The tests hold them against the measured tables in `tests/data`; a program that plays the
//! port driver may use them to name what it found. Nothing here runs in a driver unless it asks for it.

/// One structure or union of the ABI.
#[derive(Debug)]
pub struct Layout {
    /// Microsoft's name, without a leading underscore.
    pub name: &'static str,
    /// Size in bytes.
    pub size: usize,
    /// Alignment in bytes.
    pub align: usize,
    /// Members in declaration order. `Anonymous` stands for a C member without a name.
    pub fields: &'static [Field],
    /// Bit-fields, when the structure is one integer made of them.
    pub bits: &'static [BitField],
}

/// One member of a [`Layout`].
#[derive(Debug)]
pub struct Field {
    /// Microsoft's name of the member, or `Anonymous`.
    pub name: &'static str,
    /// The member's type as it is written in this crate.
    pub type_name: &'static str,
    /// Distance in bytes from the start of the structure.
    pub offset: usize,
    /// Size in bytes.
    pub size: usize,
    /// The member's own layout, when it is a structure or union.
    pub layout: Option<&'static Layout>,
}

/// One bit-field of a [`Layout`].
#[derive(Debug)]
pub struct BitField {
    /// Microsoft's name of the bit-field.
    pub name: &'static str,
    /// Lowest bit, counted from the least significant.
    pub first: u32,
    /// Highest bit, inclusive.
    pub last: u32,
}

/// One constant of the ABI.
#[derive(Debug)]
pub struct Constant {
    /// Microsoft's name.
    pub name: &'static str,
    /// The enumeration it belongs to; for a `#define`, the type it has here.
    pub group: &'static str,
    /// Its bits, as the C `int` or `unsigned` they are.
    pub value: u32,
}

/// A type that may stand in a structure of this ABI.
///
/// # Safety
///
/// All-zero bytes are a valid value, and the type has the same layout as its C namesake.
pub unsafe trait Abi: Copy {
    /// The type's description, when it is a structure or union.
    const LAYOUT: Option<&'static Layout> = None;
}

macro_rules! scalars {
    ($($ty:ty)*) => { $(
        // SAFETY: an integer or float; zero is one of its values and its size is the C type's.
        unsafe impl Abi for $ty {}
    )* };
}
scalars!(u8 i8 u16 i16 u32 i32 u64 i64 usize isize f32);

// SAFETY: a null pointer is a valid value of a raw pointer.
unsafe impl<T> Abi for *const T {}
// SAFETY: as above.
unsafe impl<T> Abi for *mut T {}
// SAFETY: an array of values for which zero is valid.
unsafe impl<T: Abi, const N: usize> Abi for [T; N] {}

macro_rules! functions {
    ($(($($arg:ident)*))*) => { $(
        // SAFETY: `None` is the null function pointer, which is all zero.
        unsafe impl<Ret $(, $arg)*> Abi for Option<unsafe extern "system" fn($($arg),*) -> Ret> {}
    )* };
}
functions!(() (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H));

const STRUCTURES: &[&[Option<&Layout>]] = &[
    crate::arguments::LAYOUTS,
    crate::caps::LAYOUTS,
    crate::child::LAYOUTS,
    crate::d3dkmdt::LAYOUTS,
    crate::d3dukmdt::LAYOUTS,
    crate::device::LAYOUTS,
    crate::initialization::LAYOUTS,
    crate::interface::LAYOUTS,
    crate::interrupt::LAYOUTS,
    crate::monitor::LAYOUTS,
    crate::monitor_interface::LAYOUTS,
    crate::path::LAYOUTS,
    crate::resources::LAYOUTS,
    crate::services::LAYOUTS,
    crate::topology::LAYOUTS,
    crate::vidpn::LAYOUTS,
    crate::wdm::LAYOUTS,
];

const CONSTANTS: &[&[Constant]] = &[
    crate::arguments::CONSTANTS,
    crate::base::CONSTANTS,
    crate::caps::CONSTANTS,
    crate::child::CONSTANTS,
    crate::d3dkmdt::CONSTANTS,
    crate::d3dukmdt::CONSTANTS,
    crate::device::CONSTANTS,
    crate::initialization::CONSTANTS,
    crate::interface::CONSTANTS,
    crate::interrupt::CONSTANTS,
    crate::monitor::CONSTANTS,
    crate::monitor_interface::CONSTANTS,
    crate::path::CONSTANTS,
    crate::resources::CONSTANTS,
    crate::services::CONSTANTS,
    crate::status::CONSTANTS,
    crate::vidpn::CONSTANTS,
    crate::wdm::CONSTANTS,
];

/// Every structure and union the crate declares.
pub fn structures() -> impl Iterator<Item = &'static Layout> {
    STRUCTURES
        .iter()
        .flat_map(|module| module.iter())
        .filter_map(|layout| *layout)
}

/// Every constant the crate declares.
pub fn constants() -> impl Iterator<Item = &'static Constant> {
    CONSTANTS.iter().flat_map(|module| module.iter())
}
