//! The floor of everything that is limited by arithmetic: the bare matrix product of the `gemm` crate.

use std::hint::black_box;

use rand::RngExt;

/// How an operand lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Row by row.
    Plain,
    /// Column by column: the transpose of a matrix that lies row by row.
    Transposed,
}

/// A product of an m×k and a k×n matrix of f32, without any array type around it.
#[derive(Debug, Clone)]
pub struct Product {
    /// m, k and n.
    pub size: [usize; 3],
    /// How the left operand lies.
    pub left_lie: Lie,
    /// How the right operand lies.
    pub right_lie: Lie,
    left: Vec<f32>,
    right: Vec<f32>,
    result: Vec<f32>,
}

impl Product {
    /// A product of random matrices.
    pub fn new(size: [usize; 3], left_lie: Lie, right_lie: Lie) -> Self {
        let [m, k, n] = size;
        let (left, right) = (noise(m * k), noise(k * n));
        Self { size, left_lie, right_lie, left, right, result: vec![0.0; m * n] }
    }

    /// The left operand as it lies.
    pub fn left(&self) -> &[f32] {
        &self.left
    }

    /// The right operand as it lies.
    pub fn right(&self) -> &[f32] {
        &self.right
    }

    /// The multiplications and additions.
    pub fn operations(&self) -> usize {
        2 * self.size.iter().product::<usize>()
    }

    /// Multiplies, on one thread.
    pub fn run(&mut self) {
        let [m, k, n] = self.size;
        // Row and column strides.
        let strides = |lie, rows: usize, columns: usize| match lie {
            Lie::Plain => (columns as isize, 1),
            Lie::Transposed => (1, rows as isize),
        };
        let (left_row, left_column) = strides(self.left_lie, m, k);
        let (right_row, right_column) = strides(self.right_lie, k, n);
        assert!(self.left.len() == m * k && self.right.len() == k * n && self.result.len() == m * n);
        // SAFETY: each buffer has as many elements as its matrix, as asserted, and each pair of strides reaches exactly
        // those. The result is a buffer of its own, borrowed mutably, and its old content is not read.
        unsafe {
            gemm::gemm(
                m,
                n,
                k,
                self.result.as_mut_ptr(),
                1,
                n as isize,
                false,
                black_box(self.left.as_ptr()),
                left_column,
                left_row,
                black_box(self.right.as_ptr()),
                right_column,
                right_row,
                0.0,
                1.0,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
        black_box(&mut self.result);
    }
}

/// Numbers from −1 to 1, the same at every call.
pub fn noise(count: usize) -> Vec<f32> {
    let mut random = bench_harness::run::seed::stream(0, "benchmark");
    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small enough for Miri, which watches the kernel's reads and writes: `cargo +nightly miri test -p benches --lib product`.
    #[test]
    fn a_product_is_right_however_its_operands_lie() {
        let [m, k, n] = [3, 4, 5];
        let at = |lie, elements: &[f32], [rows, columns]: [usize; 2], row: usize, column: usize| match lie {
            Lie::Plain => elements[row * columns + column],
            Lie::Transposed => elements[column * rows + row],
        };
        for left_lie in [Lie::Plain, Lie::Transposed] {
            for right_lie in [Lie::Plain, Lie::Transposed] {
                let mut product = Product::new([m, k, n], left_lie, right_lie);
                product.run();
                for (position, &found) in product.result.iter().enumerate() {
                    let (row, column) = (position / n, position % n);
                    let left = |inner| at(left_lie, product.left(), [m, k], row, inner);
                    let right = |inner| at(right_lie, product.right(), [k, n], inner, column);
                    let sum: f32 = (0..k).map(|inner| left(inner) * right(inner)).sum();
                    // Four terms of at most 1: either sum errs by 4·4·ε/2 at most.
                    assert!(
                        (found - sum).abs() <= 16.0 * f32::EPSILON,
                        "{left_lie:?}, {right_lie:?}: {found} and {sum}"
                    );
                }
            }
        }
    }
}
