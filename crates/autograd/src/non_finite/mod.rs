//! Finding where a computation first turned infinite or undefined.

#[cfg(feature = "std")]
mod arrays;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::panic::Location;

/// The first operation whose result is infinite or NaN although its operands are finite: what [`first_non_finite`] and, of
/// arrays, the method of [`Tape`](crate::Tape) by that name find.
///
/// [`first_non_finite`]: crate::first_non_finite
#[derive(Debug, Clone, PartialEq)]
pub struct NonFinite {
    /// The operation.
    pub operation: &'static str,
    /// What turned non-finite.
    pub what: Turned,
    /// The operands, or their shapes.
    pub operands: Vec<String>,
    /// The line of the caller that asked for the operation.
    pub location: &'static Location<'static>,
}

/// What of an operation is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// The value.
    Value,
    /// The derivative: of the value in forward mode, or the cotangent that it passes on in reverse mode.
    Derivative,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            Turned::Value => "value",
            Turned::Derivative => "derivative",
        };
        write!(
            f,
            "the {what} of {}({}) is not finite, at {}:{}:{}",
            self.operation,
            self.operands.join(", "),
            self.location.file(),
            self.location.line(),
            self.location.column()
        )
    }
}
