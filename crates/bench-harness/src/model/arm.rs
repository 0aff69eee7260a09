//! An arm of a comparison: an optimizer with a schedule.

use std::fmt;

use losses_optim::optim::{self, Entry};
use losses_optim::schedule::{Constant, InverseSquareRoot, Schedule, StepDecay};
use losses_optim::state::SavableOptimizer;
use serde::{Deserialize, Serialize, Serializer};

/// An arm of a comparison: an optimizer with its default constants, and how its learning rate decays.
#[derive(Clone, Copy, Serialize)]
pub struct Arm {
    /// The name in tables and legends.
    pub name: &'static str,
    /// The optimizer: one of [`optim::ALL`] as [`Arm::new`] takes it, or one of your own. Runs are stored by its name: with
    /// another rule give it another, or run with [`Store::Replace`](crate::run::Store::Replace).
    #[serde(serialize_with = "name")]
    pub optimizer: Entry,
    /// How the learning rate falls.
    pub decay: Decay,
}

fn name<S: Serializer>(optimizer: &Entry, serializer: S) -> Result<S::Ok, S::Error> {
    optimizer.name.serialize(serializer)
}

impl fmt::Debug for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, optimizer, decay } = self;
        write!(f, "{name}: {} with {decay:?}", optimizer.name)
    }
}

impl PartialEq for Arm {
    /// Optimizers are told apart by their names.
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.optimizer.name, self.decay) == (other.name, other.optimizer.name, other.decay)
    }
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
    /// An arm with the registered optimizer of this name.
    ///
    /// # Panics
    /// If the register has none.
    #[track_caller]
    pub fn new(name: &'static str, optimizer: &str, decay: Decay) -> Self {
        let Some(&entry) = optim::find(optimizer) else { panic!("no optimizer {optimizer:?} is registered") };
        Self { name, optimizer: entry, decay }
    }

    /// The optimizer, at its start.
    pub fn make(&self) -> Box<dyn SavableOptimizer<f32>> {
        (self.optimizer.over_f32)()
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
