use nalgebra::DMatrix;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    MinimiseError, Minimiser, Progress,
    dense::{direction, vector},
    linearised::{Linearised, half_square},
};
use crate::{
    error::{HyperparameterError, positive},
    line_search::LineSearchError,
    objective::LeastSquares,
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
/// rule for λ is Nielsen's. A step tries until one is lower. Solved by Cholesky's decomposition in `f64`, which allocates.
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
    here: Linearised<T>,
}

impl<T> Default for LevenbergMarquardt<T> {
    fn default() -> Self {
        Self { start: 1e-3, evaluations: 60, damping: None, growth: 2.0, here: Linearised::default() }
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
        self.here.forget();
        (self.damping, self.growth) = (None, 2.0);
    }

    fn look(
        &mut self,
        params: &[T],
        problem: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        self.here.evaluate(params, problem)
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
        let (jacobian, gradient) = (self.here.matrix(), vector(&self.here.gradient));
        let normal = jacobian.tr_mul(&jacobian);
        let (mut residuals, mut there) = (self.here.residuals.clone(), params.to_vec());
        let mut damping = self.damping.unwrap_or_else(|| self.start * normal.diagonal().max());
        let (mut growth, mut tried) = (self.growth, 0);
        while tried < self.evaluations {
            tried += 1;
            let damped = &normal + DMatrix::identity(normal.nrows(), normal.ncols()) * damping;
            if let Some(decomposition) = damped.cholesky() {
                let to_go = -decomposition.solve(&gradient);
                there.copy_from_slice(params);
                add_scaled(&mut there, T::one(), &direction(&to_go));
                problem.residuals(&there, &mut residuals);
                let fall = (start.value - half_square(&residuals)).to_f64().unwrap_or(f64::NAN);
                let share = fall / (0.5 * to_go.dot(&(damping * &to_go - &gradient)));
                if fall > 0.0 && share > 0.0 {
                    self.here.evaluate(&there, problem)?;
                    params.copy_from_slice(&there);
                    let factor = (1.0 - (2.0 * share - 1.0).powi(3)).max(1.0 / 3.0);
                    (self.damping, self.growth) = (Some(damping * factor), 2.0);
                    return Ok(self.here.progress(T::one()));
                }
            }
            damping *= growth;
            growth *= 2.0;
        }
        Err(LineSearchError::Exhausted { evaluations: tried, last: damping.recip() }.into())
    }
}
