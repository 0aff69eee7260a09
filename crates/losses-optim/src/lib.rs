//! Losses and optimizers.

pub mod loss;
