//! Automatic differentiation.

mod algebra;
mod array;
pub mod check;
mod derive;
mod differentiable;
mod dual;
pub mod elementary;
mod error;
mod gradient;
pub mod kink;
mod many;
mod number;
pub mod op;
mod parameters;
mod records;
mod scalar;
mod tape;
mod value;
mod var;

pub use algebra::Algebra;
pub use array::{Array, Element};
pub use check::{Discrepancy, check_grads};
pub use derive::{grad, hessian, hvp, jvp, value_and_grad, vjp};
pub use differentiable::Differentiable;
pub use dual::Dual;
pub use elementary::{Elementary, ElementaryOps};
pub use error::ShapeError;
pub use gradient::Gradient;
pub use many::Many;
pub use op::{ArrayAlgebra, ArrayOps};
pub use parameters::{Entry, Layout, Parameters};
pub use tape::{Index, Record, Tape};
pub use value::{Value, chain};
pub use var::Var;
