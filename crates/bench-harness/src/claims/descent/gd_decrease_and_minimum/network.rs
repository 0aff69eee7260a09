//! Full-batch training of a small network.

use losses_optim::optim::{GradientDescent, Optimizer};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::model::{Activation, FullBatch, Mlp};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// Learning rates of the network.
const NETWORK_RATES: [f64; 5] = [0.03, 0.1, 0.3, 1.0, 3.0];

pub(super) const NETWORK_STEPS: usize = 300;

/// Full-batch descent of a small network at one learning rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct NetworkCourse {
    #[serde(with = "crate::run::float::vec")]
    pub(super) losses: Vec<f64>,
    pub(super) first_curvature: f64,
    pub(super) last_curvature: f64,
}

impl NetworkCourse {
    pub(super) fn rises(&self) -> usize {
        self.losses.windows(2).filter(|pair| pair[1] > pair[0]).count()
    }
}

pub(super) fn networks(laboratory: &Laboratory) -> Result<Vec<(f64, NetworkCourse)>, Error> {
    let digits = laboratory.digits()?;
    let seed = laboratory.seeds(1, 1)[0];
    let data = digits.split(200, seed).train;
    let model = Mlp::new(data.dimension(), &[16], data.classes).with_activation(Activation::Tanh);
    let cells: Vec<(f64, u64)> = NETWORK_RATES.iter().map(|&rate| (rate, seed)).collect();
    let courses = laboratory.cells("network", &cells, |&(rate, seed)| {
        let objective = FullBatch::new(&model, &data, 0.0);
        let mut w = model.initialise::<f64>(&mut stream(seed, "initialisation")).as_slice().to_vec();
        let curvature = |w: &[f64]| objective.largest_curvature(w, &mut stream(seed, "power iteration"));
        let first_curvature = curvature(&w);
        let mut losses = Vec::new();
        for _ in 0..NETWORK_STEPS {
            let (loss, gradient) = objective.loss_and_gradient(&w);
            losses.push(loss);
            GradientDescent::default().step(&mut w, &gradient, rate).expect("a finite rate");
        }
        losses.push(objective.loss(&w));
        Ok(NetworkCourse { losses, first_curvature, last_curvature: curvature(&w) })
    })?;
    Ok(NETWORK_RATES.into_iter().zip(courses).collect())
}
