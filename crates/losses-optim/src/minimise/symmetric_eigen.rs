//! Eigenvalues and eigenvectors of a symmetric matrix, in buffers that are kept.

use nalgebra::{
    DMatrix, DVector, Reflection, Unit, Vector2, linalg::givens::GivensRotation, wilkinson_shift,
};

use super::dense::shape;

/// A = V Λ Vᵀ, by reflections to a tridiagonal matrix and implicit QR steps with Wilkinson's shift.
///
/// The linear-algebra crate's own `SymmetricEigen` makes six matrices and vectors anew at each call. This is that algorithm on
/// its parts and rounds alike, but for an absolute bound below which an entry beside the diagonal counts as 0: there the square of
/// it underflows, and steps would not end.
///
/// B. N. Parlett, *The Symmetric Eigenvalue Problem*, 1998, chapters 7 and 8.
#[derive(Default)]
pub(super) struct SymmetricEigen {
    /// Λ, in no order.
    pub(super) values: DVector<f64>,
    /// V, in columns.
    pub(super) vectors: DMatrix<f64>,
    /// Beside the diagonal of the tridiagonal matrix.
    beside: DVector<f64>,
    /// Between two sides of a reflection.
    product: DVector<f64>,
}

/// Of a matrix whose largest entry is 1.
const UNDERFLOWING: f64 = 1e-140;

impl SymmetricEigen {
    /// Decomposes a matrix; it is overwritten. Values beyond the largest number are infinite. If an entry is not finite, the values
    /// are NaN and the vectors mean nothing.
    pub(super) fn decompose(&mut self, a: &mut DMatrix<f64>) {
        let n = a.nrows();
        shape(&mut self.vectors, n, n);
        if self.values.len() != n {
            self.values = DVector::zeros(n);
            self.beside = DVector::zeros(n.saturating_sub(1));
            self.product = DVector::zeros(n.saturating_sub(1));
        }
        if a.iter().any(|entry| !entry.is_finite()) {
            self.values.fill(f64::NAN); // steps would not end
            return;
        }
        let scale = a.amax();
        if scale > 0.0 {
            a.unscale_mut(scale);
        }
        self.make_tridiagonal(a);
        let mut end = n;
        while let Some((first, last)) = self.unreduced(end) {
            end = if last - first == 1 {
                self.solve_pair(first);
                last
            } else {
                self.shifted_step(first, last);
                last + 1
            };
        }
        self.values.scale_mut(scale);
    }

    /// Reflects the columns of A one after the other, from both sides. Leaves the diagonal in `values`, what is beside it in
    /// `beside`, and the product of the reflections in `vectors`.
    fn make_tridiagonal(&mut self, a: &mut DMatrix<f64>) {
        let n = a.nrows();
        for i in 0..n.saturating_sub(1) {
            let mut rows = a.rows_range_mut(i + 1..);
            let (mut axis, mut rest) = rows.columns_range_pair_mut(i, i + 1..);
            let square = axis.norm_squared();
            let length = square.sqrt();
            let first = axis[0];
            let signed = if first >= 0.0 { length } else { -length };
            axis[0] += signed;
            let factor = 2.0 * (square + first.abs() * length);
            if factor == 0.0 {
                self.beside[i] = 0.0;
                continue;
            }
            self.beside[i] = -signed;
            axis.unscale_mut(factor.sqrt());
            axis.normalize_mut();
            let mut product = self.product.rows_range_mut(i..);
            product.sygemv(2.0, &rest, &axis, 0.0);
            let along = axis.dot(&product);
            rest.syger(-1.0, &product, &axis, 1.0);
            rest.syger(-1.0, &axis, &product, 1.0);
            rest.syger(2.0 * along, &axis, &axis, 1.0);
        }
        self.vectors.fill_with_identity();
        for i in (0..n.saturating_sub(1)).rev() {
            let reflection = Reflection::new(Unit::new_unchecked(a.view_range(i + 1.., i)), 0.0);
            reflection
                .reflect_with_sign(&mut self.vectors.view_range_mut(i + 1.., i..), self.beside[i].signum());
        }
        for i in 0..n {
            self.values[i] = a[(i, i)];
        }
        self.beside.apply(|entry| *entry = entry.abs());
    }

    /// Whether an entry beside the diagonal, between i and i + 1, is rounding beside its neighbours.
    fn is_negligible(&self, i: usize) -> bool {
        let neighbours = self.values[i].abs() + self.values[i + 1].abs();
        self.beside[i].abs() <= (f64::EPSILON * neighbours).max(UNDERFLOWING)
    }

    /// The last rows before `end`, first and last, that are not yet apart from each other.
    fn unreduced(&mut self, end: usize) -> Option<(usize, usize)> {
        let last = (1..end).rev().find(|&i| !self.is_negligible(i - 1))?;
        let first = (1..last).rev().find(|&i| self.is_negligible(i - 1)).unwrap_or(0);
        if first > 0 {
            self.beside[first - 1] = 0.0;
        }
        Some((first, last))
    }

    /// One QR step of the rows from `first` to `last`.
    fn shifted_step(&mut self, first: usize, last: usize) {
        let (d, e) = (&mut self.values, &mut self.beside);
        let shift = wilkinson_shift(d[last - 1], d[last], e[last - 1]);
        let mut bulge = Vector2::new(d[first] - shift, e[first]);
        for i in first..last {
            // Nothing left to chase.
            let Some((rotation, length)) = GivensRotation::cancel_y(&bulge) else { break };
            if i > first {
                e[i - 1] = length;
            }
            let (c, s) = (rotation.c(), rotation.s());
            let (upper, lower, between) = (d[i], d[i + 1], e[i]);
            let (cc, ss, cs) = (c * c, s * s, c * s);
            let mixed = cs * 2.0 * between;
            d[i] = (cc * upper + ss * lower) - mixed;
            d[i + 1] = (ss * upper + cc * lower) + mixed;
            e[i] = cs * (upper - lower) + between * (cc - ss);
            if i + 1 != last {
                bulge = Vector2::new(e[i], -s * e[i + 1]);
                e[i + 1] *= c;
            }
            rotation.inverse().rotate_rows(&mut self.vectors.fixed_columns_mut::<2>(i));
        }
    }

