use nalgebra::{DMatrix, DVector};
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    MinimiseError, Minimiser, Progress,
    dense::{direction, rows, shape, vector},
    linearised::{Linearised, half_square},
    solve,
};
use crate::{
    error::{HyperparameterError, positive},
    line_search::LineSearchError,
    objective::LeastSquares,
    scratch::Scratch,
    state::Method,
    vector::add_scaled,
};

/// Levenberg–Marquardt: Gauss–Newton within a distance that is trusted, for sums of squares.
///
/// ```text
/// f(w) = ½ ‖r(w)‖²
/// (JᵀJ + λI) d = −Jᵀr
/// ϱ = (f(w) − f(w + d)) / (½ dᵀ(λ d − Jᵀr))          how much of the promised decrease there was
/// if ϱ > 0:   w ← w + d,   λ ← λ max(1/3, 1 − (2ϱ − 1)³),   ν ← 2
/// otherwise:  λ ← ν λ,     ν ← 2ν,   and again
/// λ₀ = τ max (JᵀJ)ᵢᵢ
/// ```
///
/// Large λ gives a short step of steepest descent, small λ the Gauss–Newton step.
///
/// # Conventions
///
/// Levenberg's form, with the identity rather than Marquardt's diagonal of JᵀJ, so that it depends on the parameters' units; the
/// rule for λ is Nielsen's. A step tries until one is lower. Solved by Cholesky's decomposition in `f64`.
///
/// # Example
///
/// ```
/// use losses_optim::{minimise::{LevenbergMarquardt, Minimiser, Until}, objective::LeastSquares};
///
/// /// Rosenbrock's function: r = (10 (y − x²), 1 − x).
/// struct Rosenbrock;
/// impl LeastSquares<f64> for Rosenbrock {
///     fn residual_count(&self) -> usize {
///         2
///     }
///     fn residuals(&mut self, w: &[f64], r: &mut [f64]) {
///         r.copy_from_slice(&[10.0 * (w[1] - w[0] * w[0]), 1.0 - w[0]]);
///     }
///     fn residuals_and_jacobian(&mut self, w: &[f64], r: &mut [f64], jacobian: &mut [f64]) {
///         self.residuals(w, r);
///         jacobian.copy_from_slice(&[-20.0 * w[0], 10.0, -1.0, 0.0]);
///     }
/// }
/// let mut w = [-1.2, 1.0];
/// LevenbergMarquardt::default().minimise(&mut w, &mut Rosenbrock, &Until { gradient: 1e-10, steps: 50 })?;
/// assert!((w[0] - 1.0).abs() < 1e-9 && (w[1] - 1.0).abs() < 1e-9);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// K. Levenberg, 1944; D. W. Marquardt, 1963, doi:10.1137/0111030; this form: K. Madsen, H. B. Nielsen and O. Tingleff, *Methods for
/// Non-Linear Least Squares Problems*, 2004.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevenbergMarquardt<T> {
    /// τ > 0: small where the start is trusted. Default 10⁻³.
    pub start: f64,
    /// How many λ a step tries. Default 60.
    pub evaluations: u64,
    /// λ; `None` before the first step.
    pub damping: Option<f64>,
    /// ν.
    pub growth: f64,
    #[serde(skip)]
    room: Scratch<Buffers<T>>,
}

/// What a step works in.
struct Buffers<T> {
    /// Where the last step ended.
    here: Linearised<T>,
    jacobian: DMatrix<f64>,
    /// JᵀJ.
    normal: DMatrix<f64>,
    /// JᵀJ + λI.
    damped: DMatrix<f64>,
    /// Jᵀr.
    gradient: DVector<f64>,
    /// d.
    solution: DVector<f64>,
    direction: Vec<T>,
    there: Vec<T>,
    residuals: Vec<T>,
}

impl<T> Default for Buffers<T> {
    fn default() -> Self {
        Self {
            here: Linearised::default(),
            jacobian: DMatrix::default(),
            normal: DMatrix::default(),
            damped: DMatrix::default(),
            gradient: DVector::default(),
            solution: DVector::default(),
            direction: Vec::new(),
            there: Vec::new(),
            residuals: Vec::new(),
        }
    }
}

impl<T> Default for LevenbergMarquardt<T> {
    fn default() -> Self {
        Self { start: 1e-3, evaluations: 60, damping: None, growth: 2.0, room: Scratch::default() }
    }
}

impl<T> Method for LevenbergMarquardt<T> {
    type Scalar = T;
    const NAME: &'static str = "levenberg_marquardt";
    const SUMMARY: &'static str = "Gauss–Newton within a distance that is trusted";
    const SOURCE: &'static str = "Levenberg 1944; Marquardt 1963; Madsen et al. 2004";
}

impl<T: Float> Minimiser<T> for LevenbergMarquardt<T> {
    type Objective<'a> = dyn LeastSquares<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        positive("start", self.start)?;
        positive("growth", self.growth)
    }

    fn restart(&mut self) {
        self.room.0.here.forget();
        (self.damping, self.growth) = (None, 2.0);
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
        self.validate()?;
        let start = self.look(params, problem)?;
        if start.gradient == T::zero() {
            return Ok(start);
        }
        let Buffers {
            here,
            jacobian,
            normal,
            damped,
            gradient,
            solution,
            direction: to_go,
            there,
            residuals,
        } = &mut self.room.0;
        let (m, n) = (here.residuals.len(), params.len());
        shape(jacobian, m, n);
        rows(&here.jacobian, n, jacobian);
        shape(normal, n, n);
        jacobian.tr_mul_to(jacobian, normal);
        shape(damped, n, n);
        vector(&here.gradient, gradient);
        residuals.resize(m, T::zero());
        let largest = || (0..n).map(|i| normal[(i, i)]).fold(f64::NEG_INFINITY, f64::max);
        let mut damping = self.damping.unwrap_or_else(|| self.start * largest());
        let (mut growth, mut tried) = (self.growth, 0);
        while tried < self.evaluations {
            tried += 1;
            damped.copy_from(normal);
            for i in 0..n {
                damped[(i, i)] += damping;
            }
            vector(&here.gradient, solution);
            solution.neg_mut();
            if solve::positive_definite(damped, solution) {
                direction(solution.iter(), to_go);
                there.clear();
                there.extend_from_slice(params);
                add_scaled(there, T::one(), to_go);
                problem.residuals(there, residuals);
                let fall = (start.value - half_square(residuals)).to_f64().unwrap_or(f64::NAN);
                let promised: f64 =
                    solution.iter().zip(gradient.iter()).map(|(d, g)| 0.5 * d * (damping * d - g)).sum();
                let share = fall / promised;
                if fall > 0.0 && share > 0.0 {
                    here.evaluate(there, problem)?;
                    params.copy_from_slice(there);
                    let factor = (1.0 - (2.0 * share - 1.0).powi(3)).max(1.0 / 3.0);
                    (self.damping, self.growth) = (Some(damping * factor), 2.0);
                    return Ok(here.progress(T::one()));
                }
            }
            damping *= growth;
            growth *= 2.0;
        }
        Err(LineSearchError::Exhausted { evaluations: tried, last: damping.recip() }.into())
    }
}
