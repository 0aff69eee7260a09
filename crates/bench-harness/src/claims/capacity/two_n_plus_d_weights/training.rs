//! Nets of other sizes, trained on the same labels.

use serde::Serialize;

use super::construction::random_labels;
use crate::model::{Images, Mlp, Trainer, TrainerOptions, evaluate};

/// Widths of the hidden layer of the trained nets. The second has 2,935 weights for 64 inputs, as many as the constructed net.
pub(super) const WIDTHS: [usize; 5] = [20, 39, 80, 160, 320];

pub(super) const EPOCHS: u64 = 150;

#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Training {
    pub(super) width: usize,
    pub(super) seed: u64,
}

/// The training accuracy of a net of one hidden layer on the labels that the constructed net fits.
pub(super) fn train(training: &Training, images: &Images) -> f64 {
    let mut data = images.split(training.seed).train;
    data.labels = random_labels(data.len(), training.seed);
    let model = Mlp::new(data.dimension(), &[training.width], 10);
    let adam = (losses_optim::optim::find("adam").expect("registered").over_f32)();
    let options = TrainerOptions { batch: 64, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, &data, options, adam, training.seed);
    for _ in 0..EPOCHS {
        if trainer.epoch(|_, _| 3e-3).accuracy == 1.0 {
            break;
        }
    }
    evaluate(&model, trainer.parameters(), &data).accuracy
}
