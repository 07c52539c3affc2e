//! Which message each interrupt source comes in on, decided once when the device starts.

use core::num::NonZeroU32;

/// The most sources that one device may declare.
pub const MAX_SOURCES: usize = 8;

/// How the operating system has the device interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterruptResource {
    /// A line, which other devices may share.
    Line,
    /// So many messages of its own.
    Messages(NonZeroU32),
}

/// A message's number, as the map made it. Zero for a line-based interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message(u32);

impl Message {
    /// The number that the operating system knows the message by. With MSI-X it is also the index of the table entry.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The map from sources to messages.
///
/// The notifying source always has message 0, so that its number is known before the device starts. With as many messages
/// as sources each of the others has its own. With fewer, the last message serves all sources that are left over, down to
/// one message or a line for everything. With more, the rest is not used. Callers of a source don't notice: the lock they
/// get is that of the message it is mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageMap {
    line: bool,
    messages: u32,
    sources: usize,
    message: [u32; MAX_SOURCES],
}

/// Why sources and messages can't be brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MapError {
    /// There are sources, and the device was given no interrupt.
    NoInterrupt,
}

impl core::fmt::Display for MapError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoInterrupt => f.write_str(
                "the driver declares interrupt sources and the device was given no interrupt",
            ),
        }
    }
}

impl core::error::Error for MapError {}

impl MessageMap {
    /// Maps `sources` sources, of which the one at index `notifying` reports to the operating system, to what the
    /// resources grant.
    ///
    /// # Errors
    ///
    /// [`MapError`] when there is no interrupt for a source.
    pub fn new(
        interrupt: Option<InterruptResource>,
        sources: usize,
        notifying: Option<usize>,
    ) -> Result<Self, MapError> {
        let most = u32::try_from(sources.min(MAX_SOURCES)).unwrap_or(1);
        let (line, messages) = match interrupt {
            // A device without sources is served by no interrupt routine of the driver, whatever it was given.
            _ if sources == 0 => (false, 0),
            None => return Err(MapError::NoInterrupt),
            Some(InterruptResource::Line) => (true, 1),
            Some(InterruptResource::Messages(messages)) => (false, messages.get().min(most)),
        };
        let last = messages.saturating_sub(1);
        let mut message = [0; MAX_SOURCES];
        let mut next = u32::from(notifying.is_some());
        for (index, slot) in message.iter_mut().enumerate() {
            if notifying != Some(index) {
                *slot = last.min(next);
                next = next.saturating_add(1);
            }
        }
        Ok(Self {
            line,
            messages,
            sources,
            message,
        })
    }

    /// Whether this maps so many sources, and gives the notifying one message 0.
    pub(crate) fn is_for(&self, sources: usize, notifying: Option<usize>) -> bool {
        self.sources == sources && notifying.is_none_or(|index| self.message(index).number() == 0)
    }

    /// Whether the interrupt is line-based.
    #[must_use]
    pub const fn is_line(&self) -> bool {
        self.line
    }

    /// How many messages are served; 1 for a line, 0 without sources.
    #[must_use]
    pub const fn messages(&self) -> u32 {
        self.messages
    }

    /// The message of the source in place `index` of its set.
    #[must_use]
    pub(crate) fn message(&self, index: usize) -> Message {
        Message(self.message.get(index).copied().unwrap_or(0))
    }

    /// The sources' messages in the order of their set, for what has to be told about each.
    pub fn of_sources(&self) -> impl Iterator<Item = Message> {
        self.message.into_iter().take(self.sources).map(Message)
    }
}
