//! The logarithm of a sum of exponentials.

use std::iter::Sum;

use autograd::Many;
use num_traits::Float;

use super::{ByHand, ManyObjective, Objective, draw};

/// ln Σᵢ exp xᵢ, written out.
#[derive(Debug)]
pub struct LogSumExp {
    /// The number of variables.
    pub variables: usize,
}

impl Objective for LogSumExp {
    fn name(&self) -> String {
        format!("log-sum-exp {:.0e}", self.variables as f64)
    }

    fn point(&self) -> Vec<f64> {
        draw(0, self.variables, 5.0)
    }

    fn value<F: Float>(&self, x: &[F]) -> F {
        super::log_sum_exp(x)
    }
}

impl ManyObjective for LogSumExp {
    fn value_of_many<F: Many + Sum>(&self, x: &[F]) -> F {
        F::log_sum_exp(x)
    }
}

impl ByHand for LogSumExp {
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.copy_from_slice(x);
        super::shares(gradient)
    }
}
