//! Every function of `Float` on recorded and dual numbers: reverse mode against forward mode and against differences,
//! second order in three ways; and the companion traits of num-traits, by value and by what they record.

use autograd::check::{Mode, Order};
use autograd::kink::{KinkOps, Ties};
use autograd::{Dual, Tape, Var, check_grads};
use num_traits::{
    Bounded, Float, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num, NumCast, One, Pow, Signed,
    ToPrimitive, Zero,
};

/// A function that can be called on every number.
trait Function: Copy {
    fn call<F: KinkOps>(self, x: &[F]) -> F;
}

/// The Hessian by reverse mode over reverse mode.
fn nested_reverse<G: Function>(f: G, x: &[f64]) -> Vec<Vec<f64>> {
    let outer = Tape::new();
    let outer_variables = outer.vars(x);
    let inner = Tape::new();
    let inner_variables = inner.vars(&outer_variables);
    let gradient = inner.gradient(&f.call(&inner_variables));
    let row = |variable| {
        let row = outer.gradient(&gradient.wrt(variable));
        outer_variables.iter().map(|variable| row.wrt(variable)).collect()
    };
    inner_variables.iter().map(row).collect()
}

/// The Hessian by forward mode over forward mode.
fn nested_forward<G: Function>(f: G, x: &[f64]) -> Vec<Vec<f64>> {
    let unit = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
    let entry = |i: usize, j: usize| {
        let seeded: Vec<_> = x
            .iter()
            .enumerate()
            .map(|(k, &x)| Dual::new(Dual::new(x, unit(k, i)), Dual::new(unit(k, j), 0.0)))
            .collect();
        f.call(&seeded).derivative.derivative
    };
    (0..x.len()).map(|i| (0..x.len()).map(|j| entry(i, j)).collect()).collect()
}

fn verify<G: Function>(name: &str, f: G, points: &[&[f64]]) {
    for &point in points {
        let result = check_grads(|x| f.call(x), point, Order::Second, &Mode::ALL);
        assert!(result.is_ok(), "{name} at {point:?}: {}", result.unwrap_err());
        let single: Vec<f32> = point.iter().map(|&x| x as f32).collect();
        let result = check_grads(|x| f.call(x), &single, Order::Second, &Mode::ALL);
        assert!(result.is_ok(), "{name} at {point:?} in f32: {}", result.unwrap_err());

        let expected = autograd::hessian(|x| f.call(x), point);
        for (way, hessian) in [("reverse", nested_reverse(f, point)), ("forward", nested_forward(f, point))] {
            for (row, expected) in hessian.iter().flatten().zip(expected.iter().flatten()) {
                let close = (row - expected).abs() <= 1e-12 * expected.abs().max(1.0);
                assert!(close, "{name} at {point:?}: {way} over {way} gives {hessian:?}, not {expected:?}");
            }
        }
        let value = f.call(point);
        let (recorded, _) = autograd::value_and_grad(|x| f.call(x), point);
        assert_eq!(value.to_bits(), recorded.to_bits(), "{name} at {point:?}: the value is another");
    }
}

/// One line for each function: its name, the function, and the points to check it at.
macro_rules! functions {
    ($($name:ident |$x:ident| $body:expr, at $($point:expr),+;)*) => {
        $(
            #[test]
            fn $name() {
                #[derive(Clone, Copy)]
                struct This;
                impl Function for This {
                    fn call<F: KinkOps>(self, $x: &[F]) -> F {
                        $body
                    }
                }
                verify(stringify!($name), This, &[$(&$point),+]);
            }
        )*
    };
}

/// A constant of any number type.
fn c<F: Float>(value: f64) -> F {
    F::from(value).unwrap()
}

