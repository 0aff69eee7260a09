//! The loss of a character-level LSTM with diagonal weights.

use num_traits::Float;

use super::{Objective, draw, lit};

/// Two layers over a sequence of 1,024 characters of 14 bits.
#[derive(Debug)]
pub struct Lstm {
    sequence: Vec<Vec<f64>>,
    state: Vec<f64>,
}

const LAYERS: usize = 2;
const LENGTH: usize = 1024;
const BITS: usize = 14;

impl Default for Lstm {
    fn default() -> Self {
        let character =
            |i| draw(i + 1, BITS, 1.0).into_iter().map(|x| if x > 0.0 { 1.0 } else { 0.0 }).collect();
        Self { sequence: (0..LENGTH).map(character).collect(), state: draw(9999, 2 * LAYERS * BITS, 0.5) }
    }
}

fn sigmoid<F: Float>(x: F) -> F {
    F::one() / (F::one() + (-x).exp())
}

impl Objective for Lstm {
    fn name(&self) -> String {
        format!("LSTM {LAYERS},{LENGTH}")
    }

    fn point(&self) -> Vec<f64> {
        draw(0, 8 * LAYERS * BITS + 3 * BITS, 0.5)
    }

    fn value<F: Float>(&self, x: &[F]) -> F {
        let (layers, outside) = x.split_at(8 * LAYERS * BITS);
        let mut state: Vec<F> = self.state.iter().map(|&x| lit(x)).collect();
        let mut input = [F::zero(); BITS];
        let mut total = F::zero();
        for (character, next) in self.sequence.iter().zip(&self.sequence[1..]) {
            for i in 0..BITS {
                input[i] = outside[i] * lit(character[i]);
            }
            for (layer, parameters) in layers.chunks_exact(8 * BITS).enumerate() {
                let (weight, bias) = parameters.split_at(4 * BITS);
                let (hidden, cell) = state[2 * BITS * layer..2 * BITS * (layer + 1)].split_at_mut(BITS);
                for i in 0..BITS {
                    let gate = |x: F, which: usize| x * weight[which * BITS + i] + bias[which * BITS + i];
                    let forget = sigmoid(gate(input[i], 0));
                    let enter = sigmoid(gate(hidden[i], 1));
                    let leave = sigmoid(gate(input[i], 2));
                    let change = gate(hidden[i], 3).tanh();
                    cell[i] = cell[i] * forget + enter * change;
                    hidden[i] = leave * cell[i].tanh();
                    input[i] = hidden[i];
                }
            }
            let mut normaliser = lit::<F>(2.0);
            for i in 0..BITS {
                input[i] = input[i] * outside[BITS + i] + outside[2 * BITS + i];
                normaliser = normaliser + input[i].exp();
            }
            let normaliser = normaliser.ln();
            for i in 0..BITS {
                total = total + (input[i] - normaliser) * lit(next[i]);
            }
        }
        -total / lit((BITS * (LENGTH - 1)) as f64)
    }
}
