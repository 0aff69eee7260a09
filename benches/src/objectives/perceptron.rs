//! A two-layer perceptron, written with numbers.

use std::iter::Sum;

use autograd::Many;
use num_traits::Float;

use super::{ByHand, ManyObjective, Objective, draw, lit};

/// 10 inputs, 16 hidden units with tanh, one output; the mean squared error over 1,000 samples.
#[derive(Debug)]
pub struct Perceptron {
    inputs: Vec<Vec<f64>>,
    targets: Vec<f64>,
}

const INPUTS: usize = 10;
const HIDDEN: usize = 16;
const SAMPLES: usize = 1000;

impl Default for Perceptron {
    fn default() -> Self {
        Self {
            inputs: (0..SAMPLES).map(|i| draw(i + 1, INPUTS, 1.0)).collect(),
            targets: draw(5000, SAMPLES, 1.0),
        }
    }
}

impl Objective for Perceptron {
    fn name(&self) -> String {
        "perceptron".to_owned()
    }

    fn point(&self) -> Vec<f64> {
        draw(0, HIDDEN * (INPUTS + 2) + 1, 0.5)
    }

    fn value<F: Float>(&self, x: &[F]) -> F {
        let mut total = F::zero();
        for (input, &target) in self.inputs.iter().zip(&self.targets) {
            let mut output = x[HIDDEN * (INPUTS + 2)];
            for unit in x[..HIDDEN * (INPUTS + 2)].chunks_exact(INPUTS + 2) {
                let mut sum = unit[INPUTS];
                for (&weight, &input) in unit.iter().zip(input) {
                    sum = sum + weight * lit(input);
                }
                output = output + unit[INPUTS + 1] * sum.tanh();
            }
            let error = output - lit(target);
            total = total + error * error;
        }
        total / lit(SAMPLES as f64)
    }
}

impl ManyObjective for Perceptron {
    fn value_of_many<F: Many + Sum>(&self, x: &[F]) -> F {
        let (units, bias) = x.split_at(HIDDEN * (INPUTS + 2));
        let mut leaving = [F::zero(); HIDDEN];
        for (leaving, unit) in leaving.iter_mut().zip(units.chunks_exact(INPUTS + 2)) {
            *leaving = unit[INPUTS + 1];
        }
        let error = |(input, &target): (&Vec<f64>, &f64)| {
            // A bias is the weight of an input that is always 1.
            let mut entering = [F::one(); INPUTS + 1];
            for (entering, &input) in entering.iter_mut().zip(input) {
                *entering = lit(input);
            }
            let mut hidden = [F::zero(); HIDDEN];
            for (hidden, unit) in hidden.iter_mut().zip(units.chunks_exact(INPUTS + 2)) {
                *hidden = F::dot(&unit[..INPUTS + 1], &entering).tanh();
            }
            let error = F::dot(&leaving, &hidden) + bias[0] - lit(target);
            error * error
        };
        self.inputs.iter().zip(&self.targets).map(error).sum::<F>() / lit(SAMPLES as f64)
    }
}

impl ByHand for Perceptron {
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut total = 0.0;
        let mut hidden = [0.0; HIDDEN];
        for (input, &target) in self.inputs.iter().zip(&self.targets) {
            let mut output = x[HIDDEN * (INPUTS + 2)];
            for (hidden, unit) in hidden.iter_mut().zip(x.chunks_exact(INPUTS + 2)) {
                let sum =
                    unit.iter().zip(input).fold(unit[INPUTS], |sum, (weight, input)| sum + weight * input);
                *hidden = sum.tanh();
                output += unit[INPUTS + 1] * *hidden;
            }
            let error = output - target;
            total += error * error;
            let by_output = 2.0 * error / SAMPLES as f64;
            let units = x.chunks_exact(INPUTS + 2).zip(gradient.chunks_exact_mut(INPUTS + 2));
            for (hidden, (unit, by)) in hidden.iter().zip(units) {
                let by_sum = by_output * unit[INPUTS + 1] * (1.0 - hidden * hidden);
                by.iter_mut().zip(input).for_each(|(by, input)| *by += by_sum * input);
                by[INPUTS] += by_sum;
                by[INPUTS + 1] += by_output * hidden;
            }
            gradient[HIDDEN * (INPUTS + 2)] += by_output;
        }
        total / SAMPLES as f64
    }
}
