//! Linear algebra: what is solved is solved, derivatives are those of known identities, and what cannot be is refused.

use autograd::check::{Mode, Order};
use autograd::op::triangular_solve::Triangle;
use autograd::{Array, ArrayOps, Dual, LinearAlgebra, Var, check_grads};

fn matrix(size: usize, seed: f64) -> Array<f64> {
    // Not the sine of a linear function: such matrices have rank 2.
    let element = |i: usize| (seed + i as f64).powi(2).sin();
    Array::new(&[size, size], (0..size * size).map(element).collect()).unwrap()
}

fn identity(size: usize) -> Array<f64> {
    let element = |i: usize| if i / size == i % size { 1.0 } else { 0.0 };
    Array::new(&[size, size], (0..size * size).map(element).collect()).unwrap()
}

/// B·Bᵀ + 1.
fn positive_definite(size: usize) -> Array<f64> {
    let root = matrix(size, 0.3);
    root.matmul(&root.transpose()) + identity(size)
}

fn assert_near(found: &Array<f64>, expected: &Array<f64>) {
    assert_eq!(found.shape(), expected.shape());
    for (found, expected) in found.to_vec().iter().zip(expected.to_vec()) {
        assert!((found - expected).abs() < 1e-10 * expected.abs().max(1.0), "{found} is not {expected}");
    }
}

#[test]
fn every_decomposition_multiplies_back() {
    for size in [1, 2, 5, 20] {
        let a = positive_definite(size);
        let b = matrix(size, 2.0);
        assert_near(&a.matmul(&a.solve(&b)), &b);
        assert_near(&a.matmul(&a.inverse()), &identity(size));
        let lower = a.cholesky();
        assert_near(&lower.matmul(&lower.transpose()), &a);
        assert_near(&lower.matmul(&lower.triangular_solve(&b, Triangle::Lower)), &b);
        let upper = lower.transpose();
        assert_near(&upper.matmul(&upper.triangular_solve(&b, Triangle::Upper)), &b);
        let (values, vectors) = a.symmetric_eigen();
        assert_near(&(&vectors * &values).matmul(&vectors.transpose()), &a);
        assert_near(&vectors.transpose().matmul(&vectors), &identity(size));
        assert!(values.to_vec().is_sorted());
        let sum_of_logarithms: f64 = values.to_vec().iter().map(|value| value.ln()).sum();
        assert_near(&a.log_determinant(), &Array::scalar(sum_of_logarithms));
    }
    let (values, vectors) = Array::<f64>::zeros(&[0, 0]).symmetric_eigen();
    assert_eq!((values.shape(), vectors.shape()), (&[0][..], &[0, 0][..]));
    assert_eq!(Array::<f64>::zeros(&[0, 0]).log_determinant().item(), Some(0.0));
    let narrow = Array::new(&[2, 2], vec![4.0_f32, 2.0, 2.0, 10.0]).unwrap();
    assert_eq!(narrow.cholesky().to_vec(), [2.0, 0.0, 1.0, 3.0]);
}

#[test]
fn only_the_part_that_is_meant_counts() {
    let lower = Array::new(&[2, 2], vec![2.0, f64::NAN, 1.0, 4.0]).unwrap();
    let right = Array::vector(&[2.0, 9.0]);
    assert_eq!(lower.triangular_solve(&right, Triangle::Lower).to_vec(), [1.0, 2.0]);
    let lopsided = Array::new(&[2, 2], vec![4.0, 4.0, 0.0, 10.0]).unwrap();
    assert_eq!(lopsided.cholesky().to_vec(), [2.0, 0.0, 1.0, 3.0]);
    assert_eq!(lopsided.symmetric_eigenvalues(), (lopsided.transpose()).symmetric_eigenvalues());
}

#[test]
fn derivatives_pass_every_check_and_nest() {
    let root = [matrix(3, 0.3)];
    fn definite<'t>(x: &Var<'t, Array<Dual<f64>>>) -> Var<'t, Array<Dual<f64>>> {
        x.matmul(&x.transpose())
    }
    check_grads(|x| (definite(&x[0]) + x[0].clone()).log_determinant(), &root, Order::Second, &Mode::ALL)
        .unwrap();
    check_grads(|x| definite(&x[0]).cholesky(), &root, Order::Second, &Mode::ALL).unwrap();
    check_grads(|x| definite(&x[0]).symmetric_eigenvalues(), &root, Order::Second, &Mode::ALL).unwrap();
    check_grads(|x| definite(&x[0]).inverse(), &root, Order::Second, &Mode::ALL).unwrap();
    // A Gaussian's log-density by its covariance: known to be ½(Σ⁻¹xxᵀΣ⁻¹ − Σ⁻¹).
    let covariance = positive_definite(3);
    let x = Array::vector(&[1.0, -2.0, 0.5]);
    let gradient = autograd::grad(
        |s| {
            let x = Var::constant(x.clone());
            (x.dot(&s[0].solve(&x)) + s[0].log_determinant()) * -0.5
        },
        std::slice::from_ref(&covariance),
    );
    let inverse = covariance.inverse();
    let solved = inverse.matmul(&x);
    assert_near(&gradient[0], &((solved.outer(&solved) - inverse) * 0.5));
}

#[test]
fn equal_eigenvalues_count_alike_in_their_sum() {
    let a = [identity(3) * 2.0];
    let gradient = autograd::grad(|x| autograd::Algebra::exp(&x[0].symmetric_eigenvalues()).sum_all(), &a);
    assert_near(&gradient[0], &(identity(3) * 2.0_f64.exp()));
    let tape = autograd::Tape::new();
    let x = tape.var(a[0].clone());
    let _ = x.symmetric_eigenvalues();
    assert_eq!(tape.kinks()[0].elements, 3);
}

fn refusal(mistake: impl FnOnce() -> Array<f64> + std::panic::UnwindSafe) -> String {
    let refused = std::panic::catch_unwind(mistake).expect_err("the mistake went unnoticed");
    refused.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn what_cannot_be_is_refused() {
    let singular = Array::new(&[2, 2], vec![1.0, 2.0, 2.0, 4.0]).unwrap();
    let right = Array::vector(&[1.0, 1.0]);
    let (a, b) = (singular.clone(), right.clone());
    assert!(refusal(move || a.solve(&b)).contains("solve of [2, 2] and [2, 1]: the matrix is singular"));
    let a = singular.clone();
    assert!(refusal(move || a.inverse()).contains("singular"));
    let a = singular.clone();
    assert!(refusal(move || a.log_determinant()).contains("singular"));
    let a = singular - identity(2) * 9.0;
    assert!(refusal(move || a.cholesky()).contains("not positive definite"));
    assert!(
        refusal(|| matrix(3, 0.0).slice_axis(0, 1..).cholesky()).contains("[2, 3]: expected a square matrix")
    );
    assert!(refusal(move || matrix(3, 0.0).solve(&right)).contains("3 rows"));
    let nan = matrix(2, 0.0) * f64::NAN;
    assert!(refusal(move || nan.symmetric_eigenvalues()).contains("finite"));
    let zero = Array::zeros(&[2, 2]);
    assert!(
        refusal(move || zero.triangular_solve(&Array::zeros(&[2]), Triangle::Upper))
            .contains("0 on its diagonal")
    );
}
