//! Losses and optimizers.
//!
//! * [`loss`]: what a model is penalised for, and what each loss assumes; [`loss::choosing`]: which one to take.
//! * [`optim`]: update rules on flat slices, each readable beside its paper's equation.
//! * [`wrap`]: clipping, weight decay, accumulation, groups, lookahead and SAM, around any of them.
//! * [`average`]: averages of the iterates.
//! * [`schedule`]: the learning rate as a function of the step, outside the optimizer.
//! * [`state`]: saving and loading either of them, exactly.

pub mod average;
pub mod error;
pub mod loss;
pub mod optim;
pub mod schedule;
pub mod state;
pub mod wrap;
