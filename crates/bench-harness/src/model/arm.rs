//! An arm of a comparison: an optimizer with a schedule.

use losses_optim::optim;
use losses_optim::schedule::{Constant, InverseSquareRoot, Schedule, StepDecay};
use losses_optim::state::SavableOptimizer;
use serde::{Deserialize, Serialize};

/// An arm of a comparison: an optimizer of the register with its default constants, and how its learning rate decays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Arm {
    /// The name in tables and legends.
    pub name: &'static str,
    /// The optimizer's name in [`optim::ALL`].
    pub optimizer: &'static str,
    /// How the learning rate falls.
    pub decay: Decay,
}

/// How a learning rate falls from its initial value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decay {
    /// Not at all.
    Constant,
    /// Divided by the square root of the number of the step.
    InverseSquareRoot,
    /// Divided by ten each time so many epochs have passed.
    TenfoldEvery(u64),
}

impl Arm {
    /// The optimizer, at its start.
    ///
    /// # Panics
    /// If the register has none of this name.
    pub fn make(&self) -> Box<dyn SavableOptimizer<f32>> {
        let entry = optim::find(self.optimizer);
        (entry.unwrap_or_else(|| panic!("no optimizer {:?} is registered", self.optimizer)).over_f32)()
    }

    /// The learning rate of a step of an epoch, both counted from 1.
    pub fn learning_rate(&self, initial: f64, step: u64, epoch: u64) -> f64 {
        match self.decay {
            Decay::Constant => Constant { initial }.learning_rate(step),
            Decay::InverseSquareRoot => InverseSquareRoot { initial }.learning_rate(step),
            Decay::TenfoldEvery(every) => StepDecay { initial, factor: 0.1, every }.learning_rate(epoch),
        }
    }
}
