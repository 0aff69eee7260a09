//! Broadcasting against a naive reference: values, and cotangents summed over repeated axes.

use autograd::{Algebra, Array, ArrayOps, Tape};
use proptest::prelude::*;

/// Two shapes that broadcast together: the second is made from a common shape as the first is, by shortening axes to 1
/// and dropping leading ones.
fn shapes() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let side = || (prop::collection::vec(any::<bool>(), 4), 0..=4_usize);
    (prop::collection::vec(0..=3_usize, 0..=4), side(), side()).prop_map(|(common, left, right)| {
        let shape = |(shorten, drop): (Vec<bool>, usize)| {
            let axes = common.iter().zip(shorten).map(|(&length, shorten)| if shorten { 1 } else { length });
            axes.skip(drop.min(common.len())).collect()
        };
        (shape(left), shape(right))
    })
}

/// The common shape, or `None` if the shapes do not fit.
fn common(left: &[usize], right: &[usize]) -> Option<Vec<usize>> {
    let axes = left.len().max(right.len());
    let length =
        |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(axes).map_or(1, |axis| shape[axis]);
    (0..axes)
        .map(|axis| match (length(left, axis), length(right, axis)) {
            (l, r) if l == r => Some(l),
            (1, other) | (other, 1) => Some(other),
            _ => None,
        })
        .collect()
}

/// Every index of a shape, in row-major order.
fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![vec![]], |prefixes, &length| {
        let extend = |prefix: &Vec<usize>, i| prefix.iter().copied().chain([i]).collect();
        prefixes.iter().flat_map(|prefix| (0..length).map(move |i| extend(prefix, i))).collect()
    })
}

/// The index of the operand's element that takes part at `index` of the result.
fn operand_index(index: &[usize], shape: &[usize]) -> Vec<usize> {
    let skipped = index.len() - shape.len();
    shape.iter().zip(&index[skipped..]).map(|(&length, &i)| if length == 1 { 0 } else { i }).collect()
}

fn array(shape: &[usize], seed: f64) -> Array<f64> {
    let count: usize = shape.iter().product();
    Array::new(shape, (0..count).map(|i| (seed + i as f64).sin() + 2.0).collect()).unwrap()
}

/// An operator with its partial derivatives, and its sign.
type Operator = (fn(f64, f64) -> [f64; 3], &'static str);

proptest! {
    #[test]
    fn values_and_cotangents_are_those_of_the_naive_loops((left, right) in shapes()) {
        let (a, b) = (array(&left, 0.3), array(&right, 1.7));
        let shape = common(&left, &right).unwrap();
        let weights = array(&shape, 2.9);
        let operators: [Operator; 4] = [
            (|a, b| [a + b, 1.0, 1.0], "+"),
            (|a, b| [a - b, 1.0, -1.0], "−"),
            (|a, b| [a * b, b, a], "·"),
            (|a, b| [a / b, 1.0 / b, -a / b / b], "/"),
        ];
        for (operator, name) in operators {
            let tape = Tape::new();
            let (x, y) = (tape.var(a.clone()), tape.var(b.clone()));
            let result = match name {
                "+" => &x + &y,
                "−" => &x - &y,
                "·" => &x * &y,
                _ => &x / &y,
            };
            prop_assert_eq!(result.value().shape(), &shape[..]);
            let gradient = tape.pullback(&result, weights.clone());
            let (mut by_a, mut by_b) = (Array::zeros(&left), Array::zeros(&right));
            for (position, index) in indices(&shape).iter().enumerate() {
                let (at_a, at_b) = (operand_index(index, &left), operand_index(index, &right));
                let [value, slope_a, slope_b] = operator(a[&at_a[..]], b[&at_b[..]]);
                prop_assert_eq!(result.value()[&index[..]], value, "{} at {:?}", name, index);
                let weight = weights.to_vec()[position];
                let flat = |at: &[usize], shape: &[usize]| at.iter().zip(shape).fold(0, |flat, (i, n)| flat * n + i);
                by_a.as_mut_slice()[flat(&at_a, &left)] += weight * slope_a;
                by_b.as_mut_slice()[flat(&at_b, &right)] += weight * slope_b;
            }
            let pairs: [(Array<f64>, Array<f64>); 2] = [(gradient.wrt(&x), by_a), (gradient.wrt(&y), by_b)];
            for (found, expected) in pairs {
                prop_assert_eq!(found.shape(), expected.shape());
                for (found, expected) in found.to_vec().iter().zip(expected.to_vec()) {
                    prop_assert!((found - expected).abs() < 1e-12, "{}: {} is not {}", name, found, expected);
                }
            }
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused(
        left in prop::collection::vec(0..=3_usize, 0..=3),
        right in prop::collection::vec(0..=3_usize, 0..=3),
    ) {
        let (a, b) = (array(&left, 0.3), array(&right, 1.7));
        let sum = std::panic::catch_unwind(|| &a + &b);
        match common(&left, &right) {
            Some(shape) => prop_assert_eq!(sum.unwrap().shape().to_vec(), shape),
            None => prop_assert!(sum.is_err()),
        }
    }

    #[test]
    fn summing_undoes_broadcasting((left, right) in shapes()) {
        let shape = common(&left, &right).unwrap();
        let tape = Tape::new();
        let x = tape.var(array(&left, 0.3));
        let gradient = tape.gradient(&x.broadcast_to(&shape).exp().sum_all()).wrt(&x);
        let copies = if x.value().is_empty() { 0.0 } else { shape.iter().product::<usize>() as f64 / x.value().len() as f64 };
        for (found, x) in gradient.to_vec().iter().zip(x.value().to_vec()) {
            prop_assert!((found - copies * x.exp()).abs() < 1e-10);
        }
    }
}
