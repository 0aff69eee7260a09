//! Operations of many numbers: their derivatives in every mode, what they record, and their kinks.

use autograd::check::{Mode, Order};
use autograd::{Dual, Many, Tape, Var, check_grads};
use num_traits::Float;

#[test]
fn derivatives_to_second_order() {
    // The number of differences grows as the square of the count: too many for Miri.
    let counts: &[usize] = if cfg!(miri) { &[0, 1, 2, 3] } else { &[0, 1, 2, 3, 4, 7, 40] };
    for &count in counts {
        let x: Vec<f64> = (0..2 * count).map(|i| 0.3 * i as f64 - 0.7).collect();
        check_grads(|x| Many::dot(&x[..x.len() / 2], &x[x.len() / 2..]), &x, Order::Second, &Mode::ALL)
            .unwrap();
        check_grads(|x| Many::dot(x, x), &x, Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| x.iter().map(|x| x.sin()).sum(), &x, Order::Second, &Mode::ALL).unwrap();
        if count > 0 {
            check_grads(|x| Many::log_sum_exp(x), &x, Order::Second, &Mode::ALL).unwrap();
            check_grads(|x| Many::norm(x), &x, Order::Second, &Mode::ALL).unwrap();
        }
    }
}

#[test]
fn reverse_over_reverse() {
    let outer = Tape::new();
    let x = outer.vars(&[0.3, -0.4, 1.1]);
    let inner = Tape::new();
    let inner_x = inner.vars(&x);
    let gradient = inner.gradient(&Many::log_sum_exp(&inner_x));
    let hessian = autograd::hessian(|x| Many::log_sum_exp(x), &[0.3, -0.4, 1.1]);
    for (variable, expected) in inner_x.iter().zip(hessian) {
        let row = outer.gradient(&gradient.wrt(variable));
        for (x, expected) in x.iter().zip(expected) {
            assert!((row.wrt(x) - expected).abs() < 1e-15);
        }
    }
}

#[test]
fn a_lazily_mapped_sum_may_record_and_nest() {
    let f = |x: &[f64]| -> f64 { x.iter().map(|a| x.iter().map(|b| (a * b).sin()).sum::<f64>() * a).sum() };
    let x = [0.3, -0.4, 1.1];
    let (value, _) = autograd::value_and_grad(
        |x| x.iter().map(|&a| x.iter().map(|&b| (a * b).sin()).sum::<Var<'_, _>>() * a).sum(),
        &x,
    );
    assert_eq!(value, f(&x));
    check_grads(
        |x| x.iter().map(|&a| x.iter().map(|&b| (a * b).sin()).sum::<Var<'_, _>>() * a).sum(),
        &x,
        Order::Second,
        &Mode::ALL,
    )
    .unwrap();
}

#[test]
fn one_operation_is_half_a_node_for_each_operand() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0; 9]);
    let sum: Var<'_, f64> = x.iter().sum();
    assert_eq!(tape.nodes(), 5);
    let gradient = tape.gradient(&(sum * 2.0));
    assert!(x.iter().all(|x| gradient.wrt(x) == 2.0));
    // Constants take no part, and what is left of one operand is a function of one variable.
    let _ = Many::dot(&x[..1], &[Var::constant(3.0)])
        + [Var::constant(1.0), x[0]].into_iter().sum::<Var<'_, _>>();
    assert_eq!(tape.nodes(), 5);
}

#[test]
fn a_sum_can_be_differentiated_by_and_through() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    let sum: Var<'_, f64> = x.iter().sum();
    let product = sum * x[0] + sum.exp();
    let gradient = tape.gradient(&product);
    assert_eq!(gradient.wrt(&sum), 1.0 + 15.0_f64.exp());
    assert_eq!(gradient.wrt(&x[0]), 15.0 + 1.0 + 15.0_f64.exp());
    assert_eq!(gradient.wrt(&x[4]), 1.0 + 15.0_f64.exp());
}

#[test]
fn extremes() {
    assert_eq!(<f64 as Many>::log_sum_exp(&[]), f64::NEG_INFINITY);
    assert_eq!(Many::log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
    assert_eq!(Many::log_sum_exp(&[f64::INFINITY, 0.0]), f64::INFINITY);
    assert!(f64::is_nan(Many::log_sum_exp(&[f64::NAN, 0.0])));
    assert_eq!(autograd::grad(|x| Many::log_sum_exp(x), &[f64::NEG_INFINITY, 3.0]), [0.0, 1.0]);
    assert!((Many::norm(&[3e200_f64, 4e200]) / 5e200 - 1.0).abs() < 1e-15);
    assert_eq!(<f64 as Many>::norm(&[]), 0.0);
    let tape = Tape::new();
    let x = tape.vars(&[0.0, 0.0, 0.0]);
    let norm = Many::norm(&x);
    assert!(x.iter().all(|x| tape.gradient(&norm).wrt(x) == 0.0));
    assert_eq!(tape.kinks()[0].operation, "hypot");
    assert_eq!(Many::norm(&[Dual::new(0.0, 1.0)]).derivative, 0.0);
}

#[test]
#[should_panic(expected = "two different tapes")]
fn tapes_are_not_mixed() {
    let (left, right) = (Tape::new(), Tape::new());
    let _: Var<'_, f64> = [left.var(1.0), right.var(1.0)].into_iter().sum();
}

#[test]
fn operands_at_hand_and_operands_that_come_record_the_same() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    let constant = Var::constant(7.0);
    for operands in [&[][..], &x[..1], &x[..4], &x, &[constant, x[3], constant, x[1], x[1]], &[constant; 3]] {
        let before = tape.nodes();
        let come = Many::many(0.5, operands.iter().map(|&x| (x.exp(), 3.0)));
        let between = tape.nodes();
        let at_hand = Many::many_at(0.5, operands.len(), |at| (operands[at].exp(), 3.0));
        assert_eq!(tape.nodes() - between, between - before);
        let (come, at_hand) = (tape.gradient(&come), tape.gradient(&at_hand));
        for x in &x {
            assert_eq!(come.wrt(x), at_hand.wrt(x));
        }
    }
}

#[test]
#[should_panic(expected = "must not record")]
fn operands_at_hand_may_not_record() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0, 3.0, 4.0]);
    let _: Var<'_, f64> = Many::many_at(0.0, 8, |at| (x[at / 2] * x[(at + 1) % 4], 1.0));
}
