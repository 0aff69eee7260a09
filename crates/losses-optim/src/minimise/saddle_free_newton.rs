use nalgebra::DVector;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    Here, MinimiseError, Minimiser, Progress,
    dense::{Hessian, direction, vector},
    symmetric_eigen::SymmetricEigen,
};
use crate::{
    error::{HyperparameterError, within},
    line_search::{Armijo, LineSearch, Room},
    objective::TwiceDifferentiable,
    scratch::Scratch,
    state::{Method, around},
};

/// Saddle-free Newton: Newton's method with the absolute values of the eigenvalues, which leaves saddles as fast as it
/// approaches minima.
///
/// ```text
/// H = V Λ Vᵀ
/// d = −V |Λ|⁻¹ Vᵀ g
/// w ← w + α d
/// ```
///
/// # Conventions
///
/// |λ| is raised to ε times the largest of them, so that flat directions do not make steps of any length. The direction always
/// descends. *On* a saddle the gradient is 0 and nothing moves; rounding or noise is what starts the escape there. The paper's
/// method for networks works in a Krylov subspace; this is the exact one, with all eigenvalues, about 9n³ operations in `f64`.
///
/// # Example
///
/// ```
/// use losses_optim::{line_search::FixedStep, minimise::{Minimiser, SaddleFreeNewton}, objective::Recorded};
///
/// // x² − y² + y⁴/4, with minima at y = ±√2: Newton's method goes to the saddle at 0, this one away from it.
/// fn f<F: num_traits::Float>(x: &[F]) -> F {
///     x[0] * x[0] - x[1] * x[1] + x[1].powi(4) / F::from(4.0).unwrap()
/// }
/// let mut objective = Recorded::<f64, _>::new(|x| f(x)).with_hessian(|x| f(x));
/// let mut w = [3.0, 0.1];
/// let mut method = SaddleFreeNewton::new(FixedStep::default());
/// for _ in 0..12 {
///     method.step(&mut w, &mut objective)?;
/// }
/// assert!(w[0].abs() < 1e-9 && (w[1] - 2.0_f64.sqrt()).abs() < 1e-9);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// Y. Dauphin et al., *Identifying and attacking the saddle point problem in high-dimensional non-convex optimization*, NeurIPS 2014,
/// arXiv:1406.2572.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SaddleFreeNewton<T, S = Armijo> {
    /// ε in (0, 1], the smallest |λ| as a share of the largest. Default 10⁻⁸.
    pub smallest: f64,
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
    eigen: SymmetricEigen,
    gradient: DVector<f64>,
    /// −|Λ|⁻¹ Vᵀ g.
    along: DVector<f64>,
    direction: Vec<T>,
    line: Room<T>,
}

impl<T> Default for Buffers<T> {
    fn default() -> Self {
        Self {
            hessian: Hessian::default(),
            eigen: SymmetricEigen::default(),
            gradient: DVector::default(),
            along: DVector::default(),
            direction: Vec::new(),
            line: Room::default(),
        }
    }
}

impl<T> Default for SaddleFreeNewton<T> {
    fn default() -> Self {
        Self::new(Armijo::default())
    }
}

impl<T, S> SaddleFreeNewton<T, S> {
    /// With this line search.
    #[must_use]
    pub fn new(search: S) -> Self {
        Self { smallest: 1e-8, search, here: Here::default(), room: Scratch::default() }
    }
}

impl<T, S: Method> Method for SaddleFreeNewton<T, S> {
    type Scalar = T;
    const NAME: &'static str = "saddle_free_newton";
    const SUMMARY: &'static str = "Newton's method with absolute eigenvalues, which leaves saddles";
    const SOURCE: &'static str = "Dauphin et al. 2014, arXiv:1406.2572";

    fn qualified_name() -> String {
        around::<Self, S>()
    }
}

impl<T: Float, S: LineSearch<T>> Minimiser<T> for SaddleFreeNewton<T, S> {
    type Objective<'a> = dyn TwiceDifferentiable<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        within("smallest", self.smallest, self.smallest > 0.0 && self.smallest <= 1.0, "a number in (0, 1]")?;
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
        self.validate()?;
        let start = self.look(params, objective)?;
        if start.gradient == T::zero() {
            return Ok(start);
        }
        let Buffers { hessian, eigen, gradient, along, direction: to_go, line } = &mut self.room.0;
        hessian.evaluate(params, objective)?;
        eigen.decompose(&mut hessian.matrix);
        let floor = self.smallest * eigen.values.amax();
        if floor == 0.0 {
            return Err(MinimiseError::Singular {
                what: "the Hessian",
                cure: "all its eigenvalues are 0: take a step of steepest descent",
            });
        }
        vector(&self.here.gradient, gradient);
        vector(&self.here.gradient, along);
        along.gemv_tr(1.0, &eigen.vectors, gradient, 0.0);
        for (entry, value) in along.iter_mut().zip(&eigen.values) {
            *entry /= -value.abs().max(floor);
        }
        gradient.gemv(1.0, &eigen.vectors, along, 0.0);
        direction(gradient.iter(), to_go);
        self.here.travel(params, objective, to_go, &mut self.search, T::one(), line)
    }
}
