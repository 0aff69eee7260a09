//! Sets of derivatives against sets known in closed form, and what comes out where the rules are inclusions only.

use autograd::kink::{Abs, KinkOps, Relu, Ties};
use autograd::op::map::apply;
use autograd::{
    Algebra, Array, ArrayOps, Elementary, ElementaryOps, MOST_COMBINATIONS, Subdifferential,
    SubdifferentialError, Var, subdifferential,
};
use num_traits::{Float, Signed};
use proptest::prelude::*;

/// The largest inner product of a direction with an element of the set: a convex set is known by it.
fn support(set: &Subdifferential<f64>, direction: &[f64]) -> f64 {
    set.generators().iter().map(|element| dot(element, direction)).fold(f64::NEG_INFINITY, f64::max)
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// The corners of a set of numbers.
macro_rules! interval {
    (|$x:ident| $body:expr, at $at:expr) => {{
        let set = subdifferential(
            |x| {
                let $x = x[0];
                $body
            },
            &[$at],
        )
        .unwrap();
        let corners = set.vertices();
        (corners[0][0], corners[corners.len() - 1][0])
    }};
}

#[test]
fn functions_of_one_number() {
    assert_eq!(interval!(|x| Float::abs(x), at 0.0), (-1.0, 1.0));
    assert_eq!(interval!(|x| Float::abs(x), at - 0.0), (-1.0, 1.0));
    assert_eq!(interval!(|x| Float::abs(x), at 2.0), (1.0, 1.0));
    assert_eq!(interval!(|x| Float::abs(x), at - 2.0), (-1.0, -1.0));
    assert_eq!(interval!(|x| x.relu(), at 0.0), (0.0, 1.0));
    assert_eq!(interval!(|x| x.relu_at(0.25), at 0.0), (0.0, 1.0));
    assert_eq!(interval!(|x| x.max(Var::constant(2.0)), at 2.0), (0.0, 1.0));
    assert_eq!(interval!(|x| x.min_ties(Var::constant(2.0), Ties::First), at 2.0), (0.0, 1.0));
    assert_eq!(interval!(|x| x.clamp(Var::constant(1.0), Var::constant(3.0)), at 1.0), (0.0, 1.0));
    assert_eq!(interval!(|x| x.clamp(Var::constant(1.0), Var::constant(3.0)), at 3.0), (0.0, 1.0));
    assert_eq!(interval!(|x| x.clamp(Var::constant(1.0), Var::constant(1.0)), at 1.0), (0.0, 0.0));
    assert_eq!(interval!(|x| Signed::abs_sub(&x, &Var::constant(1.0)), at 1.0), (0.0, 1.0));
    assert_eq!(interval!(|x| x.copysign(Var::constant(-1.0)), at 0.0), (-1.0, 1.0));
    // The hinge of the lecture at margin 0, and the same with a slope before it.
    assert_eq!(interval!(|x| (Var::constant(1.0) - x * 3.0).relu(), at 1.0 / 3.0), (-3.0, 0.0));
    assert_eq!(interval!(|x| Float::abs(x) + Float::abs(x - 1.0) * 0.5, at 0.0), (-1.5, 0.5));
    assert_eq!(interval!(|x| Float::abs(x).max(x * 3.0).max(-x), at 0.0), (-1.0, 3.0));
    assert_eq!(interval!(|x| (Float::abs(x) * 2.0 + x).relu(), at 0.0), (-1.0, 3.0));
}

#[test]
fn a_function_of_ones_own_has_its_sides_for_nothing() {
    /// x for x < 0, 3x for x > 0.
    #[derive(Debug, Clone, Copy)]
    struct Bent;

    impl Elementary for Bent {
        const NAME: &'static str = "bent";

        fn value<T: Float>(&self, x: T) -> T {
            if x > T::zero() { x * T::from(3.0).unwrap() } else { x }
        }

        fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
            x.number(1.0) + x.number(2.0) * x.step(0.5)
        }

        fn is_kink<T: Float>(&self, x: T) -> bool {
            x == T::zero()
        }
    }

    assert_eq!(interval!(|x| x.apply(&Bent), at 0.0), (1.0, 3.0));
    let x = [Array::vector(&[0.0, 1.0])];
    let set = subdifferential(|x| apply(Bent, &x[0]).sum_all(), &x).unwrap();
    assert_eq!(set.vertices(), [[1.0, 3.0], [3.0, 3.0]]);
}

