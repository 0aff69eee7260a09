//! Group C: notation.

use rand::RngExt;

use super::{Erratum, Shown};
use crate::Error;
use crate::claim::Verdict;
use crate::report::{fixed, scientific};
use crate::run::seed::stream;

pub(super) static ALL: &[Erratum] = &[
    Erratum {
        id: "C1",
        place: "part 1, negative log-likelihood",
        printed: "a monotonous transformation; minimise{…} = min{…}; L(w) is the likelihood, then its negative logarithm",
        correct: "a strictly increasing transformation; argmin; two symbols",
        rule: "For 3 heads in 4 tosses, over 10,001 probabilities: the logarithm keeps the single maximiser 0.75; clipping, which is \
               monotonous, has many; the minimum of −ln L is 2.249 and its minimiser 0.75.",
        show: transformation,
    },
    Erratum {
        id: "C2",
        place: "part 1, Gaussian likelihood",
        printed: "the index m on the right side only; no covariance for the vector case",
        correct: "the index on both sides, and covariance I/β stated; the printed exponent −β(y − ŷ)²/2 is right",
        rule: "With the printed exponent the density integrates to 1 to 10⁻¹⁰ for β = 0.01, 1 and 100, and its variance is 1/β to 10⁻⁹ \
               relative.",
        show: gaussian,
    },
    Erratum {
        id: "C3",
        place: "part 1, categorical distribution",
        printed: "a product over k = 0 … K, without the condition Σ yₖ = 1",
        correct: "k = 1 … K and y one-hot",
        rule: "The printed formula for p = (0.3, 0.7), summed over all y in {0, 1}², is 2.21; over the one-hot y it is 1, each to 10⁻¹⁵.",
        show: categorical,
    },
    Erratum {
        id: "C4",
        place: "part 1, classification by likelihood",
        printed: "ŷ for the scores before the softmax and for the probabilities after it",
        correct: "z for the scores, p = softmax(z)",
        rule: "For the scores (2, −1) and the second class: −ln ŷ is no number if ŷ are scores, and 3.0486 to 10⁻⁴ if they are \
               probabilities.",
        show: scores,
    },
    Erratum {
        id: "C5",
        place: "part 1, Kullback–Leibler divergence",
        printed: "an integral without dx; \"therefore equal to minimising KL\"",
        correct: "KL(p‖q) = H(p, q) − H(p): equal up to the constant H(p), and equal for one-hot p",
        rule: "For p = (0.2, 0.3, 0.5) and 1000 random q: H(p, q) − KL(p‖q) is the constant H(p) = 1.0297 to 10⁻¹²; for one-hot p it is 0.",
        show: divergence,
    },
    Erratum {
        id: "C6",
        place: "part 2, convexity",
        printed: "the chord's value will be higher",
        correct: "at least as high",
        rule: "For f(x) = 2x − 1, which is convex, no chord of 1000 lies higher than f at its middle by more than 10⁻¹².",
        show: convexity,
    },
    Erratum {
        id: "C7",
        place: "part 2, support vector machine",
        printed: "λₘ > 0; the Lagrangian dual function is called L(w)",
        correct: "λₘ ≥ 0 and νₘ = γ − λₘ ≥ 0; it is the Lagrangian L(w, ξ, λ, ν)",
        rule: "Samples x = 1, −1, 10 with y = 1, −1, 1 and γ = ¼: the solution w = ½ has multipliers (¼, ¼, 0); with 0.01 for the third, \
               which lies outside the margin, w = Σ λ y x would be 0.6.",
        show: multipliers,
    },
    Erratum {
        id: "C8",
        place: "part 2, support vector machine",
        printed: "y wᵀx ≥ 1, without a bias",
        correct: "y (wᵀx + b) ≥ 1",
        rule: "Samples x = 3 with y = 1 and x = 1 with y = −1, which b = −2 and w = 1 separate with margin 1: without a bias the sum of \
               hinge losses is at least 1 for each of 2001 w between −10 and 10.",
        show: bias,
    },
    Erratum {
        id: "C9",
        place: "part 2, multi-class hinge",
        printed: "margin 1",
        correct: "Weston & Watkins 1999 have margin 2 (from memory); equivalent after rescaling, with λ twice as large at margin 1",
        rule: "For 100 random problems with w = 2u the objective λ‖w‖² + Σ hinge of margin 2 is twice that of u with 2λ and margin 1, \
               to 10⁻¹² relative.",
        show: margin,
    },
    Erratum {
        id: "C10",
        place: "part 3, empirical risk and mini-batches",
        printed: "Σ L(w, x, y) over m without an index at x and y; labels missing in the sum over a mini-batch; M a number and, for the \
                  perceptron, a set",
        correct: "Σ L(w, xₘ, yₘ), and two symbols",
        rule: "Read to the letter, the sum over three samples is three times the loss of one of them: for squared losses 1, 4 and 16 it \
               is 3, 12 or 48, and not 21.",
        show: index,
    },
    Erratum {
        id: "C11",
        place: "part 3, AdaGrad to Adam",
        printed: "ε in other places than in the papers and without a value; μᵏ is a power where (k) is an index",
        correct: "w ← w − η g/(√r + ε) with ε = 10⁻⁸, and powers told from indices",
        rule: "At a first gradient of size ε = 10⁻⁸ and r = g² the step is η/2 with ε outside the root and 10⁻⁴ η, to 10⁻³ relative, with \
               ε inside.",
        show: epsilon,
    },
    Erratum {
        id: "C12",
        place: "all parts, spelling",
        printed: "\"Than\" for then, \"gradient descend\", numbered references of one part among author–year references of another",
        correct: "then; gradient descent; one style of references",
        rule: "Spelling: there is nothing to compute.",
        show: spelling,
    },
];

