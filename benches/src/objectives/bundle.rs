//! The residuals of a bundle adjustment.

use num_traits::Float;

use super::{draw, lit};

/// 500 observations; the Jacobian has two rows of 15 entries for each.
#[derive(Debug)]
pub struct Bundle {
    /// For each observation: the camera's 11 parameters, the point's 3 coordinates, and the weight.
    pub arguments: Vec<[f64; Self::ARGUMENTS]>,
    /// For each observation: where the point was seen.
    pub features: Vec<[f64; 2]>,
}

impl Default for Bundle {
    fn default() -> Self {
        let argument = |i: usize| {
            let mut x: [f64; Self::ARGUMENTS] =
                draw(i + 1, Self::ARGUMENTS, 0.3).try_into().expect("that many");
            // In front of the camera, and seen at all.
            x[13] += 5.0;
            x[6] += 2.0;
            x[14] += 1.0;
            x
        };
        let feature = |i: usize| draw(i + 7777, 2, 1.0).try_into().expect("two");
        Self { arguments: (0..500).map(argument).collect(), features: (0..500).map(feature).collect() }
    }
}

impl Bundle {
    /// The number of arguments of a residual.
    pub const ARGUMENTS: usize = 15;

    /// The weighted residual of one observation: rotation by a vector, then perspective, then radial distortion.
    pub fn residual<F: Float>(x: &[F], feature: &[f64; 2]) -> [F; 2] {
        let (camera, point, weight) = (&x[..11], &x[11..14], x[14]);
        let shifted = [point[0] - camera[3], point[1] - camera[4], point[2] - camera[5]];
        let squared = camera[0] * camera[0] + camera[1] * camera[1] + camera[2] * camera[2];
        let cross = |a: [F; 3], b: [F; 3]| {
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        };
        let rotated = if squared > F::zero() {
            let angle = squared.sqrt();
            let (sin, cos) = angle.sin_cos();
            let axis = [camera[0] / angle, camera[1] / angle, camera[2] / angle];
            let product = cross(axis, shifted);
            let along =
                (axis[0] * shifted[0] + axis[1] * shifted[1] + axis[2] * shifted[2]) * (F::one() - cos);
            [0, 1, 2].map(|i| shifted[i] * cos + product[i] * sin + axis[i] * along)
        } else {
            let product = cross([camera[0], camera[1], camera[2]], shifted);
            [0, 1, 2].map(|i| shifted[i] + product[i])
        };
        let (u, v) = (rotated[0] / rotated[2], rotated[1] / rotated[2]);
        let radius = u * u + v * v;
        let distortion = F::one() + camera[9] * radius + camera[10] * radius * radius;
        [
            weight * (u * distortion * camera[6] + camera[7] - lit(feature[0])),
            weight * (v * distortion * camera[6] + camera[8] - lit(feature[1])),
        ]
    }
}
