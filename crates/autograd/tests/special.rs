//! The special functions against tables of 60 digits, at both ends of the range, at their kinks, and in every mode.

use autograd::check::{Mode, Order};
use autograd::special::{Digamma, Elu, LeakyRelu, LogGamma, Polygamma};
use autograd::{
    Array, ArrayOps, Dual, ElementaryOps, SpecialOps, Tape, check_grads, grad, hessian, subdifferential,
};
use num_traits::Float;

/// Arguments with the values of a function there.
fn table(name: &str) -> Vec<(f64, f64)> {
    let table: serde_json::Value =
        serde_json::from_str(include_str!("reference/special_functions.json")).unwrap();
    let pairs = table["values"][name].as_array().unwrap();
    assert!(pairs.len() > 40, "{name}");
    pairs.iter().map(|pair| (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap())).collect()
}

/// The largest error over a table in units of what is allowed, which `unit` gives for argument and value.
fn worst<T: Float>(name: &str, f: impl Fn(T) -> T, unit: impl Fn(f64, f64) -> f64) -> f64 {
    let mut worst = (0.0, 0.0, 0.0, 0.0);
    for (x, expected) in table(name) {
        let argument = T::from(x).unwrap();
        // In single precision the table holds for the arguments that are exact.
        if argument.to_f64() != Some(x) || (T::from(expected).unwrap()).abs() < T::min_positive_value() {
            continue;
        }
        let found = f(argument).to_f64().unwrap();
        let error = if found == expected { 0.0 } else { (found - expected).abs() / unit(x, expected) };
        assert!(!error.is_nan(), "{name}({x}) is {found}, not {expected}");
        if error > worst.0 {
            worst = (error, x, found, expected);
        }
    }
    println!("{name}: {:.2} at {:e}: {:e}, not {:e}", worst.0, worst.1, worst.2, worst.3);
    worst.0
}

/// A unit in the last place of a value.
fn ulp<T: Float>(_x: f64, value: f64) -> f64 {
    let epsilon = T::epsilon().to_f64().unwrap();
    epsilon * value.abs().log2().floor().exp2()
}

macro_rules! accurate {
    ($($test:ident $name:literal |$x:ident: $number:ty| $value:expr, within $bound:expr;)*) => {
        $(
            #[test]
            fn $test() {
                assert!(worst::<$number>($name, |$x: $number| $value, ulp::<$number>) <= $bound);
            }
        )*
    };
}

accurate! {
    sigmoid "sigmoid" |x: f64| x.sigmoid(), within 2.0;
    log_sigmoid "log_sigmoid" |x: f64| x.log_sigmoid(), within 2.0;
    softplus "softplus" |x: f64| x.softplus(), within 2.0;
    silu "silu" |x: f64| x.silu(), within 3.0;
    erf "erf" |x: f64| SpecialOps::erf(x), within 1.0;
    erfc "erfc" |x: f64| SpecialOps::erfc(x), within 3.0;
    erf_in_single_precision "erf" |x: f32| SpecialOps::erf(x), within 3.0;
    erfc_in_single_precision "erfc" |x: f32| SpecialOps::erfc(x), within 5.0;
    sigmoid_in_single_precision "sigmoid" |x: f32| x.sigmoid(), within 2.0;
}

#[test]
fn gaussian_units_lose_the_digits_of_their_squared_argument_alone() {
    // A relative error ε of x² is one of x²·ε of exp(−x²/2).
    let unit = |x: f64, value: f64| ulp::<f64>(x, value) * (1.0 + x * x);
    assert!(worst::<f64>("gelu", |x| x.gelu(), unit) <= 2.0);
    let unit = |x: f64, value: f64| ulp::<f32>(x, value) * (1.0 + x * x);
    assert!(worst::<f32>("gelu", |x| x.gelu(), unit) <= 2.0);
    let unit = |x: f64, value: f64| ulp::<f64>(x, value) * (1.0 + 2.0 * x.abs() + 0.1 * x.abs().powi(3));
    assert!(worst::<f64>("gelu_tanh", |x| x.gelu_tanh(), unit) <= 2.0);
}