functions! {
    exp |x| x[0].exp(), at [0.3], [-1.2];
    exp2 |x| x[0].exp2(), at [0.3], [-1.2];
    exp_m1 |x| x[0].exp_m1(), at [0.3], [-1.2], [0.0];
    ln |x| x[0].ln(), at [0.7], [3.0];
    log2 |x| x[0].log2(), at [0.7], [3.0];
    log10 |x| x[0].log10(), at [0.7], [3.0];
    ln_1p |x| x[0].ln_1p(), at [0.7], [-0.4], [0.0];
    log |x| x[0].log(x[1]), at [0.7, 2.5], [3.0, 0.6];
    sqrt |x| x[0].sqrt(), at [0.7], [3.0];
    cbrt |x| x[0].cbrt(), at [0.7], [-1.3];
    recip |x| x[0].recip(), at [0.7], [-1.3];
    sin |x| x[0].sin(), at [0.7], [-1.3];
    cos |x| x[0].cos(), at [0.7], [-1.3];
    tan |x| x[0].tan(), at [0.7], [-0.9];
    asin |x| x[0].asin(), at [0.5], [-0.4];
    acos |x| x[0].acos(), at [0.5], [-0.4];
    atan |x| x[0].atan(), at [0.7], [-1.3];
    sinh |x| x[0].sinh(), at [0.7], [-1.3];
    cosh |x| x[0].cosh(), at [0.7], [-1.3];
    tanh |x| x[0].tanh(), at [0.7], [-1.3];
    asinh |x| x[0].asinh(), at [0.7], [-1.3];
    acosh |x| x[0].acosh(), at [1.7], [2.5];
    atanh |x| x[0].atanh(), at [0.5], [-0.4];
    sin_cos |x| { let (sin, cos) = x[0].sin_cos(); sin * c(2.0) + cos * x[0] }, at [0.7], [-1.3];
    powi |x| x[0].powi(3) + x[0].powi(-2) + x[0].powi(1) + x[0].powi(0), at [0.7], [-1.3];
    powf |x| x[0].powf(x[1]), at [0.7, 2.5], [2.0, -1.5], [1.3, 0.0];
    powf_constant_exponent |x| x[0].powf(c(2.5)) + x[0].powf(c(0.0)), at [0.7], [2.0];
    powf_constant_base |x| c::<F>(2.5).powf(x[0]), at [0.7], [-2.0];
    mul_add |x| x[0].mul_add(x[1], x[2]), at [0.7, 2.5, -1.0];
    mul_add_of_one |x| x[0].mul_add(x[0], x[0]), at [0.7];
    hypot |x| x[0].hypot(x[1]), at [0.7, -2.5], [-1.0, 0.0];
    atan2 |x| x[0].atan2(x[1]), at [0.7, -2.5], [-0.7, -2.5], [-1.0, 0.5], [0.0, 1.0], [1.0, 0.0];
    abs |x| x[0].abs() * x[0], at [0.7], [-1.3];
    abs_sub |x| x[0].abs_sub(x[1]) * x[0], at [0.7, -0.4], [-0.7, 0.4];
    max |x| x[0].max(x[1]) * x[0], at [0.7, -0.4], [-0.7, 0.4];
    min |x| x[0].min(x[1]) * x[0], at [0.7, -0.4], [-0.7, 0.4];
    max_ties |x| x[0].max_ties(x[1], Ties::First) * x[0], at [0.7, -0.4], [-0.7, 0.4];
    min_ties |x| x[0].min_ties(x[1], Ties::First) * x[0], at [0.7, -0.4], [-0.7, 0.4];
    clamp |x| x[0].clamp(x[1], x[2]) * x[0], at [0.5, 0.0, 1.0], [-0.5, 0.0, 1.0], [1.5, 0.0, 1.0];
    copysign |x| x[0].copysign(x[1]) * x[0], at [0.7, -1.0], [-0.7, -1.0], [-0.7, 1.0];
    relu |x| x[0].relu() * x[0], at [0.7], [-0.7];
    fract |x| x[0].fract() * x[0], at [0.7], [-1.3];
    steps |x| {
        x[0].floor() * x[0] + x[0].ceil() * x[0] + x[0].round() * x[0] + x[0].trunc() * x[0] + x[0].signum() * x[0]
    }, at [0.7], [-1.3];
    degrees_and_radians |x| x[0].to_degrees() * x[0].to_radians(), at [0.7], [-1.3];
    addition |x| x[0] + x[1], at [0.7, -0.4];
    subtraction |x| x[0] - x[1], at [0.7, -0.4];
    multiplication |x| x[0] * x[1], at [0.7, -0.4];
    division |x| x[0] / x[1], at [0.7, -0.4];
    remainder |x| x[0] % x[1] * x[1], at [7.3, 2.0], [-7.3, 2.0], [7.3, -2.0], [0.5, 2.0];
    negation |x| -x[0] * x[0], at [0.7];
    composition |x| ((x[0] * x[1]).sin() + x[0] / x[1]).exp().ln_1p().tanh(), at [0.7, 1.4], [-0.3, 0.8];
}

#[test]
fn constants_leaves_and_functions_of_one_variable_record_nothing() {
    let tape = Tape::new();
    let x = tape.var(0.5);
    assert_eq!(tape.nodes(), 0, "a leaf");
    let constant = Var::constant(2.0);
    let one: Var<'_, f64> = One::one();
    let _ = constant * constant + constant.sin() - one / constant;
    assert_eq!(tape.nodes(), 0, "constants");
    let y = (-(x * 2.0 + constant).sin().exp() / constant - 1.0).powi(3) % 2.0;
    assert_eq!(tape.nodes(), 0, "functions of one variable, and constants beside it");
    let z = x * x + x / (x + 1.0) + y.hypot(x);
    assert_eq!(tape.nodes(), 0, "several operands hanging on one leaf");
    assert_eq!(x.max(Var::constant(0.0)).clamp(Var::zero(), Var::one()), 0.5);
    assert_eq!(tape.nodes(), 0, "selections");
    let w = tape.var(1.0);
    let _ = z * w;
    assert_eq!(tape.nodes(), 1, "an operation between two variables");
}

