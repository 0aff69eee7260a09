//! The subgradient method beside gradient descent.

use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, power_law};

/// The claim.
pub struct SubgradientMethodRate;

const ID: &str = "subgradient-method-rate";
/// The steps at which a course is kept: powers of √10, to the next whole number.
const KEPT: [usize; 11] = [1, 3, 10, 32, 100, 316, 1_000, 3_162, 10_000, 31_623, 100_000];

/// A convex problem: its value, a subgradient, and where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Problem {
    /// ‖Xw − y‖₁/n, n = 200, d = 50.
    AbsoluteResiduals,
    /// ½·0.01‖w‖² + the mean hinge, n = 200, d = 10.
    Hinge,
    /// ½‖Xw − y‖²/n: the smooth control.
    Squares,
}

impl Problem {
    fn name(self) -> &'static str {
        match self {
            Self::AbsoluteResiduals => "L1 regression",
            Self::Hinge => "support vector machine",
            Self::Squares => "least squares (smooth)",
        }
    }
}

/// The step size as a function of the number of the step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
enum Steps {
    /// c/√k.
    Falling(f64),
    /// c.
    Constant(f64),
}

impl Steps {
    fn at(self, k: usize) -> f64 {
        match self {
            Self::Falling(c) => c / (k as f64).sqrt(),
            Self::Constant(c) => c,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Run {
    problem: Problem,
    steps: Steps,
    count: usize,
}

/// How a run went.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Course {
    /// The lowest value so far at each kept step that was reached.
    best: Vec<f64>,
    /// The bound on its gap there, if an optimum is given to measure from.
    bounds: Vec<f64>,
    /// The lowest value of all.
    lowest: f64,
    /// The mean value over the last tenth of the steps.
    late: f64,
    /// The share of steps that raised the value.
    raised: f64,
    /// The largest length of a subgradient.
    steepest: f64,
    /// The last iterate.
    end: Vec<f64>,
}

/// The data behind a problem.
struct Instance {
    problem: Problem,
    features: DMatrix<f64>,
    targets: DVector<f64>,
}

impl Instance {
    fn new(problem: Problem) -> Self {
        let dimension = match problem {
            Problem::Hinge => 10,
            _ => 50,
        };
        let mut random = stream(0, "instance");
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let features = DMatrix::from_fn(200, dimension, |_, _| normal());
        let truth = DVector::from_fn(dimension, |_, _| normal());
        let noise = DVector::from_fn(200, |_, _| normal());
        let outputs = &features * truth + noise;
        let targets = if problem == Problem::Hinge { outputs.map(f64::signum) } else { outputs };
        Self { problem, features, targets }
    }

    fn start(&self) -> DVector<f64> {
        DVector::zeros(self.features.ncols())
    }

    /// The value and a subgradient; at ties and kinks one of the choices.
    fn value_and_subgradient(&self, w: &DVector<f64>) -> (f64, DVector<f64>) {
        let count = self.targets.len() as f64;
        match self.problem {
            Problem::AbsoluteResiduals => {
                let residuals = &self.features * w - &self.targets;
                let signs = residuals.map(|r| if r == 0.0 { 0.0 } else { r.signum() });
                (residuals.abs().sum() / count, self.features.tr_mul(&signs) / count)
            }
            Problem::Squares => {
                let residuals = &self.features * w - &self.targets;
                (0.5 * residuals.norm_squared() / count, self.features.tr_mul(&residuals) / count)
            }
            Problem::Hinge => {
                let margins = (&self.features * w).component_mul(&self.targets);
                let slopes = margins.zip_map(&self.targets, |m, y| if m < 1.0 { -y } else { 0.0 });
                let hinge = margins.map(|m| (1.0 - m).max(0.0)).sum() / count;
                (0.005 * w.norm_squared() + hinge, w * 0.01 + self.features.tr_mul(&slopes) / count)
            }
        }
    }
}

/// The gap after n − 1 steps 1/√k of the projected subgradient method on maxᵢ xᵢ over the unit ball in n dimensions, from 0:
/// Nesterov's worst case, in which a step moves one coordinate. The minimum is −1/√n.
fn worst_case_gap(dimension: usize) -> f64 {
    let mut x: DVector<f64> = DVector::zeros(dimension);
    let mut best = f64::INFINITY;
    for k in 1..dimension {
        let (largest, value) = x.argmax();
        best = best.min(value);
        x[largest] -= 1.0 / (k as f64).sqrt();
        let length = x.norm();
        if length > 1.0 {
            x /= length;
        }
    }
    best.min(x.max()) + 1.0 / (dimension as f64).sqrt()
}

/// Runs the subgradient method. `optimum` is where the bound measures its distance from.
fn run(run: &Run, optimum: Option<&[f64]>) -> Course {
    let instance = Instance::new(run.problem);
    let mut w = instance.start();
    let radius = optimum.map(|optimum| (DVector::from_column_slice(optimum) - &w).norm());
    let mut course = Course {
        best: Vec::new(),
        bounds: Vec::new(),
        lowest: f64::INFINITY,
        late: 0.0,
        raised: 0.0,
        steepest: 0.0,
        end: Vec::new(),
    };
    let (mut previous, mut sum, mut squares) = (f64::INFINITY, 0.0, 0.0);
    let (mut raised, mut late) = (0_usize, 0_usize);
    for k in 1..=run.count {
        let (value, slope) = instance.value_and_subgradient(&w);
        course.lowest = course.lowest.min(value);
        course.steepest = course.steepest.max(slope.norm());
        // Beyond rounding, which at the minimum raises and lowers it by turns.
        raised += usize::from(value > previous * (1.0 + 1e-12));
        previous = value;
        let step = run.steps.at(k);
        sum += step;
        squares += step * step;
        if KEPT.contains(&k) {
            course.best.push(course.lowest);
            if let Some(radius) = radius {
                let bound = (radius * radius + course.steepest * course.steepest * squares) / (2.0 * sum);
                course.bounds.push(bound);
            }
        }
        if k > run.count - run.count / 10 {
            course.late += value;
            late += 1;
        }
        w.axpy(-step, &slope, 1.0);
    }
    course.late /= late as f64;
    course.raised = raised as f64 / (run.count - 1) as f64;
    course.end = w.as_slice().to_vec();
    course
}

impl Claim for SubgradientMethodRate {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The subgradient method is not gradient descent".to_owned(),
            statement: "Gradient descent implicitly generalises to the subgradient algorithm at kinks, and one does not notice a difference."
                .to_owned(),
            lecture: "part 2, subgradients".to_owned(),
            sources: vec![
                "N. Z. Shor 1985, Minimization Methods for Non-Differentiable Functions, doi:10.1007/978-3-642-82118-9".to_owned(),
                "Y. Nesterov 2004, Introductory Lectures on Convex Optimization, section 3.2, doi:10.1007/978-1-4419-8853-9".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "no-difference",
                    "As the lecture has it: on L1 regression and on the support vector machine less than 1 % of the steps c/√k raise the value, \
                     as for gradient descent with η < 2/L, L the largest curvature. Refuted if more than 20 % do on both.",
                ),
                Criterion::new(
                    "within-the-bound",
                    "The lowest value so far is within (R² + G² Σ aᵢ²)/(2 Σ aᵢ) of the best known one at every kept step, for L1 regression with \
                     c = 0.3, 1 and 3 and for the support vector machine (aᵢ the steps, R the distance to the best known point, G the largest \
                     subgradient). Refuted by one step.",
                ),
                Criterion::new(
                    "rate",
                    "On Nesterov's worst cases, maxᵢ xᵢ over the unit ball in n = 10 to 1,000 dimensions, the gap after n − 1 steps falls as \
                     n^p with p between −0.6 and −0.4. Refuted if p < −0.9: a rate of smooth problems.",
                ),
                Criterion::new(
                    "smooth-control",
                    "Gradient descent with η = 1/L on least squares never raises the value in 1,000 steps by more than 10⁻¹² relative. Refuted otherwise.",
                ),
                Criterion::new(
                    "floor",
                    "With a constant step L1 regression stalls above the best known value, at gaps proportional to the step: the gaps of the \
                     mean over the last tenth for steps 0.03 and 0.01 have a ratio within 30 % of 3. Refuted if the ratio is below 1.5.",
                ),
            ],
            would_change: "Methods that use more than one subgradient at a time: bundles, proximal steps.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let count = match laboratory.scale() {
            Scale::Quick => 31_623,
            Scale::Full => 100_000,
        };
        // First the best known points, by the runs themselves.
        let falling = [0.3, 1.0, 3.0];
        let search: Vec<Run> = [Problem::AbsoluteResiduals, Problem::Hinge]
            .into_iter()
            .map(|problem| Run { problem, steps: Steps::Falling(1.0), count: 3 * count })
            .collect();
        let found = laboratory.cells("best known points", &search, |of| Ok(run(of, None)))?;
        let best_known = |problem: Problem| &found[usize::from(problem == Problem::Hinge)];
        let mut runs: Vec<Run> = falling
            .into_iter()
            .map(|c| Run { problem: Problem::AbsoluteResiduals, steps: Steps::Falling(c), count })
            .collect();
        runs.push(Run { problem: Problem::Hinge, steps: Steps::Falling(1.0), count });
        let ends: Vec<(Run, Vec<f64>)> =
            runs.iter().map(|run| (*run, best_known(run.problem).end.clone())).collect();
        let courses = laboratory.cells("falling steps", &ends, |(of, optimum)| Ok(run(of, Some(optimum))))?;
        let lipschitz = {
            let features = Instance::new(Problem::Squares).features;
            (features.tr_mul(&features) / 200.0).symmetric_eigenvalues().max()
        };
        let others = [
            Run { problem: Problem::Squares, steps: Steps::Constant(1.0 / lipschitz), count: 1_000 },
            Run { problem: Problem::AbsoluteResiduals, steps: Steps::Constant(0.03), count: count / 2 },
            Run { problem: Problem::AbsoluteResiduals, steps: Steps::Constant(0.01), count: count / 2 },
        ];
        let other = laboratory.cells("other runs", &others, |of| Ok(run(of, None)))?;

