//! What is done to the data before a network sees them.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use serde::Serialize;

use crate::data::{Dataset, Split};
use crate::run::seed::stream;

/// What is done to a data set before a network sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Condition {
    /// Nothing.
    TrueLabels,
    /// One permutation of the pixels, the same for every image.
    ShuffledPixels,
    /// A permutation of the pixels for each image.
    RandomPixels,
    /// Every pixel from a Gaussian with the mean and variance of the data.
    Gaussian,
    /// Every training label drawn uniformly from the classes.
    RandomLabels,
}

impl Condition {
    pub(super) const ALL: [Self; 5] =
        [Self::TrueLabels, Self::ShuffledPixels, Self::RandomPixels, Self::Gaussian, Self::RandomLabels];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TrueLabels => "true labels",
            Self::ShuffledPixels => "shuffled pixels",
            Self::RandomPixels => "random pixels",
            Self::Gaussian => "Gaussian pixels",
            Self::RandomLabels => "random labels",
        }
    }

    /// Whether nothing that holds beyond the training set is left to learn.
    pub(super) fn is_noise(self) -> bool {
        matches!(self, Self::RandomPixels | Self::Gaussian | Self::RandomLabels)
    }

    /// The data under this condition. The test part keeps its labels.
    pub(super) fn apply(self, mut split: Split, seed: u64) -> Split {
        let mut random = stream(seed, "corruption");
        let parts = [&mut split.train, &mut split.test];
        match self {
            Self::TrueLabels => {}
            Self::ShuffledPixels => {
                let order = permutation(parts[0].dimension(), &mut random);
                parts.into_iter().for_each(|part| permute_each(part, || order.clone()));
            }
            Self::RandomPixels => {
                let dimension = parts[0].dimension();
                parts.into_iter().for_each(|part| permute_each(part, || permutation(dimension, &mut random)));
            }
            Self::Gaussian => {
                let (mean, deviation) = moments(&parts[0].features);
                let normal = Normal::new(mean, deviation).expect("data have a finite spread");
                for part in parts {
                    part.features.iter_mut().for_each(|pixel| *pixel = normal.sample(&mut random) as f32);
                }
            }
            Self::RandomLabels => {
                let classes = parts[0].classes as u8;
                parts[0].labels.iter_mut().for_each(|label| *label = random.random_range(0..classes));
            }
        }
        split
    }
}

pub(super) fn permutation(length: usize, random: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.shuffle(random);
    order
}

fn permute_each(data: &mut Dataset, mut order: impl FnMut() -> Vec<usize>) {
    let dimension = data.dimension();
    for example in data.features.chunks_exact_mut(dimension) {
        let before = example.to_vec();
        for (pixel, from) in example.iter_mut().zip(order()) {
            *pixel = before[from];
        }
    }
}

/// The mean and the standard deviation of all numbers.
fn moments(numbers: &[f32]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = numbers.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// The middle 28×28 of CIFAR-10's images, each brought to mean 0 and variance 1, as Zhang et al. preprocess them.
pub(super) fn centre_and_whiten(data: &Dataset) -> Dataset {
    let (side, crop) = (32, 28);
    let offset = (side - crop) / 2;
    let mut features = Vec::with_capacity(data.len() * 3 * crop * crop);
    for index in 0..data.len() {
        let image = data.example(index);
        let start = features.len();
        for plane in 0..3 {
            for row in offset..offset + crop {
                let from = (plane * side + row) * side + offset;
                features.extend_from_slice(&image[from..from + crop]);
            }
        }
        let (mean, deviation) = moments(&features[start..]);
        // An image of one colour has no variance; Zhang et al. bound it below in the same way.
        let scale = deviation.max(1.0 / (3.0 * (crop * crop) as f64).sqrt());
        features[start..].iter_mut().for_each(|pixel| *pixel = ((f64::from(*pixel) - mean) / scale) as f32);
    }
    Dataset { features, shape: vec![3, crop, crop], ..data.clone() }
}

/// Images that a guess by brightness looks at.
const NEAREST: usize = 100;

/// The test accuracy of a guess from an image's mean pixel alone: the most frequent class among the [`NEAREST`] training
/// images. This much can be told of images whose pixels are permuted.
pub(super) fn accuracy_by_brightness(split: &Split) -> f64 {
    let brightness =
        |data: &Dataset, index: usize| data.example(index).iter().map(|&pixel| f64::from(pixel)).sum::<f64>();
    let mut known: Vec<(f64, u8)> = (0..split.train.len())
        .map(|index| (brightness(&split.train, index), split.train.labels[index]))
        .collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let right = (0..split.test.len()).filter(|&index| {
        let own = brightness(&split.test, index);
        // The middle of those that are as bright.
        let from = known.partition_point(|(other, _)| *other < own);
        let place = from.midpoint(known.partition_point(|(other, _)| *other <= own));
        let start = place.saturating_sub(NEAREST / 2).min(known.len().saturating_sub(NEAREST));
        let nearest = &known[start..known.len().min(start + NEAREST)];
        let votes = |class: &u8| nearest.iter().filter(|(_, label)| label == class).count();
        (0..split.test.classes as u8).max_by_key(votes) == Some(split.test.labels[index])
    });
    right.count() as f64 / split.test.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_change_what_they_say_and_nothing_else() {
        let split = crate::data::digits().unwrap().split(1437, 3);
        let of = |condition: Condition| condition.apply(split.clone(), 3);
        assert_eq!(of(Condition::TrueLabels), split);

        let shuffled = of(Condition::ShuffledPixels);
        let where_is = |pixel: usize| {
            let column =
                |data: &Dataset, pixel: usize| (0..200).map(|i| data.example(i)[pixel]).collect::<Vec<_>>();
            (0..64).find(|&other| column(&shuffled.train, other) == column(&split.train, pixel))
        };
        assert!((0..64).all(|pixel| where_is(pixel).is_some()), "one permutation serves all images");
        assert_eq!(shuffled.train.labels, split.train.labels);

        let random = of(Condition::RandomPixels);
        let sorted = |pixels: &[f32]| {
            let mut pixels = pixels.to_vec();
            pixels.sort_by(f32::total_cmp);
            pixels
        };
        assert!((0..1437).all(|i| sorted(random.train.example(i)) == sorted(split.train.example(i))));
        assert_ne!(random.train.features, split.train.features);

        let gaussian = of(Condition::Gaussian);
        let (ours, theirs) = (moments(&gaussian.train.features), moments(&split.train.features));
        assert!((ours.0 - theirs.0).abs() < 0.01 && (ours.1 - theirs.1).abs() < 0.01);

        let labels = of(Condition::RandomLabels);
        assert_eq!((&labels.train.features, &labels.test), (&split.train.features, &split.test));
        let kept = labels.train.labels.iter().zip(&split.train.labels).filter(|(a, b)| a == b).count();
        assert!((90..200).contains(&kept), "about a tenth stay by chance, {kept} of 1437");
    }

    #[test]
    fn brightness_tells_what_it_can_and_no_more() {
        // Class 0 is dark, class 1 bright; class 2 is as bright as class 1 and half as frequent.
        let labels: Vec<u8> = (0..1000).map(|i| [0, 1, 1, 2][i % 4]).collect();
        let features = labels.iter().flat_map(|&label| [f32::from(label.min(1)); 2]).collect();
        let mut split = crate::data::digits().unwrap().split(1437, 3);
        let data = Dataset { features, labels, classes: 3, shape: vec![2], ..split.train.clone() };
        split.train = data.clone();
        split.test = data;
        assert_eq!(accuracy_by_brightness(&split), 0.75);
    }
}
