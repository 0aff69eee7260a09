//! A two-layer perceptron, written with numbers.

use num_traits::Float;

use super::{Objective, draw, lit};

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
