//! Functions of many numbers at once, recorded as one operation: sums, products of vectors, log-sum-exp, norms.

use alloc::vec::Vec;

use num_traits::Float;
use smallvec::SmallVec;

use crate::dual::Dual;
use crate::kink::KinkOps;
use crate::tape::{CONTINUED, Record, Tape, assert_same_tape};
use crate::value::chain;
use crate::var::Var;

/// Functions of slices, for plain numbers, dual numbers and recorded ones alike.
///
/// Recorded one by one, a sum of n numbers is n − 1 operations and an inner product 2n − 1; here each is one, and takes 24
/// bytes (in `f64`) for every two operands that are not constant. It pays where a recording outgrows the caches: of a handful
/// of numbers the plain code is as fast or faster (benchmark `scalar_tape` has both).
///
/// ```
/// use autograd::Many;
/// use autograd::check::{Mode, Order, check_grads};
///
/// fn loss<F: Many>(weights: &[F], inputs: &[F]) -> F {
///     F::log_sum_exp(&[F::dot(weights, inputs), F::norm(weights)])
/// }
/// let x = [0.6, 0.8, 1.0, 2.0];
/// let gradient = autograd::grad(|x| loss(&x[..2], &x[2..]), &x);
/// check_grads(|x| loss(&x[..2], &x[2..]), &x, Order::Second, &Mode::ALL).unwrap();
/// # assert_eq!(gradient.len(), 4);
/// ```
pub trait Many: KinkOps {
    /// The number without its derivatives; of nested types without the outermost.
    type Plain: Float;

    /// The number without its derivatives.
    fn plain(&self) -> Self::Plain;

    /// The result of a function of many numbers, given its value and its partial derivative by each: how anybody adds
    /// one of their own.
    ///
    /// # Panics
    /// If operands were recorded on different tapes.
    fn many(value: Self::Plain, operands: impl Iterator<Item = (Self, Self::Plain)>) -> Self;

    /// Σᵢ aᵢbᵢ; by aᵢ: bᵢ, and by bᵢ: aᵢ.
    ///
    /// # Panics
    /// If the lengths differ, or the numbers were recorded on different tapes.
    #[track_caller]
    fn dot(left: &[Self], right: &[Self]) -> Self {
        assert_eq!(left.len(), right.len(), "dot needs two slices of one length");
        let zero: Self::Plain = num_traits::zero();
        let value = left.iter().zip(right).fold(zero, |sum, (a, b)| sum + a.plain() * b.plain());
        let count = left.len();
        // Over positions: a chain of two iterators, or one of pairs, is not inlined into one loop and takes three times as long.
        let operand = |at: usize| match at.checked_sub(count) {
            None => (left[at], right[at].plain()),
            Some(at) => (right[at], left[at].plain()),
        };
        Self::many(value, (0..2 * count).map(operand))
    }

    /// ln Σᵢ exp xᵢ, as m + ln Σᵢ exp(xᵢ − m) with the largest number m, so that nothing overflows; −∞ for no numbers.
    /// By xᵢ: exp xᵢ / Σⱼ exp xⱼ.
    ///
    /// # Panics
    /// If the numbers were recorded on different tapes.
    #[track_caller]
    fn log_sum_exp(x: &[Self]) -> Self {
        let larger = |a: Self::Plain, b: Self::Plain| if a.is_nan() || a > b { a } else { b };
        let largest = x.iter().map(Self::plain).fold(Float::neg_infinity(), larger);
        if !largest.is_finite() {
            // ±∞ decides by itself, and NaN stays; the weights are then undefined, but for no numbers there are none.
            return Self::many(largest, x.iter().map(|&x| (x, Float::nan())));
        }
        let weights: SmallVec<[Self::Plain; 64]> = x.iter().map(|x| (x.plain() - largest).exp()).collect();
        let sum = weights.iter().fold(num_traits::zero::<Self::Plain>(), |sum, &weight| sum + weight);
        let scale = sum.recip();
        Self::many(largest + sum.ln(), x.iter().zip(weights).map(|(&x, weight)| (x, weight * scale)))
    }

