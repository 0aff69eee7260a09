//! Adam with and without the correction of its moments, and how long its first steps are.

use losses_optim::optim::{Adam, Optimizer};
use losses_optim::state::{Method, SavableOptimizer};
use num_traits::Float;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::claim::{Outcome, Verdict};
use crate::report::{fixed, scientific};

/// The decay rates of the moments that are tried.
pub(super) const BETA1: [f64; 2] = [0.0, 0.9];
/// The one that is judged first.
pub(super) const BETA2: [f64; 3] = [0.9999, 0.999, 0.99];
pub(super) const CORRECTIONS: [Correction; 2] = [Correction::With, Correction::Without];

/// Whether the moments are corrected for their start at zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Correction {
    With,
    Without,
}

impl Correction {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::With => "corrected",
            Self::Without => "not corrected",
        }
    }

    /// The optimizer at its start.
    pub(super) fn optimizer<T>(self, beta1: f64, beta2: f64, epsilon: f64) -> Box<dyn SavableOptimizer<T>>
    where
        T: Float + Serialize + DeserializeOwned + 'static,
    {
        match self {
            Self::With => Box::new(Adam { beta1, beta2, epsilon, ..Adam::default() }),
            Self::Without => Box::new(Uncorrected { beta1, beta2, epsilon, m: Vec::new(), v: Vec::new() }),
        }
    }
}

/// Adam without the correction: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η m/(√v + ε).
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Uncorrected<T> {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    m: Vec<T>,
    v: Vec<T>,
}

impl<T> Method for Uncorrected<T> {
    type Scalar = T;
    const NAME: &'static str = "adam_uncorrected";
    const SUMMARY: &'static str = "Adam whose moments are not corrected for their start at zero";
    const SOURCE: &'static str = "Kingma and Ba 2015, section 6.4, arXiv:1412.6980";
}

impl<T: Float> Optimizer<T> for Uncorrected<T> {
    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("m", &mut self.m);
        visit("v", &mut self.v);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let constant = |value: f64| T::from(value).expect("a float");
        let (beta1, one_minus_beta1) = (constant(self.beta1), constant(1.0 - self.beta1));
        let (beta2, one_minus_beta2) = (constant(self.beta2), constant(1.0 - self.beta2));
        let epsilon = constant(self.epsilon);
        let moments = self.m.iter_mut().zip(&mut self.v);
        for ((w, &g), (m, v)) in params.iter_mut().zip(grad).zip(moments) {
            *m = beta1 * *m + one_minus_beta1 * g;
            *v = beta2 * *v + one_minus_beta2 * g * g;
            *w = *w - learning_rate * *m / (v.sqrt() + epsilon);
        }
    }
}

/// How long a first step is in units of η by theory.
pub(super) fn first_step_length(correction: Correction, beta1: f64, beta2: f64) -> f64 {
    match correction {
        Correction::With => 1.0,
        Correction::Without => (1.0 - beta1) / (1.0 - beta2).sqrt(),
    }
}

/// The outcome of the criterion on the first step.
pub(super) fn first_step() -> Outcome {
    const RATE: f64 = 0.001;
    let step = |correction: Correction, beta1, beta2, gradient: f64| {
        let mut w = [0.0];
        let mut optimizer = correction.optimizer::<f64>(beta1, beta2, 0.0);
        optimizer.step(&mut w, &[gradient], RATE).expect("the constants are in range");
        -w[0] * gradient.signum() / RATE
    };
    let mut largest: f64 = 0.0;
    for correction in CORRECTIONS {
        for beta1 in BETA1 {
            for beta2 in BETA2 {
                let expected = first_step_length(correction, beta1, beta2);
                for gradient in [1e-3, 0.1, 1.0, 30.0, 1e4].iter().flat_map(|&g| [g, -g]) {
                    let found = step(correction, beta1, beta2, gradient);
                    largest = largest.max((found / expected - 1.0).abs());
                }
            }
        }
    }
    let uncorrected = |beta1| fixed(step(Correction::Without, beta1, 0.999, 1.0), 2);
    Outcome::new(
        "first-step",
        Verdict::holds_or_refuted(largest <= 1e-12),
        format!(
            "largest relative departure {} (≤ 10⁻¹²); without the correction {} η at β₁ = 0.9 and {} η at β₁ = 0, β₂ = 0.999",
            scientific(largest),
            uncorrected(0.9),
            uncorrected(0.0)
        ),
    )
}
