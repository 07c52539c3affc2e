//! Which message each interrupt source comes in on, decided once when the device starts.

use super::MAX_SOURCES;
use crate::resources::InterruptResource;

/// A message's number, as the map made it. Zero for a line-based interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message(u32);

impl Message {
    /// The number that dxgkrnl knows the message by, which with MSI-X is also the index of the table entry.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The map from sources to messages.
///
/// The notifying source always has message 0, so that DXGK_DRIVERCAPS.InterruptMessageNumber is right even when it is
/// asked for before the device starts. With as many messages as sources each of the others has its own. With fewer, the
/// last message serves all sources that are left over, down to one message or a line for everything. The callers of a
/// source don't notice: the lock they get is that of the message it is mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageMap {
    interrupt: InterruptResource,
    sources: usize,
    message: [u32; MAX_SOURCES],
}

/// Why sources and messages can't be brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapError {
    /// The translated resources have no interrupt.
    NoInterrupt,
    /// More messages were granted than there are sources, so that one would have nobody to serve it. The INF asks for
    /// too many (MessageNumberLimit).
    MoreMessagesThanSources {
        /// How many messages the resources have.
        messages: u32,
        /// How many sources the driver declares.
        sources: usize,
    },
}

impl MessageMap {
    /// Maps `sources` sources, of which the one at index `notifying` reports to the operating system, to what the
    /// resources grant.
    ///
    /// # Errors
    ///
    /// [`MapError`] when there is no interrupt, or a message without a source.
    pub fn new(
        interrupt: Option<InterruptResource>,
        sources: usize,
        notifying: Option<usize>,
    ) -> Result<Self, MapError> {
        let interrupt = interrupt.ok_or(MapError::NoInterrupt)?;
        let messages = match interrupt {
            InterruptResource::Line => 1,
            InterruptResource::Messages(messages) => messages.get(),
        };
        if messages as usize > sources {
            return Err(MapError::MoreMessagesThanSources { messages, sources });
        }
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
            interrupt,
            sources,
            message,
        })
    }

    /// Whether the interrupt is line-based.
    #[must_use]
    pub const fn is_line(&self) -> bool {
        matches!(self.interrupt, InterruptResource::Line)
    }

    /// How many messages there are; 1 for a line.
    #[must_use]
    pub const fn messages(&self) -> u32 {
        match self.interrupt {
            InterruptResource::Line => 1,
            InterruptResource::Messages(messages) => messages.get(),
        }
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
