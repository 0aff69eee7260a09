//! Line searches along functions of one number.

use losses_optim::{
    line_search::{
        Armijo, FixedStep, HagerZhang, Line, LineSearch, LineSearchError, PolyakStep, Room, StochasticArmijo,
        StrongWolfe,
    },
    objective::ByHand,
};
use proptest::prelude::*;

/// A function of one number with its derivative, as a line from a point in the direction −1.
fn along<R>(f: fn(f64) -> (f64, f64), start: f64, search: impl FnOnce(&mut Line<'_, f64>) -> R) -> R {
    let mut objective = ByHand {
        value: |x: &[f64]| f(x[0]).0,
        value_and_grad: |x: &[f64], grad: &mut [f64]| {
            grad[0] = f(x[0]).1;
            f(x[0]).0
        },
    };
    let (mut room, start) = (Room::default(), [start]);
    let (value, slope) = f(start[0]);
    search(&mut Line::new(&mut objective, &start, &[-1.0], value, &[slope], &mut room))
}

/// Functions that rise at the starts which the properties draw, and fall far to the left of them only to a point.
const FUNCTIONS: [fn(f64) -> (f64, f64); 6] = [
    |x| (x * x, 2.0 * x),
    |x| (x.cosh(), x.sinh()),
    |x| (x.powi(4), 4.0 * x.powi(3)),
    |x| (1.0 + x * x - (3.0 * x).cos(), 2.0 * x + 3.0 * (3.0 * x).sin()),
    |x| ((1.0 + x * x).ln() + 0.1 * x * x, 2.0 * x / (1.0 + x * x) + 0.2 * x),
    // Defined on the right half only.
    |x| (x - x.ln(), 1.0 - 1.0 / x),
];

proptest! {
    #[test]
    fn line_searches_keep_their_conditions(
        function in 0..FUNCTIONS.len(), start in 1.1f64..6.0, exponent in -4.0f64..4.0,
    ) {
        let (f, first) = (FUNCTIONS[function], 10f64.powf(exponent));
        let (value, slope) = f(start);
        prop_assume!(slope > 0.0);
        let at = |alpha: f64| {
            let (value, slope) = f(start - alpha);
            (value, -slope)
        };
        let armijo = along(f, start, |line| Armijo::default().search(line, first)).unwrap();
        prop_assert!(armijo <= first && at(armijo).0 <= value - 1e-4 * armijo * slope);

        let mut remembers = StochasticArmijo { largest: first, ..StochasticArmijo::default() };
        let step = along(f, start, |line| remembers.search(line, 1.0)).unwrap();
        prop_assert!(step <= first && at(step).0 <= value - 0.1 * step * slope);
        prop_assert_eq!(remembers.last, Some(step));

        for flatness in [0.1, 0.9] {
            let mut search = StrongWolfe { flatness, ..StrongWolfe::default() };
            let alpha = along(f, start, |line| search.search(line, first)).unwrap();
            let (end, end_slope) = at(alpha);
            prop_assert!(end <= value - 1e-4 * alpha * slope, "{} at {}", end, alpha);
            prop_assert!(end_slope.abs() <= flatness * slope, "{} from {} at {}", end_slope, slope, alpha);
        }
        let alpha = along(f, start, |line| HagerZhang::default().search(line, first)).unwrap();
        let (end, end_slope) = at(alpha);
        prop_assert!(end_slope >= -0.9 * slope);
        let wolfe = end - value <= -0.1 * alpha * slope;
        let approximate = 0.8 * slope >= end_slope && end <= value + 1e-6 * value.abs();
        prop_assert!(wolfe || approximate, "{} from {} at {}", end, value, alpha);
    }
}

#[test]
fn lines_that_do_not_descend_and_constants_out_of_range_are_refused() {
    fn refused(mut search: impl LineSearch<f64>) {
        let up = along(|x| (x, -1.0), 1.0, |line| search.search(line, 1.0));
        assert!(matches!(up, Err(LineSearchError::NoDescent { slope: 1.0, .. })), "{up:?}");
        let no_number = along(|x| (x, f64::NAN), 1.0, |line| search.search(line, 1.0));
        assert!(matches!(no_number, Err(LineSearchError::NoDescent { .. })), "{no_number:?}");
    }
    refused(PolyakStep::default());
    refused(Armijo::default());
    refused(StochasticArmijo::default());
    refused(StrongWolfe::default());
    refused(HagerZhang::default());
    fn named(search: impl LineSearch<f64>, name: &str) {
        assert_eq!(search.validate().unwrap_err().name, name);
    }
    named(FixedStep { step: 0.0 }, "step");
    named(PolyakStep { optimum: f64::NAN, ..PolyakStep::default() }, "optimum");
    named(PolyakStep { largest: Some(-1.0), ..PolyakStep::default() }, "largest");
    named(Armijo { shrink: 1.0, ..Armijo::default() }, "shrink");
    named(StochasticArmijo { growth: 0.5, ..StochasticArmijo::default() }, "growth");
    named(StrongWolfe { flatness: 1e-5, ..StrongWolfe::default() }, "flatness");
    named(HagerZhang { decrease: 0.5, ..HagerZhang::default() }, "decrease");
    named(HagerZhang { growth: 1.0, ..HagerZhang::default() }, "growth");
}

#[test]
fn a_gradient_that_is_not_the_values_ends_the_search() {
    // The value rises where the gradient says that it falls.
    let wrong: fn(f64) -> (f64, f64) = |x| (-x, 1.0);
    for search in [&mut Armijo::default() as &mut dyn LineSearch<f64>, &mut StrongWolfe::default()] {
        let found = along(wrong, 1.0, |line| search.search(line, 1.0));
        assert!(matches!(found, Err(LineSearchError::Exhausted { .. })), "{found:?}");
    }
    // And it never stops falling.
    let endless: fn(f64) -> (f64, f64) = |x| (x, 1.0);
    for search in [&mut StrongWolfe::default() as &mut dyn LineSearch<f64>, &mut HagerZhang::default()] {
        let found = along(endless, 1.0, |line| search.search(line, 1.0));
        assert!(matches!(found, Err(LineSearchError::Exhausted { .. })), "{found:?}");
    }
}

#[test]
fn hager_and_zhang_still_find_a_step_where_values_have_lost_their_digits() {
    // A valley of depth 10⁻¹⁴ under a height of 10⁶.
    let f: fn(f64) -> (f64, f64) = |x| (1e6 + 1e-14 * x * x, 2e-14 * x);
    let alpha = along(f, 1.0, |line| HagerZhang::default().search(line, 0.5)).unwrap();
    assert!((alpha - 1.0).abs() <= 0.9, "{alpha}");
}
