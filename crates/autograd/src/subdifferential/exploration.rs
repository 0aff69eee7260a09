//! Which side of each kink a recording takes: what a tape asks while a subdifferential is enumerated.

use alloc::vec::Vec;

use num_traits::Float;

/// The side of a kink beside which its derivative is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Where the operand is a little smaller.
    Below,
    /// Where the operand is a little larger.
    Above,
}

impl Side {
    /// The number next to `x` on this side.
    pub(crate) fn of<T: Float>(self, x: T) -> T {
        let step = unit(x);
        match self {
            Side::Below => x - step,
            Side::Above => x + step,
        }
    }

    /// The partial derivatives of a maximum whose first argument lies on this side of the second.
    pub(crate) fn shares<T: Float>(self) -> (T, T) {
        match self {
            Side::Below => (T::zero(), T::one()),
            Side::Above => (T::one(), T::zero()),
        }
    }
}

/// The distance to a number beside `x`, a unit in the last place or two. Beside 0 the least normal number, because
/// vector kernels may take denormals for 0.
pub(crate) fn unit<T: Float>(x: T) -> T {
    if x == T::zero() { T::min_positive_value() } else { x.abs() * T::epsilon() }
}

/// The sides taken so far, in the order in which a recording meets its kinks.
///
/// Recordings follow one after another until [`advance`](Self::advance) says that all combinations have been taken. A
/// choice may decide which kinks are met after it: of three equal numbers one is the largest as soon as it is moved up.
#[derive(Debug, Default)]
pub(crate) struct Exploration {
    sides: Vec<Side>,
    met: usize,
    /// An operation whose derivatives beside its kink are not finitely many.
    round: Option<&'static str>,
}

impl Exploration {
    /// The side to take at the next kink of this recording.
    pub(crate) fn side(&mut self) -> Side {
        if self.met == self.sides.len() {
            self.sides.push(Side::Below);
        }
        self.met += 1;
        self.sides[self.met - 1]
    }

    /// Says that an operation was met whose sides cannot be enumerated.
    pub(crate) fn refuse(&mut self, operation: &'static str) {
        self.round = Some(operation);
    }

    pub(crate) fn refused(&self) -> Option<&'static str> {
        self.round
    }

    /// The number of choices that the last recording met.
    pub(crate) fn met(&self) -> usize {
        self.met
    }

    /// Prepares the next combination, as one counts in binary; whether there is one.
    pub(crate) fn advance(&mut self) -> bool {
        self.sides.truncate(self.met);
        self.met = 0;
        while self.sides.last() == Some(&Side::Above) {
            self.sides.pop();
        }
        match self.sides.last_mut() {
            Some(last) => {
                *last = Side::Above;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_comes_once_even_if_choices_open_others() {
        // A second kink is met only below the first.
        let mut exploration = Exploration::default();
        let mut taken = Vec::new();
        loop {
            let first = exploration.side();
            let second = (first == Side::Below).then(|| exploration.side());
            taken.push((first, second));
            if !exploration.advance() {
                break;
            }
        }
        let expected =
            [(Side::Below, Some(Side::Below)), (Side::Below, Some(Side::Above)), (Side::Above, None)];
        assert_eq!(taken, expected);
    }

    #[test]
    fn a_number_beside_another_differs_from_it() {
        for x in [0.0, -0.0, 1.0, -3.5, 1e300, -1e-300] {
            assert!(Side::Below.of(x) < x && Side::Above.of(x) > x, "{x}");
            assert!((Side::Above.of(x) - x) <= 4.0 * f64::EPSILON * x.abs().max(1.0));
        }
        assert!(Side::Below.of(0.0_f32) < 0.0 && Side::Above.of(1e30_f32) > 1e30);
    }
}
