//! Dropout: leaving elements out by chance.

use crate::algebra::number;
use crate::array::Array;
#[cfg(test)]
use crate::check::{Case, cases_of};
use crate::op::{ArrayAlgebra, bind, chain::Chain};

/// Each element with probability 1 − `rate`, over 1 − `rate`, so that its mean stays what it is; 0 otherwise. For training: in
/// use the array is taken as it is.
///
/// `uniform` gives numbers that are uniform on \[0, 1), one for each element in row-major order. The caller owns the
/// generator and its seed; nothing is drawn anywhere else. Below `rate` an element is left out.
///
/// # Gradient
///
/// The same elements of the cotangent, over 1 − `rate`; 0 for those left out, whatever their value.
///
/// # Panics
/// If the rate is not in \[0, 1).
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let mut numbers = [0.7, 0.1, 0.5].into_iter();
/// let x = Array::vector(&[1.0, 2.0, 3.0]);
/// assert_eq!(x.dropout(0.5, &mut || numbers.next().unwrap()).to_vec(), [2.0, 0.0, 6.0]);
/// ```
///
/// # Source
///
/// N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever & R. Salakhutdinov 2014, *Dropout: a simple way to prevent neural
/// networks from overfitting*, also for the scaling in training instead of in use.
#[track_caller]
pub fn dropout<A: ArrayAlgebra>(x: &A, rate: f64, uniform: &mut dyn FnMut() -> f64) -> A {
    assert!((0.0..1.0).contains(&rate), "a rate of dropout lies in [0, 1), found {rate}");
    let kept = number::<A::Element>(1.0 / (1.0 - rate));
    let mask = Array::written(x.shape(), |mask| {
        mask.fill_with(|| if uniform() < rate { num_traits::Zero::zero() } else { kept });
    });
    // By the chain rule's product, in which the mask's 0 wins against an infinite element.
    bind(Chain, &[x, &A::from_array(mask)])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    cases_of! {
        |x| {
            // The same elements each time.
            let mut draws = 0;
            dropout(&x[0], 0.4, &mut || {
                draws += 1;
                f64::from(draws % 3) / 3.0
            })
        } => &[&[3, 2]], &[&[]], &[&[0, 2]];
    }
}

#[cfg(test)]
mod tests {
    use crate::array::Array;
    use crate::op::ArrayOps;

    #[test]
    fn what_is_left_out_receives_nothing_and_the_mean_stays() {
        let mut state = 1_u32;
        let mut uniform = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state) / 2.0_f64.powi(32)
        };
        let x = [Array::full(&[100, 100], 3.0_f64)];
        let tape = crate::Tape::new();
        let variable = tape.var(x[0].clone());
        let dropped = variable.dropout(0.25, &mut uniform);
        let gradient = tape.gradient(&dropped.mean_all()).wrt(&variable);
        let left_out = dropped.value().to_vec().iter().filter(|&&y| y == 0.0).count();
        // Four standard deviations are 173.
        assert!(left_out.abs_diff(2500) < 173, "{left_out}");
        for (y, slope) in dropped.value().to_vec().into_iter().zip(gradient.to_vec()) {
            assert!(if y == 0.0 { slope == 0.0 } else { y == 4.0 && (slope - 4e-4 / 3.0).abs() < 1e-18 });
        }
        let infinite = Array::vector(&[f64::INFINITY]);
        assert_eq!(infinite.dropout(0.5, &mut || 0.0).to_vec(), [0.0]);
    }
}
