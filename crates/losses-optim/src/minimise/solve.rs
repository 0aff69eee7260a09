//! Systems of equations, solved in the room of their matrices.
//!
//! The linear-algebra crate's Cholesky decomposition takes a matrix and gives it back. Its LU and QR decompositions allocate their
//! permutation, their diagonal and whatever is read from them; the two here are theirs with the right side carried along.

use nalgebra::{Cholesky, DMatrix, DVector, Reflection, Unit};

/// A x = b by Cholesky's decomposition of a symmetric A, of which the lower triangle is read and overwritten. Leaves x in the
/// place of b, with infinities where it overflows, or leaves b and returns false if A is not positive definite.
pub(super) fn positive_definite(a: &mut DMatrix<f64>, b: &mut DVector<f64>) -> bool {
    // `Cholesky::new` drops the matrix where it fails. This goes on, and what has no root stays on the diagonal as NaN or 0, and
    // what overflows as infinity.
    let decomposition = Cholesky::new_unchecked(std::mem::take(a));
    let factor = decomposition.l_dirty();
    let positive = (0..factor.nrows()).all(|i| factor[(i, i)] > 0.0 && factor[(i, i)].is_finite());
    if positive {
        decomposition.solve_mut(b);
    }
    *a = decomposition.unpack_dirty();
    positive
}

/// A x = b by elimination with the largest pivot of each column, given [A | b]. Leaves x in the last column, or returns false if
/// A is singular, a pivot is so small that its reciprocal may overflow, or x overflows.
pub(super) fn general(system: &mut DMatrix<f64>) -> bool {
    for i in 0..system.nrows() {
        let pivot = i + system.view_range(i.., i).iamax();
        let largest = system[(pivot, i)];
        if !largest.is_normal() {
            return false;
        }
        system.swap_rows(i, pivot);
        let (mut column, mut rest) = system.columns_range_pair_mut(i, i + 1..);
        let mut below = column.rows_range_mut(i + 1..);
        below *= largest.recip();
        for mut other in rest.column_iter_mut() {
            let share = -other[i];
            other.rows_range_mut(i + 1..).axpy(share, &below, 1.0);
        }
    }
    back_substitute(system)
}

/// min ‖A x − b‖ by Householder's reflections, given [A | b]. Leaves x in the last column's first rows, or returns false if
/// A has not the rank of its columns, or x overflows.
pub(super) fn least_squares(system: &mut DMatrix<f64>) -> bool {
    let (rows, n) = (system.nrows(), system.ncols() - 1);
    if rows < n {
        return false;
    }
    let largest = system.columns(0, n).amax();
    if largest > 0.0 && largest.is_finite() {
        // Squares neither overflow nor vanish then, and a power of two rounds nothing.
        system.unscale_mut(libm::scalbn(1.0, libm::ilogb(largest)));
    }
    let negligible = f64::EPSILON * n as f64 * system.columns(0, n).amax();
    for i in 0..n {
        let (mut column, mut rest) = system.columns_range_pair_mut(i, i + 1..);
        let mut axis = column.rows_range_mut(i..);
        let length = axis.norm();
        if length <= negligible {
            return false;
        }
        // Of the two reflections that leave one entry, the one that adds to it.
        let left = -length.copysign(axis[0]);
        axis[0] -= left;
        axis.normalize_mut();
        let reflection = Reflection::new(Unit::new_unchecked(column.rows_range(i..)), 0.0);
        reflection.reflect(&mut rest.rows_range_mut(i..));
        column[i] = left;
    }
    back_substitute(system)
}

