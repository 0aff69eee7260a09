use std::ops::Range;

use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, non_negative},
    optim::{Optimizer, constant},
    state::{Method, around},
};

/// A block of parameters with a name, a rate, a decay and an optimizer of its own: a part of [`Groups`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group<O> {
    /// Its name.
    pub name: String,
    /// How many parameters it has.
    pub len: usize,
    /// The factor on the learning rate, 1 for none.
    pub rate: f64,
    /// λ ≥ 0: decoupled weight decay, by η times `rate` times λ; 0 for none.
    pub weight_decay: f64,
    /// The optimizer of this block.
    pub optimizer: O,
}

/// Parameter groups: consecutive blocks of the slice, each with its own rate, decay and optimizer.
///
/// ```text
/// for every block b:  w_b ← (1 − η ρ_b λ_b) w_b,  then the step with learning rate η ρ_b
/// ```
///
/// # Conventions
///
/// Blocks lie one after the other in the order of the list and fill the slice. The usual case: weights decay, biases
/// do not. Decay is decoupled; wrap a block's optimizer in [`CoupledDecay`](super::CoupledDecay) for the other kind, or in
/// [`ClipByNorm`](super::ClipByNorm) to clip per block.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::{Group, Groups}};
///
/// let group = |name: &str, len, rate, weight_decay| {
///     Group { name: name.to_owned(), len, rate, weight_decay, optimizer: GradientDescent::default() }
/// };
/// let mut groups = Groups { groups: vec![group("weights", 2, 1.0, 0.5), group("bias", 1, 2.0, 0.0)] };
/// let mut w = [4.0, 4.0, 4.0];
/// groups.step(&mut w, &[0.0, 1.0, 1.0], 0.5)?;
/// assert_eq!(w, [3.0, 2.5, 3.0]);
/// assert_eq!(groups.range("bias"), Some(2..3));
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// Bookkeeping; as in PyTorch's `param_groups`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Groups<O> {
    /// The blocks, in the order in which they lie in the slice.
    pub groups: Vec<Group<O>>,
}

impl<O> Groups<O> {
    /// Where the block of that name lies.
    #[must_use]
    pub fn range(&self, name: &str) -> Option<Range<usize>> {
        let index = self.groups.iter().position(|group| group.name == name)?;
        let start = self.groups[..index].iter().map(|group| group.len).sum();
        Some(start..start + self.groups[index].len)
    }
}

impl<O: Method> Method for Groups<O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "groups";
    const SUMMARY: &'static str = "blocks of parameters with a rate, a decay and an optimizer each";
    const SOURCE: &'static str = "bookkeeping";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for Groups<O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        for group in &self.groups {
            non_negative("rate", group.rate)?;
            non_negative("weight_decay", group.weight_decay)?;
            group.optimizer.validate()?;
        }
        Ok(())
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        for group in &mut self.groups {
            group.optimizer.buffers(visit);
        }
    }

    /// Each block's state has the block's length, and the blocks together must fill the slice.
    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        let found = self.groups.iter().map(|group| group.len).sum();
        if found != len {
            return Err(StepError::StateLength { buffer: "groups", expected: len, found });
        }
        self.groups.iter_mut().try_for_each(|group| {
            non_negative("rate", group.rate)?;
            non_negative("weight_decay", group.weight_decay)?;
            group.optimizer.prepare(group.len)
        })
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let (mut params, mut grad) = (params, grad);
        for group in &mut self.groups {
            let (block, others) = params.split_at_mut(group.len);
            let (block_grad, other_grads) = grad.split_at(group.len);
            let rate = learning_rate * constant::<T>(group.rate);
            let keep = T::one() - rate * constant::<T>(group.weight_decay);
            for w in block.iter_mut() {
                *w = keep * *w;
            }
            group.optimizer.update(block, block_grad, rate);
            (params, grad) = (others, other_grads);
        }
    }
}
