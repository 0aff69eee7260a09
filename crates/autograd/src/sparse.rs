//! Sparse Jacobians: several columns, or several rows, from one derivative.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use num_traits::{Float, One, Zero};

use crate::algebra::number;
use crate::derive::duals;
use crate::differentiable::Differentiable;
use crate::dual::Dual;
use crate::jacobian::{coordinates, derivatives, values, zeros};
use crate::tape::Tape;
use crate::var::Var;

/// The places of a matrix that may differ from zero.
///
/// ```
/// use autograd::Sparsity;
///
/// // A tridiagonal matrix of five columns needs three groups, whatever its size.
/// let rows = (0..5_usize).map(|i| (i.saturating_sub(1)..(i + 2).min(5)).collect()).collect();
/// assert_eq!(Sparsity::new(5, rows).column_groups(), [vec![0, 3], vec![1, 4], vec![2]]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparsity {
    columns: usize,
    rows: Vec<Vec<usize>>,
}

impl Sparsity {
    /// A pattern of so many columns, with the columns of each row.
    ///
    /// # Panics
    /// If a row has a column past the last.
    #[track_caller]
    pub fn new(columns: usize, mut rows: Vec<Vec<usize>>) -> Self {
        for (index, row) in rows.iter_mut().enumerate() {
            row.sort_unstable();
            row.dedup();
            if let Some(&last) = row.last() {
                assert!(
                    last < columns,
                    "row {index} has column {last}, but there are only {columns}, from 0 on"
                );
            }
        }
        Self { columns, rows }
    }

    /// The pattern of a function's Jacobian at `x`: which result depends on which argument along the branches that are
    /// taken there, whether or not the derivative happens to be zero. Traces a recording, and evaluates no derivative.
    ///
    /// A constant selection (`max` of unequal numbers, an `if`) depends on what it selects alone, so a function with
    /// branches has another pattern where it takes others.
    pub fn detect<T: Float>(
        f: impl for<'t> Fn(&[Var<'t, Dual<T>>]) -> Vec<Var<'t, Dual<T>>>,
        x: &[T],
    ) -> Self {
        let tape = Tape::new();
        let variables: Vec<_> = x.iter().map(|&x| tape.var(Dual::constant(x))).collect();
        let results = f(&variables);
        // All leaves came first, so the leaf of a column has its index.
        let origins = results.iter().map(|result| match result.tape {
            None => Vec::new(),
            Some(_) => tape.origins(result.index).into_iter().map(|leaf| leaf as usize).collect(),
        });
        Self::new(x.len(), origins.collect())
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The columns of each row, in order.
    pub fn rows(&self) -> &[Vec<usize>] {
        &self.rows
    }

    /// The number of places.
    pub fn len(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// Whether there is no place at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pattern with rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut rows = vec![Vec::new(); self.columns];
        for (index, row) in self.rows.iter().enumerate() {
            row.iter().for_each(|&column| rows[column].push(index));
        }
        Self { columns: self.rows.len(), rows }
    }

    /// The columns in groups of which no two columns share a row, so that one derivative in the sum of their directions
    /// has them all: a column after another goes to the first group that takes it (A. R. Curtis, M. J. D. Powell &
    /// J. K. Reid 1974, *On the estimation of sparse Jacobian matrices*, IMA Journal of Applied Mathematics 13,
    /// pages 117–119).
    ///
    /// At least as many groups are needed as the longest row has places. The greedy choice meets that for banded matrices,
    /// and not always else: the least number is that of a graph colouring (T. F. Coleman & J. J. Moré 1983, SIAM Journal on
    /// Numerical Analysis 20, pages 187–209).
    pub fn column_groups(&self) -> Vec<Vec<usize>> {
        let by_column = self.transposed();
        let mut group_of = vec![usize::MAX; self.columns];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        // The last column that a group was closed to.
        let mut closed_to: Vec<usize> = Vec::new();
        for column in 0..self.columns {
            for &row in &by_column.rows[column] {
                for &neighbour in self.rows[row].iter().take_while(|&&neighbour| neighbour < column) {
                    closed_to[group_of[neighbour]] = column;
                }
            }
            let group = closed_to.iter().position(|&closed| closed != column).unwrap_or(groups.len());
            if group == groups.len() {
                groups.push(Vec::new());
                closed_to.push(usize::MAX);
            }
            group_of[column] = group;
            groups[group].push(column);
        }
        groups
    }
}

