use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Here, MinimiseError, Minimiser, Progress, same_length};
use crate::{
    error::{HyperparameterError, non_negative, within},
    line_search::{LineSearch, LineSearchError, Room, StrongWolfe},
    objective::Objective,
    optim::constant,
    scratch::Scratch,
    state::{Method, around},
    vector::{add_scaled, dot, sum_of_sizes},
};

/// What L-BFGS knows of the curvature: the last m pairs of a step and the change of the gradient along it.
///
/// ```text
/// two loops:  q = g;   newest to oldest:  aᵢ = ρᵢ sᵢᵀq,   q ← q − aᵢ yᵢ       ρᵢ = 1/(yᵢᵀsᵢ)
///             r = γ q;  oldest to newest:  r ← r + (aᵢ − ρᵢ yᵢᵀr) sᵢ            γ = sᵀy/(yᵀy) of the newest
///             d = −r
/// ```
///
/// # Conventions
///
/// Without pairs d = −g. A pair is only taken if its curvature is positive, sᵀy > ε ‖s‖ ‖y‖; on data without noise a search
/// by Wolfe's conditions sees to that.
///
/// For mini-batches use the memory alone, with a rate of your own. Where y comes from matters: the difference of two gradients of
/// the *same* batch measures curvature, that of gradients of *different* batches measures mostly the batches.
///
/// # Example
///
/// ```
/// use losses_optim::minimise::LbfgsMemory;
///
/// // ½wᵀHw with H = diag(1, 10): after both directions have been seen, Newton's direction.
/// let mut memory = LbfgsMemory::default();
/// memory.push(&[1.0, 0.0], &[1.0, 0.0]);
/// memory.push(&[0.0, 1.0], &[0.0, 10.0]);
/// let mut direction = [0.0; 2];
/// memory.direction(&[3.0, 20.0], &mut direction);
/// assert_eq!(direction, [-3.0, -2.0]);
/// assert!(!memory.push(&[1.0, 0.0], &[-1.0, 0.0])); // negative curvature
/// ```
///
/// # Source
///
/// J. Nocedal, *Updating quasi-Newton matrices with limited storage*, 1980, doi:10.1090/S0025-5718-1980-0572855-7;
/// J. Nocedal and S. J. Wright, *Numerical Optimization*, 2006, algorithm 7.4. Pairs of one batch: N. N. Schraudolph, J. Yu and
/// S. Günter, *A Stochastic Quasi-Newton Method for Online Convex Optimization*, AISTATS 2007.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LbfgsMemory<T> {
    /// m ≥ 1, the largest number of pairs. Default 10. To be set before the first pair.
    pub capacity: usize,
    /// ε in [0, 1), the smallest cosine between s and y that counts as curvature. Default 10⁻¹⁰.
    pub curvature: f64,
    /// The pairs held.
    pub count: usize,
    /// The slot of the newest pair.
    pub newest: usize,
    /// s, the steps, a row for each slot.
    pub steps: Vec<T>,
    /// y, the changes of the gradient, a row for each slot.
    pub changes: Vec<T>,
    /// ρ = 1/(yᵀs) for each slot.
    pub rho: Vec<T>,
    /// aᵢ, between the two loops.
    #[serde(skip)]
    weights: Scratch<Vec<T>>,
}

impl<T> Default for LbfgsMemory<T> {
    fn default() -> Self {
        Self::new(10)
    }
}

impl<T> LbfgsMemory<T> {
    /// Room for so many pairs.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            curvature: 1e-10,
            count: 0,
            newest: 0,
            steps: Vec::new(),
            changes: Vec::new(),
            rho: Vec::new(),
            weights: Scratch::default(),
        }
    }
}

impl<T: Float> LbfgsMemory<T> {
    /// Passes if the constants are in their ranges.
    ///
    /// # Errors
    ///
    /// Names the first that is not.
    pub fn validate(&self) -> Result<(), HyperparameterError> {
        within("capacity", self.capacity as f64, self.capacity > 0, "one pair or more")?;
        non_negative("curvature", self.curvature)?;
        within("curvature", self.curvature, self.curvature < 1.0, "a number in [0, 1)")
    }

