//! Methods of second order.

use losses_optim::{
    line_search::FixedStep,
    minimise::{Ended, Indefinite, MinimiseError, Minimiser, Newton, SaddleFreeNewton, Until},
    objective::{ByHand, WithHessian},
};

use crate::problems::{Quadratic, Rosenbrock};

#[test]
fn newton_needs_one_step_on_a_quadratic_of_any_condition() {
    let mut x = vec![1.0; 12];
    Newton::new(Indefinite::AddToDiagonal, FixedStep::default()).step(&mut x, &mut Quadratic).unwrap();
    assert!(x.iter().all(|x| x.abs() < 1e-10), "{x:?}");
    let mut x = vec![1.0; 12];
    SaddleFreeNewton::new(FixedStep::default()).step(&mut x, &mut Quadratic).unwrap();
    assert!(x.iter().all(|x| x.abs() < 1e-10), "{x:?}");
}

#[test]
fn newtons_converge_quadratically_where_the_hessian_is_not_always_positive() {
    let until = Until { gradient: 1e-9, steps: 60 };
    // The Hessian is indefinite at this start.
    let start = [0.0_f64, 3.0, -1.2, 1.0];
    let (mut a, mut b) = (start, start);
    let newton = Newton::default().minimise(&mut a, &mut Rosenbrock, &until).unwrap();
    let free = SaddleFreeNewton::default().minimise(&mut b, &mut Rosenbrock, &until).unwrap();
    assert_eq!((newton.ended, free.ended), (Ended::Flat, Ended::Flat));
    assert!(a.iter().chain(&b).all(|x| (x - 1.0).abs() < 1e-8), "{a:?} {b:?}");
}

#[test]
fn newton_is_drawn_to_saddles_and_its_saddle_free_form_is_not() {
    // Σ ¼xᵢ⁴ − ½xᵢ²: minima at ±1 in every coordinate, a maximum at 0, saddles between.
    let value = |x: &[f64]| x.iter().map(|x| 0.25 * x.powi(4) - 0.5 * x * x).sum::<f64>();
    let mut objective = WithHessian {
        objective: ByHand {
            value,
            value_and_grad: |x: &[f64], grad: &mut [f64]| {
                grad.iter_mut().zip(x).for_each(|(g, x)| *g = x.powi(3) - x);
                value(x)
            },
        },
        hessian: |x: &[f64], hessian: &mut [f64]| {
            hessian.copy_from_slice(&[3.0 * x[0] * x[0] - 1.0, 0.0, 0.0, 3.0 * x[1] * x[1] - 1.0]);
        },
    };
    let until = Until { gradient: 1e-10, steps: 100 };
    let mut w = [0.2, 1.3];
    let mut newton = Newton::new(Indefinite::SolveAsIs, FixedStep::default());
    assert_eq!(newton.minimise(&mut w, &mut objective, &until).unwrap().ended, Ended::Flat);
    assert!(w[0].abs() < 1e-9 && (w[1] - 1.0).abs() < 1e-9, "{w:?}");
    for start in [[0.2, 1.3], [-0.01, 0.02], [0.5, -1e-6]] {
        let mut w = start;
        let mut free = SaddleFreeNewton::default();
        assert_eq!(free.minimise(&mut w, &mut objective, &until).unwrap().ended, Ended::Flat);
        assert!(w.iter().all(|w| (w.abs() - 1.0).abs() < 1e-8), "{start:?}: {w:?}");
    }
    let mut flat = WithHessian {
        objective: ByHand {
            value: |x: &[f64]| x[0],
            value_and_grad: |x: &[f64], grad: &mut [f64]| {
                grad[0] = 1.0;
                x[0]
            },
        },
        hessian: |_: &[f64], hessian: &mut [f64]| hessian.fill(0.0),
    };
    let refused = Newton::new(Indefinite::SolveAsIs, FixedStep::default()).step(&mut [1.0], &mut flat);
    assert!(matches!(refused, Err(MinimiseError::Singular { .. })), "{refused:?}");
    let refused = SaddleFreeNewton::default().step(&mut [1.0], &mut flat);
    assert!(matches!(refused, Err(MinimiseError::Singular { .. })), "{refused:?}");
    assert!(Newton::default().step(&mut [1.0], &mut flat).unwrap().value < 1.0);
}