/// A Jacobian with the places of its pattern alone: what [`jacobian_sparse`] finds.
///
/// ```
/// use autograd::{Sparsity, jacobian_sparse};
///
/// let pattern = Sparsity::new(3, vec![vec![0, 1], vec![2]]);
/// let jacobian = jacobian_sparse(|x| vec![x[0] * x[1], x[2] * x[2]], &[2.0, 3.0, 4.0], &pattern)?;
/// assert_eq!((jacobian.get(0, 1), jacobian.get(1, 0)), (2.0, 0.0));
/// assert_eq!(jacobian.product(&[1.0, 1.0, 1.0]), [5.0, 8.0]);
/// assert_eq!(jacobian.to_dense(), [[3.0, 2.0, 0.0], [0.0, 0.0, 8.0]]);
/// # Ok::<(), autograd::SparsityError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SparseJacobian<T> {
    sparsity: Sparsity,
    values: Vec<Vec<T>>,
}

impl<T: Float> SparseJacobian<T> {
    /// The pattern.
    pub fn sparsity(&self) -> &Sparsity {
        &self.sparsity
    }

    /// The columns and derivatives of a row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = (usize, T)> {
        self.sparsity.rows[row].iter().copied().zip(self.values[row].iter().copied())
    }

    /// The derivative of one result by one argument; 0 outside the pattern.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn get(&self, row: usize, column: usize) -> T {
        self.sparsity.rows[row].binary_search(&column).map_or(T::zero(), |place| self.values[row][place])
    }

    /// The product with a vector.
    ///
    /// # Panics
    /// If its length is not the number of columns.
    #[track_caller]
    pub fn product(&self, vector: &[T]) -> Vec<T> {
        assert_eq!(vector.len(), self.sparsity.columns, "a product needs one number for each column");
        let of_row = |row: usize| self.row(row).fold(T::zero(), |sum, (column, x)| sum + x * vector[column]);
        (0..self.values.len()).map(of_row).collect()
    }

    /// All rows with all their zeros.
    pub fn to_dense(&self) -> Vec<Vec<T>> {
        let mut dense = vec![vec![T::zero(); self.sparsity.columns]; self.values.len()];
        for (row, into) in dense.iter_mut().enumerate() {
            self.row(row).for_each(|(column, x)| into[column] = x);
        }
        dense
    }
}

/// The Jacobian of a function whose results each depend on few arguments, at the cost of as many derivatives as the
/// pattern needs groups of columns (forward mode) or of rows (reverse mode), whichever are fewer; and one evaluation more,
/// to check the pattern.
///
/// The pattern is given, or for functions of numbers [detected](Sparsity::detect). Of arrays its rows and columns are the
/// elements, in row-major order, one array after another.
///
/// ```
/// use autograd::{Sparsity, Var, Dual, jacobian_sparse};
///
/// // A second difference: 1,000 results of 1,000 arguments, four evaluations.
/// fn differences<'t>(x: &[Var<'t, Dual<f64>>]) -> Vec<Var<'t, Dual<f64>>> {
///     let at = |i: usize| x.get(i).copied().unwrap_or_default();
///     (0..x.len()).map(|i| at(i.wrapping_sub(1)) - at(i) * Dual::constant(2.0) + at(i + 1)).collect()
/// }
/// let x = vec![1.0; 1000];
/// let pattern = Sparsity::detect(|x| differences(x), &x);
/// let jacobian = jacobian_sparse(|x| differences(x), &x, &pattern)?;
/// assert_eq!(jacobian.row(500).collect::<Vec<_>>(), [(499, 1.0), (500, -2.0), (501, 1.0)]);
/// # Ok::<(), autograd::SparsityError>(())
/// ```
///
/// # Errors
/// If the pattern has another number of rows than the function has results, or lacks a place where the derivative is not
/// zero: what the groups give is then compared with a derivative in one direction that mixes all columns.
///
/// # Panics
/// If the pattern has another number of columns than `x` has coordinates.
#[track_caller]
pub fn jacobian_sparse<V: Differentiable>(
    f: impl for<'t> Fn(&[Var<'t, V::Dual>]) -> Vec<Var<'t, V::Dual>>,
    x: &[V],
    pattern: &Sparsity,
) -> Result<SparseJacobian<V::Number>, SparsityError> {
    let columns = coordinates(x);
    assert!(
        pattern.columns == columns,
        "a pattern has one column for each coordinate: expected {columns}, found {}",
        pattern.columns
    );
    let forward = |direction: &dyn Fn(usize) -> V::Number| -> Vec<V::Number> {
        let mut next = 0..columns;
        let direction: Vec<V> = x
            .iter()
            .map(|x| {
                let own = next.by_ref().take(x.coordinates().len());
                x.with_coordinates(own.map(direction).collect())
            })
            .collect();
        let seeded: Vec<_> = duals(x, &direction).into_iter().map(Var::constant).collect();
        derivatives(&values(&f(&seeded)))
    };
    let mixing = |column: usize| number(crate::check::spread(column));
    let expected = forward(&mixing);
    if expected.len() != pattern.rows.len() {
        return Err(SparsityError::Rows { expected: pattern.rows.len(), found: expected.len() });
    }
    let column_groups = pattern.column_groups();
    let row_groups = pattern.transposed().column_groups();
    let values = if column_groups.len() <= row_groups.len() {
        by_columns(pattern, &column_groups, forward)
    } else {
        by_rows::<V>(pattern, &row_groups, &f, x)
    };
    let jacobian = SparseJacobian { sparsity: pattern.clone(), values };
    let mixed = jacobian.product(&(0..columns).map(mixing).collect::<Vec<_>>());
    for (row, (&found, &expected)) in mixed.iter().zip(&expected).enumerate() {
        // Terms of both signs may cancel, so that the row's absolute sum says what rounding explains.
        let size = jacobian.row(row).fold(V::Number::zero(), |sum, (_, x)| sum + x.abs());
        let tolerance = V::Number::epsilon().sqrt() * (size + expected.abs());
        let undefined = found.is_nan() && expected.is_nan();
        if !(undefined || found == expected || (found - expected).abs() <= tolerance) {
            return Err(SparsityError::Missing { row });
        }
    }
    Ok(jacobian)
}

