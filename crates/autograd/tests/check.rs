//! The check of derivatives: that it judges right what is right, at any scale, and finds and names what is wrong.

use std::cell::Cell;

use autograd::check::{Discrepancy, Mode, Order, check_grads};
use autograd::op::{Cotangents, Operands, Primitive, bind};
use autograd::{Array, ArrayAlgebra, ArrayOps, Dual, Element, ShapeError, SpecialOps, Var};
use num_traits::{Float, ToPrimitive};

/// Every way against every other, to second order.
macro_rules! check {
    ($f:expr, $x:expr) => {
        check_grads($f, $x, Order::Second, &Mode::ALL)
    };
}

fn number<F: Float>(value: f64) -> F {
    F::from(value).unwrap()
}

/// What a function of `x` at the scales 10⁻⁶ and 10⁶ of argument and result does not change: that it is right.
#[test]
fn scales_do_not_matter() {
    for argument in [1e-6, 1e-3, 1.0, 1e3, 1e6] {
        for result in [1e-6, 1.0, 1e6] {
            for at in [0.3, 1.7, -0.8] {
                let verdict = check!(|x| waves(x, argument, result), &[at * argument, 0.4 * argument]);
                assert!(verdict.is_ok(), "{argument:e}, {result:e}: {}", verdict.unwrap_err());
            }
            // At 0, where the argument tells nothing of the length over which the function changes.
            let verdict = check!(|x| bell(x[0], argument, result), &[0.0]);
            assert!(verdict.is_ok(), "{argument:e}, {result:e}, at 0: {}", verdict.unwrap_err());
        }
    }
    // Arguments of very different sizes beside each other, and derivatives too.
    check!(|x| times(x[0], 1e6).sin() + times(x[1], 1e-6).exp() + x[2] * x[2], &[3e-7, 2e6, 1.0]).unwrap();
    // Changing much faster than its argument.
    check!(|x| times(x[0], 1e6).sin(), &[0.3]).unwrap();
    check!(|x| (x[0] + number::<Dual<f64>>(1e6)).sin() * x[0], &[0.3]).unwrap();
    // Beside the edge of a domain, which the usual step crosses.
    check!(|x| x[0].ln() + x[1].sqrt(), &[1e-6, 1e-5]).unwrap();
    // A kink that the usual step crosses.
    check!(|x| x[0].abs() * x[0], &[1e-5]).unwrap();
}

#[test]
fn scales_do_not_matter_in_single_precision() {
    for argument in [1e-4_f32, 1.0, 1e4] {
        for result in [1e-6_f32, 1.0, 1e6] {
            let verdict =
                check!(|x| waves(x, argument.into(), result.into()), &[0.7 * argument, 0.4 * argument]);
            assert!(verdict.is_ok(), "{argument:e}, {result:e}: {}", verdict.unwrap_err());
        }
    }
}

/// The product with a plain number.
fn times<F: Float>(x: F, factor: f64) -> F {
    x * number(factor)
}

fn waves<F: Float>(x: &[F], argument: f64, result: f64) -> F {
    (x[0] / number(argument)).sin() * (x[1] / number(argument)).exp() * number(result)
}

fn bell<F: Float>(x: F, argument: f64, result: f64) -> F {
    let x = x / number(argument);
    (x.exp() + x.cos() * number(2.0)) * number(result)
}

/// A sine whose rule of reverse mode is off by one part in a thousand.
fn wrong_wave<'t>(x: &[Var<'t, Dual<f64>>], argument: f64, result: f64) -> Var<'t, Dual<f64>> {
    let scaled = [0, 1].map(|i| times(x[i], 1.0 / argument));
    let inner = *scaled[1].value();
    let wave = scaled[1].unary(inner.sin(), times(inner.cos(), 1.001));
    times(wave + scaled[0].exp(), result)
}

