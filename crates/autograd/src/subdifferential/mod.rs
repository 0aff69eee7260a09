//! The set of derivatives at a kink.

#[cfg(feature = "std")]
mod arrays;
mod exploration;
mod nearest;

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use num_traits::Float;

#[cfg(feature = "std")]
pub(crate) use arrays::beside_kinks;
pub(crate) use exploration::{Exploration, Side};

use crate::algebra::number;
use crate::differentiable::Differentiable;
use crate::kink::Kink;
use crate::tape::Tape;
use crate::var::Var;
use nearest::{dot, nearest_to_origin};

/// The most combinations of one-sided choices that [`subdifferential`] takes: twelve independent kinks.
pub const MOST_COMBINATIONS: usize = 4096;

/// The set of derivatives of a scalar function at `x`: the convex hull of the gradients that come out when every kink on
/// the way takes the derivative of one side, in all combinations.
///
/// ```text
/// ∂f(x) = conv { gradient of f with the sides s₁ … sₖ : sᵢ ∈ {below, above} }
/// ```
///
/// The function is evaluated once for each combination, at the same point, with the same branches; only the derivatives
/// at the kinks differ. Away from kinks the set has one element, the gradient.
///
/// # What the set is
///
/// * **Exact** for convex piecewise-linear functions that are put together as such: sums and maxima of such functions,
///   their products with positive numbers, `relu` and `abs` of affine ones, `relu` of convex ones. There the rules of
///   subdifferentials are equalities (R. T. Rockafellar 1970, *Convex Analysis*, theorems 23.8 and 23.9; for maxima
///   J.-B. Hiriart-Urruty & C. Lemaréchal 1993, *Convex Analysis and Minimization Algorithms I*).
/// * **Too large** in general: where a function is put together from convex and concave parts, Clarke's rules are
///   inclusions (F. H. Clarke 1983, *Optimization and Nonsmooth Analysis*), and sides that no direction takes
///   together are combined. relu(x) − relu(−x) is x and has the derivative 1, yet four combinations give 0, 1, 1 and 2,
///   hence \[0, 2\]. That set has every Clarke subgradient in it, so a point that it shows not to be stationary is not.
/// * Of the sides that are combined each is a limit of derivatives beside the kink, so `relu_at(slope)` has the sides of
///   `relu`, and [`Ties::First`](crate::kink::Ties::First) those of `max`.
///
/// # Errors
///
/// [`TooManyKinks`](SubdifferentialError::TooManyKinks) past [`MOST_COMBINATIONS`];
/// [`Round`](SubdifferentialError::Round) if the derivatives beside a kink are not finitely many, as for `hypot` at the
/// origin, whose set is a disc; [`NotFinite`](SubdifferentialError::NotFinite) if a gradient is not finite.
///
/// # Panics
/// If the result is not scalar.
///
/// # Example
///
/// ```
/// use autograd::subdifferential;
/// use num_traits::Float;
///
/// // |x| + max(x, y) at the origin: [−1, 1] × {0} + conv {(1, 0), (0, 1)}.
/// let set = subdifferential(|x| x[0].abs() + x[0].max(x[1]), &[0.0, 0.0])?;
/// assert_eq!(set.vertices(), [[-1.0, 1.0], [0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]);
/// assert!(set.contains(&[0.5, 0.5]) && !set.contains(&[-1.0, 0.0]));
/// assert!(set.is_stationary());
/// # Ok::<(), autograd::SubdifferentialError>(())
/// ```
#[track_caller]
pub fn subdifferential<V: Differentiable>(
    f: impl for<'t> Fn(&[Var<'t, V>]) -> Var<'t, V>,
    x: &[V],
) -> Result<Subdifferential<V::Number>, SubdifferentialError> {
    let mut exploration = Exploration::default();
    let mut set = Subdifferential { generators: Vec::new(), kinks: Vec::new() };
    let mut choices = 0;
    let mut tape = Tape::new();
    for combination in 0..MOST_COMBINATIONS {
        tape.clear();
        tape.explore(exploration);
        let variables = tape.vars(x);
        let gradient = tape.gradient(&f(&variables));
        let element: Vec<V::Number> =
            variables.iter().flat_map(|variable| gradient.wrt(variable).coordinates()).collect();
        if combination == 0 {
            set.kinks = gradient.kinks().to_vec();
        }
        tape.recycle(gradient);
        exploration = tape.explored();
        if let Some(operation) = exploration.refused() {
            return Err(SubdifferentialError::Round { operation });
        }
        if !element.iter().all(|coordinate| coordinate.is_finite()) {
            return Err(SubdifferentialError::NotFinite);
        }
        if !set.generators.contains(&element) {
            set.generators.push(element);
        }
        choices = choices.max(exploration.met());
        if !exploration.advance() {
            return Ok(set);
        }
    }
    Err(SubdifferentialError::TooManyKinks { choices })
}