/// One derivative in forward mode for each group of columns.
fn by_columns<T: Float>(
    pattern: &Sparsity,
    groups: &[Vec<usize>],
    forward: impl Fn(&dyn Fn(usize) -> T) -> Vec<T>,
) -> Vec<Vec<T>> {
    let mut group_of = vec![0; pattern.columns];
    for (group, columns) in groups.iter().enumerate() {
        columns.iter().for_each(|&column| group_of[column] = group);
    }
    let compressed: Vec<Vec<T>> = (0..groups.len())
        .map(|group| forward(&|column| if group_of[column] == group { T::one() } else { T::zero() }))
        .collect();
    let of_row = |(row, columns): (usize, &Vec<usize>)| {
        columns.iter().map(|&column| compressed[group_of[column]][row]).collect()
    };
    pattern.rows.iter().enumerate().map(of_row).collect()
}

/// One sweep in reverse mode for each group of rows.
fn by_rows<V: Differentiable>(
    pattern: &Sparsity,
    groups: &[Vec<usize>],
    f: &impl for<'t> Fn(&[Var<'t, V::Dual>]) -> Vec<Var<'t, V::Dual>>,
    x: &[V],
) -> Vec<Vec<V::Number>> {
    let tape = Tape::new();
    let still: Vec<V> = x.iter().map(zeros).collect();
    let variables = tape.vars(&duals(x, &still));
    let results = f(&variables);
    let mut values = vec![Vec::new(); pattern.rows.len()];
    for rows in groups {
        let mut row = 0;
        let cotangents: Vec<V::Dual> = results
            .iter()
            .map(|result| {
                let own = result.value.coordinates().into_iter().map(|_| {
                    row += 1;
                    // The rows of a group are in order.
                    let chosen = rows.binary_search(&(row - 1)).is_ok();
                    if chosen { Dual::constant(V::Number::one()) } else { Dual::constant(V::Number::zero()) }
                });
                result.value.with_coordinates(own.collect())
            })
            .collect();
        let gradient = tape.pullback_many(&results, cotangents);
        let found: Vec<_> =
            variables.iter().flat_map(|variable| gradient.wrt(variable).coordinates()).collect();
        for &row in rows {
            values[row] = pattern.rows[row].iter().map(|&column| found[column].value).collect();
        }
        tape.recycle(gradient);
    }
    values
}

/// Why a pattern does not fit a function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SparsityError {
    /// The function has another number of results than the pattern has rows.
    Rows {
        /// The rows of the pattern.
        expected: usize,
        /// The results of the function.
        found: usize,
    },
    /// A result depends on an argument outside the pattern.
    Missing {
        /// The result.
        row: usize,
    },
}

impl fmt::Display for SparsityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { expected, found } => {
                write!(f, "the pattern has {expected} rows, but the function has {found} results")
            }
            Self::Missing { row } => write!(
                f,
                "row {row} of the Jacobian differs from zero outside the pattern; add the missing column to that row, or \
                 detect the pattern with `Sparsity::detect` at this very point"
            ),
        }
    }
}

impl core::error::Error for SparsityError {}
