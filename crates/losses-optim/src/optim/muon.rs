use autograd::{Accumulate, Element};
use ndarray::{ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant};
use crate::{
    error::{HyperparameterError, StepError, decay_rate, non_negative, same_length, within},
    scratch::Scratch,
    state::Method,
    vector::{add_scaled, dot},
};

/// Muon: momentum for a matrix, with all its singular values made nearly equal.
///
/// ```text
/// B ← μ B + G                      B₀ = 0
/// X ← (G + μ B) / (‖G + μ B‖_F + ε)
/// five times:  A = X Xᵀ,   X ← a X + (b A + c A²) X
/// W ← W − η √max(1, rows/columns) X
/// ```
///
/// The iteration is Newton and Schulz's for the orthogonal factor U Vᵀ of U S Vᵀ, with coefficients that raise small
/// singular values fast rather than bring them to 1 exactly: they end between about 0.7 and 1.2.
///
/// # Conventions
///
/// The slice is *one* matrix, `rows` by len/`rows`, row by row; where there are several, give each one its own in
/// [`Groups`](crate::wrap::Groups). With one row, the default, the direction is that of the normalised momentum. Meant for the weights
/// of hidden layers; biases, embeddings and the last layer are for [`AdamW`](super::AdamW). A matrix with more rows than
/// columns is worked on transposed, which is the same and cheaper.
///
/// PyTorch's `Muon` iterates in `bfloat16`, and decays by λ = 0.1 unless told otherwise, which is
/// [`DecoupledDecay`](crate::wrap::DecoupledDecay) here; it averages momentum as (1 − μ) G + μ B, which the normalisation undoes but for
/// ε. optax's `contrib.muon` corrects G and B for bias, each by a factor of its own, so that first directions differ, and takes rows
/// for inputs where they are outputs here.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Muon, Optimizer};
///
/// // Singular values 3 and 0.01; both directions take nearly the same step.
/// let mut muon = Muon { rows: 2, ..Muon::default() };
/// let mut w = [0.0_f64; 4];
/// muon.step(&mut w, &[3.0, 0.0, 0.0, 0.01], 1.0)?;
/// assert!(w[0] < -0.6 && w[0] > -1.3 && w[3] < -0.2 && w[3] > -1.3);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// K. Jordan et al., *Muon: An optimizer for hidden layers in neural networks*, 2024, kellerjordan.github.io/posts/muon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Muon<T> {
    /// μ in [0, 1). Default 0.95.
    pub momentum: f64,
    /// The number of rows, a divisor of the number of parameters. Default 1.
    pub rows: usize,
    /// How often the iteration is done. Default 5.
    pub iterations: u64,
    /// a, b and c. Default 3.4445, −4.7750 and 2.0315.
    pub coefficients: [f64; 3],
    /// ε ≥ 0. Default 10⁻⁷.
    pub epsilon: f64,
    /// B, the momentum.
    pub momenta: Vec<T>,
    /// Room for X, A, A² and the next X; no part of the state.
    #[serde(skip)]
    pub room: Scratch<[Vec<T>; 4]>,
}

impl<T> Default for Muon<T> {
    fn default() -> Self {
        Self {
            momentum: 0.95,
            rows: 1,
            iterations: 5,
            coefficients: [3.4445, -4.7750, 2.0315],
            epsilon: 1e-7,
            momenta: Vec::new(),
            room: Scratch::default(),
        }
    }
}

impl<T> Method for Muon<T> {
    type Scalar = T;
    const NAME: &'static str = "muon";
    const SUMMARY: &'static str = "momentum for a matrix, with its singular values made nearly equal";
    const SOURCE: &'static str = "Jordan et al. 2024, kellerjordan.github.io/posts/muon";
}

impl<T: Element> Optimizer<T> for Muon<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("momentum", self.momentum)?;
        within("rows", self.rows as f64, self.rows > 0, "one row or more")?;
        non_negative("epsilon", self.epsilon)?;
        let finite = |&coefficient: &f64| coefficient.is_finite();
        match self.coefficients.iter().find(|coefficient| !finite(coefficient)) {
            Some(&found) => within("coefficients", found, false, "finite numbers"),
            None => Ok(()),
        }
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("momenta", &mut self.momenta);
    }

    /// The rows must divide the parameters.
    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        self.validate()?;
        within(
            "rows",
            self.rows as f64,
            len.is_multiple_of(self.rows),
            "a divisor of the number of parameters",
        )?;
        if self.momenta.is_empty() {
            self.momenta.resize(len, T::zero());
        }
        same_length("momenta", &self.momenta, len)?;
        let narrow = self.rows.min(len / self.rows);
        for (room, len) in self.room.0.iter_mut().zip([len, narrow * narrow, narrow * narrow, len]) {
            room.resize(len, T::zero());
        }
        Ok(())
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let (rows, columns) = (self.rows, params.len() / self.rows);
        let mu = constant::<T>(self.momentum);
        let [x, gram, square, next] = &mut self.room.0;
        for ((b, &g), x) in self.momenta.iter_mut().zip(grad).zip(x.iter_mut()) {
            *b = mu * *b + g;
            *x = g + mu * *b;
        }
        let length = dot(x, x).sqrt() + constant(self.epsilon);
        if length == T::zero() {
            return;
        }
        for x in x.iter_mut() {
            *x = *x / length;
        }
        let [a, b, c] = self.coefficients.map(constant::<T>);
        let narrow = rows.min(columns);
        for _ in 0..self.iterations {
            let wide = across(x, rows, columns);
            T::multiply(wide, wide.reversed_axes(), Accumulate::Overwrite, matrix(gram, narrow, narrow));
            let symmetric = across(gram, narrow, narrow);
            T::multiply(symmetric, symmetric, Accumulate::Overwrite, matrix(square, narrow, narrow));
            for (square, &gram) in square.iter_mut().zip(&*gram) {
                *square = b * gram + c * *square;
            }
            for (next, &x) in next.iter_mut().zip(&*x) {
                *next = a * x;
            }
            let into = matrix(next, rows, columns);
            let into = if rows > columns { into.reversed_axes() } else { into };
            T::multiply(across(square, narrow, narrow), wide, Accumulate::Add, into);
            std::mem::swap(x, next);
        }
        let scale = (rows as f64 / columns as f64).max(1.0).sqrt();
        add_scaled(params, -learning_rate * constant::<T>(scale), x);
    }
}

/// A matrix to write to.
fn matrix<T>(entries: &mut [T], rows: usize, columns: usize) -> ArrayViewMut2<'_, T> {
    ArrayViewMut2::from_shape((rows, columns), entries).expect("as many entries as the matrix has")
}

/// A matrix that is not higher than wide: itself or its transpose.
fn across<T>(entries: &[T], rows: usize, columns: usize) -> ArrayView2<'_, T> {
    let view = ArrayView2::from_shape((rows, columns), entries).expect("as many entries as the matrix has");
    if rows > columns { view.reversed_axes() } else { view }
}
