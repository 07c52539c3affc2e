//! The port driver's ABI for WDDM display-only miniports.
#![no_std]
#![allow(non_snake_case, non_camel_case_types, non_upper_case_globals)]

#[macro_use]
mod macros;

/// Declares the modules, exports all they declare at the crate's root, and lists their descriptions.
macro_rules! modules {
    (structures: $($structures:ident)*; constants: $($constants:ident)*; others: $($other:ident)*;) => {
        $( mod $structures; pub use $structures::*; )*
        $( mod $other; pub use $other::*; )*
        const LAYOUTS: &[&[Option<&layout::Layout>]] = &[$( $structures::LAYOUTS ),*];
        const CONSTANTS: &[&[layout::Constant]] = &[$( $constants::CONSTANTS ),*];
    };
}

modules! {
    structures: arguments caps child d3dkmdt d3dukmdt device initialization interface interrupt monitor resources
        services vidpn wdm;
    constants: arguments caps child d3dkmdt d3dukmdt device initialization interface interrupt monitor resources
        services status vidpn wdm;
    others: base bits status;
}

pub mod layout;

/// Whether a status reports success or information: `NT_SUCCESS` of `ntdef.h`.
pub const fn NT_SUCCESS(status: NTSTATUS) -> bool {
    status >= 0
}
