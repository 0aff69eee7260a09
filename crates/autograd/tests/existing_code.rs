//! Algorithms written for `F: Float`, with no knowledge of this crate, differentiate unchanged: forward, reverse, nested.

use autograd::check::{Mode, Order};
use autograd::{Dual, Tape, check_grads};
use num_traits::{Float, FloatConst, NumAssign};

/// What numeric crates ask of their numbers. Nothing in this module may name a type of ours.
mod existing {
    use num_traits::{Float, FloatConst, NumAssign};
    use std::iter::Sum;

    fn lit<F: Float>(value: f64) -> F {
        F::from(value).unwrap()
    }

    /// The root of a function by Newton's method.
    pub(crate) fn newton<F: Float>(mut x: F, f: impl Fn(F) -> F, derivative: impl Fn(F) -> F) -> F {
        for _ in 0..100 {
            let step = f(x) / derivative(x);
            x = x - step;
            if step.abs() <= F::epsilon() * x.abs() {
                // One step more settles the derivatives, which lag the value by one order.
                return x - f(x) / derivative(x);
            }
        }
        x
    }

    /// Simpson's rule over `panels` pairs of intervals.
    pub(crate) fn simpson<F: Float + Sum>(f: impl Fn(F) -> F, from: F, to: F, panels: usize) -> F {
        let h = (to - from) / lit(2.0 * panels as f64);
        let inner =
            |start: usize| (start..2 * panels).step_by(2).map(|i| f(from + h * lit(i as f64))).sum::<F>();
        h / lit(3.0) * (f(from) + lit::<F>(4.0) * inner(1) + lit::<F>(2.0) * inner(2) + f(to))
    }

    fn combine<F: Float>(y: &[F], h: F, weighted: &[(f64, &[F])]) -> Vec<F> {
        let increment = |i: usize| weighted.iter().fold(F::zero(), |sum, (w, k)| sum + lit::<F>(*w) * k[i]);
        (0..y.len()).map(|i| y[i] + h * increment(i)).collect()
    }

    /// Classical Runge–Kutta.
    pub(crate) fn rk4<F: Float>(
        f: impl Fn(F, &[F]) -> Vec<F>,
        mut y: Vec<F>,
        mut t: F,
        h: F,
        steps: usize,
    ) -> Vec<F> {
        let half = h / lit(2.0);
        for _ in 0..steps {
            let k1 = f(t, &y);
            let k2 = f(t + half, &combine(&y, half, &[(1.0, &k1)]));
            let k3 = f(t + half, &combine(&y, half, &[(1.0, &k2)]));
            let k4 = f(t + h, &combine(&y, h, &[(1.0, &k3)]));
            y = combine(&y, h / lit(6.0), &[(1.0, &k1), (2.0, &k2), (2.0, &k3), (1.0, &k4)]);
            t = t + h;
        }
        y
    }

    /// Heun–Euler with step control: a step is repeated when the two orders differ by more than the tolerance.
    pub(crate) fn adaptive<F: Float>(f: impl Fn(F, F) -> F, mut y: F, mut t: F, end: F, tolerance: F) -> F {
        let mut h = (end - t) / lit(10.0);
        while t < end {
            h = h.min(end - t);
            let k1 = f(t, y);
            let k2 = f(t + h, y + h * k1);
            let error = (h * (k2 - k1) / lit(2.0)).abs();
            if error <= tolerance {
                y = y + h * (k1 + k2) / lit(2.0);
                t = t + h;
            }
            let factor = (tolerance / error.max(F::min_positive_value())).sqrt() * lit(0.9);
            h = h * factor.max(lit(0.2)).min(lit(5.0));
        }
        y
    }

    /// Gaussian elimination with partial pivoting: the solution and the determinant.
    pub(crate) fn solve<F: Float + NumAssign>(mut a: Vec<Vec<F>>, mut b: Vec<F>) -> (Vec<F>, F) {
        let n = b.len();
        let mut determinant = F::one();
        for column in 0..n {
            let larger =
                |&i: &usize, &j: &usize| a[i][column].abs().partial_cmp(&a[j][column].abs()).unwrap();
            let pivot = (column..n).max_by(larger).unwrap();
            if pivot != column {
                a.swap(pivot, column);
                b.swap(pivot, column);
                determinant = -determinant;
            }
            determinant *= a[column][column];
            for row in column + 1..n {
                let factor = a[row][column] / a[column][column];
                let above = a[column].clone();
                for (entry, &above) in a[row].iter_mut().zip(&above).skip(column) {
                    *entry -= factor * above;
                }
                let above = b[column];
                b[row] -= factor * above;
            }
        }
        let mut x = vec![F::zero(); n];
        for row in (0..n).rev() {
            let known = (row + 1..n).fold(F::zero(), |sum, k| sum + a[row][k] * x[k]);
            x[row] = (b[row] - known) / a[row][row];
        }
        (x, determinant)
    }