#[test]
fn ties_of_two_and_of_three() {
    let two = subdifferential(|x| x[0].max(x[1]), &[1.0, 1.0]).unwrap();
    assert_eq!(two.vertices(), [[0.0, 1.0], [1.0, 0.0]]);
    assert!(two.minimum_norm().iter().all(|weight| (weight - 0.5).abs() < 1e-15));
    let three = subdifferential(|x| x[0].max(x[1]).max(x[2]), &[1.0, 1.0, 1.0]).unwrap();
    assert_eq!(three.vertices(), [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]);
    let nearest = three.minimum_norm();
    assert!(nearest.iter().all(|weight| (weight - 1.0 / 3.0).abs() < 1e-15), "{nearest:?}");
    assert!(three.contains(&[0.2, 0.3, 0.5]) && !three.contains(&[0.2, 0.3, 0.6]));
    assert!(!three.contains(&[-0.1, 0.5, 0.6]));
    assert!(!three.is_stationary() && !three.is_singleton());
}

#[test]
fn beside_all_kinks_the_set_is_the_gradient() {
    let set = subdifferential(|x| x[0].relu() * x[1] + Float::abs(x[1]), &[0.5, -2.0]).unwrap();
    assert!(set.is_singleton() && set.kinks().is_empty());
    assert_eq!(set.generators(), [[-2.0, -0.5]]);
    assert_eq!(set.minimum_norm(), [-2.0, -0.5]);
    // A constant function of no variable at all.
    let nothing = subdifferential(|_| Var::constant(1.0), &[] as &[f64]).unwrap();
    assert!(nothing.is_stationary() && nothing.contains(&[]));
}

#[test]
fn the_median_and_nothing_else_is_stationary_for_the_absolute_error() {
    let data = [3.0, -1.0, 4.0, 1.5, 9.0];
    let loss =
        |at: f64| subdifferential(|x| data.iter().map(|&y| Float::abs(x[0] - y)).sum(), &[at]).unwrap();
    for at in data {
        let rank = data.iter().filter(|&&y| y < at).count() as f64;
        let set = loss(at);
        // Below lie `rank` numbers, above the others but one.
        assert_eq!(set.vertices(), [[rank - (5.0 - rank)], [rank + 1.0 - (4.0 - rank)]]);
        assert_eq!(set.is_stationary(), at == 3.0, "{at}");
    }
}

#[test]
fn choices_that_no_direction_takes_together_make_the_set_too_large() {
    // relu(x) − relu(−x) is x, whose derivative is 1. The sides of the two kinks depend on each other, and the rules do not
    // know it: all four combinations come out.
    let set = subdifferential(|x| x[0].relu() - (-x[0]).relu(), &[0.0]).unwrap();
    assert_eq!(set.generators().len(), 3);
    assert_eq!(set.vertices(), [[0.0], [2.0]]);
    assert!(set.contains(&[1.0]), "the derivative is among them");
    assert!(
        set.is_stationary(),
        "though the function has no stationary point: the set errs on this side only"
    );
    // The same for a difference of convex functions that is 0.
    let zero = subdifferential(|x| Float::abs(x[0]) - Float::abs(x[0]), &[0.0]).unwrap();
    assert_eq!(zero.vertices(), [[-2.0], [2.0]]);
}

