//! Models and their training: what the experiments share.

mod arm;
mod mlp;
mod training;
mod tuning;

pub use arm::{Arm, Decay};
pub use mlp::Mlp;
pub use training::{Epoch, Evaluation, Trainer, TrainerOptions, evaluate, fits_all, gradient_check};
pub use tuning::{Grid, Tuned, tune};
