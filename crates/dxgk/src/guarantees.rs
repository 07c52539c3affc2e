//! What this crate guarantees, one item each: what, by which mechanism, and which tests fail when the mechanism is taken
//! away. `tests/guarantees.rs` holds this page against the tests that there are.
//!
//! Tests named `ui/...` are programs that must not compile (`tests/ui/fail`); those of `loom` need `RUSTFLAGS="--cfg loom"`. Those that
//! no port is needed for are in the crate `dirql`. Tests named `x_...` are programs that once broke the guarantee.

/// G1: state that is shared with an interrupt routine is reachable only in the interrupt routine and in a synchronized
/// closure, as `&mut State`, never twice at once.
///
/// By types: the state lies in a private cell of [`Interrupts`](crate::interrupt::Interrupts), and the only thing that
/// opens it is an [`AtDirql`](crate::interrupt::AtDirql), which exists only while the message's lock is held and lends the
/// state for no longer than that. By order: the adapter is published with release and found with acquire order.
///
/// Tests: `ui/g1_leaked_state`, `ui/g1_returned_state`, `ui/g1_state_without_lock`, `ui/g1_state_of_the_start_kept`,
/// `g1_one_message_serves_two_sources_without_a_lost_update`,
/// `g1_one_lock_serves_two_sources_without_a_lost_update`, `g1_an_interrupt_during_the_start_finds_nothing_or_everything`,
/// `g1_g10_no_update_is_lost_and_nothing_runs_after_a_stop`.
pub mod g1_exclusive_state {}

/// G2: a closure always holds the right message's lock. One message, or a line, may carry several sources without any
/// change to their callers.
///
/// By types and the map: state belongs to a [`Source`](crate::interrupt::Source), which is a type; where it lies and which
/// message it has is decided by the sealed traits of the tuple of sources and the [`MessageMap`](crate::interrupt::MessageMap),
/// made once when the adapter starts. No method takes a message number. A set that has a source twice, and a map of another
/// set, are refused when the adapter starts ([`PrepareError`](crate::interrupt::PrepareError)).
///
/// Tests: `ui/g2_forged_message`, `ui/g2_own_set`, `ui/g2_wrong_place`, `g2_every_source_has_a_message_and_every_message_a_source`,
/// `g2_one_source`, `g2_two_sources`, `g2_three_sources`, `g2_four_sources`, `g2_five_sources`, `g2_six_sources`,
/// `g2_seven_sources`, `g2_eight_sources`, `g2_each_message_runs_its_sources_and_no_others`,
/// `g2_a_message_that_no_source_has_is_not_claimed`, `g2_each_message_has_its_own_source_and_lock`, `g2_two_messages_run_at_once_and_each_keeps_its_source`.
pub mod g2_right_lock {}

/// G3: synchronizing from an interrupt routine or from inside a closure, which would wait for ever for a spin lock that is
/// held, does not compile.
///
/// By capabilities: [`synchronize`](crate::interrupt::Interrupts::synchronize) borrows a thread's only IRQL capability
/// exclusively, so the closure can't have it; an interrupt routine is never given one. On a host each thread counts its
/// capabilities and its stays at DIRQL, whatever port it runs on, and safe code gets none where there is one.
///
/// Tests: `ui/g3_nested`, `ui/g3_from_interrupt_routine`, `x_forged`,
/// `g3_a_thread_that_holds_a_lock_has_no_capability_on_the_host_either`.
pub mod g3_no_nesting {}

/// G4: no call above DISPATCH_LEVEL compiles.
///
/// By capabilities: [`Passive`](crate::irql::Passive) and [`Dispatch`](crate::irql::Dispatch) are lent by the DDI that runs,
/// can't be kept and can't be sent to another thread. A debug build also looks at the real IRQL, in every DDI and before
/// every callback ([`check`](crate::check)).
///
/// Tests: `ui/g4_kept_capability`, `ui/g4_capability_to_thread`, `ui/g4_high_level`, `g4_a_debug_build_looks_at_the_real_irql`.
pub mod g4_at_most_dispatch {}

/// G5: refusal is a value. Not connected, invalid parameter, success without having run, any other status: the closure
/// comes back unrun with all it captured. A callback that is absent is refused when the adapter starts.
///
/// By [`Refused`](crate::interrupt::Refused), which carries the closure, and
/// [`StartRefusal`](crate::miniport::StartRefusal).
///
/// Tests: `x_misc_a_refused_snapshot_gives_its_closure_back`, `g5_a_refused_report_gives_the_notification_back`,
/// `g5_nothing_refused_is_lost_and_nothing_is_done_twice`, `g5_a_refused_closure_comes_back_unrun_with_its_reason`,
/// `g5_an_interrupt_that_is_not_connected_refuses`.
pub mod g5_refusal_is_a_value {}