/// A convex set of derivatives, as the hull of finitely many: what [`subdifferential`] finds.
///
/// Elements are vectors of derivatives by all coordinates of all arguments, in order.
///
/// ```
/// use autograd::subdifferential;
/// use num_traits::Float;
///
/// let set = subdifferential(|x| x[0].abs() + x[1].max(x[0] * 2.0), &[0.0, 0.0])?;
/// assert_eq!(set.vertices(), [[-1.0, 1.0], [1.0, 0.0], [1.0, 1.0], [3.0, 0.0]]);
/// assert_eq!(set.minimum_norm().len(), 2);
/// assert!(set.contains(&[1.0, 0.5]) && !set.contains(&[0.0, 0.0]));
/// assert!(!set.is_stationary() && !set.is_singleton());
/// assert_eq!(set.kinks().iter().map(|kink| kink.operation).collect::<Vec<_>>(), ["abs", "max"]);
/// # Ok::<(), autograd::SubdifferentialError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Subdifferential<T> {
    generators: Vec<Vec<T>>,
    kinks: Vec<Kink>,
}

impl<T: Float> Subdifferential<T> {
    /// The distinct gradients of all combinations of sides; the set is their convex hull. Some may lie inside it.
    pub fn generators(&self) -> &[Vec<T>] {
        &self.generators
    }

    /// The corners of the set: the gradients that are no convex combination of the others, from the smallest first
    /// coordinate on. Finds one nearest point for each generator.
    pub fn vertices(&self) -> Vec<Vec<T>> {
        let mut corners = self.generators.clone();
        let mut position = 0;
        while corners.len() > 1 && position < corners.len() {
            let candidate = corners.swap_remove(position);
            if !hull_contains(&corners, &candidate) {
                corners.push(candidate);
                let last = corners.len() - 1;
                corners.swap(position, last);
                position += 1;
            }
        }
        corners.sort_by(|a, b| a.partial_cmp(b).expect("coordinates are finite"));
        corners
    }

    /// The kinks that were met, along the first combination.
    pub fn kinks(&self) -> &[Kink] {
        &self.kinks
    }

    /// Whether the function has one derivative here.
    pub fn is_singleton(&self) -> bool {
        self.generators.len() == 1
    }

    /// The element of least Euclidean norm, by Wolfe's algorithm. Its negative is the direction of steepest descent of a
    /// convex function.
    pub fn minimum_norm(&self) -> Vec<T> {
        nearest_to_origin(&self.generators)
    }

    /// Whether the set has this element, up to rounding: within ε^¾ of the longest vectors at hand.
    ///
    /// # Panics
    /// If the number of coordinates is another.
    #[track_caller]
    pub fn contains(&self, element: &[T]) -> bool {
        let expected = self.generators[0].len();
        assert_eq!(
            element.len(),
            expected,
            "an element has one derivative for each of {expected} coordinates"
        );
        hull_contains(&self.generators, element)
    }

    /// Whether the set has 0, up to rounding: for a convex function, whether this is a minimum.
    pub fn is_stationary(&self) -> bool {
        self.contains(&vec![T::zero(); self.generators[0].len()])
    }
}

/// Whether the hull of `points` comes as near to a point as rounding can tell.
fn hull_contains<T: Float>(points: &[Vec<T>], point: &[T]) -> bool {
    let moved: Vec<Vec<T>> =
        points.iter().map(|other| other.iter().zip(point).map(|(&other, &x)| other - x).collect()).collect();
    let longest = points.iter().map(|point| dot(point, point)).fold(dot(point, point), T::max).sqrt();
    let nearest = nearest_to_origin(&moved);
    dot(&nearest, &nearest).sqrt() <= T::epsilon().powf(number(0.75)) * longest
}

/// Why a subdifferential could not be enumerated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubdifferentialError {
    /// More combinations of sides than [`MOST_COMBINATIONS`].
    TooManyKinks {
        /// The number of choices along the longest recording so far.
        choices: usize,
    },
    /// An operation lies on a kink beside which its derivatives are not finitely many.
    Round {
        /// The operation.
        operation: &'static str,
    },
    /// A derivative beside a kink is infinite or NaN.
    NotFinite,
}

impl fmt::Display for SubdifferentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyKinks { choices } => write!(
                f,
                "expected at most {MOST_COMBINATIONS} combinations of one-sided derivatives, found more: {choices} \
                 choices at kinks; move the point off some of them, or split the function into parts and add their sets"
            ),
            Self::Round { operation } => write!(
                f,
                "{operation} lies on a kink whose derivatives are not finitely many, so the set has no corners to \
                 enumerate; move the point off it"
            ),
            Self::NotFinite => f.write_str(
                "expected finite derivatives beside every kink, found one that is infinite or NaN; a \
                 subdifferential exists where the function is locally Lipschitz",
            ),
        }
    }
}

impl core::error::Error for SubdifferentialError {}
