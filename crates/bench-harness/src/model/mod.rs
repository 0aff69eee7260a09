//! Models and their training: what the experiments share.

mod arm;
mod critical_point;
mod full_batch;
mod images;
mod linear_problem;
mod loss_trial;
mod mlp;
mod quadratic;
mod task;
mod training;
mod tuning;

pub use arm::{Arm, Decay};
pub use critical_point::{CriticalPoint, negative};
pub use full_batch::{FullBatch, norm};
pub use images::{Images, gradient_gate};
pub use linear_problem::{LinearProblem, Noise};
pub use loss_trial::{Classes, LossCourse, LossTrial, MeasuredOn, Stop};
pub use mlp::{Activation, Mlp};
pub use quadratic::Quadratic;
pub use task::{Batch, Classification, Task};
pub use training::{
    Epoch, Evaluation, Trainer, TrainerOptions, evaluate, evaluate_on, fits_all, gradient_check,
    gradient_check_at, gradient_check_on,
};
pub use tuning::{Grid, Tuned, tune};
