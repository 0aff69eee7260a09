//! Every choice of `autograd::kink`, at the kink itself: for recorded and dual numbers, nested, and for arrays; and the
//! places where a careless rule gives NaN.

use autograd::kink::{Kink, KinkOps, Ties};
use autograd::{Algebra, Array, ArrayOps, Dual, Tape, Var};
use num_traits::{Float, Signed};

/// A function that can be called on every number.
trait Function: Copy {
    fn call<F: KinkOps + Signed>(self, x: &[F]) -> F;
}

/// The gradient by reverse mode, after checking that forward mode and every nesting gives the same bits.
#[track_caller]
fn gradient<G: Function>(f: G, x: &[f64]) -> Vec<f64> {
    let reverse = autograd::grad(|x| f.call(x), x);
    let unit = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
    for (i, &expected) in reverse.iter().enumerate() {
        let seeded: Vec<_> = x.iter().enumerate().map(|(j, &x)| Dual::new(x, unit(i, j))).collect();
        same(f.call(&seeded).derivative, expected, "forward mode");
        let nested: Vec<_> = seeded.iter().map(|&x| Dual::new(x, Dual::constant(0.0))).collect();
        same(f.call(&nested).value.derivative, expected, "the inner level of nested forward mode");
        let nested: Vec<_> = x.iter().enumerate().map(|(j, &x)| Dual::constant(x).with(unit(i, j))).collect();
        same(f.call(&nested).derivative.value, expected, "the outer level of nested forward mode");
    }
    // Both levels of a tape of recorded numbers.
    let outer = Tape::new();
    let outer_variables = outer.vars(x);
    let inner = Tape::new();
    let inner_variables = inner.vars(&outer_variables);
    let result = f.call(&inner_variables);
    let by_inner = inner.gradient(&result);
    let by_outer = outer.gradient(result.value());
    for (i, expected) in reverse.iter().enumerate() {
        same(*by_inner.wrt(&inner_variables[i]).value(), *expected, "the inner tape");
        same(by_outer.wrt(&outer_variables[i]), *expected, "the outer tape");
    }
    reverse
}

trait WithDerivative {
    fn with(self, derivative: f64) -> Dual<Dual<f64>>;
}

impl WithDerivative for Dual<f64> {
    fn with(self, derivative: f64) -> Dual<Dual<f64>> {
        Dual::new(self, Dual::constant(derivative))
    }
}

#[track_caller]
fn same(found: f64, expected: f64, way: &str) {
    assert!(found == expected || found.is_nan() && expected.is_nan(), "{way} gives {found}, not {expected}");
}

/// The Hessian by forward over reverse, after checking reverse over reverse.
#[track_caller]
fn second<G: Function>(f: G, x: &[f64]) -> Vec<f64> {
    let hessian: Vec<f64> = autograd::hessian(|x| f.call(x), x).concat();
    let outer = Tape::new();
    let outer_variables = outer.vars(x);
    let inner = Tape::new();
    let inner_variables = inner.vars(&outer_variables);
    let by_inner = inner.gradient(&f.call(&inner_variables));
    let nested = inner_variables.iter().flat_map(|variable| {
        let row = outer.gradient(&by_inner.wrt(variable));
        outer_variables.iter().map(move |variable| row.wrt(variable))
    });
    for (found, expected) in nested.zip(&hessian) {
        same(found, *expected, "reverse over reverse");
    }
    hessian
}

/// A function of numbers, usable with [`gradient`] and [`second`].
macro_rules! function {
    (|$x:ident| $body:expr) => {{
        #[derive(Clone, Copy)]
        struct This;
        impl Function for This {
            fn call<F: KinkOps + Signed>(self, $x: &[F]) -> F {
                $body
            }
        }
        This
    }};
}

/// A constant of any number type.
fn c<F: Float>(value: f64) -> F {
    F::from(value).unwrap()
}

/// One line for each row of the table: the function, the point, its gradient, and the kink that the tape remembers. Every
/// second derivative at a kink is 0.
macro_rules! rows {
    ($($name:ident |$x:ident| $body:expr, at $point:expr => $gradient:expr, $kink:literal;)*) => {
        $(
            #[test]
            fn $name() {
                let f = function!(|$x| $body);
                assert_eq!(gradient(f, &$point), $gradient);
                assert!(second(f, &$point).iter().all(|&second| second == 0.0), "{:?}", second(f, &$point));
                let tape = Tape::new();
                let _ = f.call(&tape.vars(&$point));
                assert_eq!(tape.kinks(), [Kink { operation: $kink, elements: 1 }]);
            }
        )*
    };
}