#[test]
fn what_cannot_be_enumerated_is_named() {
    let many = vec![0.0; 13];
    let error = subdifferential(|x| x.iter().map(|&x| Float::abs(x)).sum(), &many).unwrap_err();
    assert_eq!(error, SubdifferentialError::TooManyKinks { choices: 13 });
    assert!(error.to_string().contains(&MOST_COMBINATIONS.to_string()), "{error}");
    assert!(subdifferential(|x| x.iter().map(|&x| Float::abs(x)).sum(), &many[..12]).is_ok());
    let error = subdifferential(|x| x[0].hypot(x[1]), &[0.0, 0.0]).unwrap_err();
    assert_eq!(error, SubdifferentialError::Round { operation: "hypot" });
    assert!(subdifferential(|x| x[0].hypot(x[1]), &[3.0, 4.0]).unwrap().is_singleton());
    let error = subdifferential(|x| Float::abs(x[0]).sqrt(), &[0.0]).unwrap_err();
    assert_eq!(error, SubdifferentialError::NotFinite);
}

#[test]
fn arrays_have_the_sets_of_their_elements() {
    let x = [Array::vector(&[0.0, 1.0, -0.0, -2.0])];
    let set = subdifferential(|x| apply(Abs, &x[0]).sum_all(), &x).unwrap();
    let mut expected = Vec::new();
    for first in [-1.0, 1.0] {
        for third in [-1.0, 1.0] {
            expected.push([first, 1.0, third, -1.0]);
        }
    }
    assert_eq!(set.vertices(), expected);
    assert_eq!((set.kinks()[0].operation, set.kinks()[0].elements), ("abs", 2));
    // In f32, with a chosen slope, through a layer, and where nothing is contiguous.
    let weights = [Array::new(&[2, 2], vec![1.0_f32, -1.0, 0.5, 3.0]).unwrap()];
    let inputs = Array::new(&[1, 2], vec![1.0_f32, -2.0]).unwrap();
    let set = subdifferential(
        |w| {
            let scores = Var::constant(inputs.clone()).matmul(&w[0].transpose());
            (scores.transpose() - Var::constant(Array::full(&[2, 1], 3.0))).relu_at(0.25).sum_all()
        },
        &weights,
    )
    .unwrap();
    // The scores are 3 and −5.5, so the first row is at its kink and the second is off.
    assert_eq!(set.vertices(), [[0.0, 0.0, 0.0, 0.0], [1.0, -2.0, 0.0, 0.0]]);
    let many = [Array::<f64>::zeros(&[4, 4])];
    assert!(matches!(
        subdifferential(|x| apply(Relu::default(), &x[0]).sum_all(), &many),
        Err(SubdifferentialError::TooManyKinks { choices: 16 })
    ));
}

