//! Labelled examples in memory.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::run::seed;

/// Labelled examples in memory, all of one shape.
///
/// The fields are public so that an experiment can corrupt them, and that a program can bring its own data;
/// the readers of this module keep the relations stated at each field.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The name for reports, such as "MNIST, training part".
    pub name: String,
    /// The examples one after the other, each in row-major order of [`Dataset::shape`]; pixels are scaled to 0..1.
    pub features: Vec<f32>,
    /// The shape of one example, such as \[8, 8\] or \[3, 32, 32\].
    pub shape: Vec<usize>,
    /// The class of each example, below [`Dataset::classes`].
    pub labels: Vec<u8>,
    /// The number of classes.
    pub classes: usize,
    /// SHA-256 of the unpacked contents of the files it was read from, one after the other.
    pub checksum: String,
    /// What a reader of a report must know of this copy, such as that it differs from the original distribution.
    pub note: Option<String>,
}

/// A data set in two disjoint parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// What models are fitted to, and what hyper-parameters are chosen on.
    pub train: Dataset,
    /// What is only ever looked at to report.
    pub test: Dataset,
}

/// Which class a wrong label names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum WrongLabels {
    /// Any other one, each alike: symmetric noise.
    AnyOther,
    /// The next one, and the first in place of the last: noise that depends on the class.
    Next,
}

impl Split {
    /// The training part alone, a fifth of it held out in place of the test part: what hyper-parameters are chosen on, so that
    /// no test example has a say in them.
    #[must_use]
    pub fn for_tuning(&self, seed: u64) -> Self {
        self.train.split(self.train.len() * 4 / 5, seed)
    }
}

impl Dataset {
    /// The number of examples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The number of features of one example: the product of [`Dataset::shape`].
    pub fn dimension(&self) -> usize {
        self.shape.iter().product()
    }

    /// The features of one example.
    ///
    /// # Panics
    /// If there is no such example.
    #[track_caller]
    pub fn example(&self, index: usize) -> &[f32] {
        assert!(index < self.len(), "example {index} of {}, which has {}", self.name, self.len());
        &self.features[index * self.dimension()..(index + 1) * self.dimension()]
    }

    /// The examples at `indices`, in that order. The checksum stays that of the files.
    ///
    /// # Panics
    /// If there is no such example.
    #[track_caller]
    pub fn select(&self, indices: &[usize]) -> Self {
        let mut features = Vec::with_capacity(indices.len() * self.dimension());
        for &index in indices {
            features.extend_from_slice(self.example(index));
        }
        Self {
            name: self.name.clone(),
            features,
            shape: self.shape.clone(),
            labels: indices.iter().map(|&index| self.labels[index]).collect(),
            classes: self.classes,
            checksum: self.checksum.clone(),
            note: self.note.clone(),
        }
    }

    /// Replaces each label with probability `share` by one drawn uniformly from all classes, so that of ten classes
    /// 0.9·share of the labels change.
    pub fn corrupt_labels(&mut self, share: f64, random: &mut ChaCha8Rng) {
        for label in &mut self.labels {
            let (chosen, drawn) =
                (random.random::<f64>() < share, random.random_range(0..self.classes as u8));
            if chosen {
                *label = drawn;
            }
        }
    }

    /// Replaces each label with probability `share` by another class, so that just this share of the labels changes.
    pub fn replace_labels(&mut self, share: f64, wrong: WrongLabels, random: &mut ChaCha8Rng) {
        let classes = self.classes as u8;
        for label in &mut self.labels {
            let (chosen, drawn) = (random.random::<f64>() < share, random.random_range(1..classes));
            let offset = match wrong {
                WrongLabels::AnyOther => drawn,
                WrongLabels::Next => 1,
            };
            if chosen {
                *label = (*label + offset) % classes;
            }
        }
    }

    /// Every tenth example of the lower half of the classes, in their order, and all of the others.
    #[must_use]
    pub fn with_rare_half(&self) -> Self {
        let mut seen = vec![0; self.classes];
        let kept = (0..self.len()).filter(|&index| {
            let class = usize::from(self.labels[index]);
            seen[class] += 1;
            class >= self.classes / 2 || seen[class] % 10 == 1
        });
        self.select(&kept.collect::<Vec<_>>())
    }

