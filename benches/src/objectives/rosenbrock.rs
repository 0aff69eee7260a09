//! The chained Rosenbrock function.

use num_traits::Float;

use super::{ByHand, Objective, draw, lit};

/// Σᵢ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)².
#[derive(Debug)]
pub struct Rosenbrock {
    /// The number of variables.
    pub variables: usize,
}

impl Objective for Rosenbrock {
    fn name(&self) -> String {
        format!("Rosenbrock {:.0e}", self.variables as f64)
    }

    fn point(&self) -> Vec<f64> {
        draw(0, self.variables, 1.5)
    }

    fn value<F: Float>(&self, x: &[F]) -> F {
        x.windows(2).fold(F::zero(), |sum, pair| {
            let valley = pair[1] - pair[0] * pair[0];
            let slope = F::one() - pair[0];
            sum + valley * valley * lit(100.0) + slope * slope
        })
    }
}

impl ByHand for Rosenbrock {
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut value = 0.0;
        gradient.fill(0.0);
        for (x, by) in x.windows(2).zip(0..) {
            let (valley, slope) = (x[1] - x[0] * x[0], 1.0 - x[0]);
            value += valley * valley * 100.0 + slope * slope;
            gradient[by] -= 400.0 * x[0] * valley + 2.0 * slope;
            gradient[by + 1] += 200.0 * valley;
        }
        value
    }
}