rows! {
    relu |x| x[0].relu(), at [0.0] => [0.0], "relu";
    relu_at_negative_zero |x| x[0].relu(), at [-0.0] => [0.0], "relu";
    relu_at_a_chosen_slope |x| x[0].relu_at(0.25), at [0.0] => [0.25], "relu";
    relu_at_slope_one |x| x[0].relu_at(1.0), at [0.0] => [1.0], "relu";
    abs |x| Float::abs(x[0]), at [0.0] => [0.0], "abs";
    abs_at_negative_zero |x| Float::abs(x[0]), at [-0.0] => [0.0], "abs";
    abs_of_signed |x| Signed::abs(&x[0]), at [0.0] => [0.0], "abs";
    max |x| x[0].max(x[1]), at [2.0, 2.0] => [0.5, 0.5], "max";
    min |x| x[0].min(x[1]), at [2.0, 2.0] => [0.5, 0.5], "min";
    max_of_zeros |x| x[0].max(x[1]), at [0.0, -0.0] => [0.5, 0.5], "max";
    max_at_infinity |x| x[0].max(x[1]), at [f64::INFINITY, f64::INFINITY] => [0.5, 0.5], "max";
    max_split |x| x[0].max_ties(x[1], Ties::Split), at [2.0, 2.0] => [0.5, 0.5], "max";
    max_first |x| x[0].max_ties(x[1], Ties::First), at [2.0, 2.0] => [1.0, 0.0], "max";
    min_first |x| x[0].min_ties(x[1], Ties::First), at [2.0, 2.0] => [1.0, 0.0], "min";
    max_against_a_constant |x| x[0].max(c(0.0)), at [0.0] => [0.5], "max";
    constant_max_against |x| c::<F>(0.0).max(x[0]), at [0.0] => [0.5], "max";
    abs_sub |x| Signed::abs_sub(&x[0], &x[1]), at [2.0, 2.0] => [0.0, 0.0], "relu";
    clamp_at_its_lower_bound |x| x[0].clamp(c(1.0), c(2.0)), at [1.0] => [0.0], "clamp";
    clamp_at_its_upper_bound |x| x[0].clamp(c(1.0), c(2.0)), at [2.0] => [0.0], "clamp";
    clamp_at_a_recorded_bound |x| x[0].clamp(x[1], x[2]), at [1.0, 1.0, 2.0] => [0.0, 1.0, 0.0], "clamp";
    clamp_between_equal_bounds |x| x[0].clamp(x[1], x[2]), at [1.0, 1.0, 1.0] => [0.0, 1.0, 0.0], "clamp";
    hypot |x| x[0].hypot(x[1]), at [0.0, 0.0] => [0.0, 0.0], "hypot";
    hypot_with_a_constant |x| c::<F>(0.0).hypot(x[0]), at [0.0] => [0.0], "hypot";
    copysign |x| x[0].copysign(c(-1.0)), at [0.0] => [0.0], "copysign";
}

#[test]
fn a_sum_of_three_tied_maxima_stays_a_subgradient() {
    let f = function!(|x| x[0].max(x[1]).max(x[2]));
    let gradient = gradient(f, &[1.0, 1.0, 1.0]);
    assert_eq!(gradient.iter().sum::<f64>(), 1.0);
    assert!(gradient.iter().all(|&weight| weight >= 0.0));
}

#[test]
fn beside_the_kink_nothing_is_noted() {
    let tape = Tape::new();
    let (x, y) = (tape.var(1e-300), tape.var(-1e-300));
    let _ = x.relu() + Float::abs(y) + x.max(y) + x.min(y) + x.clamp(y, Var::constant(1.0)) + x.hypot(y);
    assert_eq!(tape.kinks(), []);
    let _ = Float::abs(Var::constant(0.0)) + Var::constant(0.0).relu();
    assert_eq!(tape.kinks(), [], "a constant takes no derivative");
}

#[test]
fn kinks_are_listed_in_order_and_forgotten_with_the_recording() {
    let mut tape = Tape::new();
    {
        let x = tape.var(0.0);
        let _ = x.relu() + Float::abs(x);
        assert_eq!(tape.kinks().iter().map(|kink| kink.operation).collect::<Vec<_>>(), ["relu", "abs"]);
    }
    tape.clear();
    assert_eq!(tape.kinks(), []);
    let tape = Tape::new();
    let _ = tape.var(Array::vector(&[0.0, 1.0, -0.0])).relu();
    assert_eq!(tape.kinks(), [Kink { operation: "relu", elements: 2 }]);
}

