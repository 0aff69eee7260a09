//! Cross-entropy with what classification asks for besides: smoothed labels, weights of classes, labels to ignore.

use autograd::op::{bind, chain::Chain};
use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check, constant, margin, number};

/// Cross-entropy of labels that are smoothed, with weights of classes, and with a label that marks samples to ignore.
///
/// ```text
/// ℓ = −(1 − ε) ln p_c − (ε/K) Σⱼ ln pⱼ        p = softmax(z), K classes
/// ```
///
/// A sample counts with the weight of its class, and with 0 if its label is the ignored one: the mean is
/// Σᵢ w_(cᵢ) ℓᵢ / Σᵢ w_(cᵢ). All three are off by default, which is [`SoftmaxCrossEntropy`](super::SoftmaxCrossEntropy).
///
/// # Assumption
///
/// Label smoothing: the label is right with probability 1 − ε, and uniformly any class otherwise. Class weights: the classes
/// are to count as if they had been drawn in other proportions.
///
/// # Gradient
///
/// ∂ℓ/∂z = p − (1 − ε)·y − ε/K with the one-hot label y, and 0 for an ignored sample. No kink.
///
/// # Conventions
///
/// As PyTorch's `CrossEntropyLoss` with `weight`, `ignore_index` and `label_smoothing`, each by itself and the latter two
/// together. Together with smoothing PyTorch weighs the term of every class j by that class's weight; here a sample has one
/// weight, its label's. `per_sample` gives losses without the class weights, PyTorch's `reduction="none"` with them.
///
/// # Errors
///
/// Refuses ε outside \[0, 1), weights that are negative or not finite or not one for each class, scores that are not a
/// matrix with one row per label, an empty batch, labels that name no class unless ignored; and the mean of a batch in which
/// no sample counts.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{LabelCrossEntropy, Loss, Reduction};
///
/// let scores = Array::new(&[3, 2], vec![0.0_f64, 0.0, 1.0, 0.0, 5.0, 7.0]).unwrap();
/// let loss = LabelCrossEntropy {
///     class_weights: Some(vec![1.0, 3.0]),
///     ignored_label: Some(255),
///     ..LabelCrossEntropy::default()
/// };
/// let mean = loss.evaluate(&scores, &[0, 1, 255], Reduction::Mean)?.item().unwrap();
/// let expected = (1.0 * 2.0_f64.ln() + 3.0 * (1.0 + 1.0_f64.exp()).ln()) / (1.0 + 3.0);
/// assert!((mean - expected).abs() < 1e-15);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. Szegedy et al. 2016, *Rethinking the inception architecture for computer vision*, arXiv:1512.00567, section 7, for
/// label smoothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LabelCrossEntropy {
    /// ε, the probability that moves from the label to all classes evenly; 0 by default.
    pub label_smoothing: f64,
    /// A weight for each class; all 1 if there are none.
    pub class_weights: Option<Vec<f64>>,
    /// The label of samples that do not count. It need not name a class.
    pub ignored_label: Option<usize>,
}

impl LabelCrossEntropy {
    /// The labels with ignored ones replaced by a class, which one being of no consequence.
    fn replaced(&self, labels: &[usize]) -> Vec<usize> {
        labels.iter().map(|&label| if self.ignored_label == Some(label) { 0 } else { label }).collect()
    }

    /// 1 for each sample that counts, 0 for each that is ignored.
    fn counted<A: ArrayAlgebra>(&self, labels: &[usize]) -> A {
        let counts = labels.iter().map(|&label| if self.ignored_label == Some(label) { 0.0 } else { 1.0 });
        constant(&[labels.len()], counts.map(number).collect())
    }
}

impl Described for LabelCrossEntropy {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "label-cross-entropy",
        formula: "−(1 − ε) ln p_c − (ε/K) Σⱼ ln pⱼ",
        assumption: "categorical labels, wrong with probability ε; classes of unequal weight",
        source: "Szegedy et al. 2016, section 7",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for LabelCrossEntropy {
    type Target<A: ArrayAlgebra> = [usize];

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &[usize]) -> Result<A, LossError> {
        let smoothing = self.label_smoothing;
        let holds = (0.0..1.0).contains(&smoothing);
        check::constant(Self::LOSS, "label_smoothing", smoothing, holds, "a number in [0, 1)")?;
        let replaced = self.replaced(labels);
        let [_, classes] = check::labels(Self::LOSS, scores.shape(), &replaced)?;
        for &weight in self.class_weights.iter().flatten() {
            check::non_negative(Self::LOSS, "class_weights", weight)?;
        }
        if let Some(weights) = self.class_weights.as_ref().filter(|weights| weights.len() != classes) {
            return Err(LossError::ClassWeights { loss: Self::LOSS, classes, found: weights.len() });
        }
        let share = smoothing / classes as f64;
        let losses = if share > 0.0 {
            let targets: A = margin::by_label(&replaced, classes, 1.0 - smoothing + share, share);
            -bind(Chain, &[&targets, &scores.log_softmax()]).sum(&[1])
        } else {
            -scores.log_softmax().gather(&replaced)
        };
        Ok(match self.ignored_label {
            Some(_) => bind(Chain, &[&self.counted(labels), &losses]),
            None => losses,
        })
    }

    fn own_weights<A: ArrayAlgebra>(&self, _scores: &A, labels: &[usize]) -> Option<A> {
        let counted = self.counted(labels);
        match &self.class_weights {
            Some(weights) => {
                let weights = self.replaced(labels).into_iter().map(|label| number(weights[label]));
                Some(constant::<A>(&[labels.len()], weights.collect()) * counted)
            }
            None => self.ignored_label.map(|_| counted),
        }
    }
}
