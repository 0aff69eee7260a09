//! Transposing in memory.

use std::array;

/// The rows of the result are written in runs of this many elements, read from as many rows at a time: a run is within one
/// line of the cache, and so many rows fit it even if they lie a power of two apart.
const RUN: usize = 8;

/// Runs are written to this many rows of the result before their next runs, which mostly lie in the same lines.
const BLOCK: usize = 64;

/// Writes the transpose of a matrix with rows of `columns` elements over `transpose`, both row-major.
///
/// # Panics
/// If the elements do not fill whole rows, or there is room for fewer or more.
pub(crate) fn transpose_into<T: Copy>(matrix: &[T], columns: usize, transpose: &mut [T]) {
    let rows = matrix.len() / columns;
    assert!(matrix.len() == rows * columns && transpose.len() == matrix.len(), "a matrix has whole rows");
    for first in (0..columns).step_by(BLOCK) {
        let width = BLOCK.min(columns - first);
        let mut bands = matrix.chunks_exact(RUN * columns);
        for (position, band) in bands.by_ref().enumerate() {
            let from: [&[T]; RUN] = array::from_fn(|row| &band[row * columns + first..][..width]);
            for column in 0..width {
                let run: [T; RUN] = array::from_fn(|row| from[row][column]);
                transpose[(first + column) * rows + position * RUN..][..RUN].copy_from_slice(&run);
            }
        }
        let finished = rows / RUN * RUN;
        for (row, from) in bands.remainder().chunks_exact(columns).enumerate() {
            for (column, &element) in (first..).zip(&from[first..][..width]) {
                transpose[column * rows + finished + row] = element;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::transpose_into;

    #[test]
    fn every_element_arrives_whatever_the_remainders_and_what_was_there_before() {
        for (rows, columns) in [(1, 1), (8, 64), (9, 65), (3, 130), (70, 7)] {
            let matrix: Vec<usize> = (0..rows * columns).collect();
            let mut transpose = vec![7; matrix.len()];
            transpose_into(&matrix, columns, &mut transpose);
            for row in 0..rows {
                for column in 0..columns {
                    assert_eq!(transpose[column * rows + row], matrix[row * columns + column]);
                }
            }
        }
    }
}