fn transformation() -> Result<Shown, Error> {
    let grid: Vec<f64> = (0..=10_000).map(|i| f64::from(i) / 10_000.0).collect();
    let likelihood = |p: f64| 4.0 * p.powi(3) * (1.0 - p);
    let maximisers = |f: &dyn Fn(f64) -> f64| {
        let best = grid.iter().map(|&p| f(p)).fold(f64::NEG_INFINITY, f64::max);
        grid.iter().copied().filter(|&p| f(p) == best).collect::<Vec<_>>()
    };
    let plain = maximisers(&likelihood);
    // Without the constant factor, as the lecture writes the likelihood of a sequence.
    let logarithm = |p: f64| 3.0 * p.ln() + (1.0 - p).ln();
    let of_logarithm = maximisers(&logarithm);
    let clipped = maximisers(&|p| likelihood(p).min(0.3)).len();
    let minimum = -logarithm(0.75);
    Ok(Shown::if_holds(
        plain == [0.75] && of_logarithm == [0.75] && clipped > 1 && (minimum - 2.249_34).abs() < 1e-4,
        format!(
            "maximisers: 1 of the likelihood and 1 of its logarithm, both 0.75; {clipped} of the clipped one; minimum {} against minimiser \
             0.75",
            fixed(minimum, 4)
        ),
    ))
}

fn gaussian() -> Result<Shown, Error> {
    let (mut mass_error, mut variance_error) = (0.0_f64, 0.0_f64);
    for beta in [0.01_f64, 1.0, 100.0] {
        // The trapezoidal rule converges faster than any power for a smooth function that vanishes at both ends.
        let width = 12.0 / beta.sqrt();
        let step = width / 2000.0;
        let density = |y: f64| (beta / std::f64::consts::TAU).sqrt() * (beta * (-(y * y)) / 2.0).exp();
        let points = || (-2000..=2000).map(|i| f64::from(i) * step);
        let mass: f64 = points().map(density).sum::<f64>() * step;
        let variance: f64 = points().map(|y| y * y * density(y)).sum::<f64>() * step;
        mass_error = mass_error.max((mass - 1.0).abs());
        variance_error = variance_error.max((variance * beta - 1.0).abs());
    }
    Ok(Shown::if_holds(
        mass_error < 1e-10 && variance_error < 1e-9,
        format!(
            "largest errors: mass {}, variance times β {}",
            scientific(mass_error),
            scientific(variance_error)
        ),
    ))
}

