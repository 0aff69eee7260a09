//! Group A: formulas that do something else as printed.

use losses_optim::optim::{Adadelta, AmsGrad, Optimizer, RmsProp};

use super::{Erratum, Shown};
use crate::Error;
use crate::report::{Axis, Figure, Point, Series, fixed, scientific};

pub(super) static ALL: &[Erratum] = &[
    Erratum {
        id: "A1",
        place: "part 3, AMSGrad",
        printed: "v̂ = max(v̂, v) with v the first moment of the slide on Adam",
        correct: "r̂ = max(r̂, r) of the second moment, w ← w − η v/(√r̂ + ε) (Reddi, Kale & Kumar 2018: their v is the slides' r)",
        rule: "On (x − 1)² with η = 0.05, 2000 steps: the printed rule does not move at all from x = −1, where every gradient is negative, \
               and from x = 3 runs beyond x = −10; the correct one ends within 0.01 of 1 from both.",
        show: ams_grad,
    },
    Erratum {
        id: "A2",
        place: "part 3, Adadelta",
        printed: "Δ = −√h/(√r + ε) · g with h(0) = 0",
        correct: "Δ = −√(h + ε)/√(r + ε) · g (Zeiler 2012)",
        rule: "On (x − 1)² from x = 3, ρ = 0.95: the printed rule has moved by exactly 0 after 1000 steps, the correct one (ε = 10⁻⁶) has \
               come within 0.1 of 1 in at most 5000.",
        show: adadelta,
    },
    Erratum {
        id: "A3",
        place: "part 3, RMSProp",
        printed: "r ← ρ r + ((1 − ρ)/ρ) g²",
        correct: "r ← ρ r + (1 − ρ) g² (Hinton, Srivastava & Swersky 2012, lecture 6)",
        rule: "Under a constant gradient the step tends to η with the correct rule and to η√ρ with the printed one: 0.9487 η at ρ = 0.9 \
               and 0.7071 η at ρ = 0.5, each to 10⁻⁶.",
        show: rms_prop,
    },
    Erratum {
        id: "A4",
        place: "part 1, cross-entropy for regression",
        printed: "−Σ yₖ ln ŷₖ with outputs of a sigmoid and y between 0 and 1",
        correct: "−Σ (yₖ ln ŷₖ + (1 − yₖ) ln(1 − ŷₖ)), the Bernoulli likelihood of each output; or a softmax and y on the simplex",
        rule: "Minimised over one output p for the targets 0.1, 0.3 and 0.7: the printed form gives p > 0.999 for each, the correct one \
               the target to 10⁻⁶.",
        show: soft_targets,
    },
    Erratum {
        id: "A5",
        place: "part 3, Nesterov's momentum rewritten",
        printed: "the same symbol w in the form with the look-ahead gradient and in the form with the conventional one",
        correct: "the second form iterates y = w + μ v; v(0) = 0 is needed, and w = y − μ v is read off at the end",
        rule: "On ½(x² + 10 y²), μ = 0.9, η = 0.05, 500 steps from (1, 1): the second form's iterate equals w + μ v to 10⁻¹² at every \
               step and differs from w by more than 0.1 at some.",
        show: nesterov,
    },
];

const DECAYS: (f64, f64) = (0.9, 0.999);
const RATE: f64 = 0.05;

/// The printed AMSGrad on (x − 1)²: every iterate.
fn printed_ams_grad(start: f64, steps: i32) -> Vec<f64> {
    let (mut x, mut v, mut r, mut largest) = (start, 0.0, 0.0, 0.0_f64);
    let mut path = vec![x];
    for k in 1..=steps {
        let g = 2.0 * (x - 1.0);
        v = DECAYS.0 * v + (1.0 - DECAYS.0) * g;
        r = DECAYS.1 * r + (1.0 - DECAYS.1) * g * g;
        largest = largest.max(v);
        x -= RATE * largest / ((r / (1.0 - DECAYS.1.powi(k))).sqrt() + 1e-8);
        path.push(x);
    }
    path
}

fn correct_ams_grad(start: f64, steps: i32) -> Vec<f64> {
    let mut optimizer = AmsGrad { beta1: DECAYS.0, beta2: DECAYS.1, ..AmsGrad::default() };
    let mut x = [start];
    let mut path = vec![start];
    for _ in 0..steps {
        let g = [2.0 * (x[0] - 1.0)];
        optimizer.step(&mut x, &g, RATE).expect("a finite rate");
        path.push(x[0]);
    }
    path
}

fn ams_grad() -> Result<Shown, Error> {
    let last = |path: Vec<f64>| path[path.len() - 1];
    let (still, away) = (last(printed_ams_grad(-1.0, 2000)), last(printed_ams_grad(3.0, 2000)));
    let (left, right) = (last(correct_ams_grad(-1.0, 2000)), last(correct_ams_grad(3.0, 2000)));
    Ok(Shown::if_holds(
        still == -1.0 && away < -10.0 && (left - 1.0).abs() < 0.01 && (right - 1.0).abs() < 0.01,
        format!(
            "printed: −1 → {}, 3 → {}; correct: −1 → {}, 3 → {}",
            fixed(still, 4),
            fixed(away, 2),
            fixed(left, 4),
            fixed(right, 4)
        ),
    ))
}