/// One part in a thousand of a derivative, whatever its size, is found.
#[test]
fn a_small_error_is_found_at_any_scale() {
    for argument in [1e-6, 1.0, 1e6] {
        for result in [1e-6, 1.0, 1e6] {
            let x = [0.2 * argument, 0.3 * argument];
            let wrong = check!(|x| wrong_wave(x, argument, result), &x);
            let wrong = wrong.expect_err("a wrong rule went unnoticed");
            assert_eq!((wrong.comparison, wrong.coordinate), ("reverse mode against forward mode", 1));
            assert!(wrong.reason.starts_with("Differences agree with forward mode"), "{wrong}");
            let wrong = check_grads(
                |x| wrong_wave(x, argument, result),
                &x,
                Order::Second,
                &[Mode::Reverse, Mode::Differences],
            )
            .unwrap_err();
            assert_eq!(
                (wrong.coordinate, wrong.second_coordinate, wrong.reason),
                (1, None, "A rule is wrong.")
            );
            let expected = 0.3_f64.cos() * result / argument;
            assert!((wrong.right / expected - 1.0).abs() < 1e-8, "{wrong}");
        }
    }
}

/// The worst of several, and how many there are.
#[test]
fn the_worst_coordinate_is_named() {
    let factors = [1.01, 1.0, 3.0, 1.1];
    let wrong = check!(
        |x| {
            let parts = x.iter().zip(factors);
            parts.map(|(x, factor)| x.unary(x.value().exp(), x.value().exp() * factor)).sum()
        },
        &[0.1, 0.2, 0.3, 0.4]
    );
    let wrong = wrong.unwrap_err();
    assert_eq!((wrong.coordinate, wrong.second_coordinate), (2, None));
    assert_eq!(wrong.count, 3);
    assert!((wrong.left / wrong.right - 3.0).abs() < 1e-7);
    let text = wrong.to_string();
    assert!(text.contains("at coordinate 2 ") && text.contains("the worst of 3"), "{text}");
}

/// x³ with a rule of reverse mode that is wrong, or right but not differentiable.
#[derive(Debug, Clone, Copy)]
enum Cube {
    WrongReverse,
    RuleOfPlainNumbers,
}

impl Primitive for Cube {
    const NAME: &'static str = "cube";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        Ok(x[0].view().mapv(|x| x * x * x).into())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || match self {
            Self::WrongReverse => cotangent * x[0].clone() * x[0].clone(),
            Self::RuleOfPlainNumbers => {
                let plain =
                    |x: &A::Element| <A::Element as num_traits::NumCast>::from(x.to_f64().unwrap()).unwrap();
                let slopes = x[0].array().view().mapv(|x| plain(&(x * x)) * number(3.0));
                cotangent * A::from_array(slopes.into())
            }
        });
    }
}

#[test]
fn the_mode_that_is_wrong_is_named() {
    let x = [Array::vector(&[0.5, 1.5, -1.0])];
    let wrong = check!(|x| bind(Cube::WrongReverse, &[&x[0]]), &x).unwrap_err();
    assert_eq!(wrong.comparison, "reverse mode against forward mode");
    assert!(wrong.reason.starts_with("Differences agree with forward mode"), "{wrong}");
    let blind = check_grads(
        |x| bind(Cube::WrongReverse, &[&x[0]]),
        &x,
        Order::First,
        &[Mode::Reverse, Mode::Forward],
    );
    assert!(blind.unwrap_err().reason.contains("name `Mode::Differences`"));
    // Forward mode is right: what is not named is not looked at.
    let f = &[Mode::Forward, Mode::Differences];
    check_grads(|x| bind(Cube::WrongReverse, &[&x[0]]), &x, Order::First, f).unwrap();
}

#[test]
fn a_rule_that_cannot_be_differentiated_fails_in_second_order_alone() {
    let x = [Array::vector(&[0.5, 1.5])];
    check_grads(|x| bind(Cube::RuleOfPlainNumbers, &[&x[0]]), &x, Order::First, &Mode::ALL).unwrap();
    let wrong = check!(|x| bind(Cube::RuleOfPlainNumbers, &[&x[0]]), &x).unwrap_err();
    assert_eq!((wrong.coordinate, wrong.second_coordinate), (1, Some(1)));
    assert_eq!(wrong.left, 0.0);
}

