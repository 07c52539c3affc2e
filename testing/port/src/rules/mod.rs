//! The rules that the model checks: the table, the IRQL of callbacks, and what was found.

pub mod irql;
pub mod table;
pub mod violations;

pub use irql::{Callback, Need};
pub use table::{Class, Rule};
pub use violations::{Fact, Merged, Violation, Violations};
