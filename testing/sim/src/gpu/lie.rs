//! What the device can be made to do wrong.
//!
//! Each lie is one deviation from VIRTIO 1.2 or PCI, at one place in the model, asked for by name. A lie that is told while
//! the driver starts must fail the start; one that begins later ([`super::Gpu::lie`]) must fail what the driver is doing.

/// A misbehaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// `queue_size` of every queue reads as this.
    QueueSize(u16),
    /// `num_queues` reads as this.
    NumQueues(u16),
    /// The COMMON capability's structure ends outside its BAR.
    CapabilityOutsideBar,
    /// The last capability points back to the first.
    CapabilityLoop,
    /// There is no NOTIFY capability.
    CapabilityMissing,
    /// The COMMON structure is too short for its registers.
    CapabilityShort,
    /// `queue_notify_off` leads outside the notify structure.
    NotifyOutside,
    /// A vector that is written reads back as "none".
    VectorRefused,
    /// `queue_enable` stays 0.
    QueueEnableIgnored,
    /// A used element's id is not below the queue's size.
    UsedIdOutOfRange,
    /// A used element's id is a descriptor that the driver has not made available.
    UsedIdNotOutstanding,
    /// A used element's length is larger than the buffers that the device may write.
    UsedLengthTooLarge,
    /// The used index runs ahead by more than the queue's size.
    UsedIndexJumps,
    /// The response is of a type that does not belong to the command.
    ResponseType,
    /// The response is an error.
    ResponseError,
    /// The response ends in the middle of its header.
    ResponseShort,
    /// GET_DISPLAY_INFO names rectangles of four billion pixels.
    DisplayInfoAbsurd,
    /// GET_DISPLAY_INFO has no scanout enabled.
    DisplayInfoEmpty,
    /// `num_scanouts` reads as this.
    NumScanouts(u32),
    /// GET_EDID answers with noise.
    EdidGarbage,
    /// GET_EDID says that it has more bytes than fit.
    EdidTooLong,
    /// GET_EDID has half a block.
    EdidTooShort,
    /// GET_EDID is refused.
    EdidRefused,
    /// Commands are taken and never answered.
    NeverAnswers,
    /// Every command is answered twice.
    AnswersTwice,
    /// FEATURES_OK does not stay set.
    FeaturesOkRefused,
    /// VERSION_1 is not offered.
    Version1Missing,
    /// DEVICE_NEEDS_RESET is set as soon as the driver is running, and nothing works any more.
    NeedsReset,
    /// The configuration generation changes at every look.
    GenerationNeverSettles,
    /// A reset is ignored: `device_status` never reads 0, and the queues stay alive.
    ResetNeverEnds,
    /// Every register reads as all ones: the device has been pulled out.
    Gone,
    /// An interrupt comes for every response, whatever the driver asked for.
    InterruptsAlways,
    /// No interrupt ever comes, though responses do.
    InterruptsNever,
}
