//! Losses and optimizers.
