//! The adapter's power: what it comes back to, and what stops it from coming back.

#[path = "common/stage.rs"]
mod stage;

use dxgk::sys::*;
use port::power::ADAPTER;
use port::present::Presented;
use sim::gpu;
use stage::on_stage;

#[test]
fn the_adapter_sleeps_and_comes_back_black() {
    on_stage(&gpu::Options::default(), |stage| {
        for action in [PowerActionSleep, PowerActionHibernate, PowerActionNone] {
            stage.show();
            stage.assert_up_to_date();
            stage.adapter.set_power(ADAPTER, PowerDeviceD3, action);
            stage
                .adapter
                .set_power(ADAPTER, PowerDeviceD0, PowerActionNone);
            assert!(stage.is_black(), "after {action}");
            assert_eq!(stage.first_frame(), Presented::AtOnce);
            assert!(stage.is_black(), "visible although nobody said so");
            assert_eq!(stage.gpu.resources(), 1);
        }
        stage.show();
        assert_eq!(stage.next_frame(), Ok(Presented::Completed));
        stage.assert_up_to_date();
    });
}

#[test]
fn presents_while_the_adapter_sleeps_end_at_once() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        stage.adapter.set_power(0, PowerDeviceD3, PowerActionNone);
        assert_eq!(
            stage.next_frame(),
            Ok(Presented::Completed),
            "the child's state is not the adapter's"
        );
        stage
            .adapter
            .set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
        stage
            .adapter
            .set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
        let asleep = stage.next_frame();
        assert!(
            !matches!(asleep, Ok(Presented::Completed | Presented::Lost)),
            "{asleep:?}"
        );
    });
}
