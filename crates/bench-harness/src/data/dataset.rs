//! Labelled examples in memory.

use rand::seq::SliceRandom;

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
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut seed::stream(seed, "split"));
        let (train, test) = order.split_at(train);
        Split { train: self.select(train), test: self.select(test) }
    }
}