#[test]
fn what_hangs_on_one_leaf_has_the_right_derivative() {
    let gradient = autograd::grad(|x| x[0] * x[0] + x[0] / (x[0] + 1.0), &[0.5]);
    assert!((gradient[0] - (1.0 + 1.0 / 2.25)).abs() < 1e-15);
}

/// What both kinds of number share; `$x` is 3 with derivative 1 where that is seen.
macro_rules! companions {
    ($number:ty, $x:expr, $derivative:expr) => {{
        type N<'t> = $number;
        let x = $x;
        let derivative = $derivative;

        // Plain numbers on either side, and assignment.
        assert_eq!(x + 2.0, 5.0);
        assert_eq!(x - 2.0, 1.0);
        assert_eq!(x * 2.0, 6.0);
        assert_eq!(x / 2.0, 1.5);
        assert_eq!(x % 2.0, 1.0);
        assert_eq!(2.0 + x, 5.0);
        assert_eq!(2.0 - x, -1.0);
        assert_eq!(2.0 * x, 6.0);
        assert_eq!(2.0 / x, 2.0 / 3.0);
        assert_eq!(7.0 % x, 1.0);
        let slopes =
            [x + 2.0, x - 2.0, x * 2.0, x / 2.0, x % 2.0, 2.0 + x, 2.0 - x, 2.0 * x, 2.0 / x, 7.0 % x];
        assert_eq!(slopes.map(derivative), [1.0, 1.0, 2.0, 0.5, 1.0, 1.0, -1.0, 2.0, -2.0 / 9.0, -2.0]);
        let mut y = x;
        y += 1.0;
        y -= x;
        y *= x;
        y /= 2.0;
        y += x;
        y -= 0.5;
        y *= 2.0;
        y /= x;
        y %= 2.0;
        assert_eq!((*y.value(), derivative(y)), (8.0 / 3.0 % 2.0, 1.0 - 8.0 / 9.0));
        y %= x;
        assert_eq!(*y.value(), 8.0 / 3.0 % 2.0);

        // Comparison by value.
        assert!(x == N::constant(3.0) && x == 3.0 && x > N::constant(2.0) && x < 4.0 && x != 2.0);
        assert_eq!(x.partial_cmp(&N::constant(f64::NAN)), None);
        let mut sorted = [x, N::constant(1.0), N::constant(2.0)];
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(sorted.map(|x| *x.value()), [1.0, 2.0, 3.0]);

        // Identities, literals and conversions.
        assert!(N::zero().is_zero() && !x.is_zero() && N::one().is_one() && N::default().is_zero());
        assert_eq!(N::from_str_radix("11", 10).unwrap(), 11.0);
        assert!(N::from_str_radix("eleven", 10).is_err());
        assert_eq!((x.to_f64(), x.to_f32(), x.to_i64(), x.to_u8()), (Some(3.0), Some(3.0), Some(3), Some(3)));
        assert_eq!((x.to_i128(), x.to_u128(), (-x).to_u64()), (Some(3), Some(3), None));
        let large = 1_u128 << 100;
        assert_eq!(N::from_u128(large).unwrap().to_u128(), Some(large));
        assert_eq!(N::from_i128(-(large as i128)).unwrap().to_i128(), Some(-(large as i128)));
        assert_eq!(<N<'_> as NumCast>::from(2.5_f32).unwrap(), 2.5);
        assert_eq!(
            [N::from_i64(-2), N::from_u64(2), N::from_f64(0.5), N::from_f32(0.5)]
                .map(|x| *x.unwrap().value()),
            [-2.0, 2.0, 0.5, 0.5]
        );
        assert_eq!(
            (<N<'_> as Bounded>::max_value(), <N<'_> as Bounded>::min_value()),
            (N::constant(f64::MAX), N::constant(f64::MIN))
        );

        // Signed, Inv, Pow, MulAdd.
        let minus = -x;
        assert_eq!((*Signed::abs(&minus).value(), derivative(Signed::abs(&minus))), (3.0, 1.0));
        assert_eq!((*Signed::signum(&minus).value(), derivative(Signed::signum(&minus))), (-1.0, 0.0));
        assert_eq!(derivative(Signed::abs_sub(&x, &N::constant(1.0))), 1.0);
        assert!(Signed::is_positive(&x) && Signed::is_negative(&minus));
        assert_eq!((*x.inv().value(), derivative(x.inv())), (1.0 / 3.0, -1.0 / 9.0));
        assert_eq!(derivative(Pow::pow(x, 2)), 6.0);
        assert_eq!(derivative(Pow::pow(x, N::constant(2.0))), 6.0);
        assert_eq!(derivative(MulAdd::mul_add(x, x, x)), 7.0);
        let mut z = x;
        z.mul_add_assign(x, x);
        assert_eq!((*z.value(), derivative(z)), (12.0, 7.0));

        // Sums and products, by value and by reference.
        let terms = [x, N::constant(2.0), x];
        assert_eq!((*terms.iter().sum::<N<'_>>().value(), derivative(terms.iter().sum())), (8.0, 2.0));
        assert_eq!(
            (*terms.into_iter().sum::<N<'_>>().value(), derivative(terms.into_iter().sum())),
            (8.0, 2.0)
        );
        assert_eq!(derivative(terms.iter().product()), 12.0);
        assert_eq!(derivative(terms.into_iter().product()), 12.0);
        let none: [N<'_>; 0] = [];
        assert_eq!((none.iter().sum::<N<'_>>(), none.iter().product::<N<'_>>()), (N::zero(), N::one()));

        // Constants of Float and FloatConst; questions about the value.
        assert!(<N<'_> as Float>::nan().is_nan() && <N<'_> as Float>::infinity().is_infinite());
        assert!(<N<'_> as Float>::neg_infinity() < <N<'_> as Float>::min_value());
        assert!(<N<'_> as Float>::neg_zero().is_sign_negative() && <N<'_> as Float>::neg_zero().is_zero());
        assert_eq!(<N<'_> as Float>::epsilon(), f64::EPSILON);
        assert_eq!(<N<'_> as Float>::min_positive_value(), f64::MIN_POSITIVE);
        assert_eq!(<N<'_> as Float>::max_value(), f64::MAX);
        assert!(<N<'_> as Float>::min_positive_value().is_normal());
        assert!((<N<'_> as Float>::min_positive_value() / 2.0).is_subnormal());
        assert!(x.is_finite() && x.is_sign_positive() && !x.is_nan());
        assert_eq!(x.classify(), std::num::FpCategory::Normal);
        assert_eq!(x.integer_decode(), Float::integer_decode(3.0));
        assert_eq!(
            (N::PI(), N::TAU(), N::E(), N::LN_2(), N::SQRT_2(), N::LOG2_10()),
            (
                N::constant(std::f64::consts::PI),
                N::constant(std::f64::consts::TAU),
                N::constant(std::f64::consts::E),
                N::constant(std::f64::consts::LN_2),
                N::constant(std::f64::consts::SQRT_2),
                N::constant(std::f64::consts::LOG2_10)
            )
        );
        assert_eq!(format!("{x:.1}"), "3.0");
    }};
}

#[test]
fn companion_traits_of_recorded_numbers() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    companions!(Var<'t, f64>, x, |y: Var<'_, f64>| tape.gradient(&y).wrt(&x));
    assert_eq!(format!("{x:?} {:?}", Var::constant(1.5)), "3.0 (#0) 1.5 (constant)");
}

#[test]
fn companion_traits_of_dual_numbers() {
    companions!(DualOf<'t>, Dual::new(3.0, 1.0), |y: Dual<f64>| y.derivative);
    assert_eq!(format!("{:?}", Dual::new(3.0, 1.0)), "3.0 + 1.0ε");
}

/// A dual number under the lifetime that the shared checks name.
type DualOf<'t> = <&'t Dual<f64> as std::ops::Deref>::Target;

#[test]
fn single_precision_stays_single() {
    let gradient: Vec<f32> = autograd::grad(|x| 2.0 * x[0].sin() + x[0].powf(Var::constant(1.5)), &[0.5_f32]);
    assert!((gradient[0] - (2.0 * 0.5_f32.cos() + 1.5 * 0.5_f32.sqrt())).abs() < 1e-6);
}

#[test]
fn stopping_a_gradient_keeps_the_value() {
    assert_eq!(autograd::value_and_grad(|x| x[0] * x[0].stop_gradient(), &[3.0]), (9.0, vec![3.0]));
    for value in [0.1_f32, -0.0, f32::MIN_POSITIVE / 4.0, f32::MAX, f32::NEG_INFINITY, f32::NAN] {
        let tape = Tape::new();
        let still = tape.var(value).stop_gradient();
        assert!(still.is_constant() && still.value().to_bits() == value.to_bits());
    }
}
