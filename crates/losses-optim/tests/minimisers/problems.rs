//! Problems that several tests share.

use losses_optim::objective::{LeastSquares, Objective, TwiceDifferentiable};
use num_traits::Float;

/// Σ 100 (x₂ᵢ − x₂ᵢ₋₁²)² + (1 − x₂ᵢ₋₁)².
pub(crate) struct Rosenbrock;

impl<T: Float> Objective<T> for Rosenbrock {
    fn value(&mut self, x: &[T]) -> T {
        let (one, hundred) = (T::one(), T::from(100.0).unwrap());
        x.chunks_exact(2)
            .fold(T::zero(), |sum, x| sum + hundred * (x[1] - x[0] * x[0]).powi(2) + (one - x[0]).powi(2))
    }

    fn value_and_grad(&mut self, x: &[T], grad: &mut [T]) -> T {
        let number = |x: f64| T::from(x).unwrap();
        for (x, g) in x.chunks_exact(2).zip(grad.chunks_exact_mut(2)) {
            let valley = x[1] - x[0] * x[0];
            g[0] = -number(400.0) * x[0] * valley - number(2.0) * (T::one() - x[0]);
            g[1] = number(200.0) * valley;
        }
        self.value(x)
    }
}

impl<T: Float> TwiceDifferentiable<T> for Rosenbrock {
    fn hessian(&mut self, x: &[T], hessian: &mut [T]) {
        let number = |x: f64| T::from(x).unwrap();
        hessian.fill(T::zero());
        let n = x.len();
        for i in (0..n).step_by(2) {
            hessian[i * n + i] = number(1200.0) * x[i] * x[i] - number(400.0) * x[i + 1] + number(2.0);
            hessian[i * n + i + 1] = number(-400.0) * x[i];
            hessian[(i + 1) * n + i] = number(-400.0) * x[i];
            hessian[(i + 1) * n + i + 1] = number(200.0);
        }
    }
}

/// ½ Σ cᵢ xᵢ², with curvatures from 1 to 10³.
pub(crate) struct Quadratic;

pub(crate) fn curvature(i: usize) -> f64 {
    10f64.powf(3.0 * (i % 12) as f64 / 11.0)
}

impl Objective<f64> for Quadratic {
    fn value(&mut self, x: &[f64]) -> f64 {
        x.iter().enumerate().map(|(i, x)| 0.5 * curvature(i) * x * x).sum()
    }

    fn value_and_grad(&mut self, x: &[f64], grad: &mut [f64]) -> f64 {
        for (i, (g, x)) in grad.iter_mut().zip(x).enumerate() {
            *g = curvature(i) * x;
        }
        self.value(x)
    }
}

impl TwiceDifferentiable<f64> for Quadratic {
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) {
        hessian.fill(0.0);
        for i in 0..x.len() {
            hessian[i * x.len() + i] = curvature(i);
        }
    }
}

/// [`Quadratic`] around [`centre`].
pub(crate) struct Shifted;

pub(crate) fn centre(i: usize) -> f64 {
    [2.0, -0.05, 0.01, -1.0][i % 4]
}

impl Objective<f64> for Shifted {
    fn value(&mut self, x: &[f64]) -> f64 {
        x.iter().enumerate().map(|(i, x)| 0.5 * curvature(i) * (x - centre(i)).powi(2)).sum()
    }

    fn value_and_grad(&mut self, x: &[f64], grad: &mut [f64]) -> f64 {
        grad.iter_mut().zip(x).enumerate().for_each(|(i, (g, x))| *g = curvature(i) * (x - centre(i)));
        self.value(x)
    }
}

/// Residuals of y = a e^(bx) + c at twenty points, of a curve with a = 2, b = −1.5, c = 0.5 and errors.
pub(crate) struct Decay {
    pub(crate) error: f64,
}

impl<T: Float> LeastSquares<T> for Decay {
    fn residual_count(&self) -> usize {
        20
    }

    fn residuals(&mut self, w: &[T], residuals: &mut [T]) {
        for (i, r) in residuals.iter_mut().enumerate() {
            let x = i as f64 / 10.0;
            let seen = 2.0 * (-1.5 * x).exp() + 0.5 + self.error * (7.0 * x).sin();
            *r = w[0] * (w[1] * T::from(x).unwrap()).exp() + w[2] - T::from(seen).unwrap();
        }
    }

    fn residuals_and_jacobian(&mut self, w: &[T], residuals: &mut [T], jacobian: &mut [T]) {
        self.residuals(w, residuals);
        for (i, row) in jacobian.chunks_exact_mut(3).enumerate() {
            let x = T::from(i as f64 / 10.0).unwrap();
            let growth = (w[1] * x).exp();
            row.copy_from_slice(&[growth, w[0] * x * growth, T::one()]);
        }
    }
}
