//! Jacobians, dense and sparse, and products with them: every way agrees with every other, and with closed forms.

use autograd::{
    Algebra, Array, ArrayOps, Dual, Sparsity, SparsityError, Tape, Value, Var, jacobian, jacobian_forward,
    jacobian_reverse, jacobian_sparse, jvp_many, vjp_many,
};
use num_traits::Float;
use proptest::prelude::*;

/// Three numbers of two, and two of three.
fn tall<F: Float>(x: &[F]) -> Vec<F> {
    vec![x[0] * x[1], x[0].sin(), x[1].exp() / x[0]]
}

fn wide<F: Float>(x: &[F]) -> Vec<F> {
    vec![x[0] * x[1] * x[2], (x[0] + x[2]).ln()]
}

#[test]
fn all_modes_give_one_jacobian() {
    let x = [0.7, -1.3];
    let expected =
        [[-1.3, 0.7], [0.7_f64.cos(), 0.0], [-(-1.3_f64).exp() / 0.7 / 0.7, (-1.3_f64).exp() / 0.7]];
    for rows in [jacobian(|x| tall(x), &x), jacobian_forward(tall, &x), jacobian_reverse(|x| tall(x), &x)] {
        for (found, expected) in rows.concat().iter().zip(expected.concat()) {
            assert!((found - expected).abs() < 1e-15, "{found} is not {expected}");
        }
    }
    let x = [0.7_f32, 1.3, 0.2];
    let reverse = jacobian_reverse(|x| wide(x), &x);
    assert_eq!(jacobian(|x| wide(x), &x), reverse);
    for (a, b) in jacobian_forward(wide, &x).concat().iter().zip(reverse.concat()) {
        assert!((a - b).abs() < 1e-6);
    }
}

#[test]
fn empty_jacobians_have_their_shape() {
    assert_eq!(jacobian(|_| vec![Var::constant(Dual::constant(1.0))], &[] as &[f64]), [[0.0; 0]; 1]);
    assert!(jacobian(|_| Vec::new(), &[1.0, 2.0]).is_empty());
    assert!(jacobian_reverse(|_| Vec::new(), &[1.0]).is_empty());
    assert_eq!(jacobian_forward(|_| vec![Dual::constant(2.0)], &[] as &[f64]), [[0.0; 0]; 1]);
    // Results that depend on nothing.
    assert_eq!(jacobian_reverse(|x| vec![Var::constant(3.0), x[1]], &[1.0, 2.0]), [[0.0, 0.0], [0.0, 1.0]]);
}

#[test]
fn of_arrays_every_coordinate_counts() {
    let x = [Array::vector(&[1.0, 2.0]), Array::scalar(3.0)];
    // Of two arrays two: x·s, and Σx.
    let expected = [[3.0, 0.0, 1.0], [0.0, 3.0, 2.0], [1.0, 1.0, 0.0]];
    assert_eq!(jacobian(|x| vec![&x[0] * &x[1], x[0].sum_all()], &x), expected);
    assert_eq!(jacobian_reverse(|x| vec![&x[0] * &x[1], x[0].sum_all()], &x), expected);
    assert_eq!(jacobian_forward(|x| vec![&x[0] * &x[1], x[0].sum_all()], &x), expected);
    let (values, products) = vjp_many(
        |x| vec![&x[0] * &x[1], x[0].sum_all()],
        &x,
        |_| vec![Array::vector(&[1.0, 10.0]), Array::scalar(100.0)],
    );
    assert_eq!((values[0].to_vec(), values[1].item()), (vec![3.0, 6.0], Some(3.0)));
    assert_eq!((products[0].to_vec(), products[1].item()), (vec![103.0, 130.0], Some(21.0)));
    let (_, slopes) = jvp_many(
        |x| vec![&x[0] * &x[1], x[0].exp().sum_all()],
        &x,
        &[Array::vector(&[1.0, 0.0]), Array::scalar(1.0)],
    );
    assert_eq!((slopes[0].to_vec(), slopes[1].item()), (vec![4.0, 2.0], Some(1.0_f64.exp())));
}

#[test]
fn a_jacobian_over_dual_numbers_has_second_derivatives() {
    let x = [Dual::new(0.7, 1.0), Dual::new(-1.3, 0.0)];
    let rows = jacobian_reverse(|x| tall(x), &x);
    assert_eq!(rows[0][1].derivative, 1.0);
    assert!((rows[1][0].derivative + 0.7_f64.sin()).abs() < 1e-15);
    assert_eq!(jacobian(|x| tall(x), &x)[1][0].derivative, rows[1][0].derivative);
}

/// The residuals of the extended Rosenbrock function: banded, with a row for each of two kinds.
fn rosenbrock<F: Float>(x: &[F]) -> Vec<F> {
    let (one, ten) = (F::one(), F::from(10.0).unwrap());
    x.windows(2).flat_map(|x| [ten * (x[1] - x[0] * x[0]), one - x[0]]).collect()
}

