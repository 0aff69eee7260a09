//! Losses: what a model is penalised for, and what each loss assumes.
//!
//! A loss works on constants and on recorded arrays alike, is computed in its stable form, and gives one number for each
//! sample ([`Loss::per_sample`]) or their sum or mean ([`Loss::evaluate`]). The lecture sums over the batch, most
//! libraries take the mean: learning rates differ by the batch's size between the two, so the [`Reduction`] is always
//! spelled out. [`choosing`] is the page on which one to take.
//!
//! ```
//! use autograd::{Array, ArrayOps};
//! use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
//!
//! let scores = [Array::new(&[2, 3], vec![2.0, 1.0, 0.0, 0.0, 0.0, 0.0])?];
//! let labels = [0, 2];
//! let gradient = autograd::grad(
//!     |scores| SoftmaxCrossEntropy.evaluate(&scores[0], &labels, Reduction::Mean).unwrap(),
//!     &scores,
//! );
//! // (p − y)/M for probabilities p, one-hot labels y and M samples.
//! let expected = (scores[0].softmax() - Array::new(&[2, 3], vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0])?) / 2.0;
//! let difference = &gradient[0] - &expected;
//! assert!(difference.to_vec().iter().all(|d: &f64| d.abs() < 1e-15));
//! # Ok::<(), autograd::ShapeError>(())
//! ```
//!
//! # Conventions
//!
//! * Axis 0 of the predictions counts samples; the loss of a sample is the *sum* over its numbers, unless a loss says
//!   otherwise. [`Reduction::Mean`] divides by the number of samples (or by the sum of their weights), never by the number
//!   of numbers: PyTorch's `"mean"` of a regression loss is that of [`MeanSquaredError`], which averages within the sample.
//! * A symbol without index is a sample's: ŷ a prediction, y its target, r = ŷ − y the residual, z a score (logit), c the
//!   right class, p = softmax(z) or σ(z) = 1/(1 + e⁻ᶻ), m = y·s the margin of a score s with a label y ∈ {−1, 1}.
//! * At a kink the gradient is the element of minimum norm of the operation's subdifferential, as everywhere in
//!   [`autograd::kink`].
//! * Targets, weights and constants outside their range are refused, NaN among them, and so are predictions outside the
//!   domain of the loss. A prediction of NaN is not: the loss of that sample is NaN, as a diverged model's should be.

mod check;
mod columns;
mod error;
mod likelihood;
mod margin;
mod residual;
mod row_max;
mod row_norm;

#[doc = include_str!("choosing.md")]
pub mod choosing {}

use autograd::op::{bind, chain::Chain};
use autograd::{ArrayAlgebra, ArrayOps};

pub use error::LossError;
pub use likelihood::Likelihood;

/// How the losses of a batch's samples become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reduction {
    /// Their sum, as in the lecture: the negative log-likelihood of the batch.
    Sum,
    /// Their mean: the empirical risk, whose size does not depend on the batch's.
    Mean,
}

/// A loss of predictions against targets, one row per sample.
pub trait Loss {
    /// What predictions are compared with: labels, an array, or several of these.
    type Target<A: ArrayAlgebra>: ?Sized;

    /// The loss of each sample, a vector; without the weights that the loss itself gives them.
    ///
    /// # Errors
    /// If shapes do not fit, the batch is empty, or a target, a prediction or a constant lies out of range.
    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &Self::Target<A>)
    -> Result<A, LossError>;

    /// The weight that the loss itself gives each sample, such as that of its class; `None` if all count alike.
    ///
    /// Called after [`per_sample`](Loss::per_sample) has accepted the same arguments.
    fn own_weights<A: ArrayAlgebra>(&self, _predictions: &A, _targets: &Self::Target<A>) -> Option<A> {
        None
    }

    /// The sum or mean of the samples' losses; weighted as by [`evaluate_weighted`](Loss::evaluate_weighted) if the loss
    /// has weights of its own.
    ///
    /// # Errors
    /// If shapes do not fit, the batch is empty, a target, a prediction or a constant lies out of range, or the mean is
    /// asked for and the loss gives every sample the weight 0.
    fn evaluate<A: ArrayAlgebra>(
        &self,
        predictions: &A,
        targets: &Self::Target<A>,
        reduction: Reduction,
    ) -> Result<A, LossError> {
        let losses = self.per_sample(predictions, targets)?;
        match self.own_weights(predictions, targets) {
            Some(weights) => reduce_weighted(&losses, &weights, reduction),
            None => Ok(match reduction {
                Reduction::Sum => losses.sum_all(),
                Reduction::Mean => losses.mean_all(),
            }),
        }
    }

    /// The weighted sum Σᵢ wᵢℓᵢ or the weighted mean Σᵢ wᵢℓᵢ / Σᵢ wᵢ of the samples' losses.
    ///
    /// A sample of weight 2 counts as two samples, in the mean too. PyTorch divides likewise for cross-entropy with class
    /// weights, and by the number of samples for `BCELoss(weight=…)`. Weights of the loss's own multiply these. A sample of
    /// weight 0 contributes nothing, even where its loss is infinite or NaN.
    ///
    /// ```
    /// use autograd::Array;
    /// use losses_optim::loss::{AbsoluteError, Loss, Reduction};
    ///
    /// let (predictions, targets) = (Array::vector(&[1.0, 5.0]), Array::vector(&[0.0, 0.0]));
    /// let weights = Array::vector(&[3.0, 1.0]);
    /// let mean = AbsoluteError.evaluate_weighted(&predictions, &targets, &weights, Reduction::Mean)?;
    /// assert_eq!(mean.item(), Some((3.0 * 1.0 + 1.0 * 5.0) / (3.0 + 1.0)));
    /// # Ok::<(), losses_optim::loss::LossError>(())
    /// ```
    ///
    /// # Errors
    /// As [`evaluate`](Loss::evaluate), and if there is not one finite weight ≥ 0 for each sample.
    fn evaluate_weighted<A: ArrayAlgebra>(
        &self,
        predictions: &A,
        targets: &Self::Target<A>,
        weights: &A,
        reduction: Reduction,
    ) -> Result<A, LossError> {
        let losses = self.per_sample(predictions, targets)?;
        match self.own_weights(predictions, targets) {
            Some(own) => {
                check::weights(&losses, weights)?;
                reduce_weighted(&losses, &(own * weights.clone()), reduction)
            }
            None => reduce_weighted(&losses, weights, reduction),
        }
    }
}

