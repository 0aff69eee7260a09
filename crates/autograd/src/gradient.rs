//! What a reverse sweep leaves behind.

use alloc::vec::Vec;

use crate::kink::Kink;
use crate::value::Value;
use crate::var::Var;

/// The cotangents that a reverse sweep has left: of numbers at every leaf and node, of arrays at the leaves. They come from
/// [`Tape::gradient`](crate::Tape::gradient) and its kin, and [`Gradient::wrt`] tells them.
#[derive(Debug, Clone)]
pub struct Gradient<V: Value> {
    /// Of leaves and nodes, by index.
    pub(crate) adjoints: Vec<V::Adjoint>,
    pub(crate) kinks: Vec<Kink>,
    pub(crate) recording: usize,
}

impl<V: Value> Gradient<V> {
    /// The kinks that the tape had met when the gradient was taken, in the order of the computation: if there are any, this
    /// gradient is one choice among several, and [`subdifferential`](crate::subdifferential()) has them all.
    ///
    /// Of nested types the tape of the outermost type lists them all; those of the inner types need not.
    ///
    /// ```
    /// use autograd::Tape;
    /// use num_traits::Float;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(0.0);
    /// let gradient = tape.gradient(&x.abs());
    /// assert_eq!(gradient.wrt(&x), 0.0);
    /// assert_eq!(gradient.kinks()[0].operation, "abs");
    /// ```
    pub fn kinks(&self) -> &[Kink] {
        &self.kinks
    }

    /// The derivative with respect to `x`, shaped like `x`; zero for constants and for what the result did not depend on.
    ///
    /// Of arrays only the leaves can be asked for: a sweep hands the cotangents of what lies between on instead of keeping a
    /// copy of each. To have one, record a leaf of zeros, add it to the array, and ask for that leaf.
    ///
    /// ```
    /// use autograd::Tape;
    ///
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(2.0), tape.var(3.0));
    /// let product = x * y;
    /// let gradient = tape.gradient(&(product * product));
    /// assert_eq!([gradient.wrt(&x), gradient.wrt(&y), gradient.wrt(&product)], [36.0, 24.0, 12.0]);
    /// ```
    ///
    /// # Panics
    /// If `x` was recorded on another tape, or the tape was cleared in between. If `x` is an array that was computed. If `x` is a
    /// number that was computed by a function of one variable, for then it has no node: take the derivative with respect to
    /// its argument.
    #[track_caller]
    pub fn wrt(&self, x: &Var<'_, V>) -> V {
        let untouched = V::untouched();
        let adjoint = match x.tape {
            None => &untouched,
            Some(tape) => {
                assert!(
                    tape.recording == self.recording,
                    "this gradient was taken from another tape than the variable's, or before the tape was cleared; \
                     take it from the variable's own tape"
                );
                assert!(
                    x.is_node,
                    "a function of one variable leaves no node to differentiate by; take the derivative with respect \
                     to its argument"
                );
                assert!(
                    V::KEEPS_NODES || tape.node_at(x.index).is_none(),
                    "{} that was computed keeps no cotangent; record a leaf of zeros, add it there, and take the derivative \
                     with respect to that leaf",
                    x.value.form()
                );
                self.adjoints.get(x.index as usize).unwrap_or(&untouched)
            }
        };
        V::total(adjoint, &x.value)
    }
}