#[test]
fn the_gamma_function_and_its_derivatives() {
    let positive =
        |bound: fn(f64) -> f64| move |x: f64, value: f64| if x > 0.0 { bound(value) } else { f64::INFINITY };
    let negative = |bound: fn(f64, f64) -> f64| {
        move |x: f64, value: f64| if x < 0.0 { bound(x, value) } else { f64::INFINITY }
    };
    let absolute = |value: f64| f64::EPSILON * value.abs().max(1.0);
    let relative = |value: f64| f64::EPSILON * value.abs();
    assert!(worst::<f64>("log_gamma", |x| x.log_gamma(), positive(|value| ulp::<f64>(0.0, value))) <= 4.0);
    assert!(
        worst::<f64>(
            "log_gamma",
            |x| x.log_gamma(),
            negative(|_, value| f64::EPSILON * value.abs().max(1.0))
        ) <= 4.0
    );
    assert!(worst::<f64>("digamma", |x| x.digamma(), positive(absolute)) <= 4.0);
    assert!(worst::<f64>("trigamma", |x| x.polygamma(1), positive(relative)) <= 16.0);
    assert!(worst::<f64>("tetragamma", |x| x.polygamma(2), positive(relative)) <= 16.0);
    assert!(worst::<f64>("pentagamma", |x| x.polygamma(4), positive(relative)) <= 16.0);
    // By reflection the rounding of the argument counts, which near a pole is that of 1/x.
    let near_poles = |x: f64, value: f64| f64::EPSILON * (1.0 + x.abs()) * value.abs().max(1.0).powi(2);
    assert!(worst::<f64>("digamma", |x| x.digamma(), negative(near_poles)) <= 16.0);
    assert!(worst::<f64>("trigamma", |x| x.polygamma(1), negative(near_poles)) <= 16.0);
    assert!(worst::<f64>("pentagamma", |x| x.polygamma(4), negative(near_poles)) <= 64.0);
    let single = |_: f64, value: f64| f64::from(f32::EPSILON) * value.abs().max(1.0);
    assert!(worst::<f32>("log_gamma", |x| x.log_gamma(), single) <= 4.0);
    assert!(worst::<f32>("digamma", |x| x.digamma(), single) <= 1e3, "near poles too");
}

#[test]
fn the_ends_of_the_range_are_finite_or_what_they_should_be() {
    for x in [-1e300, -1e10, -800.0, 800.0, 1e10, 1e300] {
        let right = x > 0.0;
        let f = |y: f64| if right { y } else { 0.0 };
        assert_eq!(x.sigmoid(), f(1.0));
        assert_eq!(x.softplus(), f(x));
        assert_eq!(x.log_sigmoid(), if right { 0.0 } else { x });
        assert_eq!(x.silu(), f(x));
        assert_eq!(x.gelu(), f(x));
        assert_eq!(x.gelu_tanh(), f(x));
        assert_eq!(SpecialOps::erf(x), x.signum());
        assert_eq!(SpecialOps::erfc(x), if right { 0.0 } else { 2.0 });
        assert_eq!(x.elu(0.5), if right { x } else { -0.5 });
        let slopes = |of: fn(Dual<f64>) -> Dual<f64>| of(Dual::new(x, 1.0)).derivative;
        assert_eq!(slopes(|x| x.sigmoid()), 0.0);
        assert_eq!(slopes(|x| x.softplus()), f(1.0));
        assert_eq!(slopes(|x| x.log_sigmoid()), 1.0 - f(1.0));
        assert_eq!(slopes(|x| x.silu()), f(1.0));
        assert_eq!(slopes(|x| x.gelu()), f(1.0));
        assert_eq!(slopes(|x| SpecialOps::erf(x)), 0.0);
        assert_eq!(slopes(|x| x.elu(0.5)), f(1.0));
    }
    assert_eq!(grad(|x| x[0].gelu_tanh(), &[1e150]), [1.0]);
    // The derivative of a saturated sigmoid keeps its digits on both sides.
    for x in [-40.0_f64, 40.0] {
        let slope = grad(|x| x[0].sigmoid(), &[x])[0];
        assert!((slope / (-40.0_f64).exp() - 1.0).abs() < 1e-15, "{slope:e}");
    }
    for nan in [
        f64::NAN.sigmoid(),
        f64::NAN.softplus(),
        f64::NAN.gelu(),
        f64::NAN.elu(1.0),
        f64::NAN.leaky_relu(0.1),
    ] {
        assert!(nan.is_nan());
    }
    assert!(SpecialOps::erf(f64::NAN).is_nan() && SpecialOps::erfc(f64::NAN).is_nan());
    assert!(f64::NAN.log_gamma().is_nan() && f64::NAN.digamma().is_nan() && f64::NAN.polygamma(1).is_nan());
    assert_eq!((f64::INFINITY.log_gamma(), f64::INFINITY.digamma()), (f64::INFINITY, f64::INFINITY));
    assert_eq!((SpecialOps::erf(f64::INFINITY), SpecialOps::erfc(f64::INFINITY)), (1.0, 0.0));
    assert_eq!((SpecialOps::erf(f64::NEG_INFINITY), SpecialOps::erfc(f64::NEG_INFINITY)), (-1.0, 2.0));
    for pole in [0.0, -1.0, -7.0] {
        assert_eq!(pole.log_gamma(), f64::INFINITY);
        assert!(pole.digamma().is_nan() && pole.polygamma(2).is_nan());
        assert_eq!(pole.polygamma(1), f64::INFINITY);
    }
}