#[test]
fn a_long_array_has_its_few_kinks_found() {
    let mut elements: Vec<f64> = (0..5000).map(|i| f64::from(i) - 2500.5).collect();
    (elements[17], elements[4321]) = (0.0, 0.0);
    let set = subdifferential(|x| x[0].relu().sum_all(), &[Array::vector(&elements)]).unwrap();
    assert_eq!(set.generators().len(), 4);
    for element in set.generators() {
        let free: Vec<usize> =
            (0..5000).filter(|&i| element[i] != f64::from(u8::from(elements[i] > 0.0))).collect();
        assert!(free.iter().all(|i| [17, 4321].contains(i)), "{free:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// max over i of aᵢ·x + bᵢ: the hull of the gradients of the functions that are largest.
    #[test]
    fn maxima_of_affine_functions(
        slopes in prop::collection::vec(prop::collection::vec(-3_i8..=3, 3), 1..6),
        active in 1_usize..6,
        x in prop::collection::vec(-2_i8..=2, 3),
        direction in prop::collection::vec(-1.0..1.0_f64, 3),
    ) {
        let numbers = |row: &[i8]| -> Vec<f64> { row.iter().map(|&x| f64::from(x)).collect() };
        let slopes: Vec<Vec<f64>> = slopes.iter().map(|row| numbers(row)).collect();
        let x = numbers(&x);
        // The first `active` functions have the value 1 here, the others 0.
        let offsets: Vec<f64> = slopes
            .iter()
            .enumerate()
            .map(|(i, slope)| if i < active { 1.0 } else { 0.0 } - dot(slope, &x))
            .collect();
        let set = subdifferential(
            |x| {
                let affine = |i: usize| {
                    x.iter().zip(&slopes[i]).map(|(&x, &slope)| x * slope).sum::<Var<'_, f64>>() + offsets[i]
                };
                (1..slopes.len()).fold(affine(0), |largest, i| largest.max(affine(i)))
            },
            &x,
        )
        .unwrap();
        let active = &slopes[..active.min(slopes.len())];
        let expected = active.iter().map(|slope| dot(slope, &direction)).fold(f64::NEG_INFINITY, f64::max);
        prop_assert!((support(&set, &direction) - expected).abs() < 1e-12);
        for slope in active {
            prop_assert!(set.contains(slope));
        }
        for corner in set.vertices() {
            prop_assert!(active.contains(&corner), "{corner:?}");
        }
        // The nearest point is the steepest descent: no element lies behind it.
        let steepest = set.minimum_norm();
        for slope in active {
            prop_assert!(dot(&steepest, slope) >= dot(&steepest, &steepest) - 1e-12);
        }
    }

    /// Σᵢ |aᵢ·w − bᵢ|: the sum of the segments [−aᵢ, aᵢ] of the residuals that are 0 and the signed rows of the others; by
    /// numbers and by arrays.
    #[test]
    fn regression_by_absolute_errors(
        rows in prop::collection::vec(prop::collection::vec(-3_i8..=3, 2), 1..7),
        residuals in prop::collection::vec(-1_i8..=1, 7),
        w in prop::collection::vec(-2_i8..=2, 2),
        direction in prop::collection::vec(-1.0..1.0_f64, 2),
        shares in prop::collection::vec(-1.0..1.0_f64, 7),
        other in prop::collection::vec(-3.0..3.0_f64, 2),
    ) {
        let rows: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect();
        let w: Vec<f64> = w.iter().map(|&x| f64::from(x)).collect();
        let targets: Vec<f64> =
            rows.iter().zip(&residuals).map(|(row, &residual)| dot(row, &w) - f64::from(residual)).collect();
        let value = |w: &[f64]| -> f64 {
            rows.iter().zip(&targets).map(|(row, target)| (dot(row, w) - target).abs()).sum()
        };
        let set = subdifferential(
            |w| {
                let residual = |(row, &target): (&Vec<f64>, &f64)| {
                    Float::abs(w.iter().zip(row).map(|(&w, &x)| w * x).sum::<Var<'_, f64>>() - target)
                };
                rows.iter().zip(&targets).map(residual).sum()
            },
            &w,
        )
        .unwrap();
        let expected: f64 = rows
            .iter()
            .zip(&residuals)
            .map(|(row, &residual)| match residual {
                0 => dot(row, &direction).abs(),
                sign => f64::from(sign) * dot(row, &direction),
            })
            .sum();
        prop_assert!((support(&set, &direction) - expected).abs() < 1e-12);
        let mut element = vec![0.0; 2];
        for ((row, &residual), &share) in rows.iter().zip(&residuals).zip(&shares) {
            let weight = if residual == 0 { share } else { f64::from(residual) };
            element.iter_mut().zip(row).for_each(|(sum, x)| *sum += weight * x);
        }
        prop_assert!(set.contains(&element));
        // The subgradient inequality, for the corners and hence for all.
        for subgradient in set.vertices() {
            let step: Vec<f64> = other.iter().zip(&w).map(|(other, w)| other - w).collect();
            prop_assert!(value(&other) >= value(&w) + dot(&subgradient, &step) - 1e-12);
        }
        let design = Array::new(&[rows.len(), 2], rows.concat()).unwrap();
        let by_arrays = subdifferential(
            |w| {
                let predictions = Var::constant(design.clone()).matmul(&w[0].reshape(&[2, 1]));
                let targets = Array::new(&[targets.len(), 1], targets.clone()).unwrap();
                apply(Abs, &(predictions - Var::constant(targets))).sum_all()
            },
            &[Array::vector(&w)],
        )
        .unwrap();
        prop_assert!((support(&by_arrays, &direction) - expected).abs() < 1e-12);
    }
}
