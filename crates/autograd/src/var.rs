//! The handle of a recorded value, and of a constant.

use num_traits::Float;

use crate::tape::{Index, Record, Tape, assert_same_tape};
use crate::value::{Value, chain};

/// A value whose computation is recorded, or a constant: a handle without a tape.
///
/// Operations between constants compute and record nothing. A `Var` of a number is `Copy` and implements
/// [`num_traits::Float`] in full, so that code written for `F: Float` differentiates unchanged. A `Var` of an
/// [array](crate#arrays) is `Clone` (the array's storage is shared) and has the methods of `ArrayOps`.
///
/// Comparisons look at the value alone: control flow takes the branch that plain numbers would take.
#[derive(Clone)]
pub struct Var<'t, V: Value> {
    pub(crate) tape: Option<&'t Tape<V>>,
    pub(crate) index: Index,
    pub(crate) value: V,
    /// For numbers: the derivative of `value` with respect to node `index`. A function of one variable only multiplies
    /// it and writes no node; the next operation with another variable settles it.
    pub(crate) pending: V::Pending,
    /// Whether the handle stands for its leaf or node itself: nothing is pending.
    pub(crate) is_node: bool,
}

impl<V: Value + Copy> Copy for Var<'_, V> where V::Pending: Copy {}

impl<V: Value> Var<'_, V> {
    /// A constant: no tape, no derivative.
    ///
    /// ```
    /// use autograd::Var;
    ///
    /// assert!((Var::constant(2.0) * Var::constant(3.0)).is_constant());
    /// assert_eq!(autograd::grad(|x| Var::constant(2.0) * x[0], &[3.0]), [2.0]);
    /// ```
    #[inline]
    pub fn constant(value: V) -> Self {
        Self { tape: None, index: 0, value, pending: V::absent(), is_node: false }
    }

    /// The value.
    #[inline]
    pub fn value(&self) -> &V {
        &self.value
    }

    /// The value as a constant, for every level of nesting and every mode: differentiation stops here. Code that is generic
    /// over its numbers asks for it by [`Value::stop_gradient`].
    ///
    /// ```
    /// // The second factor is taken as given: of x·x one half of the derivative is left.
    /// assert_eq!(autograd::grad(|x| x[0] * x[0].stop_gradient(), &[3.0]), [3.0]);
    /// ```
    #[must_use]
    pub fn stop_gradient(&self) -> Self {
        Self::constant(self.value.stop_gradient())
    }

    /// Whether the handle is a constant.
    #[inline]
    pub fn is_constant(&self) -> bool {
        self.tape.is_none()
    }
}

impl<V: Value> From<V> for Var<'_, V> {
    fn from(value: V) -> Self {
        Self::constant(value)
    }
}

impl<T: Float> Var<'_, T> {
    /// The result of a function of this one number, given the function's value and derivative here: how anybody adds
    /// a scalar function of their own. Writes no node.
    ///
    /// ```
    /// use autograd::Var;
    ///
    /// fn cube(x: Var<'_, f64>) -> Var<'_, f64> {
    ///     let v = *x.value();
    ///     x.unary(v * v * v, 3.0 * v * v)
    /// }
    /// let gradient = autograd::grad(|x| cube(x[0]), &[2.0]);
    /// assert_eq!(gradient, [12.0]);
    /// ```
    #[inline]
    pub fn unary(self, value: T, derivative: T) -> Self {
        Self { value, pending: chain(self.pending, derivative), is_node: false, ..self }
    }

    /// The result of a function of two numbers, given its value and its partial derivatives with respect to `self` and
    /// to `other`. Writes a node only if both are recorded and hang on different nodes.
    ///
    /// ```
    /// use autograd::Var;
    ///
    /// /// x²y
    /// fn square_times<'t>(x: Var<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {
    ///     let (v, w) = (*x.value(), *y.value());
    ///     x.binary(y, v * v * w, 2.0 * v * w, v * v)
    /// }
    /// assert_eq!(autograd::grad(|x| square_times(x[0], x[1]), &[3.0, 5.0]), [30.0, 9.0]);
    /// ```
    ///
    /// # Panics
    /// If the two were recorded on different tapes.
    #[inline]
    #[track_caller]
    pub fn binary(self, other: Self, value: T, by_self: T, by_other: T) -> Self {
        match (self.tape, other.tape) {
            (_, None) => self.unary(value, by_self),
            (None, Some(_)) => other.unary(value, by_other),
            (Some(left), Some(right)) => {
                assert_same_tape(left, right);
                let partials = [chain(self.pending, by_self), chain(other.pending, by_other)];
                if self.index == other.index {
                    // Both are functions of the same node, hence so is the result.
                    return Self { value, pending: partials[0] + partials[1], is_node: false, ..self };
                }
                let index = left.push(Record { parents: [self.index, other.index], partials });
                Self { tape: self.tape, index, value, pending: T::one(), is_node: true }
            }
        }
    }
}