    /// Forgets all pairs.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Takes a step and the change of the gradient along it, in place of the oldest if the memory is full. Returns whether
    /// their curvature was positive; if not, nothing has changed.
    ///
    /// # Panics
    ///
    /// If the two have different lengths or the capacity is 0.
    #[track_caller]
    pub fn push(&mut self, step: &[T], change: &[T]) -> bool {
        assert_eq!(step.len(), change.len(), "a step and the change of the gradient have one length");
        assert!(self.capacity > 0, "a memory of no pairs: set `capacity` to one or more");
        let n = step.len();
        let (sy, ss, yy) = (dot(step, change), dot(step, step), dot(change, change));
        if !(sy > constant::<T>(self.curvature) * (ss * yy).sqrt() && sy.is_finite() && yy.is_finite()) {
            return false;
        }
        if self.steps.len() != self.capacity * n || self.rho.len() != self.capacity {
            self.count = 0;
            for rows in [&mut self.steps, &mut self.changes] {
                rows.clear();
                rows.resize(self.capacity * n, T::zero());
            }
            self.rho.resize(self.capacity, T::zero());
        }
        self.newest = if self.count == 0 { 0 } else { (self.newest + 1) % self.capacity };
        self.count = (self.count + 1).min(self.capacity);
        self.steps[self.newest * n..][..n].copy_from_slice(step);
        self.changes[self.newest * n..][..n].copy_from_slice(change);
        self.rho[self.newest] = T::one() / sy;
        true
    }

    /// d = −H g, where H approximates the inverse of the Hessian.
    ///
    /// # Panics
    ///
    /// If the lengths differ from each other or from that of the pairs.
    #[track_caller]
    pub fn direction(&mut self, gradient: &[T], direction: &mut [T]) {
        let n = gradient.len();
        assert!(
            self.count == 0 || self.steps.len() == self.capacity * n,
            "the pairs have {} entries, the gradient {n}",
            self.steps.len() / self.capacity.max(1)
        );
        for (d, &g) in direction.iter_mut().zip(gradient) {
            *d = -g;
        }
        if self.count == 0 {
            return;
        }
        self.weights.0.resize(self.capacity, T::zero());
        let slot = |age: usize| (self.newest + self.capacity - age) % self.capacity;
        for row in (0..self.count).map(slot) {
            let weight = self.rho[row] * dot(&self.steps[row * n..][..n], direction);
            self.weights.0[row] = weight;
            add_scaled(direction, -weight, &self.changes[row * n..][..n]);
        }
        let newest = &self.changes[self.newest * n..][..n];
        let scale = T::one() / (self.rho[self.newest] * dot(newest, newest));
        for d in direction.iter_mut() {
            *d = scale * *d;
        }
        for row in (0..self.count).rev().map(slot) {
            let back = self.rho[row] * dot(&self.changes[row * n..][..n], direction);
            add_scaled(direction, self.weights.0[row] - back, &self.steps[row * n..][..n]);
        }
    }
}