#[test]
fn chained_choices_need_not_be_a_subgradient() {
    // relu(x) − relu(−x) is x, with derivative 1; the choices give 0, 2s, or 2.
    for (slope, expected) in [(0.0, 0.0), (0.25, 0.5), (0.5, 1.0), (1.0, 2.0)] {
        let derivative = autograd::grad(|x| x[0].relu_at(slope) - (-x[0]).relu_at(slope), &[0.0]);
        assert_eq!(derivative, [expected]);
    }
}

#[test]
fn nan_is_not_a_kink() {
    for f in
        [|x: Dual<f64>| x.relu(), |x: Dual<f64>| Float::abs(x), |x: Dual<f64>| x.hypot(Dual::constant(1.0))]
    {
        assert!(f(Dual::new(f64::NAN, 1.0)).value.is_nan());
        assert!(f(Dual::new(f64::NAN, 1.0)).derivative.is_nan());
    }
    // As for plain numbers, NaN gives way.
    let tape = Tape::new();
    let (x, nan) = (tape.var(1.0), tape.var(f64::NAN));
    for y in [x.max(nan), nan.max(x), x.min(nan), nan.min(x)] {
        assert_eq!((*y.value(), tape.gradient(&y).wrt(&x)), (1.0, 1.0));
        assert_eq!(tape.gradient(&y).wrt(&nan), 0.0);
    }
    assert!(nan.clamp(x, x).is_nan() && nan.max(nan).is_nan());
}

#[test]
fn jumps_have_derivative_zero() {
    for at in [2.0, -1.0, 0.5, 0.0] {
        for f in [Float::floor, Float::ceil, Float::round, Float::trunc, Float::signum] {
            let f: fn(Dual<f64>) -> Dual<f64> = f;
            assert_eq!(f(Dual::new(at, 1.0)).derivative, 0.0);
        }
        assert_eq!(gradient(function!(|x| x[0].fract()), &[at]), [1.0]);
        let steps = function!(|x| x[0].floor() + x[0].ceil() + x[0].round() + x[0].trunc() + x[0].signum());
        assert_eq!(gradient(steps, &[at]), [0.0]);
    }
    assert_eq!(gradient(function!(|x| Signed::signum(&x[0])), &[0.0]), [0.0]);
}

#[test]
fn powi_at_zero() {
    for (exponent, first, twice) in [(0, 0.0, 0.0), (1, 1.0, 0.0), (2, 0.0, 2.0), (3, 0.0, 0.0)] {
        let derivative = |x| autograd::grad(|x| x[0].powi(exponent), &[x])[0];
        assert_eq!(derivative(0.0), first, "x^{exponent}");
        let y = Dual::new(Dual::new(0.0, 1.0), Dual::constant(1.0)).powi(exponent);
        assert_eq!((y.derivative.value, y.derivative.derivative), (first, twice), "x^{exponent}");
    }
    let _ = Dual::new(1.5, 1.0).powi(i32::MIN);
    assert_eq!(gradient(function!(|x| x[0].powi(0)), &[f64::INFINITY]), [0.0]);
}

#[test]
fn powf_at_zero_and_with_a_negative_base() {
    assert_eq!(gradient(function!(|x| x[0].powf(c(2.0))), &[-3.0]), [-6.0]);
    assert_eq!(second(function!(|x| x[0].powf(c(3.0))), &[-3.0]), [-18.0]);
    assert_eq!(gradient(function!(|x| x[0].powf(c(0.0))), &[0.0]), [0.0]);
    assert_eq!(gradient(function!(|x| x[0].powf(c(0.0))), &[-2.0]), [0.0]);
    assert_eq!(gradient(function!(|x| x[0].powf(c(1.0))), &[0.0]), [1.0]);
    assert_eq!(second(function!(|x| x[0].powf(c(1.0))), &[0.0]), [0.0]);
    assert_eq!(second(function!(|x| x[0].powf(c(2.0))), &[0.0]), [2.0]);
    assert_eq!(gradient(function!(|x| x[0].powf(c(0.5))), &[0.0]), [f64::INFINITY]);
    // By the exponent.
    assert_eq!(gradient(function!(|x| c::<F>(0.0).powf(x[0])), &[2.0]), [0.0]);
    assert_eq!(gradient(function!(|x| c::<F>(0.0).powf(x[0])), &[0.0]), [0.0]);
    assert_eq!(gradient(function!(|x| x[0].powf(x[1])), &[0.0, 2.0]), [0.0, 0.0]);
    let by_both = autograd::grad(|x| x[0].powf(x[1]), &[-2.0, 2.0]);
    assert_eq!(by_both[0], -4.0, "an undefined derivative by the exponent leaves that by the base alone");
    assert!(by_both[1].is_nan());
    // The mixed second derivative at p = 0 is 1/x.
    assert_eq!(second(function!(|x| x[0].powf(x[1])), &[2.0, 0.0])[1..3], [0.5, 0.5]);
}

