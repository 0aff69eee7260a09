//! The permutations and changes of sign of the hidden units.

use super::minima::UNITS;
use crate::model::norm;

/// A change of the hidden units that leaves the network's function as it was: unit i takes the place of unit `from[i]`, and
/// its weights on both sides change their sign if `sign[i]` is −1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Symmetry {
    pub(super) from: [usize; UNITS],
    pub(super) sign: [f64; UNITS],
}

impl Symmetry {
    /// All 2ᵏk! of them, the one that changes nothing first.
    pub(super) fn all() -> Vec<Self> {
        let mut orders = vec![vec![]];
        for _ in 0..UNITS {
            let longer = |order: &Vec<usize>| {
                let free = (0..UNITS).filter(|unit| !order.contains(unit)).collect::<Vec<_>>();
                let order = order.clone();
                free.into_iter().map(move |unit| [&order[..], &[unit]].concat())
            };
            orders = orders.iter().flat_map(longer).collect();
        }
        let signs = (0..1_usize << UNITS)
            .map(|bits| std::array::from_fn(|i| if bits >> i & 1 == 0 { 1.0 } else { -1.0 }));
        let signs: Vec<[f64; UNITS]> = signs.collect();
        let of = |order: Vec<usize>| std::array::from_fn(|unit| order[unit]);
        orders
            .into_iter()
            .map(of)
            .flat_map(|from| signs.iter().map(move |&sign| Self { from, sign }))
            .collect()
    }

    pub(super) fn apply(&self, w: &[f64]) -> Vec<f64> {
        rearranged(w, |unit| (self.from[unit], self.sign[unit], self.sign[unit]))
    }
}

/// The parameters with unit i's incoming weights and bias, and its outgoing weights, taken from another unit and scaled.
pub(super) fn rearranged(w: &[f64], of: impl Fn(usize) -> (usize, f64, f64)) -> Vec<f64> {
    let (inputs, outputs) = (16, 10);
    let (bias, outgoing) = (inputs * UNITS, inputs * UNITS + UNITS);
    let mut moved = w.to_vec();
    for unit in 0..UNITS {
        let (from, incoming_scale, outgoing_scale) = of(unit);
        for input in 0..inputs {
            moved[input * UNITS + unit] = incoming_scale * w[input * UNITS + from];
        }
        moved[bias + unit] = incoming_scale * w[bias + from];
        for output in 0..outputs {
            moved[outgoing + unit * outputs + output] =
                outgoing_scale * w[outgoing + from * outputs + output];
        }
    }
    moved
}

pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::minima::{COPIES, network};
    use super::*;
    use crate::model::Activation;

    #[test]
    fn the_symmetries_are_all_different_and_the_first_changes_nothing() {
        let all = Symmetry::all();
        assert_eq!(all.len(), COPIES);
        let w: Vec<f64> = (0..network(Activation::Tanh).parameters()).map(|i| 1.0 + i as f64).collect();
        let moved: HashSet<Vec<u64>> =
            all.iter().map(|of| of.apply(&w).iter().map(|w| w.to_bits()).collect()).collect();
        assert_eq!(moved.len(), COPIES);
        assert_eq!(all[0].apply(&w), w);
    }
}
