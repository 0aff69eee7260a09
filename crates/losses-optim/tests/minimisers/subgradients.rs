//! Steepest descent from the subdifferential of convex functions with kinks.

use autograd::SubdifferentialError;
use losses_optim::{
    minimise::{Ended, MinimiseError, Minimiser, SteepestDescent, Until},
    objective::{LeastSubgradient, Objective, Recorded},
};
use num_traits::Float;

/// |x| + x/2 + max(y, −2y) + y/2 + z², least at the origin, on two kinks at once.
fn valley<F: Float>(w: &[F]) -> F {
    let number = |x: f64| F::from(x).unwrap();
    let wall = w[1].max(w[1] * number(-2.0));
    w[0].abs() + w[0] * number(0.5) + wall + w[1] * number(0.5) + w[2] * w[2]
}

#[test]
fn a_start_on_kinks_keeps_to_them() {
    let mut objective = LeastSubgradient::<f64, _>::new(|w| valley(w));
    let mut gradient = [f64::NAN; 3];
    assert_eq!(objective.value_and_grad(&[0.0, 0.0, 3.0], &mut gradient), 9.0);
    assert!(gradient[..2] == [0.0, 0.0] && (gradient[2] - 6.0).abs() < 1e-14, "{gradient:?}");
    // Beside all kinks it is the gradient.
    assert_eq!(objective.value_and_grad(&[1.0, -1.0, 3.0], &mut gradient), 12.0);
    assert_eq!(gradient, [1.5, -1.5, 6.0]);

    let mut w = [0.0, 0.0, 3.0];
    let until = Until { gradient: 1e-12, steps: 60 };
    let summary = SteepestDescent::default().minimise(&mut w, &mut objective, &until).unwrap();
    assert_eq!(summary.ended, Ended::Flat, "{summary:?}");
    assert!(w[..2] == [0.0, 0.0] && w[2].abs() < 1e-12, "{w:?}");
    assert_eq!(objective.refused, None);
    // Operation by operation ½ is taken of x, and −½ + ½ of y: no minimum is seen where there is one.
    let mut chained = Recorded::<f64, _>::new(|w| valley(w));
    let stuck = SteepestDescent::default().minimise(&mut [0.0; 3], &mut chained, &until).unwrap();
    assert_eq!((stuck.ended, stuck.last.gradient), (Ended::Stuck, 0.5));
}

#[test]
fn a_set_that_cannot_be_enumerated_is_refused_with_its_reason() {
    let mut cone = LeastSubgradient::<f64, _>::new(|w| w[0].hypot(w[1]));
    let mut w = [0.0, 0.0];
    let refused = SteepestDescent::default().step(&mut w, &mut cone).unwrap_err();
    assert!(matches!(refused, MinimiseError::NotFinite { .. }), "{refused}");
    assert!(matches!(cone.refused, Some(SubdifferentialError::Round { .. })), "{:?}", cone.refused);
    assert_eq!(w, [0.0, 0.0]);
    w = [3.0, 4.0];
    SteepestDescent::default().step(&mut w, &mut cone).unwrap();
    assert_eq!(cone.refused, None);
}
