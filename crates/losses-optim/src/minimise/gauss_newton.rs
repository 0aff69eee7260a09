use nalgebra::DMatrix;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    MinimiseError, Minimiser, Progress,
    dense::{direction, rows, shape},
    linearised::{Linearised, SumOfSquares},
    solve,
};
use crate::{
    error::HyperparameterError,
    line_search::{Armijo, Line, LineSearch, Room},
    objective::LeastSquares,
    scratch::Scratch,
    state::{Method, around},
};

/// The Gauss–Newton method for sums of squares: to the minimum of the *linearised* residuals' squares.
///
/// ```text
/// f(w) = ½ ‖r(w)‖²
/// d = argmin ‖r + J d‖²        (JᵀJ d = −Jᵀr)
/// w ← w + α d
/// ```
///
/// Newton's method without the residuals' second derivatives: as fast where residuals are small or nearly linear, and its
/// direction always descends.
///
/// # Conventions
///
/// The linear problem is solved by a QR decomposition of J in `f64`, not by the normal equations, which would square its
/// condition. A Jacobian without full column rank is refused: that is what [`LevenbergMarquardt`](super::LevenbergMarquardt) is
/// for. The first α proposed is 1.
///
/// # Example
///
/// ```
/// use losses_optim::{minimise::{GaussNewton, Minimiser, Until}, objective::LeastSquares};
///
/// /// y = exp(a x) through two points.
/// struct Growth;
/// impl LeastSquares<f64> for Growth {
///     fn residual_count(&self) -> usize {
///         2
///     }
///     fn residuals(&mut self, a: &[f64], r: &mut [f64]) {
///         r.copy_from_slice(&[(a[0]).exp() - 2.0, (2.0 * a[0]).exp() - 4.0]);
///     }
///     fn residuals_and_jacobian(&mut self, a: &[f64], r: &mut [f64], jacobian: &mut [f64]) {
///         self.residuals(a, r);
///         jacobian.copy_from_slice(&[a[0].exp(), 2.0 * (2.0 * a[0]).exp()]);
///     }
/// }
/// let mut a = [0.0];
/// GaussNewton::default().minimise(&mut a, &mut Growth, &Until { gradient: 1e-9, steps: 20 })?;
/// assert!((a[0] - 2.0_f64.ln()).abs() < 1e-10);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// C. F. Gauss, *Theoria motus*, 1809; J. Nocedal and S. J. Wright, *Numerical Optimization*, 2006.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaussNewton<T, S = Armijo> {
    /// How far to go. Default [`Armijo`].
    pub search: S,
    #[serde(skip)]
    room: Scratch<Buffers<T>>,
}

/// What a step works in.
struct Buffers<T> {
    /// Where the last step ended.
    here: Linearised<T>,
    /// Where the search looks.
    there: Linearised<T>,
    /// [J | −r].
    system: DMatrix<f64>,
    direction: Vec<T>,
    residuals: Vec<T>,
    line: Room<T>,
}

impl<T> Default for Buffers<T> {
    fn default() -> Self {
        Self {
            here: Linearised::default(),
            there: Linearised::default(),
            system: DMatrix::default(),
            direction: Vec::new(),
            residuals: Vec::new(),
            line: Room::default(),
        }
    }
}

impl<T> Default for GaussNewton<T> {
    fn default() -> Self {
        Self::new(Armijo::default())
    }
}

impl<T, S> GaussNewton<T, S> {
    /// With this line search.
    #[must_use]
    pub fn new(search: S) -> Self {
        Self { search, room: Scratch::default() }
    }
}

impl<T, S: Method> Method for GaussNewton<T, S> {
    type Scalar = T;
    const NAME: &'static str = "gauss_newton";
    const SUMMARY: &'static str = "for sums of squares: to the minimum with residuals made linear";
    const SOURCE: &'static str = "Gauss 1809; Nocedal and Wright 2006";

    fn qualified_name() -> String {
        around::<Self, S>()
    }
}

impl<T: Float, S: LineSearch<T>> Minimiser<T> for GaussNewton<T, S> {
    type Objective<'a> = dyn LeastSquares<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        self.search.validate()
    }

    fn restart(&mut self) {
        self.room.0.here.forget();
    }

    fn look(
        &mut self,
        params: &[T],
        problem: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        self.room.0.here.evaluate(params, problem)
    }

    fn step(
        &mut self,
        params: &mut [T],
        problem: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        let start = self.look(params, problem)?;
        if start.gradient == T::zero() {
            return Ok(start);
        }
        let Buffers { here, there, system, direction: to_go, residuals, line: room } = &mut self.room.0;
        let (m, n) = (here.residuals.len(), params.len());
        shape(system, m, n + 1);
        rows(&here.jacobian, n, system);
        for (i, &r) in here.residuals.iter().enumerate() {
            system[(i, n)] = r.to_f64().map_or(f64::NAN, |r| -r);
        }
        if !solve::least_squares(system) {
            return Err(MinimiseError::Singular {
                what: "the Jacobian of the residuals",
                cure: "its columns depend on each other: take LevenbergMarquardt, or fewer parameters",
            });
        }
        direction(system.column(n).iter().take(n), to_go);
        there.forget();
        residuals.resize(m, T::zero());
        let mut squares = SumOfSquares { problem, there, residuals };
        let mut line = Line::new(&mut squares, params, to_go, start.value, &here.gradient, room);
        let step = self.search.search(&mut line, T::one())?;
        let value = line.settle(step);
        if !value.is_finite() {
            return Err(MinimiseError::NotFinite { value: f64::NAN });
        }
        params.copy_from_slice(&room.point);
        std::mem::swap(here, there);
        Ok(here.progress(step))
    }
}
