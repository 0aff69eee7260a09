//! Proximal gradients and the terms that they take.

use losses_optim::{
    minimise::{Ended, Fista, Ista, Minimiser, Until},
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
