//! The point of a polytope nearest to the origin.

use alloc::vec;
use alloc::vec::Vec;

use num_traits::Float;

use crate::algebra::number;

/// The point of the convex hull of `points` nearest to the origin, by the algorithm of P. Wolfe 1976, *Finding the nearest
/// point in a polytope*, Mathematical Programming 11, pages 128–149.
///
/// It keeps a corral: affinely independent points whose hull has the current point `x` in its relative interior. A major
/// step adds the point that lies farthest back in the direction of x; minor steps move towards the nearest point of the
/// corral's affine hull and drop the points whose weights vanish on the way.
///
/// # Panics
/// If there is no point.
pub(crate) fn nearest_to_origin<T: Float>(points: &[Vec<T>]) -> Vec<T> {
    let longest = points.iter().map(|point| dot(point, point)).fold(T::zero(), T::max).sqrt();
    if longest == T::zero() {
        return points[0].clone();
    }
    // With coordinates of order 1, rounding is a matter of the machine epsilon alone.
    let points: Vec<Vec<T>> =
        points.iter().map(|point| point.iter().map(|&x| x / longest).collect()).collect();
    let shortest = |&i: &usize, &j: &usize| {
        let (a, b) = (dot(&points[i], &points[i]), dot(&points[j], &points[j]));
        a.partial_cmp(&b).expect("coordinates are finite")
    };
    let first = (0..points.len()).min_by(shortest).expect("a hull has points");
    let mut corral = vec![first];
    let mut weights = vec![T::one()];
    let mut x = points[first].clone();
    loop {
        let behind = |&i: &usize, &j: &usize| {
            dot(&x, &points[i]).partial_cmp(&dot(&x, &points[j])).expect("coordinates are finite")
        };
        let farthest = (0..points.len()).min_by(behind).expect("a hull has points");
        let squared = dot(&x, &x);
        let gap = squared - dot(&x, &points[farthest]);
        // Nothing lies behind x, or only as far as rounding can tell.
        if gap <= number::<T>(8.0) * T::epsilon() * squared || corral.contains(&farthest) {
            break;
        }
        let before = (corral.clone(), weights.clone(), x.clone());
        corral.push(farthest);
        weights.push(T::zero());
        let settled = settle(&points, &mut corral, &mut weights);
        x = combination(&points, &corral, &weights);
        // In exact arithmetic every major step shortens x, and so the algorithm ends.
        if !settled || dot(&x, &x) >= squared {
            (corral, weights, x) = before;
            break;
        }
    }
    debug_assert_eq!(corral.len(), weights.len());
    x.into_iter().map(|x| x * longest).collect()
}

/// The minor steps: from the current weights to those of the nearest point of a corral's affine hull, which lies inside
/// the corral once superfluous points are dropped. Whether the corral was affinely independent as far as rounding tells.
fn settle<T: Float>(points: &[Vec<T>], corral: &mut Vec<usize>, weights: &mut Vec<T>) -> bool {
    loop {
        let Some(affine) = affine_weights(points, corral) else { return false };
        if affine.iter().all(|&weight| weight > T::epsilon()) {
            *weights = affine;
            return true;
        }
        // As far towards the affine minimiser as the weights stay positive.
        let stop = weights
            .iter()
            .zip(&affine)
            .filter(|(_, affine)| **affine <= T::epsilon())
            .map(|(&weight, &affine)| if weight > affine { weight / (weight - affine) } else { T::zero() })
            .fold(T::one(), T::min);
        for (weight, &affine) in weights.iter_mut().zip(&affine) {
            *weight = *weight + stop * (affine - *weight);
        }
        let least = (0..weights.len())
            .filter(|&i| affine[i] <= T::epsilon())
            .min_by(|&i, &j| weights[i].partial_cmp(&weights[j]).expect("weights are finite"))
            .expect("some weight stopped the move");
        // A point that was just added has no weight yet, and is to gain some.
        let kept: Vec<usize> = (0..weights.len())
            .filter(|&i| i != least && (weights[i] > T::epsilon() || affine[i] > T::epsilon()))
            .collect();
        *corral = kept.iter().map(|&i| corral[i]).collect();
        *weights = kept.iter().map(|&i| weights[i]).collect();
        let sum = total(weights);
        weights.iter_mut().for_each(|weight| *weight = *weight / sum);
    }
}

/// The weights, of sum 1, of the point of an affine hull nearest to the origin: those of (1 1ᵀ + PᵀP)·u = 1 over their sum,
/// where the columns of P are the points (Wolfe's own way).
///
/// `None` if the points are affinely dependent as far as rounding tells.
fn affine_weights<T: Float>(points: &[Vec<T>], corral: &[usize]) -> Option<Vec<T>> {
    let n = corral.len();
    // The lower triangle of the Cholesky factor, row by row.
    let mut factor: Vec<Vec<T>> = Vec::with_capacity(n);
    for i in 0..n {
        let mut row: Vec<T> = Vec::with_capacity(i + 1);
        for j in 0..=i {
            let entry = T::one() + dot(&points[corral[i]], &points[corral[j]]);
            let above = if j < i { dot(&row[..j], &factor[j][..j]) } else { dot(&row, &row) };
            let rest = entry - above;
            if j < i {
                row.push(rest / factor[j][j]);
            } else if rest > number::<T>(4.0) * T::epsilon() * entry {
                row.push(rest.sqrt());
            } else {
                return None;
            }
        }
        factor.push(row);
    }
    // Solved, and refined once by what is left of the right-hand side: of points that nearly lie in a plane the factor has
    // lost digits which P·u shows.
    let mut u = vec![T::zero(); n];
    for _ in 0..2 {
        let (x, sum) = (combination(points, corral, &u), total(&u));
        let mut step: Vec<T> = corral.iter().map(|&i| (T::one() - sum) - dot(&points[i], &x)).collect();
        for i in 0..n {
            step[i] = (step[i] - dot(&factor[i][..i], &step[..i])) / factor[i][i];
        }
        for i in (0..n).rev() {
            let below = (i + 1..n).fold(T::zero(), |sum, k| sum + factor[k][i] * step[k]);
            step[i] = (step[i] - below) / factor[i][i];
        }
        for (u, step) in u.iter_mut().zip(step) {
            *u = *u + step;
        }
    }
    let sum = total(&u);
    Some(u.into_iter().map(|u| u / sum).collect())
}

