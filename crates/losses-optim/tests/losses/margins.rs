//! The objective of the support vector machine, which takes weights besides scores.

use autograd::{Array, ArrayOps};
use losses_optim::loss::{Hinge, Loss, OneVersusRest, Reduction, SquaredHinge, SvmObjective};
use proptest::prelude::*;

use crate::support::{constant, matrix};

/// ½‖w‖² + C Σ max(0, 1 − y·s), by hand; its gradient is w less C times the violators' inputs.
#[test]
fn the_objective_of_the_support_vector_machine() {
    let (inputs, labels) = (matrix(3, &[1.0, 0.0, 0.0, 2.0, -1.0, -1.0]), Array::vector(&[1.0, 1.0, -1.0]));
    let w = [Array::vector(&[0.5, 1.0])];
    let svm = SvmObjective { loss: Hinge, cost: 2.0 };
    let (value, gradient) = autograd::value_and_grad(
        |w| {
            let scores = constant::<autograd::Var<'_, _>>(&inputs).matmul(&w[0]);
            svm.evaluate(&w[0], &scores, &constant(&labels)).unwrap()
        },
        &w,
    );
    // Margins ½, 2 and 1½.
    assert_eq!(value.item(), Some(0.625 + 2.0 * 0.5));
    assert_eq!(gradient[0].to_vec(), [0.5 - 2.0, 1.0]);
    let free = SvmObjective { loss: OneVersusRest, cost: 0.0 };
    assert!(free.evaluate(&w[0], &matrix(1, &[0.0, 0.0]), &[0]).is_err());
}

/// A value and a gradient.
type Evaluated = (f64, Vec<f64>);

/// f(w) and its gradient for four samples of three features, which lie on the margin often.
fn value_and_gradient<L>(loss: L, w: &[f64]) -> Evaluated
where
    L: Copy + for<'t> Loss<Target<autograd::Var<'t, Array<f64>>> = autograd::Var<'t, Array<f64>>>,
{
    let inputs = matrix(4, &[1.0, 0.5, 0.0, -0.5, 1.0, 1.0, 0.0, -1.0, 2.0, 1.0, 1.0, 1.0]);
    let labels = Array::vector(&[1.0, -1.0, 1.0, -1.0]);
    let svm = SvmObjective { loss, cost: 2.0 };
    let (value, gradient) = autograd::value_and_grad(
        |w| {
            let scores = constant::<autograd::Var<'_, _>>(&inputs).matmul(&w[0]);
            svm.evaluate(&w[0], &scores, &constant(&labels)).unwrap()
        },
        &[Array::vector(w)],
    );
    (value.item().unwrap(), gradient[0].to_vec())
}

#[test]
fn weights_of_samples_go_by_the_losses_own() {
    let (w, scores) = (Array::vector(&[0.5, 1.0]), Array::vector(&[0.25, -0.5]));
    let labels = Array::vector(&[1.0, 1.0]);
    let losses =
        Hinge.evaluate_weighted(&scores, &labels, &Array::vector(&[1.0, 1.0]), Reduction::Sum).unwrap();
    let by_hand = 0.5 * (0.25 + 1.0) + 3.0 * losses.item().unwrap();
    let svm = SvmObjective { loss: Hinge, cost: 3.0 };
    assert_eq!(svm.evaluate(&w, &scores, &labels).unwrap().item(), Some(by_hand));
}

proptest! {
    /// f(v) ≥ f(w) + g·(v − w), kinks included, and no chord lies below the function.
    #[test]
    fn the_objective_is_convex_in_the_weights(
        w in prop::collection::vec((-8i32..=8).prop_map(|x| f64::from(x) / 4.0), 3),
        v in prop::collection::vec(-3f64..3.0, 3),
        share in 0f64..1.0,
    ) {
        let between: Vec<f64> = w.iter().zip(&v).map(|(w, v)| share * w + (1.0 - share) * v).collect();
        let check = |f: &dyn Fn(&[f64]) -> Evaluated| {
            let ((here, gradient), (there, _)) = (f(&w), f(&v));
            let slope: f64 = gradient.iter().zip(w.iter().zip(&v)).map(|(g, (w, v))| g * (v - w)).sum();
            let slack = 1e-12 * (1.0 + here + there);
            prop_assert!(here >= 0.0 && there >= here + slope - slack, "{there} below {here} + {slope}");
            prop_assert!(f(&between).0 <= share * here + (1.0 - share) * there + slack);
            Ok(())
        };
        check(&|w| value_and_gradient(Hinge, w))?;
        check(&|w| value_and_gradient(SquaredHinge, w))?;
    }
}
