//! The run: load the driver, let the port play Windows against it, report.
use crate::cpu::irql;
use crate::devices::*;
use crate::log;
use crate::options::Options;
use port::machine::*;
/// Runs.
pub fn run(driver: &[u8], options: &Options) -> ! {
    log!("driver {} bytes, {options:?}", driver.len());
    let adapter = pci::find(0x1AF4, &[0x1050]).unwrap();
    log!("adapter at {adapter} {:?}", pci::ranges(adapter));
    let rig = crate::machine::Rig::new(adapter, options.messages).unwrap();
    log!("{:?}", rig);
    fn hello(context: usize) {
        log!("hello from {context}, irql {}", irql::current());
    }
    for i in 0..rig.processors() {
        assert!(rig.queue_deferred(
            i,
            Deferred {
                routine: hello,
                context: 100 + i as usize
            }
        ));
        if let Some(id) = rig.run_on(
            i,
            Job {
                routine: hello,
                context: i as usize,
            },
        ) {
            rig.wait_for(id);
        }
    }
    let old = rig.raise_irql(2);
    rig.queue_deferred(
        0,
        Deferred {
            routine: hello,
            context: 1000,
        },
    );
    log!("before lower");
    rig.lower_irql(old);
    log!("after lower");
    rig.flush_deferred();
    fn sink(_c: usize, m: u32, o: Origin) -> bool {
        log!("interrupt {m} {o:?} irql {}", irql::current());
        true
    }
    rig.connect_interrupts(InterruptSink {
        entry: sink,
        context: 0,
    })
    .unwrap();
    let t = clock::since_start();
    rig.delay(1_000_000);
    log!("delayed {}", clock::since_start() - t);
    match crate::image::load(driver) {
        Ok(d) => log!("{d:?}"),
        Err(e) => log!("{e}"),
    }
    fn deep(_: *mut core::ffi::c_void) {
        let a = [1u8; 3000];
        core::hint::black_box(&a);
    }
    log!(
        "stack {:?}",
        rig.call_on_kernel_stack(deep, core::ptr::null_mut())
    );
    fn over(n: *mut core::ffi::c_void) {
        let a = [1u8; 3000];
        core::hint::black_box(&a);
        over(n);
        core::hint::black_box(&a);
    }
    rig.call_on_kernel_stack(over, core::ptr::null_mut());
    exit::exit(exit::Outcome::Passed)
}