/// G6: a closure returns any type; the routine's BOOLEAN and the status are not what says whether it ran.
///
/// By generics: the result's place and a flag lie in the caller's frame, and the routine compiled for the closure writes
/// both.
///
/// Tests: `g6_a_closure_runs_under_its_message_and_returns_anything`,
/// `g6_whether_a_closure_ran_is_not_left_to_status_or_boolean`.
pub mod g6_any_result {}

/// G7: nothing is freed at DIRQL. What a closure captured and what it returns are dropped by the caller at the caller's
/// IRQL; a state with drop glue does not compile.
///
/// By lending: closures are `FnMut`, so what they captured can't be moved out and dropped. By a constant assertion on the
/// state. What a closure takes out of an `Option` and drops is beyond the types: registers, pages, mutexes and events look at the IRQL
/// when they are dropped and are left alone at the wrong one, and the test machines count allocations and frees.
///
/// Tests: `x_lock`, `ui/g7_moved_out_of_closure`, `ui/g7_state_with_drop_glue`,
/// `g7_what_a_closure_captured_and_returns_is_dropped_by_the_caller`.
pub mod g7_nothing_freed_at_dirql {}

/// G8: no wait and no service of a lower IRQL can be called from a closure or an interrupt routine.
///
/// By capabilities: every service wants one, and there is none at DIRQL. Allocation is Rust's own and wants none: it is
/// the test machines that find it there.
///
/// Tests: `ui/g8_captured_capability`, `ui/g8_event_in_closure`, `ui/g8_vidpn_in_closure`,
/// `g8_registers_and_pages_dropped_above_passive_level_are_kept`.
pub mod g8_no_service_at_dirql {}

/// G9: DxgkCbNotifyInterrupt can be called only on the notifying source, whose message is always 0, and a DPC that calls
/// DxgkCbNotifyDpc always follows.
///
/// By types: only the `AtDirql` of a source with the role [`Notifying`](crate::interrupt::Notifying) has
/// [`notify`](crate::interrupt::Notify::notify), and two such sources do not compile. By the end of the scope: after a
/// notification a DPC is queued before the lock is released. DXGK_DRIVERCAPS.InterruptMessageNumber is not the miniport's to
/// set. By order: a stop hides the adapter from interrupt routines first, waits for those that had found it, and only then for
/// the DPCs, which still find it; DPCs that begin later call DxgkCbNotifyDpc and nothing of the miniport.
///
/// Tests: `x_notify_dpc`, `ui/g9_notify_on_silent_source`, `ui/g9_two_notifying_sources`, `ui/g9_forged_notification`,
/// `g9_a_notification_queues_a_dpc_before_the_lock_is_released`,
/// `g9_the_notifying_message_in_the_caps_is_not_the_drivers_to_choose`,
/// `g9_what_is_reported_gets_its_dpc_also_when_the_adapter_stops`,
/// `g9_what_an_interrupt_notifies_while_the_adapter_stops_gets_its_dpc`.
pub mod g9_notify_then_dpc {}

/// G10: stopping is a barrier. When it returns, no interrupt routine, closure or DPC of the adapter runs or will run, and
/// later calls are refused.
///
/// By one owner: [`Started`](crate::adapter::Started) is lent to DDIs and requests, never given. A stop shuts requests out
/// and waits for those inside, and takes the adapter from interrupt routines and DPCs. Then it waits until every processor has
/// been seen below DIRQL ([`Kernel::see_every_processor`](crate::kernel::Kernel::see_every_processor)): an interrupt routine
/// keeps its processor until it ends, so one that had found the adapter has ended on each processor that was seen; a processor
/// that is added meanwhile has run none before. No message is asked for and no status believed. DPCs are flushed after
/// that. Mappings of registers that were kept are dead. What reaches dxgkrnl can be neither copied nor called past the layer.
///
/// Tests: `x_isr_uaf`, `x_unconnected`, `ui/g10_after_stop`, `ui/g10_kept_interface`, `ui/g10_kept_connection`,
/// `ui/g10_second_interrupts`, `ui/g10_dpc_queued_by_hand`,
/// `g10_a_stopped_adapter_is_gone_for_interrupts_dpcs_and_requests`,
/// `g10_a_stop_waits_for_an_interrupt_routine_whatever_the_port_says`,
/// `g10_an_interrupt_that_stays_unconnected_does_not_keep_a_stop`, `g10_a_dpc_that_queues_another_is_waited_for_with_it`,
/// `g10_a_mapping_that_is_kept_past_the_stop_is_dead`,
/// `g10_a_stop_waits_for_the_interrupt_routine_of_every_message`,
/// `g10_a_stop_waits_for_the_dpc_and_for_the_one_that_it_queues`,
/// `g10_a_worker_is_woken_by_a_dpc_and_has_ended_when_the_device_is_stopped`,
/// `g10_a_stop_waits_for_the_worker_and_what_a_dpc_woke_it_for`, `x_map_race`,
/// `g10_a_stop_waits_for_interrupt_routines_and_each_queued_dpc_finds_the_device`,
/// `g10_a_request_past_the_port_runs_on_a_started_adapter_or_not_at_all`,
/// `g10_a_request_during_the_start_finds_nothing_or_everything`,
/// `g10_a_request_never_finds_an_adapter_of_an_earlier_life`, `g10_a_stop_amid_everything_leaves_nothing_running`,
/// `g1_g10_no_update_is_lost_and_nothing_runs_after_a_stop`.
pub mod g10_stop_is_a_barrier {}

