//! Windows' names for the scalar types, each as wide as on x64.

pub use core::ffi::c_void;

/// Zero is false, anything else true.
pub type BOOL = i32;
/// Zero is false, anything else true; see [`TRUE`] and [`FALSE`].
pub type BOOLEAN = u8;
/// 8 bits.
pub type BYTE = u8;
/// 8 bits, signed.
pub type CHAR = i8;
/// 32 bits.
pub type DWORD = u32;
/// Single precision.
pub type FLOAT = f32;
/// An opaque handle.
pub type HANDLE = *mut c_void;
/// 32 bits, signed.
pub type INT = i32;
/// One bit for each processor of a group.
pub type KAFFINITY = usize;
/// An interrupt request level, from [`PASSIVE_LEVEL`](crate::PASSIVE_LEVEL) to [`HIGH_LEVEL`](crate::HIGH_LEVEL).
pub type KIRQL = u8;
/// 32 bits, signed.
pub type LONG = i32;
/// 64 bits, signed.
pub type LONGLONG = i64;
/// A status: negative values are errors, see [`NT_SUCCESS`](crate::NT_SUCCESS).
pub type NTSTATUS = i32;
/// A pointer to anything.
pub type PVOID = *mut c_void;
/// A size in bytes, as wide as a pointer.
pub type SIZE_T = usize;
/// 8 bits.
pub type UCHAR = u8;
/// 32 bits.
pub type UINT = u32;
/// 32 bits.
pub type ULONG = u32;
/// 64 bits.
pub type ULONG64 = u64;
/// 64 bits.
pub type ULONGLONG = u64;
/// As wide as a pointer.
pub type ULONG_PTR = usize;
/// 16 bits.
pub type USHORT = u16;
/// A UTF-16 unit.
pub type WCHAR = u16;

constants! {
    /// A value of [`BOOLEAN`]; any other than zero is true.
    pub define BOOLEAN {
        FALSE = 0,
        TRUE = 1,
    }
}
