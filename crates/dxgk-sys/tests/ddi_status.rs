//! The table of statuses: one row for each DDI that returns one, and each row is whole.

use dxgk_sys::ddi_status::{ROWS, of};
use dxgk_sys::*;

#[test]
fn each_ddi_has_one_row_and_its_substitute_is_allowed() {
    for (index, row) in ROWS.iter().enumerate() {
        assert!(row.allows(row.otherwise), "{}", row.ddi);
        assert!(row.allows(STATUS_SUCCESS), "{}", row.ddi);
        let again = ROWS[index + 1..].iter().any(|other| other.ddi == row.ddi);
        assert!(!again, "{} is there twice", row.ddi);
    }
    // Of the table's functions these return nothing, or not a status.
    let others = [
        "DxgkDdiInterruptRoutine",
        "DxgkDdiDpcRoutine",
        "DxgkDdiResetDevice",
        "DxgkDdiUnload",
        "DxgkDdiControlEtwLogging",
        "DxgkDdiSystemDisplayWrite",
        // Absent from a table without VSync control.
        "DxgkDdiGetScanLine",
        "DxgkDdiControlInterrupt",
    ];
    let source = include_str!("../src/initialization.rs");
    let members: Vec<&str> = source
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| word.starts_with("DxgkDdi"))
        .collect();
    assert!(members.len() > 30, "the table is elsewhere");
    for member in members {
        assert!(
            of(member).is_some() || others.contains(&member),
            "{member} has no row"
        );
    }
}

#[test]
fn what_a_page_does_not_list_becomes_something_that_it_lists() {
    let legal = |ddi, status| of(ddi).expect("a row").legal(status);
    let modes = "DxgkDdiRecommendMonitorModes";
    assert_eq!(legal(modes, STATUS_SUCCESS), STATUS_SUCCESS);
    assert_eq!(legal(modes, STATUS_DEVICE_NOT_READY), STATUS_NO_MEMORY);
    let commit = "DxgkDdiCommitVidPn";
    let topology = STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY;
    assert_eq!(legal(commit, topology), topology);
    assert_eq!(
        legal(commit, STATUS_IO_TIMEOUT),
        STATUS_GRAPHICS_INVALID_VIDPN
    );
    assert_eq!(
        legal(commit, STATUS_GRAPHICS_MODE_NOT_PINNED),
        STATUS_GRAPHICS_INVALID_VIDPN,
        "NT_SUCCESS takes it, and nothing was committed"
    );
    let start = "DxgkDdiStartDevice";
    assert_eq!(legal(start, STATUS_IO_TIMEOUT), STATUS_IO_TIMEOUT);
    assert_eq!(legal(start, STATUS_PENDING), STATUS_UNSUCCESSFUL);
    let present = "DxgkDdiPresentDisplayOnly";
    assert_eq!(legal(present, STATUS_PENDING), STATUS_PENDING);
}
