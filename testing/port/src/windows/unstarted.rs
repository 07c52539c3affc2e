//! Calls that reach an adapter which is not started: before StartDevice and after the stop (F049, F100, F121, F177).
//!
//! They have to do nothing and to survive. What they answer is hardly judged.

use crate::adapter::Adapter;
use crate::power::ADAPTER;
use dxgk_sys::*;

impl Adapter {
    /// What may come between AddDevice and StartDevice. PASSIVE_LEVEL.
    pub fn calls_before_start(&self) {
        self.set_power(ADAPTER, PowerDeviceD0, PowerActionNone);
        let _ = self.escape(&mut [0; 16]);
    }

    /// What may come between the stop and RemoveDevice: power, a queued work item's question for an EDID, and win32k, which takes
    /// the adapter's lock without asking whether the adapter is active. PASSIVE_LEVEL.
    pub fn calls_after_stop(&self) {
        let outputs: alloc::vec::Vec<u32> = self.targets().collect();
        for uid in outputs {
            let _ = self.descriptor(uid, 0, crate::descriptor::BLOCK);
            self.set_power(uid, PowerDeviceD3, PowerActionNone);
        }
        let _ = self.is_supported(None);
        let empty = self.new_vidpn(&[]);
        let _ = self.is_supported(Some(empty));
        self.drop_vidpn(empty);
        self.set_power(ADAPTER, PowerDeviceD3, PowerActionShutdown);
        let _ = self.escape(&mut [0; 16]);
    }
}
