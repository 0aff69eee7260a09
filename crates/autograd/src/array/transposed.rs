//! Transposing in memory.

/// The rows of the result are written in runs of this many elements, read from as many rows at a time: a run is within one
/// line of the cache, and so many rows fit it even if they lie a power of two apart.
const RUN: usize = 8;

/// Runs are written to this many rows of the result before their next runs, which mostly lie in the same lines.
const BLOCK: usize = 64;

/// The transpose of a matrix with rows of `columns` elements, both row-major.
///
/// # Panics
/// If the elements do not fill whole rows.
pub(crate) fn transposed<T: Copy + Default>(matrix: &[T], columns: usize) -> Vec<T> {
    let rows = matrix.len() / columns;
    assert_eq!(matrix.len(), rows * columns, "a matrix has whole rows");
    let mut transpose = vec![T::default(); matrix.len()];
    for first_column in (0..columns).step_by(BLOCK) {
        let block = first_column..columns.min(first_column + BLOCK);
        for (band, elements) in matrix.chunks(RUN * columns).enumerate() {
            for column in block.clone() {
                let run = &mut transpose[column * rows + band * RUN..];
                let read = elements[column..].iter().step_by(columns);
                run.iter_mut().zip(read).take(RUN).for_each(|(to, &from)| *to = from);
            }
        }
    }
    transpose
}

#[cfg(test)]
mod tests {
    use super::transposed;

    #[test]
    fn every_element_arrives_whatever_the_remainders() {
        for (rows, columns) in [(1, 1), (8, 64), (9, 65), (3, 130), (70, 7)] {
            let matrix: Vec<usize> = (0..rows * columns).collect();
            let transpose = transposed(&matrix, columns);
            for row in 0..rows {
                for column in 0..columns {
                    assert_eq!(transpose[column * rows + row], matrix[row * columns + column]);
                }
            }
        }
    }
}