#[test]
fn hypot_near_and_far() {
    for scale in [1e-200, 1.0, 1e200] {
        let gradient = gradient(function!(|x| x[0].hypot(x[1])), &[3.0 * scale, 4.0 * scale]);
        assert!((gradient[0] - 0.6).abs() < 1e-15 && (gradient[1] - 0.8).abs() < 1e-15, "{gradient:?}");
    }
    // The length of a difference, as bundle adjustment and clustering write it.
    assert_eq!(gradient(function!(|x| (x[0] - x[1]).hypot(x[1] - x[0])), &[1.0, 1.0]), [0.0, 0.0]);
}

#[test]
fn atan2_everywhere() {
    assert_eq!(gradient(function!(|x| x[0].atan2(x[1])), &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(gradient(function!(|x| x[0].atan2(x[1])), &[0.0, -2.0]), [-0.5, 0.0]);
    let tiny = gradient(function!(|x| x[0].atan2(x[1])), &[3e-200, 4e-200]);
    assert!((tiny[0] / 1.6e199 - 1.0).abs() < 1e-12 && (tiny[1] / -1.2e199 - 1.0).abs() < 1e-12, "{tiny:?}");
}

#[test]
fn the_remainder_counts_whole_quotients() {
    assert_eq!(gradient(function!(|x| x[0] % x[1]), &[7.5, 2.0]), [1.0, -3.0]);
    assert_eq!(gradient(function!(|x| x[0] % x[1]), &[-7.5, 2.0]), [1.0, 3.0]);
    // 1/0.1 rounds to 10, but 0.1 fits nine times.
    assert_eq!(gradient(function!(|x| x[0] % x[1]), &[1.0, 0.1]), [1.0, -9.0]);
    assert_eq!(gradient(function!(|x| x[0] % x[1]), &[6.0, 2.0]), [1.0, -3.0]);
    assert_eq!(gradient(function!(|x| x[0] % c(2.0)), &[7.5]), [1.0]);
}

#[test]
fn small_arguments_keep_their_digits() {
    let x = 1e-12;
    for (value, expected) in [
        (Dual::new(x, 1.0).exp_m1(), (x, 1.0 + x)),
        (Dual::new(x, 1.0).ln_1p(), (x, 1.0 - x)),
        (Dual::new(x, 1.0).tanh(), (x, 1.0)),
        (Dual::new(x, 1.0).asinh(), (x, 1.0)),
    ] {
        assert!((value.value / expected.0 - 1.0).abs() < 1e-11, "{value:?}");
        assert!((value.derivative / expected.1 - 1.0).abs() < 1e-15, "{value:?}");
    }
    let tape = Tape::new();
    let x = tape.var(1e-20);
    assert_eq!(*x.exp_m1().value(), 1e-20);
    assert_eq!(*x.ln_1p().value(), 1e-20);
    assert_eq!(second(function!(|x| x[0].exp_m1()), &[0.0]), [1.0]);
    assert_eq!(second(function!(|x| x[0].ln_1p()), &[0.0]), [-1.0]);
}

#[test]
fn infinite_slopes_are_infinite() {
    assert_eq!(gradient(function!(|x| x[0].sqrt()), &[0.0]), [f64::INFINITY]);
    assert_eq!(gradient(function!(|x| x[0].cbrt()), &[0.0]), [f64::INFINITY]);
    assert_eq!(gradient(function!(|x| x[0].ln()), &[0.0]), [f64::INFINITY]);
    assert_eq!(gradient(function!(|x| x[0].asin()), &[1.0]), [f64::INFINITY]);
}

#[test]
fn a_zero_wins_against_an_infinite_partial() {
    // By a constant and by a recorded zero, from inside and from outside.
    assert_eq!(gradient(function!(|x| x[0].sqrt() * c(0.0)), &[0.0]), [0.0]);
    assert_eq!(gradient(function!(|x| c::<F>(0.0) * x[0].sqrt()), &[0.0]), [0.0]);
    assert_eq!(gradient(function!(|x| x[0].ln() * c(0.0) + x[0]), &[0.0]), [1.0]);
    assert_eq!(gradient(function!(|x| (x[0] * c(0.0)).sqrt()), &[4.0]), [0.0]);
    assert_eq!(gradient(function!(|x| (x[0] * x[0]).sqrt()), &[0.0]), [0.0]);
    assert_eq!(gradient(function!(|x| (x[0] * x[0] + x[1] * x[1]).sqrt()), &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(gradient(function!(|x| x[0].sqrt() * x[1]), &[4.0, 0.0]), [0.0, 2.0]);
    assert_eq!(gradient(function!(|x| x[0].sqrt() * x[1]), &[0.0, 0.0])[0], 0.0);
    assert_eq!(gradient(function!(|x| (x[0] * x[1]).sqrt()), &[3.0, 0.0])[0], 0.0);
    assert_eq!(gradient(function!(|x| x[0].ln().min(c(-1.0)).max(c(-1.0)) * x[0].ln()), &[1.0]), [-1.0]);
}

#[test]
fn a_branch_that_was_not_taken_leaves_no_trace() {
    let safe = function!(|x| {
        let root = x[0].sqrt();
        let logarithm = x[0].ln();
        // Multiplied by the condition, as vectorised code selects.
        let taken: F = if x[0] > F::zero() { F::one() } else { F::zero() };
        root * taken + x[1] + logarithm.max(c(-1.0)) * taken
    });
    assert_eq!(gradient(safe, &[0.0, 2.0]), [0.0, 1.0]);
    let unused = function!(|x| {
        let _ = x[0].ln() / x[0];
        x[1] * x[1]
    });
    assert_eq!(gradient(unused, &[0.0, 2.0]), [0.0, 4.0]);
}

#[test]
fn arrays_at_their_kinks() {
    let x = [Array::vector(&[-1.0, -0.0, 0.0, 2.0])];
    let relu = autograd::grad(|x| x[0].relu().sum_all(), &x);
    assert_eq!(relu[0].to_vec(), [0.0, 0.0, 0.0, 1.0]);
    for slope in [0.0, 0.25, 1.0] {
        let relu = autograd::grad(|x| x[0].relu_at(slope).sum_all(), &x);
        assert_eq!(relu[0].to_vec(), [0.0, slope, slope, 1.0]);
        let (_, forward) = autograd::jvp(|x| x[0].relu_at(slope), &x, &[Array::full(&[4], 1.0)]);
        assert_eq!(forward.to_vec(), [0.0, slope, slope, 1.0]);
        let second = autograd::hvp(|x| x[0].relu_at(slope).sum_all(), &x, &[Array::full(&[4], 1.0)]);
        assert_eq!(second[0].to_vec(), [0.0; 4]);
        // Reverse over reverse.
        let outer = Tape::new();
        let outer_x = outer.var(x[0].clone());
        let inner = Tape::new();
        let inner_x = inner.var(outer_x.clone());
        let first = inner.gradient(&inner_x.relu_at(slope).sum_all()).wrt(&inner_x);
        assert_eq!(first.value().to_vec(), [0.0, slope, slope, 1.0]);
        assert_eq!(outer.gradient(&first.sum_all()).wrt(&outer_x).to_vec(), [0.0; 4]);
    }
    assert!(Array::vector(&[f64::NAN]).relu().to_vec()[0].is_nan());
}

#[test]
fn a_zero_wins_against_an_infinite_partial_in_arrays() {
    let x = [Array::vector(&[0.0, 4.0]), Array::vector(&[0.0, 0.0])];
    let by_product = autograd::grad(|x| (x[0].sqrt() * x[1].clone()).sum_all(), &x);
    assert_eq!(by_product[0].to_vec(), [0.0, 0.0]);
    assert_eq!(by_product[1].to_vec(), [0.0, 2.0]);
    let by_number = autograd::grad(|x| (x[0].ln() * x[0].number(0.0) + x[0].clone()).sum_all(), &x);
    assert_eq!(by_number[0].to_vec(), [1.0, 1.0]);
    let inside = autograd::grad(|x| (&x[0] * &x[1]).sqrt().sum_all(), &x);
    assert_eq!(inside[0].to_vec(), [0.0, 0.0]);
    let unused = autograd::grad(
        |x| {
            let _ = x[0].ln() / x[0].clone();
            x[1].exp().sum_all()
        },
        &x,
    );
    assert_eq!(unused[0].to_vec(), [0.0, 0.0]);
    let (_, forward) =
        autograd::jvp(|x| x[0].sqrt() * x[1].clone(), &x, &[Array::full(&[2], 1.0), Array::zeros(&[2])]);
    assert_eq!(forward.to_vec(), [0.0, 0.0]);
}
