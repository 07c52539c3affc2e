//! Windows' names for the scalar types.
#![allow(missing_docs)]

pub use core::ffi::c_void;

pub type BOOL = i32;
pub type BOOLEAN = u8;
pub type BYTE = u8;
pub type CHAR = i8;
pub type DWORD = u32;
pub type FLOAT = f32;
pub type HANDLE = *mut c_void;
pub type INT = i32;
pub type KAFFINITY = usize;
pub type LONG = i32;
pub type LONGLONG = i64;
pub type NTSTATUS = i32;
pub type PVOID = *mut c_void;
pub type SIZE_T = usize;
pub type UCHAR = u8;
pub type UINT = u32;
pub type ULONG = u32;
pub type ULONG64 = u64;
pub type ULONGLONG = u64;
pub type ULONG_PTR = usize;
pub type USHORT = u16;
pub type WCHAR = u16;

/// [`BOOLEAN`] false.
pub const FALSE: BOOLEAN = 0;
/// [`BOOLEAN`] true.
pub const TRUE: BOOLEAN = 1;