        let lowest = |problem: Problem| {
            let own = runs
                .iter()
                .zip(&courses)
                .filter(|(run, _)| run.problem == problem)
                .map(|(_, course)| course.lowest);
            own.fold(best_known(problem).lowest, f64::min)
        };
        let gaps = |index: usize| -> Vec<f64> {
            courses[index].best.iter().map(|value| value - lowest(runs[index].problem)).collect()
        };
        let within = (0..runs.len())
            .all(|index| gaps(index).iter().zip(&courses[index].bounds).all(|(gap, bound)| gap <= bound));
        let dimensions = [10.0, 32.0, 100.0, 316.0, 1_000.0];
        let worst_gaps = dimensions.map(|dimension| worst_case_gap(dimension as usize));
        let rate =
            power_law(&dimensions, &worst_gaps, CONFIDENCE).map_err(Error::undecidable(ID))?.slope.estimate;
        let floor = |index: usize| other[index].late - lowest(Problem::AbsoluteResiduals);
        let ratio = floor(1) / floor(2);
        let raised = [courses[1].raised, courses[3].raised];
        let rows = runs.iter().zip(&courses).enumerate().map(|(index, (run, course))| {
            let Steps::Falling(c) = run.steps else { unreachable!("these runs have falling steps") };
            let gaps = gaps(index);
            let mut row = vec![
                Cell::from(run.problem.name()),
                Cell::number(c, 1),
                Cell::number(100.0 * course.raised, 1),
            ];
            row.extend([4, 6, 8].map(|at| Cell::from(scientific(gaps[at]))));
            row
        });
        Ok(Findings {
            setup: vec![
                ("L1 regression".to_owned(), "‖Xw − y‖₁/n, n = 200 samples of 50 standard normal features, targets linear with unit noise".to_owned()),
                ("support vector machine".to_owned(), "0.005‖w‖² + the mean hinge, n = 200, 10 features".to_owned()),
                ("worst case".to_owned(), "maxᵢ xᵢ over the unit ball by projection, the first largest coordinate's subgradient, steps 1/√k from 0".to_owned()),
                ("best known".to_owned(), format!("the lowest value of any run, the longest of which has {} steps", 3 * count)),
                ("steps".to_owned(), format!("{count}, f64; nothing is random but the data")),
            ],
            data: laboratory.data_used(),
            figures: vec![gap_figure(&runs, &courses, &gaps), value_figure()],
            tables: vec![Table {
                id: "courses".to_owned(),
                title: "The subgradient method with steps c/√k".to_owned(),
                caption: "The share of steps that raise the value, in per cent, and the gap of the best value so far after 100, 1,000 and 10,000 \
                          steps."
                    .to_owned(),
                columns: ["problem", "c", "rising steps", "gap at 100", "at 1,000", "at 10,000"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }],
            key_number: format!(
                "steps that raise the value: {} % (L1 regression), {} % (support vector machine), 0 % for smooth descent",
                fixed(100.0 * raised[0], 0),
                fixed(100.0 * raised[1], 0)
            ),
            outcomes: vec![
                Outcome::new(
                    "no-difference",
                    if raised.iter().all(|&share| share < 0.01) {
                        Verdict::Reproduced
                    } else if raised.iter().all(|&share| share > 0.2) {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("{} % and {} % of the steps (< 1 %)", fixed(100.0 * raised[0], 1), fixed(100.0 * raised[1], 1)),
                ),
                Outcome::new(
                    "within-the-bound",
                    Verdict::holds_or_refuted(within),
                    format!("all kept steps of {} runs {}", runs.len(), if within { "within" } else { "not within" }),
                ),
                Outcome::new(
                    "rate",
                    if (-0.6..=-0.4).contains(&rate) {
                        Verdict::Reproduced
                    } else if rate < -0.9 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("p = {} (−0.6 to −0.4)", fixed(rate, 3)),
                ),
                Outcome::new(
                    "smooth-control",
                    Verdict::holds_or_refuted(other[0].raised == 0.0),
                    format!("{} % of the steps raise the value", fixed(100.0 * other[0].raised, 1)),
                ),
                Outcome::new(
                    "floor",
                    if (ratio / 3.0 - 1.0).abs() <= 0.3 {
                        Verdict::Reproduced
                    } else if ratio < 1.5 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("gaps {} and {}, ratio {} (2.1 to 3.9)", scientific(floor(1)), scientific(floor(2)), fixed(ratio, 2)),
                ),
            ],
            remarks: vec![
                "Amended after a first run: a step counts as raising the value if it does so by more than 10⁻¹² relative. Without this tolerance \
                 21 % of the smooth control's steps rose, all of them by rounding at the minimum."
                    .to_owned(),
                "The support vector machine's gaps depend on the scale of its objective and on c. Those of ½‖w‖² + ½ Σ hinge, a hundred times this \
                 objective, are with steps of 0.1/√k on data of this kind (run apart) 2.5·10⁻², 4.9·10⁻³, 1.1·10⁻³ and 3.0·10⁻⁴ after 10², 10³, \
                 10⁴ and 10⁵ steps; a pilot had 9.6·10⁻², 5.3·10⁻³, 2.1·10⁻³ and 5.9·10⁻⁴. The bound is tested at every kept step, on a \
                 logarithmic grid; the plan had every step."
                    .to_owned(),
                "The difference that one would notice: the method does not descend at every step, a constant step does not converge, and the rate \
                 is that of 1/√k. What it has in common with gradient descent is the line of code."
                    .to_owned(),
            ],
        })
    }
}

fn gap_figure(runs: &[Run], courses: &[Course], gaps: &dyn Fn(usize) -> Vec<f64>) -> Figure {
    let mut series = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let Steps::Falling(c) = run.steps else { unreachable!("these runs have falling steps") };
        let points = KEPT.iter().zip(gaps(index)).map(|(&k, gap)| Point {
            x: k as f64,
            y: (gap > 0.0).then_some(gap),
            bounds: None,
        });
        series.push(Series::line(&format!("{}, c = {c}", run.problem.name()), points.collect()));
    }
    let bound = KEPT.iter().zip(&courses[1].bounds).map(|(&k, &bound)| Point::new(k as f64, bound));
    series.push(Series::reference("bound for L1 regression, c = 1", bound.collect()));
    Figure {
        id: "gaps".to_owned(),
        title: "Slow and within the bound".to_owned(),
        caption:
            "The gap of the best value so far. The dashed bound is that of the theory for L1 regression with c = 1."
                .to_owned(),
        x: Axis::logarithmic("step"),
        y: Axis::logarithmic("gap of the best value so far"),
        series,
    }
}

/// The value itself over the first steps, beside smooth descent.
fn value_figure() -> Figure {
    let line = |problem: Problem, step: f64| {
        let instance = Instance::new(problem);
        let mut w = instance.start();
        let points = (0..120).map(|k| {
            let (value, slope) = instance.value_and_subgradient(&w);
            w.axpy(-step, &slope, 1.0);
            Point::new(f64::from(k), value)
        });
        Series::line(problem.name(), points.collect())
    };
    Figure {
        id: "values".to_owned(),
        title: "Not every step descends".to_owned(),
        caption: "The value at each of the first 120 steps: the subgradient method at constant step 1 on L1 regression, and gradient descent at \
                  step 0.3 on least squares with the same data."
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::linear("value"),
        series: vec![line(Problem::AbsoluteResiduals, 1.0), line(Problem::Squares, 0.3)],
    }
}
