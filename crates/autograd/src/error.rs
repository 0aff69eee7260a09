//! What can be wrong with shapes.

use std::fmt;

/// Operands whose shapes do not fit an operation: raised when the operation is recorded, naming the operation, the
/// shapes and what would fit.
///
/// ```
/// let error = autograd::Array::new(&[2, 2], vec![1.0, 2.0, 3.0]).unwrap_err();
/// assert_eq!(error.to_string(), "array of [2, 2]: the shape asks for 4 elements, found 3");
/// assert_eq!((error.operation(), error.shapes()), ("array", &[vec![2, 2]][..]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    operation: &'static str,
    shapes: Vec<Vec<usize>>,
    reason: String,
}

impl ShapeError {
    /// An error of `operation` applied to operands of these shapes; the reason says what was expected and found, on
    /// which axis, and what to do.
    pub fn new<'s>(
        operation: &'static str,
        shapes: impl IntoIterator<Item = &'s [usize]>,
        reason: impl Into<String>,
    ) -> Self {
        Self { operation, shapes: shapes.into_iter().map(<[usize]>::to_vec).collect(), reason: reason.into() }
    }

    /// The name of the operation.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The shapes of its operands.
    pub fn shapes(&self) -> &[Vec<usize>] {
        &self.shapes
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of ", self.operation)?;
        for (i, shape) in self.shapes.iter().enumerate() {
            if i > 0 {
                f.write_str(" and ")?;
            }
            write!(f, "{shape:?}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for ShapeError {}