#[test]
fn derivatives_of_every_order_that_is_asked() {
    for x in [-2.3, -0.7, -0.2, 0.4, 1.2, 1.7, 3.0] {
        let x = [x];
        check_grads(|x| x[0].sigmoid(), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].log_sigmoid(), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].softplus(), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].silu(), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].gelu(), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].gelu_tanh(), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].leaky_relu(0.1), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].elu(0.7), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| SpecialOps::erf(x[0]), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| SpecialOps::erfc(x[0]), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].log_gamma(), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].digamma(), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x[0].polygamma(1), &x, Order::Second, &Mode::ALL).unwrap();
    }
    // Three levels, where the value of a function is itself differentiated: ψ″ is the third derivative of ln Γ.
    for x in [0.3, 1.5, 4.0, -2.4] {
        let seeded =
            Dual::new(Dual::new(Dual::new(x, 1.0), Dual::constant(1.0)), Dual::constant(Dual::constant(1.0)));
        let third = |y: Dual<Dual<Dual<f64>>>| y.derivative.derivative.derivative;
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
        close(third(seeded.log_gamma()), x.polygamma(2));
        close(seeded.log_gamma().value.value.derivative, x.digamma());
        close(seeded.log_gamma().value.derivative.derivative, x.polygamma(1));
        // erf‴ = (4x² − 2)·2/√π·exp(−x²), through the approximations and through the rule.
        let density = std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp();
        close(third(SpecialOps::erf(seeded)), (4.0 * x * x - 2.0) * density);
        close(SpecialOps::erf(seeded).value.derivative.derivative, -2.0 * x * density);
        close(third(SpecialOps::erfc(seeded)), (2.0 - 4.0 * x * x) * density);
    }
}

#[test]
fn kinks_have_their_least_slope_and_both_sides() {
    for (slope, at_zero) in [(0.1, 0.1), (0.0, 0.0), (-0.5, 0.0), (2.0, 1.0)] {
        assert_eq!(grad(|x| x[0].leaky_relu(slope), &[0.0]), [at_zero]);
        assert_eq!(Dual::new(0.0, 1.0).leaky_relu(slope).derivative, at_zero);
        let nested = Dual::new(Dual::new(0.0, 1.0), Dual::constant(1.0)).leaky_relu(slope);
        assert_eq!((nested.value.derivative, nested.derivative.derivative), (at_zero, 0.0));
        let set = subdifferential(|x| x[0].leaky_relu(slope), &[0.0]).unwrap();
        assert_eq!(set.vertices(), [[slope.min(1.0)], [slope.max(1.0)]]);
    }
    for (alpha, at_zero) in [(0.3, 0.3), (1.0, 1.0), (2.0, 1.0), (0.0, 0.0)] {
        assert_eq!(grad(|x| x[0].elu(alpha), &[0.0]), [at_zero]);
        assert_eq!(hessian(|x| x[0].elu(alpha), &[0.0]), [[0.0]]);
        let nested = Dual::new(Dual::new(0.0, 1.0), Dual::constant(1.0)).elu(alpha);
        assert_eq!((nested.value.derivative, nested.derivative.derivative), (at_zero, 0.0));
    }
    let set = subdifferential(|x| x[0].elu(0.25), &[0.0]).unwrap();
    let (low, high) = (set.vertices()[0][0], set.vertices()[1][0]);
    assert!((low - 0.25).abs() < 1e-15 && high == 1.0);
    // With slope 1 there is none.
    let tape = Tape::new();
    let x = tape.var(0.0);
    let _ = x.elu(1.0) + x.leaky_relu(1.0);
    assert_eq!(tape.kinks(), []);
    assert_eq!(grad(|x| x[0].leaky_relu(1.0), &[0.0]), [1.0]);
}

#[test]
#[should_panic(expected = "α ≥ 0, found -1")]
fn a_negative_limit_of_elu_is_refused() {
    let _ = Elu::new(-1.0);
}

#[test]
fn numbers_and_arrays_share_one_definition() {
    let points = [-3.0, -0.5, 0.0, 0.5, 2.5];
    let array = Array::vector(&points);
    let by_numbers = |f: fn(f64) -> f64| points.map(f).to_vec();
    assert_eq!(array.sigmoid().to_vec(), by_numbers(|x| x.sigmoid()));
    assert_eq!(array.gelu().to_vec(), by_numbers(|x| x.gelu()));
    assert_eq!(array.leaky_relu(0.2).to_vec(), by_numbers(|x| x.apply(&LeakyRelu { slope: 0.2 })));
    assert_eq!(array.elu(0.2).to_vec(), by_numbers(|x| x.elu(0.2)));
    let gradient = grad(|x| x[0].gelu().sum_all(), std::slice::from_ref(&array));
    for (found, x) in gradient[0].to_vec().into_iter().zip(points) {
        assert!((found - grad(|x| x[0].gelu(), &[x])[0]).abs() < 1e-15);
    }
    let positive = Array::vector(&[0.5, 1.5, 20.0]);
    assert_eq!(positive.log_gamma().to_vec(), [0.5, 1.5, 20.0].map(|x: f64| x.apply(&LogGamma)).to_vec());
    assert_eq!(positive.digamma().to_vec(), [0.5, 1.5, 20.0].map(|x: f64| x.apply(&Digamma)).to_vec());
    assert_eq!(
        positive.polygamma(1).to_vec(),
        [0.5, 1.5, 20.0].map(|x: f64| x.apply(&Polygamma(1))).to_vec()
    );
}
