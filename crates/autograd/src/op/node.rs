//! What a tape of arrays remembers of an operation, and what a rule sees of it.

use std::ops::Index as IndexOperator;
use std::panic::Location;

use smallvec::SmallVec;

use super::{ArrayAlgebra, Primitive, sum};
use crate::inspect::Inspect;
use crate::tape::Index;

/// An operand of a recorded operation: its value, and where its adjoint lies if it is recorded itself.
pub(super) type Operand<A> = (A, Option<Index>);

/// What a tape of arrays remembers of an operation: its operands, its result, and its rule.
pub struct Node<A> {
    rule: Box<dyn Rule<A>>,
    operands: SmallVec<[Operand<A>; 2]>,
    result: A,
    /// The line that asked for it.
    location: &'static Location<'static>,
}

impl<A: ArrayAlgebra> Node<A> {
    /// The node of an operation that the caller's line asks for.
    #[track_caller]
    pub(super) fn new<P: Primitive>(
        operation: P,
        operands: impl Iterator<Item = Operand<A>>,
        result: A,
    ) -> Self {
        let location = Location::caller();
        Self { rule: Box::new(operation), operands: operands.collect(), result, location }
    }

    /// Hands the cotangent of the result on to the operands.
    pub(super) fn pull(&self, cotangent: A, adjoints: &mut [Option<A>]) {
        self.rule.pull(self, cotangent, adjoints);
    }
}

impl<A> Node<A> {
    /// The operands' values.
    pub(crate) fn operands(&self) -> impl Iterator<Item = &A> {
        self.operands.iter().map(|(value, _)| value)
    }

    pub(crate) fn result(&self) -> &A {
        &self.result
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl<A: ArrayAlgebra> Inspect for Node<A> {
    fn operation(&self) -> &'static str {
        self.rule.name()
    }

    fn parents(&self) -> SmallVec<[(Index, Option<f64>); 2]> {
        self.operands.iter().filter_map(|(_, index)| index.map(|index| (index, None))).collect()
    }

    fn continues(&self) -> bool {
        false
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.rule) + self.result.array().len() * size_of::<A::Element>()
    }

    fn details(&self) -> String {
        format!(" {:?}, {}:{}", self.result.shape(), self.location.file(), self.location.line())
    }
}

impl<A> std::fmt::Debug for Node<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.rule.name())
    }
}

/// The view of a primitive that a tape can hold, whatever primitive it is.
trait Rule<A> {
    fn name(&self) -> &'static str;
    fn pull(&self, node: &Node<A>, cotangent: A, adjoints: &mut [Option<A>]);
}

impl<P: Primitive, A: ArrayAlgebra> Rule<A> for P {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn pull(&self, node: &Node<A>, cotangent: A, adjoints: &mut [Option<A>]) {
        let mut into = Cotangents { operands: &node.operands, adjoints };
        self.vjp(Operands { operands: &node.operands }, &node.result, cotangent, &mut into);
    }
}

/// The operands of a recorded operation, by position: `x[0]` in the rules of a [`Primitive`], which has an example.
#[derive(Debug, Clone, Copy)]
pub struct Operands<'a, A> {
    operands: &'a [Operand<A>],
}

impl<A> Operands<'_, A> {
    /// The number of operands.
    pub fn len(&self) -> usize {
        self.operands.len()
    }

    /// Whether the operation has no operand.
    pub fn is_empty(&self) -> bool {
        self.operands.is_empty()
    }
}

impl<A> IndexOperator<usize> for Operands<'_, A> {
    type Output = A;

    fn index(&self, position: usize) -> &A {
        &self.operands[position].0
    }
}

/// Where a rule leaves the cotangents of its operands; for an example see [`Primitive`].
#[derive(Debug)]
pub struct Cotangents<'a, A> {
    operands: &'a [Operand<A>],
    adjoints: &'a mut [Option<A>],
}

impl<A: ArrayAlgebra> Cotangents<'_, A> {
    /// Adds a cotangent, shaped like it, to the operand at this position; the closure runs only if that operand is recorded.
    ///
    /// # Panics
    /// If there is no operand at this position.
    pub fn add(&mut self, position: usize, cotangent: impl FnOnce() -> A) {
        if let (value, Some(index)) = &self.operands[position] {
            let cotangent = cotangent();
            debug_assert_eq!(value.shape(), cotangent.shape(), "a cotangent has the shape of its operand");
            A::accumulate(&mut self.adjoints[*index as usize], cotangent, &());
        }
    }

    /// As [`Cotangents::add`], for a cotangent of the broadcast shape: sums it over the axes that were repeated.
    ///
    /// # Panics
    /// If there is no operand at this position.
    pub fn add_broadcast(&mut self, position: usize, cotangent: impl FnOnce() -> A) {
        let operands = self.operands;
        self.add(position, || sum::sum_to(&cotangent(), operands[position].0.shape()));
    }
}
