//! The two macros every declaration goes through, so that each one is described in [`crate::layout`] and tested.

/// Declares structures, unions, bit-field structures and opaque types.
macro_rules! abi {
    ($( $(#[$meta:meta])* pub $kind:ident $(($int:ident))? $name:ident $body:tt )*) => {
        $( abi! { @$kind [$($int)?] [$(#[$meta])*] $name $body } )*

        /// Every structure and union of this module.
        pub(crate) const LAYOUTS: &[Option<&'static $crate::layout::Layout>] =
            &[$( <$name as $crate::layout::Abi>::LAYOUT ),*];
    };

    (@struct [] [$($meta:tt)*] $name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $ty:ty, )* }) => {
        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        $($meta)*
        pub struct $name { $( #[allow(missing_docs)] $(#[$field_meta])* pub $field: $ty, )* }
        abi! { @describe $name { $( $field: $ty, )* } }
    };

    (@union [] [$($meta:tt)*] $name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $ty:ty, )* }) => {
        #[repr(C)]
        #[derive(Clone, Copy)]
        $($meta)*
        pub union $name { $( #[allow(missing_docs)] $(#[$field_meta])* pub $field: $ty, )* }
        abi! { @describe $name { $( $field: $ty, )* } }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };

    (@describe $name:ident { $( $field:ident: $ty:ty, )* }) => {
        // SAFETY: every member is `Abi` (the description names its `LAYOUT`), so all-zero bytes are valid; the layout is
        // held against the measured one by this crate's tests.
        unsafe impl $crate::layout::Abi for $name {
            const LAYOUT: Option<&'static $crate::layout::Layout> = Some(&$crate::layout::Layout {
                name: stringify!($name),
                size: size_of::<$name>(),
                align: align_of::<$name>(),
                fields: &[$( $crate::layout::Field {
                    name: stringify!($field),
                    type_name: stringify!($ty),
                    offset: core::mem::offset_of!($name, $field),
                    size: size_of::<$ty>(),
                    layout: <$ty as $crate::layout::Abi>::LAYOUT,
                } ),*],
                bits: &[],
            });
        }
        abi! { @zero $name }
    };

    (@bits [$int:ident] [$($meta:tt)*] $name:ident {
        $( $(#[$bit_meta:meta])* $bit:ident: $first:literal $(..= $last:literal)?, )*
    }) => {
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $($meta)*
        pub struct $name {
            /// All the bits at once.
            pub Value: $int,
        }

        // SAFETY: one integer.
        unsafe impl $crate::layout::Abi for $name {
            const LAYOUT: Option<&'static $crate::layout::Layout> = Some(&$crate::layout::Layout {
                name: stringify!($name),
                size: size_of::<$name>(),
                align: align_of::<$name>(),
                fields: &[$crate::layout::Field {
                    name: "Value",
                    type_name: stringify!($int),
                    offset: 0,
                    size: size_of::<$int>(),
                    layout: None,
                }],
                bits: &[$( $crate::layout::BitField {
                    name: stringify!($bit),
                    first: Self::$bit.first(),
                    last: Self::$bit.last(),
                } ),*],
            });
        }
        abi! { @zero $name }

        impl $name {
            $(
                #[doc = concat!("Where `", stringify!($bit), "` lies.")]
                $(#[$bit_meta])*
                pub const $bit: $crate::Bits<Self> =
                    $crate::Bits::new($first, abi!(@last $first $($last)?));
            )*

            /// The value of a bit-field, shifted down to bit 0.
            pub const fn get(self, bits: $crate::Bits<Self>) -> $int {
                (self.Value as u64 & bits.mask()).wrapping_shr(bits.first()) as $int
            }

            /// Whether a bit-field is not zero.
            pub const fn has(self, bits: $crate::Bits<Self>) -> bool {
                self.get(bits) != 0
            }

            /// The same flags with a bit-field set to `value`, of which bits that do not fit are dropped.
            pub const fn with(self, bits: $crate::Bits<Self>, value: $int) -> Self {
                let cleared = self.Value as u64 & !bits.mask();
                let set = (value as u64).wrapping_shl(bits.first()) & bits.mask();
                Self { Value: (cleared | set) as $int }
            }
        }
    };
    (@last $first:literal) => { $first };
    (@last $first:literal $last:literal) => { $last };

    (@opaque [] [$($meta:tt)*] $name:ident {}) => {
        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        $($meta)*
        pub struct $name {
            opaque: [u8; 0],
        }
        // SAFETY: without size there is no invalid value; only pointers to it exist.
        unsafe impl $crate::layout::Abi for $name {}
    };

    (@zero $name:ident) => {
        impl $name {
            /// All bytes zero, padding included: what `RtlZeroMemory` leaves.
            pub const fn zeroed() -> Self {
                // SAFETY: the type is `Abi`, for which all-zero bytes are a valid value.
                unsafe { core::mem::zeroed() }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::zeroed()
            }
        }
    };
}

/// Declares enumerations (a type alias and its constants), `#define`d constants and status values.
///
/// An enumeration is an integer here, never a Rust enum: its values come from outside and may be any.
macro_rules! constants {
    ($(
        $(#[$meta:meta])*
        pub $kind:ident $group:ident $(: $int:ident)? { $( $(#[$value_meta:meta])* $name:ident = $value:expr, )* }
    )*) => {
        $( constants! { @$kind [$($int)?] [$(#[$meta])*] $group { $( [$(#[$value_meta])*] $name = $value, )* } } )*

        /// Every constant of this module.
        pub(crate) const CONSTANTS: &[$crate::layout::Constant] = &[$($(
            $crate::layout::Constant { name: stringify!($name), group: stringify!($group), value: $name as u32 },
        )*)*];
    };

    (@enum [$int:ident] [$($meta:tt)*] $group:ident { $( [$($value_meta:tt)*] $name:ident = $value:expr, )* }) => {
        $($meta)*
        pub type $group = $int;
        $(
            #[doc = concat!("A value of [`", stringify!($group), "`].")]
            $($value_meta)*
            pub const $name: $group = $value;
        )*
    };
    (@define [] $meta:tt $group:ident { $( [$($value_meta:tt)*] $name:ident = $value:expr, )* }) => {
        $( constants! { @one $meta $name $group $value } )*
    };
    (@one [$($meta:tt)*] $name:ident $group:ident $value:expr) => {
        $($meta)*
        pub const $name: $group = $value;
    };
    (@status [] [$($meta:tt)*] $group:ident { $( [$($value_meta:tt)*] $name:ident = $value:expr, )* }) => {
        $(
            #[doc = concat!("The status `", stringify!($value), "`.")]
            $($value_meta)*
            pub const $name: $crate::$group = $value as u32 as i32;
        )*
    };
}