fn categorical() -> Result<Shown, Error> {
    let p = [0.3_f64, 0.7];
    let printed = |y: [i32; 2]| p[0].powi(y[0]) * p[1].powi(y[1]);
    let all: f64 = [[0, 0], [0, 1], [1, 0], [1, 1]].map(printed).iter().sum();
    let one_hot: f64 = [[0, 1], [1, 0]].map(printed).iter().sum();
    Ok(Shown::if_holds(
        (all - 2.21).abs() < 1e-15 && (one_hot - 1.0).abs() < 1e-15,
        format!("sum over {{0, 1}}²: {all}; over one-hot y: {one_hot}"),
    ))
}

fn scores() -> Result<Shown, Error> {
    let z = [2.0_f64, -1.0];
    let literal = -z[1].ln();
    let total: f64 = z.iter().map(|z| z.exp()).sum();
    let probability = -(z[1].exp() / total).ln();
    Ok(Shown::if_holds(
        literal.is_nan() && (probability - 3.0486).abs() < 1e-4,
        format!("with scores: not a number; with probabilities: {}", fixed(probability, 4)),
    ))
}

fn divergence() -> Result<Shown, Error> {
    let mut random = stream(0, "distributions");
    let cross = |p: &[f64; 3], q: &[f64; 3]| -> f64 {
        p.iter().zip(q).filter(|(p, _)| **p > 0.0).map(|(p, q)| -p * q.ln()).sum()
    };
    let divergence = |p: &[f64; 3], q: &[f64; 3]| -> f64 {
        p.iter().zip(q).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).ln()).sum()
    };
    let (p, one_hot) = ([0.2, 0.3, 0.5], [0.0, 1.0, 0.0]);
    let entropy = cross(&p, &p);
    let (mut error, mut error_one_hot) = (0.0_f64, 0.0_f64);
    for _ in 0..1000 {
        let weights: [f64; 3] = std::array::from_fn(|_| random.random_range(0.01..1.0));
        let q = weights.map(|weight| weight / weights.iter().sum::<f64>());
        error = error.max((cross(&p, &q) - divergence(&p, &q) - entropy).abs());
        error_one_hot = error_one_hot.max((cross(&one_hot, &q) - divergence(&one_hot, &q)).abs());
    }
    Ok(Shown::if_holds(
        error < 1e-12 && error_one_hot < 1e-12 && (entropy - 1.0297).abs() < 1e-4,
        format!(
            "H(p) = {}, the difference departs from it by {}; from 0 for one-hot p by {}",
            fixed(entropy, 4),
            scientific(error),
            scientific(error_one_hot)
        ),
    ))
}

fn convexity() -> Result<Shown, Error> {
    let mut random = stream(0, "chords");
    let f = |x: f64| 2.0 * x - 1.0;
    let gaps = (0..1000).map(|_| {
        let (x, y) = (random.random_range(-5.0..5.0), random.random_range(-5.0..5.0));
        f64::midpoint(f(x), f(y)) - f(f64::midpoint(x, y))
    });
    let largest = gaps.fold(0.0_f64, |largest, gap| largest.max(gap.abs()));
    Ok(Shown::if_holds(
        largest < 1e-12,
        format!("largest distance of chord and function {}", scientific(largest)),
    ))
}