#[test]
fn a_banded_jacobian_takes_as_many_derivatives_as_the_band_is_wide() {
    let x: Vec<f64> = (0..200).map(|i| (f64::from(i) * 0.1).sin()).collect();
    let pattern = Sparsity::detect(|x| rosenbrock(x), &x);
    assert_eq!((pattern.columns(), pattern.rows().len(), pattern.len()), (200, 398, 199 * 3));
    assert_eq!(pattern.column_groups().len(), 2);
    let evaluations = std::cell::Cell::new(0);
    let sparse = jacobian_sparse(
        |x| {
            evaluations.set(evaluations.get() + 1);
            rosenbrock(x)
        },
        &x,
        &pattern,
    )
    .unwrap();
    assert_eq!(evaluations.get(), 3, "two groups, and the pattern checked");
    assert_eq!(sparse.to_dense(), jacobian_forward(rosenbrock, &x));
    assert_eq!((sparse.get(0, 1), sparse.get(0, 7)), (10.0, 0.0));
}

#[test]
fn few_rows_are_swept_in_reverse() {
    // Two dense rows that share no column, of 50 columns: one sweep.
    let x: Vec<f64> = (1..=50).map(f64::from).collect();
    let f = |x: &[Dual<f64>]| -> Vec<Dual<f64>> {
        x.chunks(25).map(|x| x.iter().map(|&x| x.ln()).sum()).collect()
    };
    let evaluations = std::cell::Cell::new(0);
    let pattern = Sparsity::new(50, vec![(0..25).collect(), (25..50).collect()]);
    let sparse = jacobian_sparse(
        |x| {
            evaluations.set(evaluations.get() + 1);
            x.chunks(25).map(|x| x.iter().map(|x| x.ln()).sum()).collect()
        },
        &x,
        &pattern,
    )
    .unwrap();
    assert_eq!(evaluations.get(), 2, "one recording, and the pattern checked");
    for (found, expected) in sparse.to_dense().concat().iter().zip(jacobian_forward(f, &x).concat()) {
        assert!((found - expected).abs() < 1e-15);
    }
}

#[test]
fn detection_sees_through_sums_constants_and_zero_derivatives() {
    let pattern = Sparsity::detect(
        |x| {
            let many: Var<'_, Dual<f64>> = [x[0], x[2], x[4]].iter().copied().sum();
            // Depends on x₁ with derivative 0 here, on nothing, and on itself.
            vec![many * x[3], (x[1] * x[1]).cos(), Var::constant(Dual::constant(2.0)), x[4]]
        },
        &[0.0; 5],
    );
    assert_eq!(pattern.rows(), [vec![0, 2, 3, 4], vec![1], vec![], vec![4]]);
}

#[test]
fn a_pattern_that_does_not_fit_is_refused() {
    let x = [1.0, 2.0, 3.0];
    let missing = Sparsity::new(3, vec![vec![0], vec![1]]);
    let error = jacobian_sparse(|x| vec![x[0] * x[1], x[1]], &x, &missing).unwrap_err();
    assert_eq!(error, SparsityError::Missing { row: 0 });
    assert!(error.to_string().contains("row 0") && error.to_string().contains("detect"), "{error}");
    let error = jacobian_sparse(|x| vec![x[0]], &x, &missing).unwrap_err();
    assert_eq!(error, SparsityError::Rows { expected: 2, found: 1 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Groups are disjoint, complete, and free of clashes; and the compressed Jacobian of a map with this very pattern is
    /// that map's.
    #[test]
    fn any_pattern_is_recovered(
        places in prop::collection::vec(prop::collection::vec(0_usize..9, 0..5), 1..12),
    ) {
        let pattern = Sparsity::new(9, places.clone());
        let groups = pattern.column_groups();
        let mut seen: Vec<usize> = groups.concat();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..9).collect::<Vec<_>>());
        for group in &groups {
            for row in pattern.rows() {
                prop_assert!(row.iter().filter(|column| group.contains(column)).count() <= 1);
            }
        }
        let x: Vec<f64> = (0..9).map(|i| 0.5 + f64::from(i)).collect();
        let dense = jacobian_reverse(
            |x| {
                let term = |&column: &usize| x[column] * x[column] * (column as f64 + 1.0);
                pattern.rows().iter().map(|row| row.iter().map(term).sum()).collect()
            },
            &x,
        );
        let sparse = jacobian_sparse(
            |x| {
                let term = |&column: &usize| x[column] * x[column] * Dual::constant(column as f64 + 1.0);
                pattern.rows().iter().map(|row| row.iter().map(term).sum()).collect()
            },
            &x,
            &pattern,
        )
        .unwrap();
        prop_assert_eq!(sparse.to_dense(), dense);
    }
}