#[test]
fn reasons() {
    let reason = |verdict: Result<(), Discrepancy>| verdict.expect_err("nothing was found").reason;
    assert!(reason(check!(|x| x[0].leaky_relu(0.5), &[0.0])).contains("kink"));
    assert!(reason(check!(|x| times(x[0].max(x[1]), 3.0) + x[0], &[1.0, 1.0])).contains("kink"));
    let array = [Array::vector(&[1.0, 0.0])];
    assert!(reason(check!(|x| x[0].relu(), &array)).contains("kink"));
    // Both modes, by a rule for each.
    let wrong = check!(
        |x| x[0].unary(x[0].value().unary(x[0].value().value().exp(), 0.9), number(0.9)) + x[1].exp(),
        &[0.5, 2.0]
    );
    assert_eq!(reason(wrong), "A rule is wrong.");
    let lost = check!(|x| number::<Var<'_, Dual<f64>>>(x[0].to_f64().unwrap()).exp() + x[1], &[0.5, 2.0]);
    assert!(reason(lost).contains("lost"));
    assert!(
        reason(check!(|x| x[0].stop_gradient() * x[1], &[0.5, 2.0]))
            .contains("lost on the way: in `stop_gradient`")
    );
    let calls = Cell::new(0.0);
    let counting = check!(
        |x| {
            calls.set(calls.get() + 1.0);
            times(x[0], calls.get())
        },
        &[1.0]
    );
    assert!(reason(counting).contains("called again"));
    assert!(reason(check!(|x| x[0].sqrt(), &[0.0])).contains("edge of its domain"));
    // Rough at every step that is not rounded away.
    let rough = check!(|x| times(x[0], 1e15).sin().floor() + x[0], &[0.3]);
    assert!(reason(rough).contains("do not settle"));
    assert!(reason(check!(|x| x[0].floor() + x[0], &[2.0])).contains("kink or at a step"));
}

/// The square of a relu has a second derivative that jumps.
#[test]
fn a_kink_of_the_gradient() {
    let wrong = check!(|x| x[0].leaky_relu(0.0).powi(2) + x[0], &[0.0]).unwrap_err();
    assert_eq!(wrong.second_coordinate, Some(0));
    assert!(wrong.reason.contains("kink"), "{wrong}");
}

#[test]
#[should_panic(expected = "at least two ways of computing a derivative, found [Forward, Forward]")]
fn one_mode_is_refused() {
    let _ = check_grads(|x| x[0], &[1.0], Order::First, &[Mode::Forward, Mode::Forward]);
}

#[test]
#[should_panic(expected = "add `Mode::Reverse`")]
fn second_order_without_reverse_mode_is_refused() {
    let _ = check_grads(|x| x[0], &[1.0], Order::Second, &[Mode::Forward, Mode::Differences]);
}

#[test]
fn nothing_to_check() {
    check!(|_| number(1.0), &[0.0_f64; 0]).unwrap();
    check!(|x| autograd::Algebra::exp(&x[0]), &[Array::<f64>::zeros(&[0, 3])]).unwrap();
}

#[test]
fn what_is_not_a_number_agrees_with_nothing() {
    for modes in [&Mode::ALL[..], &[Mode::Reverse, Mode::Forward]] {
        let found = check_grads(|x| x[0].sqrt(), &[-1.0], Order::Second, modes).unwrap_err();
        assert!(found.reason.contains("NaN at `x`"), "{found}");
    }
    let found = check_grads(|x| x[0].powf(x[1]), &[-2.0, 3.0], Order::First, &Mode::ALL).unwrap_err();
    assert_eq!(found.coordinate, 1);
}