/// L-BFGS: Newton's direction, with the curvature read from the last few steps.
///
/// ```text
/// d = −H g          H from the pairs (s, y) of [`LbfgsMemory`]
/// w₊ = w + α d
/// s = w₊ − w,  y = g₊ − g
/// ```
///
/// # Conventions
///
/// The first α proposed is 1, and min(1, 1/‖g‖₁) while there are no pairs, as in PyTorch's `LBFGS`. With
/// [`FixedStep`](crate::line_search::FixedStep) the iterates are that optimizer's; its `strong_wolfe` is another search than ours,
/// and takes other steps. optax's `lbfgs` has ten pairs too, but begins with min(1, 1/‖g‖₂). If a search fails the pairs are forgotten and it is tried once more along −g.
///
/// For mini-batches use [`LbfgsMemory`] alone: two values of different batches cannot be compared.
///
/// # Example
///
/// ```
/// use losses_optim::{minimise::{Lbfgs, Minimiser, Until}, objective::Recorded};
/// use num_traits::Float;
///
/// let mut objective = Recorded::<f64, _>::new(|x| (x[0] - 1.0).exp() - x[0] + 50.0 * (x[1] - x[0]).powi(2));
/// let mut w = [0.0, 0.0];
/// let summary = Lbfgs::default().minimise(&mut w, &mut objective, &Until { gradient: 1e-8, steps: 40 })?;
/// assert!(summary.steps < 20 && (w[0] - 1.0).abs() < 1e-7 && (w[1] - 1.0).abs() < 1e-7);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// D. C. Liu and J. Nocedal, *On the limited memory BFGS method for large scale optimization*, Mathematical Programming 45, 1989,
/// doi:10.1007/BF01589116; J. Nocedal and S. J. Wright, *Numerical Optimization*, 2006, algorithm 7.5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lbfgs<T, S = StrongWolfe> {
    /// How far to go. Default [`StrongWolfe`].
    pub search: S,
    /// The curvature.
    pub memory: LbfgsMemory<T>,
    /// Where the last step ended.
    pub here: Here<T>,
    #[serde(skip)]
    direction: Scratch<Vec<T>>,
    #[serde(skip)]
    room: Scratch<Room<T>>,
}

impl<T> Default for Lbfgs<T> {
    fn default() -> Self {
        Self::new(StrongWolfe::default())
    }
}

impl<T, S> Lbfgs<T, S> {
    /// With this line search.
    #[must_use]
    pub fn new(search: S) -> Self {
        Self {
            search,
            memory: LbfgsMemory::default(),
            here: Here::default(),
            direction: Scratch::default(),
            room: Scratch::default(),
        }
    }
}

impl<T, S: Method> Method for Lbfgs<T, S> {
    type Scalar = T;
    const NAME: &'static str = "lbfgs";
    const SUMMARY: &'static str = "Newton's direction, with the curvature read from the last few steps";
    const SOURCE: &'static str = "Liu and Nocedal 1989; Nocedal and Wright 2006, algorithm 7.5";

    fn qualified_name() -> String {
        around::<Self, S>()
    }
}

impl<T: Float, S: LineSearch<T>> Lbfgs<T, S> {
    /// Along the direction that the memory gives.
    fn attempt(
        &mut self,
        params: &mut [T],
        objective: &mut dyn Objective<T>,
    ) -> Result<Progress<T>, MinimiseError> {
        self.memory.direction(&self.here.gradient, &mut self.direction.0);
        let first = match self.memory.count {
            0 => (T::one() / sum_of_sizes(&self.here.gradient)).min(T::one()),
            _ => T::one(),
        };
        self.here.travel(params, objective, &self.direction.0, &mut self.search, first, &mut self.room.0)
    }
}

impl<T: Float, S: LineSearch<T>> Minimiser<T> for Lbfgs<T, S> {
    type Objective<'a> = dyn Objective<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        self.search.validate()?;
        self.memory.validate()
    }

    fn restart(&mut self) {
        self.here.forget();
        self.memory.clear();
    }

    fn look(
        &mut self,
        params: &[T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        self.here.evaluate(params, objective)
    }

    fn step(
        &mut self,
        params: &mut [T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        self.memory.validate()?;
        if self.memory.count > 0 {
            same_length("steps", &self.memory.steps, self.memory.capacity * params.len())?;
        }
        let start = self.look(params, objective)?;
        if start.gradient == T::zero() {
            return Ok(start);
        }
        self.direction.0.resize(params.len(), T::zero());
        let progress = match self.attempt(params, objective) {
            Err(MinimiseError::LineSearch(
                LineSearchError::Exhausted { .. } | LineSearchError::NoDescent { .. },
            )) if self.memory.count > 0 => {
                self.memory.clear();
                self.attempt(params, objective)?
            }
            attempt => attempt?,
        };
        // s = α d, and y from the gradient before, which is in the room.
        for d in &mut self.direction.0 {
            *d = progress.step * *d;
        }
        for (old, &new) in self.room.0.gradient.iter_mut().zip(&self.here.gradient) {
            *old = new - *old;
        }
        self.memory.push(&self.direction.0, &self.room.0.gradient);
        Ok(progress)
    }
}