#[test]
fn a_stopped_gradient_is_stopped_in_every_mode_and_at_every_order() {
    let f = |x: &[f64]| autograd::hessian(|x| x[0] * x[0].stop_gradient() * x[1], x);
    // The gradient is (s·x₁, x₀·s) with s = x₀ held still.
    assert_eq!(f(&[3.0, 5.0]), [[0.0, 3.0], [3.0, 0.0]]);
    assert_eq!(autograd::jvp(|x| x[0] * x[0].stop_gradient(), &[3.0], &[1.0]), (9.0, 3.0));
    let stopped = [[0.0, 1.0]];
    assert_eq!(jacobian(|x| vec![x[0].stop_gradient() + x[1]], &[3.0, 4.0]), stopped);
    assert_eq!(jacobian_reverse(|x| vec![x[0].stop_gradient() + x[1]], &[3.0, 4.0]), stopped);
    assert_eq!(jacobian_forward(|x: &[Dual<f64>]| vec![x[0].stop_gradient() + x[1]], &[3.0, 4.0]), stopped);
    let pattern = Sparsity::detect(|x| vec![x[0].stop_gradient() + x[1]], &[3.0, 4.0]);
    let sparse = jacobian_sparse(|x| vec![x[0].stop_gradient() + x[1]], &[3.0, 4.0], &pattern).unwrap();
    assert_eq!((pattern.rows(), sparse.to_dense()), (&[vec![1]][..], stopped.map(Vec::from).to_vec()));

    // Reverse mode over reverse mode.
    let outer = Tape::new();
    let x = outer.var(3.0);
    let inner = Tape::new();
    let nested = inner.var(x);
    let slope = inner.gradient(&(nested * nested.stop_gradient())).wrt(&nested);
    assert_eq!((*slope.value(), slope.is_constant()), (3.0, true));

    let x = [Array::vector(&[3.0, 5.0])];
    let hessian = autograd::hessian(|x| (&x[0] * &x[0].stop_gradient()).sum_all(), &x);
    assert_eq!(hessian, [[0.0; 2]; 2]);
    let (_, product) = autograd::jvp(|x| x[0].stop_gradient(), &x, &[Array::vector(&[1.0, 1.0])]);
    assert_eq!(product.to_vec(), [0.0, 0.0]);
}

#[test]
fn plain_constants_are_written_alike_at_every_order() {
    let x = [2.0, 3.0];
    assert_eq!(autograd::grad(|x| 2.0 * x[0] * x[0] / 4.0 - x[1] * 3.0 + 1.0, &x), [2.0, -3.0]);
    let hessian = autograd::hessian(|x| 2.0 * x[0] * x[0] / 4.0 - x[1] * 3.0 + 1.0, &x);
    assert_eq!(hessian, [[1.0, 0.0], [0.0, 0.0]]);
    assert_eq!(jacobian(|x| vec![6.0 / x[0] % 5.0, 1.0 - x[1]], &x), [[-1.5, 0.0], [0.0, -1.0]]);
    assert_eq!(autograd::hvp(|x| x[0] * x[0] * 0.5_f32, &[2.0_f32], &[4.0]), [4.0]);
}

#[test]
fn a_sparse_jacobian_of_arrays() {
    // Differences of neighbours: each row has two places, so that two groups of columns have them all.
    let x = [Array::vector(&[1.0, 2.0, 4.0, 8.0]), Array::vector(&[1.0, 0.5])];
    let rows = (0..3).map(|i| vec![i, i + 1]).chain([vec![0, 4], vec![1, 5]]).collect();
    let pattern = Sparsity::new(6, rows);
    let evaluations = std::cell::Cell::new(0);
    let sparse = jacobian_sparse(
        |x| {
            evaluations.set(evaluations.get() + 1);
            let squares = &x[0] * &x[0];
            let upper = squares.slice_axis(0, 1..4);
            vec![upper - squares.slice_axis(0, 0..3), x[0].slice_axis(0, 0..2) * x[1].clone()]
        },
        &x,
        &pattern,
    )
    .unwrap();
    assert_eq!(evaluations.get(), 3, "two groups, and the pattern checked");
    let dense = jacobian(
        |x| {
            let squares = &x[0] * &x[0];
            let upper = squares.slice_axis(0, 1..4);
            vec![upper - squares.slice_axis(0, 0..3), x[0].slice_axis(0, 0..2) * x[1].clone()]
        },
        &x,
    );
    assert_eq!(sparse.to_dense(), dense);

    // Rows are cheaper where they share no column.
    let x = [Array::vector(&[1.0; 40])];
    let pattern = Sparsity::new(40, vec![(0..20).collect(), (20..40).collect()]);
    let halves = jacobian_sparse(|x| vec![x[0].reshape(&[2, 20]).sum(&[1])], &x, &pattern).unwrap();
    assert_eq!(halves.to_dense(), jacobian(|x| vec![x[0].reshape(&[2, 20]).sum(&[1])], &x));

    let missing = Sparsity::new(40, vec![(0..20).collect(), (20..39).collect()]);
    let error = jacobian_sparse(|x| vec![x[0].reshape(&[2, 20]).sum(&[1])], &x, &missing).unwrap_err();
    assert_eq!(error, SparsityError::Missing { row: 1 });
    let undefined = jacobian_sparse(|x| vec![x[0].sqrt()], &[-1.0], &Sparsity::new(1, vec![vec![]]));
    assert_eq!(undefined.unwrap_err(), SparsityError::Missing { row: 0 });
}