fn multipliers() -> Result<Shown, Error> {
    let samples = [(1.0, 1.0), (-1.0, -1.0), (10.0, 1.0)];
    let weight = |multipliers: [f64; 3]| -> f64 {
        samples.iter().zip(multipliers).map(|((x, y), multiplier)| multiplier * y * x).sum()
    };
    let gamma = 0.25;
    let solution = [0.25, 0.25, 0.0];
    let w = weight(solution);
    // The conditions of Karush, Kuhn and Tucker: λ = γ inside the margin, 0 outside, anything between on it.
    let optimal = samples.iter().zip(solution).all(|((x, y), multiplier)| {
        let margin: f64 = y * w * x;
        (0.0..=gamma).contains(&multiplier)
            && if margin < 1.0 { multiplier == gamma } else { margin == 1.0 || multiplier == 0.0 }
    });
    let forced = weight([0.25, 0.25, 0.01]);
    Ok(Shown::if_holds(
        optimal && w == 0.5 && (forced - 0.6).abs() < 1e-15,
        format!(
            "w = {w} meets the conditions of optimality with one multiplier 0; with 0.01 there w = {}",
            fixed(forced, 2)
        ),
    ))
}

fn bias() -> Result<Shown, Error> {
    let samples = [(3.0, 1.0), (1.0, -1.0)];
    let hinge =
        |w: f64, b: f64| samples.iter().map(|(x, y)| (1.0_f64 - y * (w * x + b)).max(0.0)).sum::<f64>();
    let least = (-1000..=1000).map(|i| hinge(f64::from(i) * 0.01, 0.0)).fold(f64::INFINITY, f64::min);
    let with_bias = hinge(1.0, -2.0);
    Ok(Shown::if_holds(
        least >= 1.0 && with_bias == 0.0,
        format!("least sum of hinge losses {} without a bias, {with_bias} with b = −2", fixed(least, 2)),
    ))
}

fn margin() -> Result<Shown, Error> {
    let mut random = stream(0, "multi-class problems");
    let mut largest = 0.0_f64;
    for _ in 0..100 {
        let u: [[f64; 2]; 3] =
            std::array::from_fn(|_| std::array::from_fn(|_| random.random_range(-1.0..1.0)));
        let samples: Vec<([f64; 2], usize)> = (0..20)
            .map(|i| ([random.random_range(-2.0..2.0), random.random_range(-2.0..2.0)], i % 3))
            .collect();
        let objective = |w: &[[f64; 2]; 3], lambda: f64, margin: f64| {
            let score = |class: usize, x: &[f64; 2]| w[class][0] * x[0] + w[class][1] * x[1];
            let hinge = |(x, label): &([f64; 2], usize)| {
                let others = (0..3).filter(|class| class != label);
                others.map(|class| (margin + score(class, x) - score(*label, x)).max(0.0)).sum::<f64>()
            };
            lambda * w.iter().flatten().map(|w| w * w).sum::<f64>() + samples.iter().map(hinge).sum::<f64>()
        };
        let doubled = u.map(|row| row.map(|u| 2.0 * u));
        let (two, one) = (objective(&doubled, 0.3, 2.0), 2.0 * objective(&u, 0.6, 1.0));
        largest = largest.max((two / one - 1.0).abs());
    }
    Ok(Shown::if_holds(largest < 1e-12, format!("largest relative difference {}", scientific(largest))))
}

fn index() -> Result<Shown, Error> {
    let losses = [1.0, 2.0, 4.0].map(|residual: f64| residual * residual);
    let correct: f64 = losses.iter().sum();
    let literal = losses.map(|loss| 3.0 * loss);
    Ok(Shown::if_holds(
        literal.iter().all(|&value| value != correct) && correct == 21.0,
        format!("to the letter {}, {} or {}; with the index {correct}", literal[0], literal[1], literal[2]),
    ))
}

fn epsilon() -> Result<Shown, Error> {
    let epsilon = 1e-8_f64;
    let g = epsilon;
    let r = g * g;
    let (outside, inside) = (g / (r.sqrt() + epsilon), g / (r + epsilon).sqrt());
    Ok(Shown::if_holds(
        (outside - 0.5).abs() < 1e-12 && (inside / 1e-4 - 1.0).abs() < 1e-3,
        format!("{} η outside the root, {} η inside", fixed(outside, 3), scientific(inside)),
    ))
}

fn spelling() -> Result<Shown, Error> {
    Ok(Shown { verdict: Verdict::Inconclusive, tested: "nothing to compute".to_owned() })
}