/// R x = b, given [R | b] with R above and on the diagonal and anything below it. Returns whether there is an x of finite numbers.
fn back_substitute(system: &mut DMatrix<f64>) -> bool {
    let n = system.ncols() - 1;
    let (r, mut x) = system.columns_range_pair_mut(..n, n);
    let mut x = x.rows_range_mut(..n);
    r.rows_range(..n).solve_upper_triangular_mut(&mut x) && x.iter().all(|entry| entry.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries without a pattern, between −1 and 1.
    fn scattered(rows: usize, columns: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, j| ((i * 7 + j * 3 + 1) as f64).powi(3).sin())
    }

    fn beside(a: &DMatrix<f64>, b: &DVector<f64>) -> DMatrix<f64> {
        let mut system = a.clone().insert_column(a.ncols(), 0.0);
        system.set_column(a.ncols(), b);
        system
    }

    #[test]
    fn solutions_are_those_of_the_decompositions_that_allocate() {
        for n in [1, 2, 3, 7, 20] {
            let (a, b) = (scattered(n, n), DVector::from_fn(n, |i, _| (i as f64).cos()));
            let mut system = beside(&a, &b);
            assert!(general(&mut system));
            assert_eq!(system.column(n), a.clone().lu().solve(&b).unwrap(), "to the last bit");

            let (normal, mut x) = (a.tr_mul(&a), b.clone());
            assert!(positive_definite(&mut normal.clone(), &mut x));
            assert_eq!(x, normal.cholesky().unwrap().solve(&b), "to the last bit");

            let (tall, b) = (scattered(2 * n + 1, n), DVector::from_fn(2 * n + 1, |i, _| (i as f64).cos()));
            let mut system = beside(&tall, &b);
            assert!(least_squares(&mut system));
            let qr = tall.clone().qr();
            let expected = qr.r().solve_upper_triangular(&qr.q().tr_mul(&b)).unwrap();
            let x = system.column(n).rows(0, n).clone_owned();
            assert!((&x - &expected).norm() <= 1e-12 * expected.norm(), "{x} {expected}");
            assert!(
                tall.tr_mul(&(&tall * &x - &b)).amax() < 1e-12,
                "what is left is orthogonal to the columns"
            );
        }
    }

    #[test]
    fn what_has_no_solution_is_refused_and_the_room_is_kept() {
        for diagonal in [[1.0, 0.0], [0.0, 1.0], [1.0, -1.0], [-1.0, 1.0]] {
            let mut a = DMatrix::from_diagonal(&DVector::from_column_slice(&diagonal));
            let mut b = DVector::from_element(2, 1.0);
            assert!(!positive_definite(&mut a, &mut b), "{diagonal:?}");
            assert_eq!((a.shape(), b.as_slice()), ((2, 2), &[1.0, 1.0][..]));
        }
        // The second column is twice the first.
        let dependent = DMatrix::from_column_slice(3, 2, &[1.0, 2.0, -1.0, 2.0, 4.0, -2.0]);
        assert!(!least_squares(&mut beside(&dependent, &DVector::from_element(3, 1.0))));
        assert!(!general(&mut beside(&dependent.rows(0, 2).clone_owned(), &DVector::from_element(2, 1.0))));
        assert!(
            !least_squares(&mut beside(&scattered(2, 3), &DVector::from_element(2, 1.0))),
            "too few rows"
        );
    }

    fn column(entries: &[f64]) -> DVector<f64> {
        DVector::from_column_slice(entries)
    }

    #[test]
    fn of_no_unknown_there_is_nothing_to_solve() {
        assert!(positive_definite(&mut DMatrix::zeros(0, 0), &mut DVector::zeros(0)));
        assert!(general(&mut DMatrix::zeros(0, 1)));
        assert!(least_squares(&mut DMatrix::zeros(0, 1)) && least_squares(&mut DMatrix::zeros(3, 1)));
    }

    #[test]
    fn zeros_and_what_is_not_finite_are_refused() {
        for entry in [0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for n in [1, 2, 3] {
                // Throughout, and at one place of a matrix that is solved without it.
                let mut spoiled = DMatrix::identity(n, n);
                spoiled[(n - 1, n - 1)] = entry;
                for a in [DMatrix::from_element(n, n, entry), spoiled] {
                    let b = DVector::from_element(n, 1.0);
                    assert!(!positive_definite(&mut a.clone(), &mut b.clone()), "Cholesky, {a}");
                    assert!(!general(&mut beside(&a, &b)), "elimination, {a}");
                    assert!(!least_squares(&mut beside(&a, &b)), "reflections, {a}");
                }
            }
        }
        for b in [f64::NAN, f64::INFINITY] {
            let (a, b) = (DMatrix::identity(2, 2), column(&[1.0, b]));
            assert!(!general(&mut beside(&a, &b)) && !least_squares(&mut beside(&a, &b)));
        }
    }

    #[test]
    fn entries_of_any_size_are_solved_where_the_solution_is_a_number() {
        let a = DMatrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 3.0]);
        let x = column(&[1.0, -2.0]);
        for scale in [1e-310, 1e-200, 1.0, 1e200, 2.5e307] {
            let (a, b) = (&a * scale, &a * &x * scale);
            let tolerance = if scale < 1e-300 { 1e-12 } else { 1e-14 };
            let mut cholesky = b.clone();
            assert!(positive_definite(&mut a.clone(), &mut cholesky), "{scale:e}");
            assert!((cholesky - &x).amax() < tolerance, "{scale:e}");
            let mut system = beside(&a, &b);
            assert!(least_squares(&mut system), "{scale:e}");
            assert!((system.column(2) - &x).amax() < tolerance, "{scale:e}: {system}");
            let mut system = beside(&a, &b);
            let normal = scale > 1e-300;
            assert_eq!(general(&mut system), normal, "{scale:e}");
            assert!(!normal || (system.column(2) - &x).amax() < tolerance, "{scale:e}: {system}");
        }
        // x = 10³¹⁰ is beyond the largest number.
        let (a, b) = (DMatrix::from_element(1, 1, 1e-300), column(&[1e10]));
        assert!(!general(&mut beside(&a, &b)) && !least_squares(&mut beside(&a, &b)));
        let mut x = b.clone();
        assert!(positive_definite(&mut a.clone(), &mut x) && x[0] == f64::INFINITY);
    }
}
