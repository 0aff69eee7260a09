//! The shapes of broadcasting.

/// The common shape of two operands: axes are aligned from the last, and an axis of length 1 repeats. `Err` names the
/// first axis, counted from the last, on which the two disagree.
pub(crate) fn broadcast_shape(left: &[usize], right: &[usize]) -> Result<Vec<usize>, usize> {
    let dimensions = left.len().max(right.len());
    let length = |shape: &[usize], from_last: usize| {
        if from_last < shape.len() { shape[shape.len() - 1 - from_last] } else { 1 }
    };
    let mut shape = vec![0; dimensions];
    for from_last in 0..dimensions {
        shape[dimensions - 1 - from_last] = match (length(left, from_last), length(right, from_last)) {
            (l, r) if l == r => l,
            (1, r) => r,
            (l, 1) => l,
            _ => return Err(from_last),
        };
    }
    Ok(shape)
}
