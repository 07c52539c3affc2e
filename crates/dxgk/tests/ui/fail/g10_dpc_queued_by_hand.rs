//! A DPC is queued through what is lent at DIRQL: the connection's own call would do it at HIGH_LEVEL, or after the stop (G10).
use dirql::Connection;
use dxgk::doc::*;

fn main() {
    let hosted = hosted();
    hosted.interrupts().connection().queue_dpc();
}