    /// The same images with each square of `side`×`side` pixels replaced by its mean.
    ///
    /// # Panics
    /// If an example is no matrix of pixels, or `side` does not divide its sides.
    #[must_use]
    #[track_caller]
    pub fn pooled(&self, side: usize) -> Self {
        let &[height, width] = &self.shape[..] else {
            panic!("{} has examples of shape {:?}", self.name, self.shape)
        };
        assert!(
            height % side == 0 && width % side == 0,
            "squares of {side} pixels do not tile {height}×{width}"
        );
        let mut features = Vec::with_capacity(self.features.len() / (side * side));
        for image in self.features.chunks_exact(height * width) {
            for row in (0..height).step_by(side) {
                for column in (0..width).step_by(side) {
                    let square = (row..row + side).flat_map(|row| &image[row * width + column..][..side]);
                    features.push(square.sum::<f32>() / (side * side) as f32);
                }
            }
        }
        Self { features, shape: vec![height / side, width / side], ..self.clone() }
    }

    /// Two disjoint parts of randomly chosen examples, the first of `train` examples; the same for the same seed.
    ///
    /// ```
    /// let digits = bench_harness::data::digits()?;
    /// let split = digits.split(1437, 1000);
    /// assert_eq!((split.train.len(), split.test.len()), (1437, 360));
    /// # Ok::<(), bench_harness::Error>(())
    /// ```
    ///
    /// # Panics
    /// If there are not as many examples.
    #[track_caller]
    pub fn split(&self, train: usize, seed: u64) -> Split {
        assert!(
            train <= self.len(),
            "{train} examples to train on from {}, which has {}",
            self.name,
            self.len()
        );
        let order = self.shuffled(seed);
        let (train, test) = order.split_at(train);
        Split { train: self.select(train), test: self.select(test) }
    }

    /// The first part of [`split`](Self::split) alone: for a few examples of a large set, which is not copied.
    ///
    /// # Panics
    /// If there are not as many examples.
    #[must_use]
    #[track_caller]
    pub fn sample(&self, count: usize, seed: u64) -> Self {
        assert!(count <= self.len(), "{count} examples from {}, which has {}", self.name, self.len());
        self.select(&self.shuffled(seed)[..count])
    }

    fn shuffled(&self, seed: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut seed::stream(seed, "split"));
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images() -> Dataset {
        Dataset {
            name: "test".to_owned(),
            features: (0..16).map(|pixel| pixel as f32).collect(),
            shape: vec![2, 4],
            labels: vec![0, 1],
            classes: 10,
            checksum: String::new(),
            note: None,
        }
    }

    #[test]
    fn pooling_takes_means_of_squares() {
        let pooled = images().pooled(2);
        assert_eq!((pooled.shape, pooled.features), (vec![1, 2], vec![2.5, 4.5, 10.5, 12.5]));
    }

    #[test]
    fn a_sample_is_the_first_part_of_a_split() {
        let many = images().select(&[0, 1, 1, 0, 1, 0, 0, 1]);
        assert_eq!(many.sample(5, 3), many.split(5, 3).train);
    }

    #[test]
    fn half_of_the_classes_become_rare() {
        let mut many = images().select(&[0; 2000]);
        many.labels = (0..2000).map(|index| (index % 10) as u8).collect();
        let rare = many.with_rare_half();
        let counts = (0..10).map(|class| rare.labels.iter().filter(|&&label| label == class).count());
        assert_eq!(counts.collect::<Vec<_>>(), [20, 20, 20, 20, 20, 200, 200, 200, 200, 200]);
    }

    #[test]
    fn as_many_labels_are_replaced_as_asked_and_none_by_itself() {
        for wrong in [WrongLabels::AnyOther, WrongLabels::Next] {
            let mut many = images().select(&[0; 2000]);
            many.replace_labels(0.6, wrong, &mut seed::stream(1, "label noise"));
            let changed = many.labels.iter().filter(|&&label| label != 0).count();
            // 0.6 of 2000 with a standard deviation of 22.
            assert!((1100..1300).contains(&changed), "{changed}");
            assert!(many.labels.iter().all(|&label| label < 10));
            let next = many.labels.iter().filter(|&&label| label == 1).count();
            assert_eq!(next == changed, wrong == WrongLabels::Next, "{next} of {changed}");
        }
    }

    #[test]
    fn as_many_labels_change_as_asked() {
        let mut many = images().select(&[0; 10_000]);
        many.corrupt_labels(0.2, &mut seed::stream(1, "corruption"));
        let changed = many.labels.iter().filter(|&&label| label != 0).count();
        // 0.18 of 10,000, with a standard deviation of 38.
        assert!((1650..1950).contains(&changed), "{changed}");
        many.corrupt_labels(0.0, &mut seed::stream(2, "corruption"));
        assert_eq!(changed, many.labels.iter().filter(|&&label| label != 0).count());
    }
}
