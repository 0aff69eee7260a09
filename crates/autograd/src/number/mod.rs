//! The traits of num-traits for differentiable numbers, written once for dual numbers and recorded ones.

mod companions;
mod float;
mod operators;

/// Implements `Float` and its companions for a differentiable number: a type with `value`, `constant`, `unary`,
/// `binary`, `meet_kink`, `meet_round_kink`, `assert_compatible` and `is_inert` over a base type `T: Float`.
macro_rules! implement_number {
    ([$($generics:tt)*] $number:ty) => {
        crate::number::implement_operators!([$($generics)*] $number);
        crate::number::implement_float!([$($generics)*] $number);
        crate::number::implement_companions!([$($generics)*] $number);
    };
}

pub(crate) use companions::{float_constants, implement_companions};
pub(crate) use float::{constants, elementary, implement_float, predicates, steps};
pub(crate) use implement_number;
pub(crate) use operators::{
    implement_assignment, implement_operators, implement_plain_left, implement_plain_nested,
};