fn total<T: Float>(numbers: &[T]) -> T {
    numbers.iter().fold(T::zero(), |sum, &number| sum + number)
}

fn combination<T: Float>(points: &[Vec<T>], corral: &[usize], weights: &[T]) -> Vec<T> {
    let mut sum = vec![T::zero(); points[0].len()];
    for (&point, &weight) in corral.iter().zip(weights) {
        for (sum, &coordinate) in sum.iter_mut().zip(&points[point]) {
            *sum = *sum + weight * coordinate;
        }
    }
    sum
}

pub(crate) fn dot<T: Float>(left: &[T], right: &[T]) -> T {
    left.iter().zip(right).fold(T::zero(), |sum, (&a, &b)| sum + a * b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn points_segments_and_triangles() {
        let nearest = |points: &[&[f64]]| {
            nearest_to_origin(&points.iter().map(|point| point.to_vec()).collect::<Vec<_>>())
        };
        assert_eq!(nearest(&[&[3.0, -4.0]]), [3.0, -4.0]);
        assert_eq!(nearest(&[&[0.0, 0.0], &[0.0, 0.0]]), [0.0, 0.0]);
        assert_eq!(nearest(&[&[-1.0], &[1.0]]), [0.0]);
        assert_eq!(nearest(&[&[2.0], &[5.0], &[1.0]]), [1.0]);
        let on_segment = nearest(&[&[1.0, 1.0], &[1.0, -3.0]]);
        assert!((on_segment[0] - 1.0).abs() < 1e-15 && on_segment[1].abs() < 1e-15, "{on_segment:?}");
        let inside = nearest(&[&[-1.0, -1.0], &[2.0, -1.0], &[0.0, 3.0]]);
        assert!(inside.iter().all(|x| x.abs() < 1e-15), "{inside:?}");
        // A corral of two whose first point is dropped again.
        let dropped = nearest(&[&[0.0, 2.0], &[3.0, 0.0], &[-2.0, 1.0]]);
        let expected = [3.0 / 26.0, 15.0 / 26.0];
        assert!((dropped[0] - expected[0]).abs() < 1e-14 && (dropped[1] - expected[1]).abs() < 1e-14);
    }

    /// By how much x misses the optimality condition x·p ≥ x·x, and how far it is from the hull: the hull of the points
    /// less x comes as near to the origin as that.
    fn departure(points: &[Vec<f64>]) -> [f64; 2] {
        let x = nearest_to_origin(points);
        let squared = dot(&x, &x);
        let behind = points.iter().map(|point| squared - dot(&x, point)).fold(0.0, f64::max);
        let moved: Vec<Vec<f64>> =
            points.iter().map(|point| point.iter().zip(&x).map(|(p, x)| p - x).collect()).collect();
        let rest = nearest_to_origin(&moved);
        [behind, dot(&rest, &rest).sqrt()]
    }

    /// A weight that should have vanished and is 6·10⁻¹⁶ stops the next move before it begins: the point that was added
    /// must not be dropped with it.
    #[test]
    fn weights_that_vanish_but_for_rounding() {
        for points in [
            [[-3.0, -4.0, 1.0], [-3.0, -2.0, -2.0], [-4.0, -3.0, -4.0], [3.0, 4.0, 4.0]],
            [[4.0, -3.0, 4.0], [1.0, -2.0, -1.0], [4.0, -1.0, -3.0], [-4.0, -1.0, -4.0]],
            [[2.0, -2.0, -3.0], [-1.0, -3.0, -1.0], [-2.0, -4.0, 0.0], [0.0, 4.0, -4.0]],
        ] {
            let points = points.map(|point| point.to_vec());
            let [behind, outside] = departure(&points);
            assert!(behind < 1e-13 && outside < 1e-13, "{behind:e}, {outside:e} of {points:?}");
        }
    }

    /// The fifth point is 3·10⁻³ above the space of the others.
    #[test]
    fn points_that_nearly_lie_in_a_plane() {
        let points = [
            [1.0, 3.0, -3.0, 4.0],
            [3.0, -2.0, -4.0, 0.0],
            [1.0, 2.0, 2.0, -2.0],
            [-2.0, -3.0, 4.0, -2.0],
            [-4.0, 4.0, 4.0, 4.0],
        ];
        let [behind, outside] = departure(&points.map(|point| point.to_vec()));
        assert!(behind < 1e-13 && outside < 1e-13, "{behind:e}, {outside:e}");
    }

    proptest! {
        #[test]
        fn nothing_lies_behind_the_nearest_point(
            points in (1_usize..6).prop_flat_map(|n| {
                prop::collection::vec(prop::collection::vec(-4_i8..=4, n), 1..24)
            }),
        ) {
            let points: Vec<Vec<f64>> =
                points.iter().map(|point| point.iter().map(|&x| f64::from(x)).collect()).collect();
            let [behind, outside] = departure(&points);
            prop_assert!(behind <= 1e-12 && outside < 1e-12, "{behind:e}, {outside:e} of {points:?}");
        }
    }
}