    /// The recursive fast Fourier transform of (real, imaginary) pairs.
    pub(crate) fn fft<F: Float + FloatConst>(x: &[(F, F)]) -> Vec<(F, F)> {
        let n = x.len();
        if n == 1 {
            return x.to_vec();
        }
        let part = |offset: usize| fft(&x.iter().skip(offset).step_by(2).copied().collect::<Vec<_>>());
        let (even, odd) = (part(0), part(1));
        let mut result = vec![(F::zero(), F::zero()); n];
        for k in 0..n / 2 {
            let (sin, cos) = (-F::TAU() * lit(k as f64) / lit(n as f64)).sin_cos();
            let turned = (odd[k].0 * cos - odd[k].1 * sin, odd[k].0 * sin + odd[k].1 * cos);
            result[k] = (even[k].0 + turned.0, even[k].1 + turned.1);
            result[k + n / 2] = (even[k].0 - turned.0, even[k].1 - turned.1);
        }
        result
    }

    /// A polynomial by Horner's rule, highest coefficient first.
    pub(crate) fn horner<F: Float>(coefficients: &[F], x: F) -> F {
        coefficients.iter().fold(F::zero(), |value, &coefficient| value.mul_add(x, coefficient))
    }

    /// One prediction and correction of a Kalman filter with state (position, velocity): the state and the likelihood.
    pub(crate) fn kalman<F: Float>(
        x: [F; 2],
        p: [[F; 2]; 2],
        dt: F,
        q: F,
        r: F,
        measured: F,
    ) -> ([F; 2], [[F; 2]; 2], F) {
        let x = [x[0] + dt * x[1], x[1]];
        let p01 = p[0][1] + dt * p[1][1];
        let p = [[p[0][0] + dt * (p[0][1] + p[1][0]) + dt * dt * p[1][1] + q, p01], [p01, p[1][1] + q]];
        let innovation = measured - x[0];
        let s = p[0][0] + r;
        let gain = [p[0][0] / s, p[1][0] / s];
        let x = [x[0] + gain[0] * innovation, x[1] + gain[1] * innovation];
        let rest = F::one() - gain[0];
        let p =
            [[rest * p[0][0], rest * p[0][1]], [p[1][0] - gain[1] * p[0][0], p[1][1] - gain[1] * p[0][1]]];
        (x, p, (s.ln() + innovation.powi(2) / s) / lit(-2.0))
    }

    /// The projection of a point by a camera of 11 parameters: rotation vector, centre, focal length, principal point, and
    /// two radial distortions.
    pub(crate) fn project<F: Float>(camera: &[F], point: &[F]) -> [F; 2] {
        let x: Vec<F> = (0..3).map(|i| point[i] - camera[3 + i]).collect();
        let squared = camera[0] * camera[0] + camera[1] * camera[1] + camera[2] * camera[2];
        let cross = |a: &[F], b: &[F]| {
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        };
        let rotated: Vec<F> = if squared > F::zero() {
            let theta = squared.sqrt();
            let (sin, cos) = theta.sin_cos();
            let axis: Vec<F> = camera[..3].iter().map(|&r| r / theta).collect();
            let product = cross(&axis, &x);
            let along = axis.iter().zip(&x).fold(F::zero(), |sum, (&a, &x)| sum + a * x) * (F::one() - cos);
            (0..3).map(|i| x[i] * cos + product[i] * sin + axis[i] * along).collect()
        } else {
            let product = cross(&camera[..3], &x);
            (0..3).map(|i| x[i] + product[i]).collect()
        };
        let (u, v) = (rotated[0] / rotated[2], rotated[1] / rotated[2]);
        let radius = u * u + v * v;
        let distortion = F::one() + camera[9] * radius + camera[10] * radius * radius;
        [u * distortion * camera[6] + camera[7], v * distortion * camera[6] + camera[8]]
    }

