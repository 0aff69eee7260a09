//! The Kullback–Leibler divergence between a target distribution and softmax probabilities, in both directions.

use autograd::op::{bind, chain::Chain};
use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check};

/// The Kullback–Leibler divergence from a target distribution y to the prediction p = softmax(z), in nats: KL(y‖p).
///
/// ```text
/// ℓ = Σⱼ yⱼ (ln yⱼ − ln pⱼ)        0·ln 0 = 0
/// ```
///
/// # Assumption
///
/// That of [`SoftTargetCrossEntropy`](super::SoftTargetCrossEntropy), which it equals less the entropy of y: same gradient,
/// same minimiser, but 0 where p = y. This direction asks p to be large wherever y is: within a restricted family it covers
/// all modes of y.
///
/// # Gradient
///
/// ∂ℓ/∂z = p·Σⱼyⱼ − y. No kink.
///
/// # Conventions
///
/// As PyTorch's `KLDivLoss(reduction="batchmean")` of `log_softmax(z)` and y; its `"mean"` divides by the number of numbers,
/// which is no divergence. As optax's `kl_divergence`.
///
/// # Errors
///
/// Refuses scores that are not a matrix, an empty batch, targets of another shape, and rows of targets that are not
/// probabilities: non-negative numbers that add up to 1 to within 10⁻³.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{KullbackLeibler, Loss};
///
/// let scores = Array::new(&[1, 2], vec![0.0_f64, 0.0]).unwrap();
/// let loss = KullbackLeibler.per_sample(&scores, &Array::new(&[1, 2], vec![1.0, 0.0]).unwrap())?;
/// assert_eq!(loss.to_vec(), [2.0_f64.ln()]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// S. Kullback & R. A. Leibler 1951, *On information and sufficiency*, doi:10.1214/aoms/1177729694; Bishop 2006, section
/// 1.6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KullbackLeibler;

/// The Kullback–Leibler divergence from the prediction p = softmax(z) to a target distribution y, in nats: KL(p‖y).
///
/// ```text
/// ℓ = Σⱼ pⱼ (ln pⱼ − ln yⱼ)        0·ln 0 = 0
/// ```
///
/// # Assumption
///
/// The direction of variational inference: p must be small wherever y is, and so within a restricted family it settles on
/// one mode of y.
///
/// # Gradient
///
/// ∂ℓ/∂zⱼ = pⱼ (ln pⱼ − ln yⱼ − ℓ). No kink. Not convex in z.
///
/// # Conventions
///
/// PyTorch's `KLDivLoss` of `log(y)` and p, arguments exchanged.
///
/// # Errors
///
/// Refuses scores that are not a matrix, an empty batch, targets of another shape, rows of targets that do not add up to 1
/// to within 10⁻³, and targets that are not positive: p is never 0, so that the divergence would be infinite everywhere.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, ReverseKullbackLeibler};
///
/// let scores = Array::new(&[1, 2], vec![1e4_f64, -1e4]).unwrap();
/// let loss = ReverseKullbackLeibler.per_sample(&scores, &Array::new(&[1, 2], vec![0.5, 0.5]).unwrap())?;
/// assert_eq!(loss.to_vec(), [2.0_f64.ln()]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// S. Kullback & R. A. Leibler 1951, doi:10.1214/aoms/1177729694; Bishop 2006, page 468, on the two directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReverseKullbackLeibler;

impl Described for KullbackLeibler {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "kullback-leibler",
        formula: "Σⱼ yⱼ (ln yⱼ − ln pⱼ) with p = softmax(z)",
        assumption: "a target distribution, all of whose modes are to be covered",
        source: "Kullback & Leibler 1951",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Described for ReverseKullbackLeibler {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "reverse-kullback-leibler",
        formula: "Σⱼ pⱼ (ln pⱼ − ln yⱼ) with p = softmax(z)",
        assumption: "a target distribution, one of whose modes is to be found",
        source: "Kullback & Leibler 1951",
        convexity: Convexity::NotConvex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for KullbackLeibler {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, targets: &A) -> Result<A, LossError> {
        check::distributions(Self::LOSS, scores.shape(), targets)?;
        let difference = targets.ln() - scores.log_softmax();
        Ok(bind(Chain, &[targets, &difference]).sum(&[1]))
    }
}

impl Loss for ReverseKullbackLeibler {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, targets: &A) -> Result<A, LossError> {
        check::distributions(Self::LOSS, scores.shape(), targets)?;
        check::targets(Self::LOSS, targets, "a probability greater than 0", |y| y > 0.0)?;
        let logarithms = scores.log_softmax();
        let difference = logarithms.clone() - targets.ln();
        Ok(bind(Chain, &[&logarithms.exp(), &difference]).sum(&[1]))
    }
}
