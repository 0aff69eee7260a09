//! Multilayer perceptrons.

use autograd::{ArrayAlgebra, ArrayOps, Element, Layout, Parameters};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// A multilayer perceptron: layers x ↦ xW + b, with an activation between them. Without hidden layers it is logistic
/// regression, once a softmax cross-entropy follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mlp {
    /// The number of inputs.
    pub inputs: usize,
    /// The widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// The number of outputs.
    pub outputs: usize,
    /// What follows each hidden layer.
    pub activation: Activation,
}

/// The function applied to each number of a hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// tanh x.
    Tanh,
    /// σ(x) = 1/(1 + e⁻ˣ).
    Sigmoid,
}

impl Activation {
    /// The function of each number.
    pub fn apply<A: ArrayAlgebra>(self, x: &A) -> A {
        match self {
            Self::Relu => x.relu(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => x.sigmoid(),
        }
    }
}

impl Mlp {
    /// A perceptron of rectifiers.
    pub fn new(inputs: usize, hidden: &[usize], outputs: usize) -> Self {
        Self { inputs, hidden: hidden.to_vec(), outputs, activation: Activation::Relu }
    }

    /// The same layers with another activation.
    #[must_use]
    pub fn with_activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// The sizes of the layers, inputs and outputs included.
    fn sizes(&self) -> Vec<usize> {
        [&[self.inputs], &self.hidden[..], &[self.outputs]].concat()
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        self.layout().len()
    }

    /// The weights and biases, layer by layer.
    pub fn layout(&self) -> Layout {
        self.sizes().windows(2).enumerate().fold(Layout::new(), |layout, (layer, sizes)| {
            layout.with(format!("weight {layer}"), sizes).with(format!("bias {layer}"), &sizes[1..])
        })
    }

    /// Weights from a normal distribution of variance 2/inputs of their layer, whatever the activation, and zero biases (K. He, X. Zhang, S. Ren &
    /// J. Sun 2015, equation 10, arXiv:1502.01852).
    pub fn initialise<T: Element>(&self, random: &mut ChaCha8Rng) -> Parameters<T> {
        let layout = self.layout();
        let mut values = Vec::with_capacity(layout.len());
        for sizes in self.sizes().windows(2) {
            let deviation = (2.0 / sizes[0] as f64).sqrt();
            for _ in 0..sizes[0] * sizes[1] {
                let normal: f64 = StandardNormal.sample(random);
                values.push(T::from(normal * deviation).expect("a float"));
            }
            values.resize(values.len() + sizes[1], T::zero());
        }
        Parameters::new(layout, values)
    }

    /// The outputs for a matrix of inputs, one row per sample, before any softmax. `between` is applied to the
    /// activations of each hidden layer, by its number: dropout, or nothing.
    pub fn outputs<A: ArrayAlgebra>(
        &self,
        parameters: &[A],
        inputs: &A,
        mut between: impl FnMut(usize, A) -> A,
    ) -> A {
        let mut activations = inputs.clone();
        for (layer, pair) in parameters.chunks_exact(2).enumerate() {
            activations = activations.linear(&pair[0], &pair[1]);
            if layer < self.hidden.len() {
                activations = between(layer, self.activation.apply(&activations));
            }
        }
        activations
    }
}

#[cfg(test)]
mod tests {
    use crate::run::seed::stream;

    use super::*;

    /// 2352·512 + 512 + 512·10 + 10: the count of Zhang et al. 2017, Table 1, for one hidden layer on 28×28×3 crops.
    #[test]
    fn parameters_are_counted_as_published() {
        assert_eq!(Mlp::new(2352, &[512], 10).parameters(), 1_209_866);
        assert_eq!(Mlp::new(2352, &[512; 3], 10).parameters(), 1_735_178);
    }

    #[test]
    fn weights_have_the_variance_of_he_and_biases_are_zero() {
        let model = Mlp::new(50, &[400], 3);
        let parameters = model.initialise::<f64>(&mut stream(1, "test"));
        let weights = parameters.get("weight 0").unwrap().to_vec();
        let variance = weights.iter().map(|w| w * w).sum::<f64>() / weights.len() as f64;
        // The standard deviation of the estimate is 2/50·√(2/20000) = 0.0004.
        assert!((variance - 2.0 / 50.0).abs() < 0.002, "{variance}");
        assert!(parameters.get("bias 0").unwrap().to_vec().iter().all(|&b| b == 0.0));
    }
}
