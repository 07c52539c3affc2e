//! Everything that is varied because documents say nothing and the field differs, or because both happen: by name.
//!
//! Each variant changes one thing of the [`Config`] or the [`Plan`]. FIELD.md names the facts behind them.

use crate::config::{Config, InterfaceSize, Judge, PostAnswer, VSync, Wake, WithoutInterrupt};
use crate::scenario::{End, Plan};
use dxgk_sys::D3DKMDT_CB_SRGB;

/// One thing that may go another way.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its name, as FIELD.md and command lines have it.
    pub name: &'static str,
    /// Changes it.
    pub change: fn(&mut Config, &mut Plan),
    /// Whether a driver that is not this project's gets it too: not what shipped drivers are known to rely on.
    pub foreign: bool,
}

macro_rules! variants {
    ($($name:literal $foreign:literal |$config:ident, $plan:ident| $change:expr;)*) => {
        /// All of them.
        pub const ALL: &[Variant] = &[$(Variant {
            name: $name,
            foreign: $foreign,
            change: |$config, $plan| { let _ = (&$config, &$plan); $change },
        },)*];
    };
}

variants! {
    "interrupt-after-start" false |config, plan| config.interrupt_connected_during_start = false;
    "synchronize-without-interrupt-refused" true |config, plan| config.without_interrupt = WithoutInterrupt::Refuses;
    "interface-exact" true |config, plan| config.interface_size = InterfaceSize::Exact;
    "interface-smaller" true |config, plan| config.interface_size = InterfaceSize::Smaller;
    "interface-larger" true |config, plan| config.interface_size = InterfaceSize::Larger(512);
    "caps-larger" true |config, plan| config.caps_extra = 48;
    "post-three-bytes" true |config, plan| config.post_answer = PostAnswer::ThreeBytes;
    "post-fails" false |config, plan| config.post_answer = PostAnswer::Fails;
    "post-absent" true |config, plan| config.post_answer = PostAnswer::Absent;
    "not-post-device" true |config, plan| config.post_device = false;
    "color-basis-srgb" false |config, plan| config.target_color_basis = D3DKMDT_CB_SRGB;
    "unpinned" true |config, plan| config.unpinned = true;
    "vsync-display-only" true |config, plan| config.vsync = VSync::DisplayOnly;
    "vsync-never" true |config, plan| config.vsync = VSync::Never;
    "tight-pitch" true |config, plan| config.padded = false;
    "user-source" true |config, plan| config.user_source = true;
    "wake-no-commit" true |config, plan| config.wake = Wake::NoCommit;
    "wake-power-transition" true |config, plan| config.wake = Wake::PowerTransition;
    "visible-first" true |config, plan| config.visible_first = true;
    "no-write-combining" true |config, plan| config.no_write_combining = true;
    "late-dpc" true |config, plan| config.late_dpc = true;
    "no-moves" true |config, plan| plan.moves = false;
    "restart" true |config, plan| plan.restart = true;
    "end-release" true |config, plan| plan.end = End::Release;
    "end-remove" false |config, plan| plan.end = End::Remove;
    "end-bugcheck" true |config, plan| plan.end = End::Bugcheck;
}

impl Variant {
    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|variant| variant.name == name).copied()
    }

    /// Those for a driver that is judged so.
    pub fn of(judge: Judge) -> impl Iterator<Item = &'static Self> {
        ALL.iter()
            .filter(move |variant| variant.foreign || judge == Judge::Own)
    }
}