    /// The normal distribution function, by Abramowitz & Stegun 26.2.17.
    pub(crate) fn normal<F: Float + FloatConst>(x: F) -> F {
        let t = (F::one() + lit::<F>(0.231_641_9) * x.abs()).recip();
        let coefficients = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530, 0.0];
        let polynomial = horner(&coefficients.map(lit::<F>), t);
        let tail = (-x * x / lit(2.0)).exp() / F::TAU().sqrt() * polynomial;
        if x > F::zero() { F::one() - tail } else { tail }
    }

    /// The price of a European call after Black and Scholes.
    pub(crate) fn call<F: Float + FloatConst>(spot: F, strike: F, rate: F, volatility: F, time: F) -> F {
        let spread = volatility * time.sqrt();
        let d1 = ((spot / strike).ln() + (rate + volatility.powi(2) / lit(2.0)) * time) / spread;
        spot * normal(d1) - strike * (-rate * time).exp() * normal(d1 - spread)
    }
}

/// An algorithm applied to its inputs, with one number as the result.
trait Algorithm: Copy {
    fn run<F: Float + FloatConst + NumAssign + std::iter::Sum>(self, x: &[F]) -> F;
}

/// Forward, reverse and differences agree, and so do all ways of nesting.
#[track_caller]
fn verify<A: Algorithm>(algorithm: A, x: &[f64]) {
    if let Err(discrepancy) = check_grads(|x| algorithm.run(x), x, Order::Second, &Mode::ALL) {
        panic!("{discrepancy}");
    }
    let hessian = autograd::hessian(|x| algorithm.run(x), x);
    let outer = Tape::new();
    let outer_variables = outer.vars(x);
    let inner = Tape::new();
    let inner_variables = inner.vars(&outer_variables);
    let gradient = inner.gradient(&algorithm.run(&inner_variables));
    for (i, variable) in inner_variables.iter().enumerate() {
        let row = outer.gradient(&gradient.wrt(variable));
        for (j, outer_variable) in outer_variables.iter().enumerate() {
            let (found, expected) = (row.wrt(outer_variable), hessian[i][j]);
            assert!(
                (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                "reverse over reverse gives {found} at ({i}, {j}), forward over reverse {expected}"
            );
            let unit = |a: usize, b: usize| if a == b { 1.0 } else { 0.0 };
            let seeded: Vec<_> = (0..x.len())
                .map(|k| Dual::new(Dual::new(x[k], unit(k, i)), Dual::new(unit(k, j), 0.0)))
                .collect();
            let found = algorithm.run(&seeded).derivative.derivative;
            assert!(
                (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                "forward over forward gives {found} at ({i}, {j}), forward over reverse {expected}"
            );
        }
    }
}

macro_rules! algorithms {
    ($($name:ident |$x:ident| $body:expr, at $($point:expr),+;)*) => {
        $(
            #[test]
            fn $name() {
                #[derive(Clone, Copy)]
                struct This;
                impl Algorithm for This {
                    fn run<F: Float + FloatConst + NumAssign + std::iter::Sum>(self, $x: &[F]) -> F {
                        $body
                    }
                }
                $(verify(This, &$point);)+
            }
        )*
    };
}

/// A constant of any number type.
fn c<F: Float>(value: f64) -> F {
    F::from(value).unwrap()
}

algorithms! {
    newton |x| existing::newton(x[1], |r| r * r * r - x[0] * r - c(5.0), |r| r * r * c(3.0) - x[0]), at [2.0, 2.0];
    simpson |x| existing::simpson(|t: F| (t * x[0]).sin() * t.exp(), x[1], x[2], 8), at [1.3, 0.2, 1.1];
    runge_kutta |x| {
        let pendulum = |_t: F, y: &[F]| vec![y[1], -x[2] * y[0].sin() - c::<F>(0.1) * y[1]];
        let y = existing::rk4(pendulum, vec![x[0], x[1]], F::zero(), c(0.05), 20);
        y[0] * c(2.0) + y[1]
    }, at [0.5, -0.2, 2.0];
    // The tolerance is loose, so that no step is accepted or refused by a hair.
    adaptive_steps |x| existing::adaptive(|t, y| x[0] * y + t, x[1], F::zero(), F::one(), c(1e-3)), at [-1.5, 1.0];
    gaussian_elimination |x| {
        // The first pivot is small, so rows are exchanged.
        let a = vec![vec![x[0], c(2.0), x[1]], vec![x[1], x[2], c(-1.0)], vec![c(4.0), x[0], x[2]]];
        let (solution, determinant) = existing::solve(a, vec![x[2], c(1.0), x[0]]);
        solution.iter().copied().sum::<F>() * determinant.abs().ln() + solution[0]
    }, at [0.1, 1.5, -2.0];
    fourier_transform |x| {
        let pairs: Vec<(F, F)> = x.iter().map(|&x| (x, x * x)).collect();
        let power = |&(re, im): &(F, F)| (re * re + im * im + F::one()).ln();
        existing::fft(&pairs).iter().enumerate().map(|(k, pair)| power(pair) * c(1.0 + k as f64)).sum()
    }, at [0.3, -1.2, 0.7, 2.0, 0.1, 0.9, -0.4, 1.1];
    horner |x| existing::horner(&x[..4], x[4]), at [1.0, -2.0, 0.5, 3.0, 1.7], [1.0, -2.0, 0.5, 3.0, 0.0];
    kalman_filter |x| {
        let mut state = ([x[0], F::zero()], [[F::one(), F::zero()], [F::zero(), F::one()]]);
        let mut likelihood = F::zero();
        for measured in [0.1, 0.35, 0.7, 0.9] {
            let (mean, covariance, log) = existing::kalman(state.0, state.1, c(0.5), x[1], x[2], c(measured));
            state = (mean, covariance);
            likelihood += log;
        }
        likelihood + state.0[1]
    }, at [0.2, 0.1, 0.5];
    bundle_adjustment |x| { let [u, v] = existing::project(&x[..11], &x[11..]); u + v * c(2.0) },
        at [0.1, -0.2, 0.3, 0.5, -0.4, 0.2, 1.5, 0.1, -0.1, 0.01, 0.002, 0.3, 0.8, 4.0];
    black_scholes |x| existing::call(x[0], x[1], x[2], x[3], x[4]), at [100.0, 95.0, 0.03, 0.25, 0.75];
}

#[test]
fn a_projection_without_rotation_has_a_gradient() {
    let mut x = [0.0, 0.0, 0.0, 0.5, -0.4, 0.2, 1.5, 0.1, -0.1, 0.01, 0.002, 0.3, 0.8, 4.0];
    let reverse = autograd::grad(|x| existing::project(&x[..11], &x[11..])[0], &x);
    assert!(reverse.iter().all(|slope| slope.is_finite()));
    // By the rotation, against differences of the rotated branch.
    for i in 0..3 {
        let mut at = |step: f64| {
            x[i] = step;
            let value = existing::project(&x[..11], &x[11..])[0];
            x[i] = 0.0;
            value
        };
        let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!((reverse[i] - difference).abs() < 1e-8, "{} is not {difference}", reverse[i]);
    }
}

#[test]
fn the_greeks_are_those_of_the_formula() {
    let (spot, strike, rate, volatility, time) = (100.0_f64, 95.0, 0.03, 0.25, 0.75);
    let greeks = autograd::grad(
        |x| existing::call(x[0], x[1], x[2], x[3], x[4]),
        &[spot, strike, rate, volatility, time],
    );
    let spread = volatility * time.sqrt();
    let d1 = ((spot / strike).ln() + (rate + volatility * volatility / 2.0) * time) / spread;
    let density = (-d1 * d1 / 2.0).exp() / std::f64::consts::TAU.sqrt();
    // The polynomial for the distribution is good to 7.5e-8, its derivative to a little less.
    assert!((greeks[0] - existing::normal(d1)).abs() < 1e-5, "delta");
    assert!((greeks[3] - spot * density * time.sqrt()).abs() < 1e-3, "vega");
}

#[test]
fn a_root_moves_as_the_implicit_function_theorem_says() {
    let root = existing::newton(2.0, |r: f64| r * r * r - 2.0 * r - 5.0, |r| 3.0 * r * r - 2.0);
    let gradient = autograd::grad(
        |x| existing::newton(x[1], |r| r * r * r - x[0] * r - 5.0, |r| r * r * 3.0 - x[0]),
        &[2.0, 2.0],
    );
    assert!((gradient[0] - root / (3.0 * root * root - 2.0)).abs() < 1e-14);
    assert!(gradient[1].abs() < 1e-14, "the root does not depend on where the search began");
}
