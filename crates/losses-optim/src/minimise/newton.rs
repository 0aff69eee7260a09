use nalgebra::{DMatrix, DVector};
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    Here, MinimiseError, Minimiser, Progress,
    dense::{Hessian, direction, shape, vector},
    solve,
};
use crate::{
    error::HyperparameterError,
    line_search::{Armijo, LineSearch, Room},
    objective::TwiceDifferentiable,
    scratch::Scratch,
    state::{Method, around},
};

/// What Newton's method does where the Hessian is not positive definite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Indefinite {
    /// Adds to the diagonal until it is: H + τI. The direction then descends.
    AddToDiagonal,
    /// Solves with H as it is. The direction then leads to *any* stationary point, saddles and maxima among them.
    SolveAsIs,
}

/// Newton's method: to the minimum of the parabola that has the objective's gradient and Hessian.
///
/// ```text
/// H(w) d = −g(w)
/// w ← w + α d
/// ```
///
/// # Conventions
///
/// H is exact and solved by Cholesky's decomposition, n³/3 operations and n² numbers; n Hessian–vector products come before that.
/// Where the decomposition fails, [`Indefinite`] says what happens: a multiple of the identity is added, doubled until the
/// decomposition exists (beginning at 10⁻³ of the largest entry, or at what makes the diagonal positive), or H is solved as it is, by
/// LU, which only [`FixedStep`](crate::line_search::FixedStep) follows uphill. Linear algebra is done in `f64` whatever the type of the
/// parameters.
///
/// The first α proposed is 1.
///
/// # Example
///
/// ```
/// use losses_optim::{
///     line_search::FixedStep,
///     minimise::{Indefinite, Minimiser, Newton},
///     objective::Recorded,
/// };
///
/// // x² − y²: the full step with the Hessian as it is goes to the saddle, in one step, from anywhere.
/// let mut objective =
///     Recorded::<f64, _>::new(|x| x[0] * x[0] - x[1] * x[1]).with_hessian(|x| x[0] * x[0] - x[1] * x[1]);
/// let mut w = [3.0, 1.0];
/// Newton::new(Indefinite::SolveAsIs, FixedStep::default()).step(&mut w, &mut objective)?;
/// assert_eq!(w, [0.0, 0.0]);
/// // With the diagonal raised it goes down.
/// let mut w = [3.0, 1.0];
/// assert!(Newton::default().step(&mut w, &mut objective)?.value < 8.0);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// J. Nocedal and S. J. Wright, *Numerical Optimization*, 2006, algorithms 3.2 and 3.3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Newton<T, S = Armijo> {
    /// What happens where H is not positive definite. Default [`Indefinite::AddToDiagonal`].
    pub indefinite: Indefinite,
    /// How far to go. Default [`Armijo`].
    pub search: S,
    /// Where the last step ended.
    pub here: Here<T>,
    #[serde(skip)]
    room: Scratch<Buffers<T>>,
}

/// What a step works in.
struct Buffers<T> {
    hessian: Hessian<T>,
    /// What is solved: H + τI, or [H | −g].
    system: DMatrix<f64>,
    /// −g, and d when it is solved.
    solution: DVector<f64>,
    direction: Vec<T>,
    line: Room<T>,
}

impl<T> Default for Buffers<T> {
    fn default() -> Self {
        Self {
            hessian: Hessian::default(),
            system: DMatrix::default(),
            solution: DVector::default(),
            direction: Vec::new(),
            line: Room::default(),
        }
    }
}

impl<T> Default for Newton<T> {
    fn default() -> Self {
        Self::new(Indefinite::AddToDiagonal, Armijo::default())
    }
}

impl<T, S> Newton<T, S> {
    /// With this line search.
    #[must_use]
    pub fn new(indefinite: Indefinite, search: S) -> Self {
        Self { indefinite, search, here: Here::default(), room: Scratch::default() }
    }
}

impl<T, S: Method> Method for Newton<T, S> {
    type Scalar = T;
    const NAME: &'static str = "newton";
    const SUMMARY: &'static str = "to the minimum of the parabola with the same gradient and Hessian";
    const SOURCE: &'static str = "Nocedal and Wright 2006, algorithms 3.2 and 3.3";

    fn qualified_name() -> String {
        around::<Self, S>()
    }
}

/// Solves (H + τI) d = −g with the first τ of 0, τ₁, 2τ₁, … for which H + τI is positive definite. Leaves d in the place of −g, or
/// returns false if τ overflows before.
fn solve_raised(hessian: &DMatrix<f64>, raised: &mut DMatrix<f64>, solution: &mut DVector<f64>) -> bool {
    let n = hessian.nrows();
    shape(raised, n, n);
    // A Hessian of zeros leaves steepest descent.
    let smallest_addition = if hessian.amax() > 0.0 { 1e-3 * hessian.amax() } else { 1.0 };
    let lowest = (0..n).map(|i| hessian[(i, i)]).fold(f64::INFINITY, f64::min);
    let mut addition = if lowest > 0.0 { 0.0 } else { smallest_addition - lowest };
    while addition.is_finite() {
        raised.copy_from(hessian);
        for i in 0..n {
            raised[(i, i)] += addition;
        }
        if solve::positive_definite(raised, solution) {
            return true;
        }
        addition = (2.0 * addition).max(smallest_addition);
    }
    false
}

/// Solves H d = −g. Leaves d in the place of −g, or returns false if H is singular.
fn solve_as_is(hessian: &DMatrix<f64>, system: &mut DMatrix<f64>, solution: &mut DVector<f64>) -> bool {
    let n = hessian.nrows();
    shape(system, n, n + 1);
    system.columns_mut(0, n).copy_from(hessian);
    system.set_column(n, solution);
    let solved = solve::general(system);
    solution.copy_from(&system.column(n));
    solved
}

impl<T: Float, S: LineSearch<T>> Minimiser<T> for Newton<T, S> {
    type Objective<'a> = dyn TwiceDifferentiable<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        self.search.validate()
    }

    fn restart(&mut self) {
        self.here.forget();
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
        let start = self.look(params, objective)?;
        if start.gradient == T::zero() {
            return Ok(start);
        }
        let Buffers { hessian, system, solution, direction: to_go, line } = &mut self.room.0;
        hessian.evaluate(params, objective)?;
        vector(&self.here.gradient, solution);
        solution.neg_mut();
        let (solved, cure) = match self.indefinite {
            Indefinite::AddToDiagonal => (
                solve_raised(&hessian.matrix, system, solution),
                "what would make it definite is beyond the largest number: scale the objective down",
            ),
            Indefinite::SolveAsIs => {
                (solve_as_is(&hessian.matrix, system, solution), "let `Indefinite::AddToDiagonal` raise it")
            }
        };
        if !solved {
            return Err(MinimiseError::Singular { what: "the Hessian", cure });
        }
        direction(solution.iter(), to_go);
        self.here.travel(params, objective, to_go, &mut self.search, T::one(), line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_have_to_be_raised_beyond_the_largest_number_is_refused() {
        // Its least eigenvalue is 1 − n times what stands beside the diagonal.
        let beside = |n: usize| DMatrix::from_fn(n, n, |i, j| if i == j { 0.0 } else { -f64::MAX / 4.0 });
        for (n, solved) in [(3, true), (6, false)] {
            let mut solution = DVector::from_element(n, 1e300);
            assert_eq!(solve_raised(&beside(n), &mut DMatrix::default(), &mut solution), solved, "{n}");
            assert!(solution.iter().all(|entry| entry.is_finite() && *entry > 0.0), "{n}: {solution}");
        }
    }
}
