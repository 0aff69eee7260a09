//! Functions of numbers with rules of one's own, as another crate would add them: they nest, they work on arrays, and
//! `check_grads` sweeps them.
//!
//! ```sh
//! cargo run -p autograd --example custom_number_rule
//! cargo test -p autograd --example custom_number_rule
//! ```

use autograd::{Algebra, Elementary, ElementaryOps, Many, grad, hessian};
use num_traits::Float;

/// The eccentric anomaly E of a planet at mean anomaly M, which solves Kepler's equation E − e·sin E = M.
///
/// Newton's method could be differentiated step by step. The implicit function theorem is shorter, exact, and knows nothing
/// of the steps: dE/dM = 1/(1 − e·cos E).
#[derive(Debug, Clone, Copy)]
struct Anomaly {
    /// e, from 0 for a circle to just below 1.
    eccentricity: f64,
}

impl Elementary for Anomaly {
    const NAME: &'static str = "anomaly";

    /// Written for every number, because in nested types the value carries derivatives too. Its branches look at values
    /// alone, and the last step settles the derivatives, which lag the value by one order.
    fn value<T: Float>(&self, mean: T) -> T {
        let e = T::from(self.eccentricity).unwrap();
        let mut anomaly = mean + e * mean.sin();
        for _ in 0..8 {
            anomaly = anomaly - (anomaly - e * anomaly.sin() - mean) / (T::one() - e * anomaly.cos());
        }
        anomaly
    }

    /// Written in the language that it differentiates: that is all there is to higher orders.
    fn derivative<A: Algebra>(&self, _mean: &A, anomaly: &A) -> A {
        (anomaly.number(1.0) - anomaly.number(self.eccentricity) * anomaly.cos()).recip()
    }
}

/// ln(eᵃ + eᵇ) as one operation of two numbers, stable for numbers of any size: the value and the partial derivatives are
/// given in the plain numbers below, and `Many::many` records them.
fn log_add_exp<F: Many>(a: F, b: F) -> F {
    let (x, y) = (a.plain(), b.plain());
    let rest = (-(x - y).abs()).exp();
    let one: F::Plain = num_traits::one();
    let (larger, smaller) = (one / (one + rest), rest / (one + rest));
    let (by_a, by_b) = if x > y { (larger, smaller) } else { (smaller, larger) };
    F::many(x.max(y) + rest.ln_1p(), [(a, by_a), (b, by_b)].into_iter())
}

fn main() {
    let earth_crossing = Anomaly { eccentricity: 0.83 };
    let mean = 0.7;
    println!("E = {} at M = {mean}", mean.apply(&earth_crossing));
    println!("dE/dM = {}", grad(|m| m[0].apply(&earth_crossing), &[mean])[0]);
    println!("d²E/dM² = {}", hessian(|m| m[0].apply(&earth_crossing), &[mean])[0][0]);
    println!("the gradient of ln(eᵃ + eᵇ) at a = b is {:?}", grad(|x| log_add_exp(x[0], x[1]), &[2.0, 2.0]));
}

#[cfg(test)]
mod tests {
    use autograd::check::{Mode, Order};
    use autograd::op::map::apply;
    use autograd::{Array, ArrayOps, Dual, Tape, Var, check_grads};

    use super::*;

    const EARTH_CROSSING: Anomaly = Anomaly { eccentricity: 0.83 };

    #[test]
    fn the_anomaly_solves_keplers_equation() {
        for mean in [0.0, 0.7, 2.0, 3.0] {
            let anomaly: f64 = mean.apply(&EARTH_CROSSING);
            assert!((anomaly - 0.83 * anomaly.sin() - mean).abs() < 1e-15);
        }
    }

    #[test]
    fn both_rules_pass_every_check() {
        check_grads(|m| m[0].apply(&EARTH_CROSSING), &[0.7], Order::Second, &Mode::ALL).unwrap();
        check_grads(|x| log_add_exp(x[0], x[1]), &[0.3, -0.4], Order::Second, &Mode::ALL).unwrap();
        // The same rule, element by element.
        let orbit = [Array::vector(&[0.1, 1.0, 2.0, 3.0])];
        check_grads(|m| apply(EARTH_CROSSING, &m[0]).sum_all(), &orbit, Order::Second, &Mode::ALL).unwrap();
    }

    /// The second derivative of a function of several numbers by one of them, by reverse mode over reverse mode.
    fn reverse_over_reverse(
        f: impl for<'s, 't> Fn(&[Var<'t, Var<'s, f64>>]) -> Var<'t, Var<'s, f64>>,
        x: &[f64],
        by: usize,
    ) -> Vec<f64> {
        let outer = Tape::new();
        let variables = outer.vars(x);
        let inner = Tape::new();
        let nested = inner.vars(&variables);
        let slope = inner.gradient(&f(&nested)).wrt(&nested[by]);
        let gradient = outer.gradient(&slope);
        variables.iter().map(|variable| gradient.wrt(variable)).collect()
    }

    #[test]
    fn both_rules_nest() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-13 * b.abs().max(1.0);
        let second = reverse_over_reverse(|m| m[0].apply(&EARTH_CROSSING), &[0.7], 0)[0];
        // By hand: E″ = −e·sin E/(1 − e·cos E)³.
        let anomaly = 0.7.apply(&EARTH_CROSSING);
        let by_hand = -0.83 * anomaly.sin() / (1.0 - 0.83 * anomaly.cos()).powi(3);
        assert!(near(second, by_hand), "{second}, {by_hand}");
        assert!(near(hessian(|m| m[0].apply(&EARTH_CROSSING), &[0.7])[0][0], by_hand));
        let forward = Dual::new(Dual::new(0.7, 1.0), Dual::new(1.0, 0.0)).apply(&EARTH_CROSSING);
        assert!(near(forward.derivative.derivative, by_hand));

        // σ = 1/(1 + eᵇ⁻ᵃ) by a, so σ(1 − σ) by a twice, and its negative by b.
        let second = reverse_over_reverse(|x| log_add_exp(x[0], x[1]), &[0.3, -0.4], 0);
        let share = 1.0 / (1.0 + (-0.7_f64).exp());
        assert!(
            near(second[0], share * (1.0 - share)) && near(second[1], -share * (1.0 - share)),
            "{second:?}"
        );
    }

    #[test]
    fn the_logarithm_of_a_sum_does_not_overflow() {
        assert_eq!(grad(|x| log_add_exp(x[0], x[1]), &[1e4, 0.0]), [1.0, 0.0]);
    }
}
