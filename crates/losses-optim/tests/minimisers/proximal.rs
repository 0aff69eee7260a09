//! Proximal gradients and the terms that they take.

use losses_optim::{
    minimise::{Ended, Fista, Ista, Minimiser, Until},
    objective::Objective,
    proximal::{Interval, L1, Proximal, Simplex},
};
use proptest::prelude::*;

use crate::problems::{Shifted, centre, curvature};

#[test]
fn accelerated_proximal_gradients_are_faster() {
    let until = Until { gradient: 1e-6, steps: 100_000 };
    let term = L1 { weight: 0.1 };
    let (mut a, mut b) = (vec![1.0; 12], vec![1.0; 12]);
    let plain = Ista::new(term).minimise(&mut a, &mut Shifted, &until).unwrap();
    let fast = Fista::new(term).minimise(&mut b, &mut Shifted, &until).unwrap();
    assert_eq!((plain.ended, fast.ended), (Ended::Flat, Ended::Flat));
    assert!(2 * fast.steps < plain.steps, "{fast:?} {plain:?}");
    // Each coordinate by itself: soft thresholding of the centre, by the weight over the curvature.
    for x in [a, b] {
        for (i, x) in x.iter().enumerate() {
            let expected = (centre(i).abs() - 0.1 / curvature(i)).max(0.0) * centre(i).signum();
            assert!((x - expected).abs() < 1e-4, "{i}: {x} instead of {expected}");
        }
    }
}

proptest! {
    /// u = prox(w, t) is the minimiser: t g(v) + ½‖v − w‖² is no smaller anywhere else.
    #[test]
    fn proximal_operators_minimise(
        w in prop::collection::vec(-3f64..3.0, 5), v in prop::collection::vec(-3f64..3.0, 5), t in 0.01f64..5.0,
    ) {
        fn least(term: &impl Proximal<f64>, w: &[f64], inside: &[f64], t: f64) -> (f64, f64) {
            let cost = |u: &[f64]| {
                t * term.value(u) + 0.5 * u.iter().zip(w).map(|(u, w)| (u - w).powi(2)).sum::<f64>()
            };
            let mut u = w.to_vec();
            term.apply(&mut u, t);
            (cost(&u), cost(inside))
        }
        let (found, other) = least(&L1 { weight: 0.7 }, &w, &v, t);
        prop_assert!(found <= other + 1e-12);
        let clamped: Vec<f64> = v.iter().map(|v| v.clamp(-1.0, 0.5)).collect();
        let (found, other) = least(&Interval { lower: Some(-1.0), upper: Some(0.5) }, &w, &clamped, t);
        prop_assert!(found <= other + 1e-12);
        let sum: f64 = v.iter().map(|v| v.abs()).sum();
        let on_simplex: Vec<f64> = v.iter().map(|v| 2.0 * v.abs() / sum).collect();
        let (found, other) = least(&Simplex { total: 2.0 }, &w, &on_simplex, t);
        prop_assert!(found <= other + 1e-12);
        let mut projected = w.clone();
        Simplex { total: 2.0 }.apply(&mut projected, t);
        prop_assert!((projected.iter().sum::<f64>() - 2.0).abs() < 1e-12 && projected.iter().all(|&w| w >= 0.0));
    }
}

/// By sorting: J. Duchi et al., *Efficient Projections onto the ℓ₁-Ball for Learning in High Dimensions*, ICML 2008, figure 1.
fn sorted_projection(w: &[f64], total: f64) -> Vec<f64> {
    let mut sorted = w.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut theta) = (-total, f64::NAN);
    for (count, &w) in sorted.iter().enumerate() {
        sum += w;
        let candidate = sum / (count as f64 + 1.0);
        if w <= candidate {
            break;
        }
        theta = candidate;
    }
    w.iter().map(|w| (w - theta).max(0.0)).collect()
}

#[test]
fn projections_onto_a_simplex_are_those_by_sorting() {
    let scattered = |i: i32| (f64::from(i) * 0.618_033_988_75).fract();
    let entries: [(&str, Vec<f64>); 6] = [
        ("one", vec![-3.0]),
        ("equal", vec![0.7; 9]),
        ("scattered", (0..1000).map(scattered).collect()),
        ("powers of two", (0..60).map(|i| 0.5_f64.powi(i)).collect()),
        ("cubes", (0..50).map(|i| -scattered(i).powi(3) * 1e3).collect()),
        ("inside already", vec![0.25, 0.25, 0.5]),
    ];
    for (name, w) in entries {
        for total in [1e-3, 1.0, 50.0] {
            let mut projected = w.clone();
            Simplex { total }.apply(&mut projected, 1.0);
            let expected = sorted_projection(&w, total);
            let close = projected.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12);
            assert!(close, "{name}, {total}: {projected:?} instead of {expected:?}");
        }
    }
}

#[test]
fn a_simplex_is_found_beside_entries_of_any_size() {
    let project = |mut w: [f64; 3]| {
        Simplex::default().apply(&mut w, 1.0);
        w
    };
    assert_eq!(project([1e20, 0.0, -1e20]), [1.0, 0.0, 0.0]);
    assert_eq!(project([1e20, 1e20, 0.0]), [0.5, 0.5, 0.0]);
    assert_eq!(project([0.0, f64::NEG_INFINITY, 0.5]), [0.25, 0.0, 0.75]);
    for w in [[f64::INFINITY, 0.0, 0.0], [f64::NEG_INFINITY; 3], [0.0, f64::NAN, 0.0]] {
        assert!(project(w).iter().all(|w| w.is_nan()), "{w:?}");
    }
}

#[test]
fn terms_out_of_range_and_no_numbers() {
    let name = |term: &dyn Proximal<f64>| term.validate().unwrap_err().name;
    assert_eq!(name(&L1 { weight: -1.0 }), "weight");
    assert_eq!(name(&Interval { lower: Some(1.0), upper: Some(0.0) }), "upper");
    assert_eq!(name(&Interval { lower: Some(f64::NAN), upper: None }), "lower");
    assert_eq!(name(&Simplex { total: 0.0 }), "total");
    for term in [&L1::default() as &dyn Proximal<f64>, &Interval::default(), &Simplex::default()] {
        let mut w = [f64::NAN, 1.0];
        term.apply(&mut w, 0.5);
        assert!(w[0].is_nan());
    }
}

#[test]
fn a_step_that_overflows_before_the_simplex_is_shortened() {
    struct Steep;
    impl Objective<f64> for Steep {
        fn value(&mut self, w: &[f64]) -> f64 {
            -1e300 * w[0]
        }
        fn value_and_grad(&mut self, w: &[f64], grad: &mut [f64]) -> f64 {
            grad.copy_from_slice(&[-1e300, 0.0]);
            self.value(w)
        }
    }
    let mut method = Ista::new(Simplex::default());
    method.backtracking.step = 1e10;
    let mut w = [0.5, 0.5];
    let progress = method.step(&mut w, &mut Steep).unwrap();
    assert_eq!(w, [1.0, 0.0]);
    assert!(progress.step < 2e8, "{progress:?}");
}