/// The paths of both rules from x = 3.
pub(super) fn ams_grad_figure() -> Figure {
    let steps = 600;
    let line = |name: &str, path: Vec<f64>| {
        let points = path.iter().enumerate().step_by(4).map(|(k, &x)| Point::new(k as f64, x));
        Series::line(name, points.collect())
    };
    Figure {
        id: "amsgrad".to_owned(),
        title: "A1: the printed AMSGrad never turns round".to_owned(),
        caption: "The iterate on (x − 1)² with η = 0.05. Taking the largest first moment, as printed, lets no step change its sign: from \
                  x = 3 the iterate passes the minimum at 1 and goes on; from x = −1, where it would have to move right, it stays. Taking \
                  the largest second moment brings both to the minimum."
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::linear("iterate x"),
        series: vec![
            line("correct, from 3", correct_ams_grad(3.0, steps)),
            line("printed, from 3", printed_ams_grad(3.0, steps)),
            line("correct, from −1", correct_ams_grad(-1.0, steps)),
            line("printed, from −1", printed_ams_grad(-1.0, steps)),
            Series::level("minimum", 0.0, f64::from(steps), 1.0),
        ],
    }
}

fn adadelta() -> Result<Shown, Error> {
    let (decay, epsilon) = (0.95, 1e-6);
    let (mut x, mut r, mut h) = (3.0_f64, 0.0, 0.0_f64);
    for _ in 0..1000 {
        let g = 2.0 * (x - 1.0);
        r = decay * r + (1.0 - decay) * g * g;
        let step = -h.sqrt() / (r.sqrt() + epsilon) * g;
        h = decay * h + (1.0 - decay) * step * step;
        x += step;
    }
    let displacement = (x - 3.0).abs();
    let mut optimizer = Adadelta { decay, epsilon, ..Adadelta::default() };
    let mut y = [3.0_f64];
    let steps = (1..=5000).find(|_| {
        let g = [2.0 * (y[0] - 1.0)];
        optimizer.step(&mut y, &g, 1.0).expect("a finite rate");
        (y[0] - 1.0).abs() < 0.1
    });
    let reached = steps.map_or("not within 5000 steps".to_owned(), |steps| format!("after {steps} steps"));
    Ok(Shown::if_holds(
        displacement == 0.0 && steps.is_some(),
        format!("printed: moved by {displacement}; correct: within 0.1 of the minimum {reached}"),
    ))
}

fn rms_prop() -> Result<Shown, Error> {
    let mut holds = true;
    let mut tested = Vec::new();
    for decay in [0.9, 0.5] {
        let mut r = 0.0_f64;
        let mut optimizer = RmsProp { decay, epsilon: 0.0, ..RmsProp::default() };
        let (mut printed, mut correct) = (0.0, 0.0);
        for _ in 0..1000 {
            r = decay * r + (1.0 - decay) / decay;
            printed = r.sqrt().recip();
            let mut w = [0.0];
            optimizer.step(&mut w, &[1.0], 1.0).expect("a finite rate");
            correct = -w[0];
        }
        holds &= (printed - decay.sqrt()).abs() < 1e-6 && (correct - 1.0_f64).abs() < 1e-6;
        tested.push(format!("ρ = {decay}: printed {} η, correct {} η", fixed(printed, 6), fixed(correct, 6)));
    }
    Ok(Shown::if_holds(holds, tested.join("; ")))
}

/// Minimises a loss of one output p = σ(u), given its derivative by u, by gradient descent from u = 0.
fn fitted(slope: impl Fn(f64) -> f64) -> f64 {
    let sigmoid = |u: f64| (1.0 + (-u).exp()).recip();
    let mut u = 0.0;
    for _ in 0..200_000 {
        u -= slope(sigmoid(u));
    }
    sigmoid(u)
}

fn soft_targets() -> Result<Shown, Error> {
    let targets = [0.1, 0.3, 0.7];
    // d/du of −t ln σ(u) is −t(1 − p), of the Bernoulli loss p − t.
    let printed = targets.map(|target| fitted(|p| -target * (1.0 - p)));
    let correct = targets.map(|target| fitted(|p| p - target));
    let close = targets.iter().zip(&correct).all(|(target, p)| (target - p).abs() < 1e-6);
    let list = |values: [f64; 3]| values.map(|p| fixed(p, 4)).join(", ");
    Ok(Shown::if_holds(
        printed.iter().all(|&p| p > 0.999) && close,
        format!("targets 0.1, 0.3, 0.7: printed {}; correct {}", list(printed), list(correct)),
    ))
}

fn nesterov() -> Result<Shown, Error> {
    let (momentum, rate) = (0.9, 0.05);
    let gradient = |w: [f64; 2]| [w[0], 10.0 * w[1]];
    let (mut w, mut v) = ([1.0, 1.0], [0.0, 0.0]);
    let (mut y, mut u) = ([1.0, 1.0], [0.0, 0.0]);
    let (mut identity, mut difference) = (0.0_f64, 0.0_f64);
    for _ in 0..500 {
        let ahead = [0, 1].map(|i| w[i] + momentum * v[i]);
        let (first, second) = (gradient(ahead), gradient(y));
        for i in 0..2 {
            v[i] = momentum * v[i] - rate * first[i];
            w[i] += v[i];
            let before = u[i];
            u[i] = momentum * u[i] - rate * second[i];
            y[i] += -momentum * before + (1.0 + momentum) * u[i];
            identity = identity.max((y[i] - (w[i] + momentum * v[i])).abs());
            difference = difference.max((y[i] - w[i]).abs());
        }
    }
    Ok(Shown::if_holds(
        identity < 1e-12 && difference > 0.1,
        format!("largest |y − (w + μ v)| {}, largest |y − w| {}", scientific(identity), fixed(difference, 2)),
    ))
}