/// Σᵢ wᵢℓᵢ or Σᵢ wᵢℓᵢ / Σᵢ wᵢ: the one place where weights are applied.
fn reduce_weighted<A: ArrayAlgebra>(losses: &A, weights: &A, reduction: Reduction) -> Result<A, LossError> {
    check::weights(losses, weights)?;
    let sum = bind(Chain, &[weights, losses]).sum_all();
    match reduction {
        Reduction::Sum => Ok(sum),
        Reduction::Mean => {
            let total = weights.sum_all();
            check::total_weight(&total)?;
            Ok(sum / total)
        }
    }
}

/// Whether a loss is a convex function of the predictions, for every target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convexity {
    /// It is: every local minimum over the predictions is global. (Over the weights of a network it is one only if the
    /// predictions are affine functions of them.)
    Convex,
    /// It is not.
    NotConvex,
}

/// Which values a loss can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// 0 and above.
    NonNegative,
    /// Negative ones too, as the negative logarithm of a density can be.
    Any,
}

/// A registered loss, as lists print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Its formula for one sample, or for one number of a sample where the sample's loss is their sum.
    pub formula: &'static str,
    /// Which likelihood, bound or margin it stands for.
    pub assumption: &'static str,
    /// Authors and year.
    pub source: &'static str,
    /// Whether it is convex in the predictions.
    pub convexity: Convexity,
    /// Which values it takes.
    pub sign: Sign,
}

/// The registered loss of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

/// What a loss says of itself in lists; a family with one definition has an entry for each member.
trait Described {
    const ENTRIES: &'static [Entry];
    /// The name in messages.
    const LOSS: &'static str = Self::ENTRIES[0].name;
}

macro_rules! register {
    // Behind the semicolon stand types and definitions that belong to a loss.
    ($($module:ident { $($loss:ident),* $(; $($companion:ident),*)? })*) => {
        $(mod $module;)*
        $(pub use $module::{$($loss,)* $($($companion),*)?};)*

        const FAMILIES: &[&[Entry]] = &[$($(<$loss as Described>::ENTRIES),*),*];
    };
}

register! {
    half_squared_error { HalfSquaredError }
    mean_squared_error { MeanSquaredError }
    absolute_error { AbsoluteError }
    huber { Huber, SmoothL1 }
    log_cosh { LogCosh }
    quantile { Quantile }
    gaussian { GaussianNll, LearnedGaussianNll }
    laplace { LaplaceNll }
    poisson { PoissonNll }
    student_t { StudentTNll }
    binary_cross_entropy { BinaryCrossEntropy, ProbabilityCrossEntropy }
    softmax_cross_entropy { SoftmaxCrossEntropy, SoftTargetCrossEntropy; cross_entropy }
    label_cross_entropy { LabelCrossEntropy }
    entropy { Entropy }
    kullback_leibler { KullbackLeibler, ReverseKullbackLeibler }
    focal { Focal }
    perceptron { Perceptron }
    zero_one { ZeroOne }
    hinge { Hinge, SquaredHinge, CubedHinge }
    weston_watkins { WestonWatkins }
    crammer_singer { CrammerSinger }
    one_versus_rest { OneVersusRest }
    svm_objective { SvmObjective }
    janocha_czarnecki { JanochaCzarnecki }
    cosine_embedding { CosineEmbedding; Pairs }
    contrastive { Contrastive }
    triplet { Triplet; Triples, Distance }
    margin_ranking { MarginRanking }
}

const COUNT: usize = {
    let (mut count, mut family) = (0, 0);
    while family < FAMILIES.len() {
        count += FAMILIES[family].len();
        family += 1;
    }
    count
};

/// Every loss, from simple to complex: regression, classification by likelihood, classification by margin, embeddings.
pub static ALL: &[Entry] = &{
    let mut all = [FAMILIES[0][0]; COUNT];
    let (mut position, mut family) = (0, 0);
    while family < FAMILIES.len() {
        let mut member = 0;
        while member < FAMILIES[family].len() {
            all[position] = FAMILIES[family][member];
            position += 1;
            member += 1;
        }
        family += 1;
    }
    all
};

/// The sum over each sample's numbers: a vector with one number per sample.
fn sum_within_samples<A: ArrayAlgebra>(numbers: &A) -> A {
    match numbers.shape().len() {
        1 => numbers.clone(),
        axes => numbers.sum(&(1..axes).collect::<Vec<_>>()),
    }
}

/// How many numbers each sample has.
fn numbers_per_sample(shape: &[usize]) -> usize {
    shape.iter().skip(1).product()
}

/// The number of type `T` nearest to a constant.
fn number<T: num_traits::Float>(value: f64) -> T {
    T::from(value).expect("a float type must be constructible from f64")
}

/// A constant array of elements whose count its maker has seen to.
fn constant<A: ArrayAlgebra>(shape: &[usize], elements: Vec<A::Element>) -> A {
    A::from_array(autograd::Array::new(shape, elements).expect("the elements fill the shape"))
}