    /// √(Σᵢ xᵢ²), without overflow on the way; by xᵢ: xᵢ over the norm, and 0 at the origin, as for `hypot`.
    ///
    /// # Panics
    /// If the numbers were recorded on different tapes.
    #[track_caller]
    fn norm(x: &[Self]) -> Self {
        let zero: Self::Plain = num_traits::zero();
        let squares = x.iter().fold(zero, |sum, x| sum + x.plain() * x.plain());
        let norm = if squares.is_normal() {
            squares.sqrt()
        } else {
            x.iter().fold(zero, |norm, x| norm.hypot(x.plain()))
        };
        if norm == zero {
            // The kink, its derivative and its note are hypot's.
            return x.iter().fold(num_traits::zero(), |norm: Self, &x| norm.hypot(x));
        }
        Self::many(norm, x.iter().map(|&x| (x, x.plain() / norm)))
    }
}

macro_rules! plain_many {
    ($($number:ty),*) => {
        $(impl Many for $number {
            type Plain = $number;

            #[inline]
            fn plain(&self) -> $number {
                *self
            }

            #[inline]
            fn many(value: $number, _operands: impl Iterator<Item = ($number, $number)>) -> $number {
                value
            }
        })*
    };
}

plain_many!(f32, f64);

impl<T: Float> Many for Dual<T> {
    type Plain = T;

    #[inline]
    fn plain(&self) -> T {
        self.value
    }

    #[inline]
    fn many(value: T, operands: impl Iterator<Item = (Self, T)>) -> Self {
        Self {
            value,
            derivative: operands.fold(T::zero(), |sum, (x, partial)| sum + chain(partial, x.derivative)),
        }
    }
}

impl<T: Float> Many for Var<'_, T> {
    type Plain = T;

    #[inline]
    fn plain(&self) -> T {
        self.value
    }

    #[inline]
    #[track_caller]
    fn many(value: T, operands: impl Iterator<Item = (Self, T)>) -> Self {
        let mut edges = Edges::default();
        for (x, partial) in operands {
            edges.add(x, partial);
        }
        edges.finish(value)
    }
}

/// The edges of one operation while they are collected, in a buffer of their own: what yields the operands may itself
/// record.
struct Edges<'t, T: Float> {
    tape: Option<&'t Tape<T>>,
    /// Two edges each; every one but the first continues the one before.
    records: Vec<Record<T>>,
    /// Whether the last record has room for an edge: its second partial is 0 so far, which nothing turns into another.
    room: bool,
}

impl<T: Float> Default for Edges<'_, T> {
    fn default() -> Self {
        Self { tape: None, records: Vec::new(), room: false }
    }
}

impl<'t, T: Float> Edges<'t, T> {
    // Inlined into the loop over the operands, whatever its size, it keeps its state in registers: called, it took four
    // times as long.
    #[inline(always)]
    #[track_caller]
    fn add(&mut self, x: Var<'t, T>, partial: T) {
        let Some(tape) = x.tape else { return };
        let mut mark = CONTINUED;
        match self.tape {
            Some(own) => assert_same_tape(own, tape),
            None => {
                self.tape = Some(tape);
                self.records = tape.spare();
                mark = 0;
            }
        }
        let partial = chain(partial, x.pending);
        match self.records.last_mut() {
            Some(last) if self.room => {
                last.parents[1] = x.index;
                last.partials[1] = partial;
            }
            _ => {
                let parents = [x.index | mark, x.index];
                self.records.push(Record { parents, partials: [partial, T::zero()] });
            }
        }
        self.room = !self.room;
    }

    #[inline]
    fn finish(self, value: T) -> Var<'t, T> {
        let Some(tape) = self.tape else { return Var::constant(value) };
        let handle = match self.records.as_slice() {
            // An operation of one variable writes no node.
            &[Record { parents: [index, _], partials: [pending, _] }] if self.room => {
                Var { tape: self.tape, index, value, pending }
            }
            records => Var { tape: self.tape, index: tape.push_block(records), value, pending: T::one() },
        };
        tape.keep_spare(self.records);
        handle
    }
}

/// The sum as one operation.
impl<'t, T: Float> core::iter::Sum for Var<'t, T> {
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        let mut edges = Edges::default();
        let mut value = T::zero();
        for x in numbers {
            value = value + x.value;
            edges.add(x, T::one());
        }
        edges.finish(value)
    }
}
