//! How many pre-activations are exactly 0.

use autograd::{Array, ArrayOps, Element, Parameters};
use half::{bf16, f16};
use serde::{Deserialize, Serialize};

use super::training::{WIDTHS, matrix, model};
use crate::data::Dataset;
use crate::run::seed::stream;

/// A number format, by how a pre-activation is rounded to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Format {
    F64,
    F32,
    F16,
    Bf16,
}

pub(super) const FORMATS: [(&str, Format); 4] =
    [("f64", Format::F64), ("f32", Format::F32), ("bfloat16", Format::Bf16), ("f16", Format::F16)];

/// How many pre-activations of the hidden layers are exactly 0, of how many, at an initialisation.
pub(super) fn zeros(format: Format, seed: u64, digits: &Dataset) -> (u64, u64) {
    let samples: Vec<usize> = (0..digits.len()).collect();
    let (inputs, _) = matrix(digits, &samples);
    match format {
        Format::F64 => {
            let inputs = Array::new(inputs.shape(), inputs.to_vec().into_iter().map(f64::from).collect())
                .expect("the same");
            count_zeros(&model().initialise(&mut stream(seed, "initialisation")), inputs, |x| x)
        }
        Format::F32 => {
            count_zeros(&model().initialise(&mut stream(seed, "initialisation")), inputs, |x: f32| x)
        }
        Format::F16 => {
            count_zeros(&model().initialise(&mut stream(seed, "initialisation")), inputs, |x: f32| {
                f16::from_f32(x).to_f32()
            })
        }
        Format::Bf16 => {
            count_zeros(&model().initialise(&mut stream(seed, "initialisation")), inputs, |x: f32| {
                bf16::from_f32(x).to_f32()
            })
        }
    }
}

/// Weights, sums and activations are rounded alike; sums are accumulated in the type itself and rounded once.
fn count_zeros<T: Element>(
    parameters: &Parameters<T>,
    inputs: Array<T>,
    round: impl Fn(T) -> T,
) -> (u64, u64) {
    let rounded = |x: &Array<T>| {
        Array::new(x.shape(), x.to_vec().into_iter().map(&round).collect()).expect("the same shape")
    };
    let arrays = parameters.arrays();
    let mut activations = rounded(&inputs);
    let (mut found, mut of) = (0, 0);
    for pair in arrays.chunks_exact(2).take(WIDTHS.len()) {
        let before = rounded(&(activations.matmul(&rounded(&pair[0])) + pair[1].clone()));
        found += before.to_vec().iter().filter(|x| x.is_zero()).count() as u64;
        of += before.len() as u64;
        activations = before.relu();
    }
    (found, of)
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Count {
    pub(super) found: u64,
    pub(super) of: u64,
}