    /// Two rows that are left with each other.
    fn solve_pair(&mut self, first: usize) {
        let (d, e) = (&mut self.values, &mut self.beside);
        let (upper, lower, between) = (d[first], d[first + 1], e[first]);
        let half = (upper - lower) * 0.5;
        let root = (between * between + half * half).sqrt();
        let middle = (upper + lower) * 0.5;
        let (greater, less) = (middle + root, middle - root);
        // Of the two ways to write the eigenvector, the one that cancels less.
        let (x, y) = if (greater - lower).abs() > (greater - upper).abs() {
            (greater - lower, between)
        } else {
            (between, greater - upper)
        };
        (d[first], d[first + 1], e[first]) = (greater, less, 0.0);
        if let Some((rotation, _)) = GivensRotation::try_new(x, y, f64::EPSILON) {
            rotation.rotate_rows(&mut self.vectors.fixed_columns_mut::<2>(first));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symmetric(n: usize, entry: impl Fn(usize, usize) -> f64) -> DMatrix<f64> {
        DMatrix::from_fn(n, n, |i, j| entry(i.min(j), i.max(j)))
    }

    /// Entries without a pattern, between −1 and 1.
    fn scattered(i: usize, j: usize) -> f64 {
        ((i * i * 31 + i * j * 17 + j + 5) as f64 * 0.618_033_988_75).fract() * 2.0 - 1.0
    }

    #[test]
    fn values_and_vectors_are_those_of_the_decomposition_that_allocates() {
        let mut eigen = SymmetricEigen::default();
        for n in [1, 2, 3, 4, 5, 10, 40] {
            for scale in [1.0, 1e-200, 1e200] {
                let a = symmetric(n, |i, j| scale * scattered(i, j));
                let expected = a.clone().symmetric_eigen();
                eigen.decompose(&mut a.clone());
                assert_eq!(eigen.values, expected.eigenvalues, "{n}, to the last bit");
                assert_eq!(eigen.vectors, expected.eigenvectors, "{n}, to the last bit");
            }
        }
    }

    #[test]
    fn vectors_are_orthonormal_and_what_they_are_stretched_by_is_their_value() {
        let mut eigen = SymmetricEigen::default();
        type Entry = fn(usize, usize) -> f64;
        let matrices: [(&str, Entry); 7] = [
            ("zeros", |_, _| 0.0),
            ("the identity", |i, j| f64::from(i == j)),
            ("ones, with one value many times", |_, _| 1.0),
            ("differences", |i, j| [2.0, -1.0, 0.0][(j - i).min(2)]),
            ("graded over a hundred orders of magnitude", |i, j| 10f64.powi(-10 * (i + j) as i32)),
            ("a diagonal of zeros beside what underflows", |i, j| match (i, j) {
                (0, 1) => 1.0,
                _ => f64::from(j == i + 1) * 1e-200,
            }),
            ("subnormal", |i, j| scattered(i, j) * 1e-310),
        ];
        for (name, entry) in matrices {
            for n in [1, 2, 3, 6, 11] {
                let a = symmetric(n, entry);
                eigen.decompose(&mut a.clone());
                let v = &eigen.vectors;
                assert!((v.tr_mul(v) - DMatrix::identity(n, n)).amax() < 1e-13, "{name}, {n}");
                let stretched = v * DMatrix::from_diagonal(&eigen.values);
                assert!((&a * v - stretched).amax() <= 1e-13 * a.amax().max(1e-300), "{name}, {n}");
            }
        }
    }

    #[test]
    fn of_no_row_there_is_nothing_to_decompose() {
        let mut eigen = SymmetricEigen::default();
        eigen.decompose(&mut DMatrix::zeros(3, 3));
        eigen.decompose(&mut DMatrix::zeros(0, 0));
        assert_eq!((eigen.values.len(), eigen.vectors.shape()), (0, (0, 0)));
    }

    #[test]
    fn entries_up_to_the_largest_number_are_decomposed() {
        let mut eigen = SymmetricEigen::default();
        let sign = |i: usize, j: usize| if (i + j).is_multiple_of(2) { 1.0 } else { -1.0 };
        eigen
            .decompose(&mut symmetric(3, |i, j| if i == j { f64::MAX } else { sign(i, j) * f64::MAX / 4.0 }));
        // ¾ twice, and 1½ beyond the largest number.
        let mut values: Vec<f64> = eigen.values.iter().map(|value| value / f64::MAX).collect();
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 0.75).abs() < 1e-14 && (values[1] - 0.75).abs() < 1e-14, "{values:?}");
        assert_eq!(values[2], f64::INFINITY);
        assert!((eigen.vectors.tr_mul(&eigen.vectors) - DMatrix::identity(3, 3)).amax() < 1e-14);
    }

    #[test]
    fn of_what_is_not_finite_there_are_no_values() {
        let mut eigen = SymmetricEigen::default();
        for entry in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for n in [1, 2, 3, 8] {
                for (row, column) in [(0, 0), (n - 1, 0), (n - 1, n - 1)] {
                    let mut a = symmetric(n, scattered);
                    a[(row, column)] = entry;
                    eigen.decompose(&mut a);
                    assert!(eigen.values.iter().all(|value| value.is_nan()), "{entry}, {n}");
                }
            }
        }
    }
}
