//! The twelve losses that Janocha and Czarnecki compare.

use autograd::op::map::apply;
use autograd::{ArrayAlgebra, ArrayOps, kink::Abs};

use super::{
    Convexity, CubedHinge, Described, Entry, Hinge, Loss, LossError, Sign, SoftmaxCrossEntropy, SquaredHinge,
    check, margin, row_max::row_max,
};

/// The losses of one label among several classes that Janocha and Czarnecki compare, of raw outputs o or of their
/// probabilities s = softmax(o), with the one-hot label y and t = 2y − 1.
///
/// # Assumption
///
/// Each member's is stated with it. Of the three norms of y − s, L1 is twice and L∞ once the probability 1 − s_c that a
/// label sampled from s is wrong; L2 is that probability and a regulariser, 1 − 2s_c + ‖s‖².
///
/// # Gradient
///
/// By the chain rule from the formulas. Through the softmax all norms of y − s have gradients that vanish where s is certain,
/// whether it is right or wrong. Kinks: |·| at 0 is 0, a hinge at its margin 0, a maximum shares between ties.
///
/// # Conventions
///
/// The hinges ask for the margin ½ and their sum runs over all classes, the right one included. The squared logarithm is
/// taken with the sign that bounds it from below. Formulas are per sample; the twelve are not divided by the number of
/// classes.
///
/// # Errors
///
/// Refuses outputs that are not a matrix with one row per label, an empty batch, and labels that name no class.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{JanochaCzarnecki, Loss};
///
/// let outputs = Array::new(&[1, 2], vec![0.0_f64, 0.0]).unwrap();
/// for (loss, expected) in [(JanochaCzarnecki::SoftmaxL1, 1.0), (JanochaCzarnecki::SoftmaxL2, 0.5)] {
///     assert_eq!(loss.per_sample(&outputs, &[0])?.to_vec(), [expected]);
/// }
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// K. Janocha & W. M. Czarnecki 2017, *On loss functions for deep neural networks in classification*, Schedae Informaticae
/// 25, doi:10.4467/20838476SI.16.004.6185, arXiv:1702.05659.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JanochaCzarnecki {
    /// ‖y − o‖₁: Laplacian noise on the one-hot label. Convex.
    L1,
    /// ‖y − o‖₂²: Gaussian noise on the one-hot label. Convex.
    L2,
    /// ‖y − s‖₁ = 2(1 − s_c): the expected misclassification, doubled.
    SoftmaxL1,
    /// ‖y − s‖₂²: the expected misclassification, regularised; Brier's score.
    SoftmaxL2,
    /// maxⱼ |yⱼ − sⱼ| = 1 − s_c: the expected misclassification, by way of Chebyshev's norm.
    SoftmaxMax,
    /// Σⱼ max(0, ½ − tⱼoⱼ): a margin for each class against the rest. Convex.
    Hinge,
    /// Σⱼ max(0, ½ − tⱼoⱼ)². Convex.
    SquaredHinge,
    /// Σⱼ max(0, ½ − tⱼoⱼ)³. Convex.
    CubedHinge,
    /// −ln s_c: categorical labels. Convex; it is [`SoftmaxCrossEntropy`].
    Log,
    /// (ln s_c)²: wrong decisions cost the square of what they cost in cross-entropy. Convex.
    SquaredLog,
    /// −s_c/(‖s‖² + 1 − s_c): minus Tanimoto's coefficient of label and prediction, between −1 and 0.
    Tanimoto,
    /// −ln(s_c/‖s‖): the Cauchy–Schwarz divergence between label and prediction.
    CauchySchwarz,
}

/// The margin of the three hinges.
const MARGIN: f64 = 0.5;

impl JanochaCzarnecki {
    /// All twelve, in the order of the paper's table.
    pub const ALL: [Self; 12] = [
        Self::L1,
        Self::L2,
        Self::SoftmaxL1,
        Self::SoftmaxL2,
        Self::SoftmaxMax,
        Self::Hinge,
        Self::SquaredHinge,
        Self::CubedHinge,
        Self::Log,
        Self::SquaredLog,
        Self::Tanimoto,
        Self::CauchySchwarz,
    ];

    /// What lists say of it.
    pub fn entry(self) -> &'static Entry {
        &Self::ENTRIES[self as usize]
    }
}

const fn member(
    name: &'static str,
    formula: &'static str,
    assumption: &'static str,
    convexity: Convexity,
    sign: Sign,
) -> Entry {
    Entry { name, formula, assumption, source: "Janocha & Czarnecki 2017", convexity, sign }
}

