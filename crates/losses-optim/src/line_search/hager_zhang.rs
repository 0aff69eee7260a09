use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Line, LineSearch, LineSearchError, armijo::inside, float};
use crate::{
    error::{HyperparameterError, non_negative, within},
    optim::constant,
    state::Method,
};

/// Hager and Zhang's search, which still works where values have lost their last digits and only slopes are exact.
///
/// ```text
/// Wolfe:              φ(α) − φ(0) ≤ δ α φ′(0)    and   φ′(α) ≥ σ φ′(0)
/// or approximately:   (2δ − 1) φ′(0) ≥ φ′(α) ≥ σ φ′(0)   where   φ(α) ≤ φ(0) + ε |φ(0)|
/// ```
///
/// Near a minimum φ(α) − φ(0) is of the order of rounding and Wolfe's first condition is a toss-up; the approximate one reads
/// the same decrease from the slopes, as if φ were a parabola. An interval whose ends have slopes of opposite signs is
/// shrunk by two secant steps at a time, and by halves where that does not shrink it enough.
///
/// # Conventions
///
/// Constants and names are the paper's. ε is taken relative to |φ(0)| at every search; the paper's weighted average of earlier
/// values is not kept. What the method proposes is the bracket's beginning c, in place of the paper's own guess. Each
/// evaluation takes value and gradient.
///
/// # Example
///
/// ```
/// use losses_optim::{line_search::HagerZhang, minimise::{Conjugacy, ConjugateGradients, Minimiser, Until}, objective::Recorded};
/// use num_traits::Float;
///
/// let mut objective = Recorded::<f64, _>::new(|x| (x[0] - 1.0).powi(4) + (x[0] + x[1]).powi(2));
/// let mut method = ConjugateGradients::new(Conjugacy::PolakRibierePlus, HagerZhang::default());
/// let mut w = [3.0, 3.0];
/// method.minimise(&mut w, &mut objective, &Until { gradient: 1e-8, steps: 200 })?;
/// assert!((w[0] - 1.0).abs() < 2e-3 && (w[0] + w[1]).abs() < 1e-7);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// W. W. Hager and H. Zhang, *A New Conjugate Gradient Method with Guaranteed Descent and an Efficient Line Search*, SIAM Journal
/// on Optimization 16, 2005, doi:10.1137/030601880; *Algorithm 851: CG_DESCENT*, 2006, doi:10.1145/1132973.1132979.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HagerZhang {
    /// δ in (0, ½). Default 0.1.
    pub decrease: f64,
    /// σ in [δ, 1). Default 0.9.
    pub flatness: f64,
    /// ε ≥ 0, the share of |φ(0)| by which a value may seem to have risen. Default 10⁻⁶.
    pub tolerance: f64,
    /// θ in (0, 1), where an interval is cut. Default ½.
    pub cut: f64,
    /// γ in (0, 1), the share of an interval that secant steps have to leave at most. Default 0.66.
    pub shrink: f64,
    /// ρ > 1, by which the bracket grows. Default 5.
    pub growth: f64,
    /// How many α are tried. Default 60.
    pub evaluations: u64,
}

impl Default for HagerZhang {
    fn default() -> Self {
        Self {
            decrease: 0.1,
            flatness: 0.9,
            tolerance: 1e-6,
            cut: 0.5,
            shrink: 0.66,
            growth: 5.0,
            evaluations: 60,
        }
    }
}

impl Method for HagerZhang {
    type Scalar = f64;
    const NAME: &'static str = "hager_zhang";
    const SUMMARY: &'static str = "Wolfe's conditions, read from slopes where values have lost their digits";
    const SOURCE: &'static str = "Hager and Zhang 2005, doi:10.1137/030601880";
}

/// An α with φ and φ′ there.
#[derive(Debug, Clone, Copy)]
struct Point<T> {
    alpha: T,
    value: T,
    slope: T,
}

/// What the line looks like at a point.
enum Shape {
    Rising,
    Falling,
    /// It falls, but has risen above its start on the way; or is no number.
    BeyondAHill,
}

/// The search is over, well or badly: what `?` carries out of the nested procedures.
enum End<T> {
    Found(T),
    Exhausted(T),
}

/// One search: the paper's procedures share the line and the evaluations that are left.
struct Search<'s, 'l, T> {
    constants: &'s HagerZhang,
    line: &'s mut Line<'l, T>,
    left: u64,
}

impl<T: Float> Search<'_, '_, T> {
    fn ceiling(&self) -> T {
        let start = self.line.start_value();
        start + constant::<T>(self.constants.tolerance) * start.abs()
    }

    /// Evaluates at α, and ends the search if one of the conditions holds there.
    fn at(&mut self, alpha: T) -> Result<Point<T>, End<T>> {
        if self.left == 0 {
            return Err(End::Exhausted(alpha));
        }
        self.left -= 1;
        let (value, slope) = self.line.value_and_slope(alpha);
        let (start, start_slope) = (self.line.start_value(), self.line.start_slope());
        let delta = constant::<T>(self.constants.decrease);
        let curved = slope >= constant::<T>(self.constants.flatness) * start_slope;
        let wolfe = value - start <= delta * alpha * start_slope;
        let approximate = (delta + delta - T::one()) * start_slope >= slope && value <= self.ceiling();
        if curved && (wolfe || approximate) && value.is_finite() {
            return Err(End::Found(alpha));
        }
        Ok(Point { alpha, value, slope })
    }

