//! Losses and optimizers.
//!
//! * [`loss`]: what a model is penalised for, and what each loss assumes; [`loss::choosing`]: which one to take.
//! * [`optim`]: update rules on flat slices, each readable beside its paper's equation; [`optim::choosing`]: which one to
//!   take, and where those of PyTorch and optax differ.
//! * [`line_search`]: how far to go along a direction.
//! * [`minimise`]: methods that evaluate an [`objective`] again within a step, from steepest descent to L-BFGS.
//! * [`proximal`]: terms with kinks or walls, beside a smooth objective.
//! * [`wrap`]: clipping, weight decay, accumulation, groups, lookahead and SAM, around any of them.
//! * [`distributed`]: gradients of several workers.
//! * [`average`]: averages of the iterates.
//! * [`schedule`]: the learning rate as a function of the step, outside the optimizer.
//! * [`svm`]: solvers of the support vector machine.
//! * [`state`]: saving and loading either of them, exactly.

pub mod average;
pub mod distributed;
pub mod error;
pub mod line_search;
pub mod loss;
pub mod minimise;
pub mod objective;
pub mod optim;
pub mod proximal;
pub mod schedule;
mod scratch;
pub mod state;
pub mod svm;
mod vector;
pub mod wrap;