impl Described for JanochaCzarnecki {
    const ENTRIES: &'static [Entry] = {
        use Convexity::{Convex, NotConvex};
        use Sign::{Any, NonNegative};
        &[
            member("jc-l1", "‖y − o‖₁", "Laplacian noise on the one-hot label", Convex, NonNegative),
            member("jc-l2", "‖y − o‖₂²", "Gaussian noise on the one-hot label", Convex, NonNegative),
            member(
                "jc-softmax-l1",
                "‖y − s‖₁",
                "the expected misclassification, doubled",
                NotConvex,
                NonNegative,
            ),
            member(
                "jc-softmax-l2",
                "‖y − s‖₂²",
                "the expected misclassification, regularised",
                NotConvex,
                NonNegative,
            ),
            member(
                "jc-softmax-max",
                "maxⱼ |yⱼ − sⱼ|",
                "the expected misclassification",
                NotConvex,
                NonNegative,
            ),
            member(
                "jc-hinge",
                "Σⱼ max(0, ½ − tⱼoⱼ)",
                "a margin for each class against the rest",
                Convex,
                NonNegative,
            ),
            member(
                "jc-squared-hinge",
                "Σⱼ max(0, ½ − tⱼoⱼ)²",
                "a smooth margin for each class",
                Convex,
                NonNegative,
            ),
            member(
                "jc-cubed-hinge",
                "Σⱼ max(0, ½ − tⱼoⱼ)³",
                "a smooth margin for each class",
                Convex,
                NonNegative,
            ),
            member("jc-log", "−ln s_c", "categorical labels with probabilities s", Convex, NonNegative),
            member(
                "jc-squared-log",
                "(ln s_c)²",
                "errors cost the square of their cross-entropy",
                Convex,
                NonNegative,
            ),
            member(
                "jc-tanimoto",
                "−s_c/(‖s‖² + 1 − s_c)",
                "similarity of label and prediction",
                NotConvex,
                Any,
            ),
            member(
                "jc-cauchy-schwarz",
                "−ln(s_c/‖s‖)",
                "divergence of label and prediction",
                NotConvex,
                NonNegative,
            ),
        ]
    };
}

impl Loss for JanochaCzarnecki {
    type Target<A: ArrayAlgebra> = [usize];

    fn per_sample<A: ArrayAlgebra>(&self, outputs: &A, labels: &[usize]) -> Result<A, LossError> {
        let [samples, classes] = check::labels(self.entry().name, outputs.shape(), labels)?;
        let one_hot = || margin::by_label::<A>(labels, classes, 1.0, 0.0);
        let from_softmax = || one_hot() - outputs.softmax();
        // The margin ½ from hinges whose margin is 1: max(0, ½ − m) = max(0, 1 − (m + ½)).
        let shifted = || {
            margin::by_label::<A>(labels, classes, 1.0, -1.0) * outputs.clone() + outputs.number(1.0 - MARGIN)
        };
        let square = |x: A| x.clone() * x;
        Ok(match self {
            Self::L1 => apply(Abs, &(one_hot() - outputs.clone())).sum(&[1]),
            Self::L2 => square(one_hot() - outputs.clone()).sum(&[1]),
            Self::SoftmaxL1 => apply(Abs, &from_softmax()).sum(&[1]),
            Self::SoftmaxL2 => square(from_softmax()).sum(&[1]),
            Self::SoftmaxMax => row_max(&apply(Abs, &from_softmax())),
            Self::Hinge => apply(Hinge, &shifted()).sum(&[1]),
            Self::SquaredHinge => apply(SquaredHinge, &shifted()).sum(&[1]),
            Self::CubedHinge => apply(CubedHinge, &shifted()).sum(&[1]),
            Self::Log => SoftmaxCrossEntropy.per_sample(outputs, labels)?,
            Self::SquaredLog => square(SoftmaxCrossEntropy.per_sample(outputs, labels)?),
            Self::Tanimoto => {
                let probabilities = outputs.softmax();
                let right = probabilities.gather(labels);
                let squares = square(probabilities).sum(&[1]);
                -(right.clone() / (squares + outputs.number(1.0) - right))
            }
            Self::CauchySchwarz => {
                let logarithms = outputs.log_softmax();
                // ln ‖s‖² = ln Σⱼ exp(2 ln sⱼ), in which nothing underflows.
                let length = (logarithms.clone() + logarithms.clone()).log_sum_exp().reshape(&[samples]);
                length * outputs.number(0.5) - logarithms.gather(labels)
            }
        })
    }
}
