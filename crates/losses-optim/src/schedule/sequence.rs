use serde::{Deserialize, Serialize};

use super::{Cosine, LinearWarmup, Schedule};
use crate::{error::HyperparameterError, state::Method};

/// One schedule after another, each on a clock of its own that begins at 1.
///
/// ```text
/// η(t) = η_first(t)             for t ≤ T
///        η_second(t − T)        after
/// ```
///
/// # Conventions
///
/// Longer sequences nest: the second may be a sequence. The default is the usual one, a [`LinearWarmup`] and then a [`Cosine`]. PyTorch's `SequentialLR` and optax's `join_schedules` restart the
/// clock in the same way.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{Cosine, LinearWarmup, Schedule, Sequence};
///
/// let schedule = Sequence {
///     first: LinearWarmup { target: 1.0, steps: 5 },
///     steps: 5,
///     second: Cosine { initial: 1.0, last: 0.0, steps: 95 },
/// };
/// assert_eq!(schedule.learning_rate(5), 1.0);
/// assert_eq!(schedule.learning_rate(6), 1.0);
/// assert!(schedule.learning_rate(7) < 1.0);
/// ```
///
/// # Source
///
/// Composition; as warm-up followed by decay in P. Goyal et al., 2017, section 2.2, arXiv:1706.02677.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sequence<A, B> {
    /// What comes first.
    pub first: A,
    /// T, how many steps it lasts.
    pub steps: u64,
    /// What comes then.
    pub second: B,
}

/// A warm-up and then a cosine, to the same rate and of the same length each.
impl Default for Sequence<LinearWarmup, Cosine> {
    fn default() -> Self {
        let first = LinearWarmup::default();
        Self { steps: first.steps, second: Cosine { initial: first.target, ..Cosine::default() }, first }
    }
}

impl<A: Method, B: Method> Method for Sequence<A, B> {
    type Scalar = f64;
    const NAME: &'static str = "sequence";
    const SUMMARY: &'static str = "one schedule after another";
    const SOURCE: &'static str = "Goyal et al. 2017, section 2.2, arXiv:1706.02677";

    fn qualified_name() -> String {
        format!("{}({}, {})", Self::NAME, A::qualified_name(), B::qualified_name())
    }
}

impl<A: Schedule, B: Schedule> Schedule for Sequence<A, B> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        self.first.validate()?;
        self.second.validate()
    }

    fn learning_rate(&self, t: u64) -> f64 {
        match t.max(1).checked_sub(self.steps) {
            None | Some(0) => self.first.learning_rate(t),
            Some(after) => self.second.learning_rate(after),
        }
    }
}