/// G11: zero cost. The same instructions as a callback written by hand, no heap, no atomics of its own.
///
/// By monomorphization: the closure and its result lie in the caller's frame, the routine is compiled for the closure and
/// the closure into it. Measured by `cargo xtask bench sync` on the host and, for an image built as a driver is, on the rig; it
/// fails above a ratio of 1, where a pair's code has a call or a branch too many, and where one pair's is not that of
/// `testing/bench/1_word_8_bytes.asm`.
///
/// Tests: `g11_capabilities_and_sources_are_of_size_zero`.
pub mod g11_zero_cost {}

/// G12: the state of one adapter can't be opened with another adapter's lock.
///
/// By ownership: cells, map and the port's handle are fields of one [`Interrupts`](crate::interrupt::Interrupts), and a
/// source that is not in its tuple has no place there.
///
/// Tests: `ui/g12_foreign_source`, `g12_a_closure_has_its_own_adapters_state_and_lock`.
pub mod g12_one_adapter {}

/// G13: a panic never unwinds across the port driver's frames.
///
/// In a kernel a panic ends the system, as the driver's panic handler has it, and there is nothing to unwind. On a host
/// (feature `std`) a panic in a closure is caught in the routine, the lock is released, and the panic goes on in the
/// caller; one in an interrupt routine ends there. Either way the state is marked, and later closures are refused with
/// [`Refusal::Poisoned`](crate::interrupt::Refusal::Poisoned). A panic while a line is acknowledged marks every state. A panic
/// in any other DDI aborts the process.
///
/// Tests: `x_misc_a_payload_whose_drop_panics`, `x_misc_a_panic_in_the_acknowledgement_of_a_line`,
/// `g13_a_panic_in_a_closure_releases_the_lock_goes_on_in_the_caller_and_marks_the_state`,
/// `g13_a_panic_in_an_interrupt_routine_ends_there_and_marks_the_state`.
pub mod g13_no_unwinding {}

/// G14: safe code causes no undefined behaviour, and hands dxgkrnl no value that dxgkrnl would believe wrongly.
///
/// By types. A DDI's error is a [`Status`](crate::status::Status), which holds no code that NT_SUCCESS takes. What comes from
/// dxgkrnl is read once and checked: sources, targets and children against what the start announced, a present's
/// rectangles against the committed mode. What goes there is built from checked parts: a path's support flags and
/// nothing else of it, modes whose lines fit their stride, a display that lies in the adapter's own memory. A pending
/// present is a token that is reported once, to the start it is of; a range is mapped for the start it is of. Shared
/// memory is accessed in one way.
///
/// Tests: `g14_no_code_that_nt_success_takes_becomes_a_failure`, `g14_a_commit_for_one_source_leaves_the_others_bounds`,
/// `g14_pages_are_of_one_start_of_one_adapter`, `g14_the_systems_picture_is_whole_or_refused`,
/// `g14_a_pointers_image_is_whole_or_refused`,
/// `g14_a_display_that_is_left_lit_lies_in_its_memory`, those of `src/exploits.rs`, and `ui/x_err_success`,
/// `ui/x_union`, `ui/x_gamma`, `ui/x_line_oob`, `ui/x_lock_kernel`, `ui/g14_kernel_object_by_hand`, `ui/g14_device_object`,
/// `ui/g14_picture_kept`. The programs of `tests/adversary.rs` are attempts that the layer withstands.
pub mod g14_nothing_made_up {}
