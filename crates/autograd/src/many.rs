//! Functions of many numbers at once, recorded as one operation: sums, products of vectors, log-sum-exp, norms.

use alloc::vec::Vec;

use num_traits::Float;
use smallvec::SmallVec;

use crate::dual::Dual;
use crate::kink::KinkOps;
use crate::tape::{CONTINUED, Index, Record, Tape, assert_same_tape};
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
    /// ```
    /// use autograd::Many;
    ///
    /// /// Σᵢ xᵢ²
    /// fn sum_of_squares<F: Many>(x: &[F]) -> F {
    ///     let value = x.iter().fold(num_traits::zero(), |sum: F::Plain, x| sum + x.plain() * x.plain());
    ///     F::many(value, x.iter().map(|&x| (x, x.plain() + x.plain())))
    /// }
    /// assert_eq!(autograd::grad(|x| sum_of_squares(x), &[1.0, 2.0, 3.0]), [2.0, 4.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If operands were recorded on different tapes.
    fn many(value: Self::Plain, operands: impl Iterator<Item = (Self, Self::Plain)>) -> Self;

    /// As [`many`](Self::many), for operands that are at hand, given by position with their partial derivatives: they are
    /// recorded at once, where those of an iterator, which may itself record, are collected first.
    ///
    /// # Panics
    /// If operands were recorded on different tapes, or `operand` records.
    #[inline]
    #[track_caller]
    fn many_at(value: Self::Plain, count: usize, operand: impl Fn(usize) -> (Self, Self::Plain)) -> Self {
        Self::many(value, (0..count).map(operand))
    }

    /// Σᵢ aᵢbᵢ; by aᵢ: bᵢ, and by bᵢ: aᵢ.
    ///
    /// # Panics
    /// If the lengths differ, or the numbers were recorded on different tapes.
    #[track_caller]
    fn dot(left: &[Self], right: &[Self]) -> Self {
        assert_eq!(left.len(), right.len(), "dot needs two slices of one length");
        let zero: Self::Plain = num_traits::zero();
        let value = left.iter().zip(right).fold(zero, |sum, (a, b)| sum + a.plain() * b.plain());
        Self::many_at(value, 2 * left.len(), |at| match (at / 2, at % 2) {
            (at, 0) => (left[at], right[at].plain()),
            (at, _) => (right[at], left[at].plain()),
        })
    }

    /// ln Σᵢ exp xᵢ, as m + ln Σᵢ exp(xᵢ − m) with the largest number m, so that nothing overflows; −∞ for no numbers.
    /// By xᵢ: exp xᵢ / Σⱼ exp xⱼ (P. Blanchard, D. J. Higham & N. J. Higham 2021, *Accurately computing the log-sum-exp and
    /// softmax functions*, IMA Journal of Numerical Analysis 41, pages 2311–2330).
    ///
    /// # Panics
    /// If the numbers were recorded on different tapes.
    #[track_caller]
    fn log_sum_exp(x: &[Self]) -> Self {
        let larger = |a: Self::Plain, b: Self::Plain| if a.is_nan() || a > b { a } else { b };
        let largest = x.iter().map(Self::plain).fold(Float::neg_infinity(), larger);
        if !largest.is_finite() {
            // ±∞ decides by itself, and NaN stays; the weights are then undefined, but for no numbers there are none.
            return Self::many_at(largest, x.len(), |at| (x[at], Float::nan()));
        }
        let weights: SmallVec<[Self::Plain; 64]> = x.iter().map(|x| (x.plain() - largest).exp()).collect();
        let sum = weights.iter().fold(num_traits::zero::<Self::Plain>(), |sum, &weight| sum + weight);
        let scale = sum.recip();
        Self::many_at(largest + sum.ln(), x.len(), |at| (x[at], weights[at] * scale))
    }

    /// √(Σᵢ xᵢ²), without overflow on the way; by xᵢ: xᵢ over the norm, and 0 at the origin, as for `hypot`. Where k numbers are
    /// infinite, ±1/√k by each of them and 0 by the others, the limit for numbers that grow alike.
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
        let infinite = x.iter().fold(zero, |count, x| count + infinite_sign(x.plain()).abs());
        if infinite > zero {
            let share = infinite.sqrt().recip();
            return Self::many_at(norm, x.len(), |at| (x[at], infinite_sign(x[at].plain()) * share));
        }
        Self::many_at(norm, x.len(), |at| (x[at], x[at].plain() / norm))
    }
}

