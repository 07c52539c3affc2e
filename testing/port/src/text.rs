//! Text of a fixed capacity, so that a rule broken at DIRQL can be written down without allocating.

use core::fmt;

/// Up to `N` bytes of UTF-8; what does not fit is cut off.
#[derive(Clone, Copy)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    /// The empty text.
    pub const fn new() -> Self {
        Self {
            bytes: [0; N],
            length: 0,
        }
    }

    /// Formats `arguments`.
    pub fn format(arguments: fmt::Arguments<'_>) -> Self {
        let mut text = Self::new();
        // Writing never fails: it cuts off.
        let _ = fmt::Write::write_fmt(&mut text, arguments);
        text
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.length]).unwrap_or("")
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let mut end = s.len().min(N - self.length);
        while !s.is_char_boundary(end) {
            end -= 1;
        }
        self.bytes[self.length..self.length + end].copy_from_slice(&s.as_bytes()[..end]);
        self.length += end;
        Ok(())
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_at_a_character() {
        let text = Text::<5>::format(format_args!("{}", "abcdé"));
        assert_eq!(
            text.as_str(),
            "abcd",
            "é needs two bytes and is dropped whole"
        );
        assert_eq!(Text::<3>::format(format_args!("xyz1")).as_str(), "xyz");
    }
}