    fn shape(&self, point: Point<T>) -> Shape {
        if !point.value.is_finite() || point.slope.is_nan() {
            Shape::BeyondAHill
        } else if point.slope >= T::zero() {
            Shape::Rising
        } else if point.value > self.ceiling() {
            Shape::BeyondAHill
        } else {
            Shape::Falling
        }
    }

    /// U3: cuts until the upper end rises.
    fn cut(&mut self, mut a: Point<T>, mut b: T) -> Result<(Point<T>, Point<T>), End<T>> {
        let theta = constant::<T>(self.constants.cut);
        loop {
            let d = self.at((T::one() - theta) * a.alpha + theta * b)?;
            match self.shape(d) {
                Shape::Rising => return Ok((a, d)),
                Shape::Falling => a = d,
                Shape::BeyondAHill => b = d.alpha,
            }
        }
    }

    /// B0–B3.
    fn bracket(&mut self, first: T) -> Result<(Point<T>, Point<T>), End<T>> {
        let growth = constant::<T>(self.constants.growth);
        let mut a =
            Point { alpha: T::zero(), value: self.line.start_value(), slope: self.line.start_slope() };
        let mut alpha = first;
        loop {
            let c = self.at(alpha)?;
            match self.shape(c) {
                Shape::Rising => return Ok((a, c)),
                Shape::Falling => a = c,
                Shape::BeyondAHill => return self.cut(a, alpha),
            }
            alpha = alpha * growth;
        }
    }

    /// U0–U3: an interval with `c` as one of its ends, if `c` lies inside.
    fn update(&mut self, a: Point<T>, b: Point<T>, c: T) -> Result<(Point<T>, Point<T>), End<T>> {
        if !(c > a.alpha && c < b.alpha) {
            return Ok((a, b));
        }
        let c = self.at(c)?;
        match self.shape(c) {
            Shape::Rising => Ok((a, c)),
            Shape::Falling => Ok((c, b)),
            Shape::BeyondAHill => self.cut(a, c.alpha),
        }
    }

    /// S1–S4: two secant steps.
    fn double_secant(&mut self, a: Point<T>, b: Point<T>) -> Result<(Point<T>, Point<T>), End<T>> {
        let c = secant(a, b);
        let (lower, upper) = self.update(a, b, c)?;
        if c == upper.alpha {
            self.update(lower, upper, secant(b, upper))
        } else if c == lower.alpha {
            self.update(lower, upper, secant(a, lower))
        } else {
            Ok((lower, upper))
        }
    }

    /// L0–L3; only ever ends by an [`End`].
    fn run(&mut self, first: T) -> Result<std::convert::Infallible, End<T>> {
        let half = constant::<T>(0.5);
        let (mut a, mut b) = self.bracket(first)?;
        loop {
            let width = b.alpha - a.alpha;
            (a, b) = self.double_secant(a, b)?;
            if b.alpha - a.alpha > constant::<T>(self.constants.shrink) * width {
                (a, b) = self.update(a, b, half * (a.alpha + b.alpha))?;
            }
            if b.alpha - a.alpha <= T::epsilon() * b.alpha {
                return Err(End::Exhausted(b.alpha));
            }
        }
    }
}

/// Where the line through two slopes is 0.
fn secant<T: Float>(a: Point<T>, b: Point<T>) -> T {
    (a.alpha * b.slope - b.alpha * a.slope) / (b.slope - a.slope)
}

impl<T: Float> LineSearch<T> for HagerZhang {
    fn validate(&self) -> Result<(), HyperparameterError> {
        within("decrease", self.decrease, self.decrease > 0.0 && self.decrease < 0.5, "a number in (0, ½)")?;
        let holds = self.flatness >= self.decrease && self.flatness < 1.0;
        within("flatness", self.flatness, holds, "a number from `decrease` to 1")?;
        non_negative("tolerance", self.tolerance)?;
        inside("cut", self.cut)?;
        inside("shrink", self.shrink)?;
        let holds = self.growth > 1.0 && self.growth.is_finite();
        within("growth", self.growth, holds, "a finite number greater than one")
    }

    fn search(&mut self, line: &mut Line<'_, T>, first: T) -> Result<T, LineSearchError> {
        <Self as LineSearch<T>>::validate(self)?;
        line.descends()?;
        let mut search = Search { constants: self, line, left: self.evaluations };
        let ended = search.run(first);
        let evaluations = self.evaluations - search.left;
        match ended {
            Err(End::Found(alpha)) => Ok(alpha),
            Err(End::Exhausted(last)) => Err(LineSearchError::Exhausted { evaluations, last: float(last) }),
        }
    }
}
