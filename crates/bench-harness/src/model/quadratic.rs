//! Quadratics along the axes: the problems on which methods have closed forms.

use losses_optim::optim::Optimizer;

/// f(x) = ½ Σᵢ λᵢxᵢ², with its minimum 0 at the origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Quadratic {
    /// λ: the curvature along each axis.
    pub curvatures: Vec<f64>,
}

impl Quadratic {
    /// f(x).
    pub fn value(&self, x: &[f64]) -> f64 {
        self.curvatures.iter().zip(x).map(|(curvature, x)| 0.5 * curvature * x * x).sum()
    }

    /// ∇f(x) = (λᵢxᵢ)ᵢ.
    pub fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.curvatures.iter().zip(x).map(|(curvature, x)| curvature * x).collect()
    }

    /// The iterates of a method from `start` on, with `start` the first of them.
    ///
    /// # Panics
    /// If the method refuses the rate.
    pub fn path(
        &self,
        optimizer: &mut dyn Optimizer<f64>,
        learning_rate: f64,
        start: &[f64],
        steps: usize,
    ) -> Vec<Vec<f64>> {
        let mut x = start.to_vec();
        let mut path = vec![x.clone()];
        for _ in 0..steps {
            let gradient = self.gradient(&x);
            optimizer.step(&mut x, &gradient, learning_rate).expect("a finite rate");
            path.push(x.clone());
        }
        path
    }

    /// The points of the contour f = `level` in the plane of the first two axes, all the way round.
    ///
    /// # Panics
    /// If there are not two axes of positive curvature.
    pub fn contour(&self, level: f64) -> Vec<[f64; 2]> {
        let radius = |axis: usize| (2.0 * level / self.curvatures[axis]).sqrt();
        (0..=120)
            .map(|i| f64::from(i) * std::f64::consts::TAU / 120.0)
            .map(|angle| [radius(0) * angle.cos(), radius(1) * angle.sin()])
            .collect()
    }
}