/// The sign of an infinite number, and 0 for all others. A length that is infinite because k components are has the
/// derivative ±1/√k by each of them and 0 by the others: the limit for components that grow alike.
#[inline]
pub(crate) fn infinite_sign<T: Float>(x: T) -> T {
    if x.is_infinite() { x.signum() } else { T::zero() }
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
        let mut collected = Collected::default();
        for (x, partial) in operands {
            collected.add(x, partial);
        }
        collected.finish(value)
    }

    #[inline]
    #[track_caller]
    fn many_at(value: T, count: usize, operand: impl Fn(usize) -> (Self, T)) -> Self {
        let mut edges = Edges::default();
        let mut node = None;
        let put = |(tape, record): (&Tape<T>, Record<T>), before: Option<Index>| {
            let index = tape.push(record);
            assert!(
                before.is_none_or(|before| before + 1 == index),
                "the operands of `many_at` must not record; give them to `many`"
            );
            Some(index)
        };
        for at in 0..count {
            let (x, partial) = operand(at);
            if let Some(complete) = edges.add(x, partial) {
                node = put(complete, node);
            }
        }
        if let Some(last) = edges.last() {
            node = put(last, node);
        }
        edges.handle(value, node)
    }
}

/// The edges of one operation, which become records two by two.
struct Edges<'t, T: Float> {
    tape: Option<&'t Tape<T>>,
    /// An edge that waits for another to share its record.
    waiting: Option<(Index, T)>,
    /// What marks the next record: every one but the first continues the one before.
    mark: Index,
}

impl<T: Float> Default for Edges<'_, T> {
    fn default() -> Self {
        Self { tape: None, waiting: None, mark: 0 }
    }
}

impl<'t, T: Float> Edges<'t, T> {
    /// Adds an edge, and returns a record if it has become complete.
    // Inlined into the loop over the operands, whatever its size, it keeps its state in registers: called, it took four
    // times as long.
    #[inline(always)]
    #[track_caller]
    fn add(&mut self, x: Var<'t, T>, partial: T) -> Option<(&'t Tape<T>, Record<T>)> {
        let tape = x.tape?;
        assert_same_tape(*self.tape.get_or_insert(tape), tape);
        let partial = chain(partial, x.pending);
        let Some((left, by_left)) = self.waiting.take() else {
            self.waiting = Some((x.index, partial));
            return None;
        };
        let parents = [left | self.mark, x.index];
        self.mark = CONTINUED;
        Some((tape, Record { parents, partials: [by_left, partial] }))
    }

    /// The record of an edge that still waits after the last: its second partial is 0, which nothing turns into another.
    /// A single edge needs none.
    #[inline]
    fn last(&self) -> Option<(&'t Tape<T>, Record<T>)> {
        let (index, partial) = self.waiting.filter(|_| self.mark != 0)?;
        Some((self.tape?, Record { parents: [index | self.mark, index], partials: [partial, T::zero()] }))
    }

    /// The result, whose node is that of the last record if there is one.
    #[inline]
    fn handle(self, value: T, node: Option<Index>) -> Var<'t, T> {
        match (node, self.waiting) {
            (Some(index), _) => Var { tape: self.tape, index, value, pending: T::one(), is_node: true },
            (None, Some((index, pending))) => Var { tape: self.tape, index, value, pending, is_node: false },
            (None, None) => Var::constant(value),
        }
    }
}

/// The records of one operation while they are collected, in a buffer of their own: what yields the operands may itself
/// record.
struct Collected<'t, T: Float> {
    edges: Edges<'t, T>,
    records: Vec<Record<T>>,
}

impl<T: Float> Default for Collected<'_, T> {
    fn default() -> Self {
        Self { edges: Edges::default(), records: Vec::new() }
    }
}

impl<'t, T: Float> Collected<'t, T> {
    #[inline(always)]
    #[track_caller]
    fn add(&mut self, x: Var<'t, T>, partial: T) {
        if let Some((tape, record)) = self.edges.add(x, partial) {
            if self.records.capacity() == 0 {
                self.records = tape.spare();
            }
            self.records.push(record);
        }
    }

    #[inline]
    fn finish(mut self, value: T) -> Var<'t, T> {
        let last = self.edges.last();
        self.records.extend(last.map(|(_, record)| record));
        let node = match self.edges.tape {
            Some(tape) if !self.records.is_empty() => {
                let node = tape.push_block(&self.records);
                tape.keep_spare(self.records);
                Some(node)
            }
            _ => None,
        };
        self.edges.handle(value, node)
    }
}

/// The sum as one operation.
impl<'t, T: Float> core::iter::Sum for Var<'t, T> {
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        let mut collected = Collected::default();
        let mut value = T::zero();
        for x in numbers {
            value = value + x.value;
            collected.add(x, T::one());
        }
        collected.finish(value)
    }
}
