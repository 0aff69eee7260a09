//! Of arrays the tape itself knows: its nodes hold their results and their callers' lines.

use super::{NonFinite, Turned};
use crate::inspect::Inspect;
use crate::op::ArrayAlgebra;
use crate::tape::{Index, Tape, assert_same_tape};
use crate::var::Var;

impl<A: ArrayAlgebra> Tape<A> {
    /// The first recorded operation with an element that is infinite or NaN although its operands have none.
    ///
    /// Every node of a tape of arrays knows the line of its caller, so nothing need be switched on. For numbers, whose tape
    /// remembers nothing, see [`first_non_finite`](crate::first_non_finite).
    ///
    /// ```
    /// use autograd::{Algebra, Array, ArrayOps, Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Array::vector(&[1.0, 0.0]));
    /// let _ = (x.ln() * x).sum_all(); // the culprit is the logarithm, not the product
    /// let found = tape.first_non_finite().unwrap();
    /// assert_eq!((found.operation, found.location.line()), ("ln", line!() - 2));
    /// ```
    pub fn first_non_finite(&self) -> Option<NonFinite> {
        self.with_nodes(|_, nodes| {
            let node =
                nodes.iter().find(|node| !is_finite(node.result()) && node.operands().all(is_finite))?;
            Some(NonFinite {
                operation: Inspect::operation(node),
                what: Turned::Value,
                operands: node.operands().map(|operand| format!("{:?}", operand.shape())).collect(),
                location: node.location(),
            })
        })
    }

    /// The operation whose rule first passes on a cotangent that is infinite or NaN, in the sweep for a scalar result; the
    /// values may all be finite, as for √x at 0.
    ///
    /// ```
    /// use autograd::{Algebra, Array, ArrayOps, Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Array::vector(&[1.0, 0.0]));
    /// let y = x.sqrt().sum_all();
    /// assert!(tape.first_non_finite().is_none());
    /// assert_eq!(tape.first_non_finite_cotangent(&y).unwrap().operation, "sqrt");
    /// ```
    ///
    /// # Panics
    /// If the result is not scalar, or was recorded on another tape.
    #[track_caller]
    pub fn first_non_finite_cotangent(&self, result: &Var<'_, A>) -> Option<NonFinite> {
        let Some(unit) = result.value.unit_cotangent() else {
            panic!("a gradient needs a scalar result, found {}; sum it", result.value.form())
        };
        assert_same_tape(self, result.tape?);
        self.with_nodes(|position_of, nodes| {
            let mut adjoints = vec![A::untouched(); self.leaves() + nodes.len()];
            A::accumulate(&mut adjoints[result.index as usize], unit, &result.pending);
            for index in (0..=result.index).rev() {
                let Some(position) = position_of(index) else { continue };
                let node = &nodes[position];
                A::sweep(std::slice::from_ref(node), index, &mut adjoints);
                let parents = Inspect::parents(node);
                let tainted = |parent: Index| {
                    adjoints[parent as usize].as_ref().is_some_and(|adjoint| !is_finite(adjoint))
                };
                if parents.iter().any(|(parent, _)| tainted(*parent)) {
                    return Some(NonFinite {
                        operation: Inspect::operation(node),
                        what: Turned::Derivative,
                        operands: node.operands().map(|operand| format!("{:?}", operand.shape())).collect(),
                        location: node.location(),
                    });
                }
            }
            None
        })
    }
}

fn is_finite<A: ArrayAlgebra>(x: &A) -> bool {
    x.array().view().iter().all(|element| num_traits::Float::is_finite(*element))
}
