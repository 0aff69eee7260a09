//! The triplet loss: an anchor, something like it, and something unlike it.

use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check, row_norm::row_norm};

/// What anchors are compared with: the target of [`Triplet`], in whose example it is made.
#[derive(Debug, Clone)]
pub struct Triples<A> {
    /// For each anchor an embedding that should be near.
    pub positives: A,
    /// For each anchor an embedding that should be farther.
    pub negatives: A,
}

/// How far two embeddings are from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distance {
    /// ‖x − x′‖; derivative 0 at x = x′, the element of minimum norm of the unit ball.
    #[default]
    Euclidean,
    /// ‖x − x′‖².
    SquaredEuclidean,
}

impl Distance {
    fn between<A: ArrayAlgebra>(self, left: &A, right: &A) -> A {
        let difference = left.clone() - right.clone();
        match self {
            Self::Euclidean => row_norm(&difference),
            Self::SquaredEuclidean => (difference.clone() * difference).sum(&[1]),
        }
    }
}

/// The triplet loss: an anchor a is to be nearer to what is like it, p, than to what is not, n, by a margin.
///
/// ```text
/// ℓ = max(0, d(a, p) − d(a, n) + margin)
/// ```
///
/// # Assumption
///
/// None on probabilities, nor on labels: only that one comparison of distances is known for each triple.
///
/// # Gradient
///
/// Where the hinge is open, ∂ℓ/∂a = u(a − p) − u(a − n) with u(v) = v/‖v‖ for the distance (0 at v = 0), and 2v for its
/// square; 0 where it is closed, and at its kink.
///
/// # Conventions
///
/// PyTorch's `TripletMarginLoss` takes the distance and adds 10⁻⁶ to every difference, optax's `triplet_margin_loss` adds it
/// under the root; here nothing is added, and 0/0 is read as 0. The paper takes the squared distance of unit vectors.
/// Targets are [`Triples`], whose members may all be recorded.
///
/// # Errors
///
/// Refuses a margin that is negative or not finite, embeddings that are not three matrices of one shape, and an empty batch.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, Triples, Triplet};
///
/// let anchors = Array::new(&[1, 2], vec![0.0, 0.0]).unwrap();
/// let triples = Triples {
///     positives: Array::new(&[1, 2], vec![3.0, 4.0]).unwrap(),
///     negatives: Array::new(&[1, 2], vec![0.0, 2.0]).unwrap(),
/// };
/// assert_eq!(Triplet::default().per_sample(&anchors, &triples)?.to_vec(), [5.0 - 2.0 + 1.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// F. Schroff, D. Kalenichenko & J. Philbin 2015, *FaceNet: a unified embedding for face recognition and clustering*,
/// arXiv:1503.03832, section 3.1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Triplet {
    /// By how much the negative is to be farther; 1 by default.
    pub margin: f64,
    /// Which distance; the Euclidean by default.
    pub distance: Distance,
}

impl Default for Triplet {
    fn default() -> Self {
        Self { margin: 1.0, distance: Distance::Euclidean }
    }
}

impl Described for Triplet {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "triplet",
        formula: "max(0, d(a, p) − d(a, n) + margin)",
        assumption: "comparisons of distances",
        source: "Schroff, Kalenichenko & Philbin 2015",
        convexity: Convexity::NotConvex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for Triplet {
    type Target<A: ArrayAlgebra> = Triples<A>;

    fn per_sample<A: ArrayAlgebra>(&self, anchors: &A, triples: &Triples<A>) -> Result<A, LossError> {
        check::non_negative(Self::LOSS, "margin", self.margin)?;
        check::matrix(Self::LOSS, anchors.shape())?;
        check::same_shape(Self::LOSS, anchors.shape(), triples.positives.shape())?;
        check::same_shape(Self::LOSS, anchors.shape(), triples.negatives.shape())?;
        let near = self.distance.between(anchors, &triples.positives);
        let far = self.distance.between(anchors, &triples.negatives);
        Ok((near - far + anchors.number(self.margin)).relu())
    }
}
