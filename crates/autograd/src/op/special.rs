//! The functions of [`special`](crate::special), element by element.
//!
//! ```
//! use autograd::{Array, ArrayOps, SpecialOps};
//!
//! let x = [Array::vector(&[-1.0, 0.0, 2.0])];
//! assert_eq!(x[0].sigmoid().to_vec()[1], 0.5);
//! assert_eq!(autograd::grad(|x| x[0].softplus().sum_all(), &x)[0].to_vec()[1], 0.5);
//! assert_eq!(autograd::grad(|x| x[0].leaky_relu(0.1).sum_all(), &x)[0].to_vec(), [0.1, 0.1, 1.0]);
//! // Numbers have the same functions.
//! assert_eq!(x[0].erf().to_vec(), [-1.0, 0.0, 2.0].map(SpecialOps::erf));
//! ```

use crate::op::{ArrayAlgebra, map::apply};
#[cfg(test)]
use crate::{check::Case, op::map::Map, special};

macro_rules! declare {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty),*) => $function:expr;)*) => {
        $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name<A: ArrayAlgebra>(x: &A $(, $argument: $kind)*) -> A {
                apply($function, x)
            }
        )*
    };
}

crate::special::with_special!(declare);

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(Map(special::LeakyRelu { slope: 0.1 }), &[&[2, 3]]).within(0.2..1.0),
        Case::new(Map(special::LeakyRelu { slope: 0.1 }), &[&[2, 3]]).within(-1.0..-0.2),
        Case::new(Map(special::Elu::new(0.5)), &[&[2, 3]]).within(0.2..1.0),
        Case::new(Map(special::Elu::new(0.5)), &[&[2, 3]]).within(-1.0..-0.2),
        Case::new(Map(special::LogGamma), &[&[2, 3]]).within(0.5..4.0),
        Case::new(Map(special::Digamma), &[&[2, 3]]).within(0.8..4.0),
        Case::new(Map(special::Polygamma(2)), &[&[2, 3]]).within(1.5..4.0),
        Case::new(Map(special::Sigmoid), &[&[]]),
        Case::new(Map(special::Sigmoid), &[&[0, 2]]),
        Case::new(Map(special::Gelu), &[&[3, 2]]).transposed(),
    ];
    for interval in [-3.0..-0.5, 0.3..2.5] {
        cases.extend([
            Case::new(Map(special::Sigmoid), &[&[2, 3]]).within(interval.clone()),
            Case::new(Map(special::LogSigmoid), &[&[2, 3]]).within(interval.clone()),
            Case::new(Map(special::Softplus), &[&[2, 3]]).within(interval.clone()),
            Case::new(Map(special::Silu), &[&[2, 3]]).within(interval.clone()),
            Case::new(Map(special::Gelu), &[&[2, 3]]).within(interval.clone()),
            Case::new(Map(special::GeluTanh), &[&[2, 3]]).within(interval.clone()),
            Case::new(Map(special::Erf), &[&[2, 3]]).within(interval.clone()),
            Case::new(Map(special::Erfc), &[&[2, 3]]).within(interval),
        ]);
    }
    cases
}
