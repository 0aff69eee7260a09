//! nalgebra's algorithms on dual numbers, against derivatives that are known in closed form.

use autograd::Dual;
use nalgebra::{
    ComplexField, Const, DMatrix, DVector, DimMin, Matrix2, Matrix3, Matrix4, RealField, SMatrix, ToTypenum,
    UnitQuaternion, Vector3,
};

const SIZE: usize = 6;

/// Elements without a pattern, in (−1, 1).
fn matrix(rows: usize, columns: usize, seed: f64) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (seed + (i * columns + j) as f64).powi(2).sin())
}

/// A + t·B at t = 0.
fn family(value: &DMatrix<f64>, derivative: &DMatrix<f64>) -> DMatrix<Dual<f64>> {
    value.zip_map(derivative, Dual::new)
}

fn values(of: &DMatrix<Dual<f64>>) -> DMatrix<f64> {
    of.map(|x| x.value)
}

fn derivatives(of: &DMatrix<Dual<f64>>) -> DMatrix<f64> {
    of.map(|x| x.derivative)
}

#[track_caller]
fn assert_near(found: &DMatrix<f64>, expected: &DMatrix<f64>, tolerance: f64) {
    assert_eq!(found.shape(), expected.shape());
    let error = (found - expected).amax();
    assert!(error <= tolerance * expected.amax().max(1.0), "{error:e}:{found}is not{expected}");
}

/// A square matrix that is far from singular, and one for its derivative.
fn square() -> (DMatrix<f64>, DMatrix<f64>) {
    (matrix(SIZE, SIZE, 0.3) + DMatrix::identity(SIZE, SIZE) * 2.0, matrix(SIZE, SIZE, 5.0))
}

/// A positive definite matrix, and a symmetric one for its derivative.
fn symmetric() -> (DMatrix<f64>, DMatrix<f64>) {
    let (a, b) = square();
    (&a * a.transpose(), &b + b.transpose())
}

#[test]
fn solutions_have_the_derivative_of_the_implicit_function_theorem() {
    let (a, da) = square();
    let (b, db) = (matrix(SIZE, 2, 1.5), matrix(SIZE, 2, 2.5));
    let x = family(&a, &da).lu().solve(&family(&b, &db)).unwrap();
    let inverse = a.clone().try_inverse().unwrap();
    assert_near(&values(&x), &(&inverse * &b), 1e-13);
    let expected = &inverse * (db.clone() - &da * &inverse * &b);
    assert_near(&derivatives(&x), &expected, 1e-13);

    // By QR, by full pivoting, and from a matrix that pivots: its first element is 0 and moves.
    let by_qr = family(&a, &da).qr().solve(&family(&b, &db)).unwrap();
    assert_near(&derivatives(&by_qr), &expected, 1e-13);
    let by_full_pivots = family(&a, &da).full_piv_lu().solve(&family(&b, &db)).unwrap();
    assert_near(&derivatives(&by_full_pivots), &expected, 1e-13);
    let swap =
        Matrix2::new(Dual::new(0.0, 1.0), Dual::constant(1.0), Dual::constant(1.0), Dual::constant(0.0));
    let x = swap.lu().solve(&nalgebra::Vector2::new(Dual::constant(2.0), Dual::constant(3.0))).unwrap();
    assert_eq!([x[0].value, x[1].value, x[0].derivative, x[1].derivative], [3.0, 2.0, 0.0, -3.0]);

    // Singular by its value, whatever the derivative.
    assert!(
        family(&DMatrix::zeros(2, 2), &DMatrix::identity(2, 2))
            .lu()
            .solve(&family(&matrix(2, 1, 0.0), &matrix(2, 1, 1.0)))
            .is_none()
    );
}

#[test]
fn determinants_follow_jacobi_and_inverses_the_product_rule() {
    fn check<const N: usize>()
    where
        Const<N>: ToTypenum + DimMin<Const<N>, Output = Const<N>>,
    {
        let (a, da) = (matrix(N, N, 0.7) + DMatrix::identity(N, N) * 2.0, matrix(N, N, 3.0));
        let inverse = a.clone().try_inverse().unwrap();
        let slope = a.determinant() * (&inverse * &da).trace();
        // Of fixed sizes up to 4 nalgebra has formulas of its own.
        let fixed = SMatrix::<Dual<f64>, N, N>::from_fn(|i, j| Dual::new(a[(i, j)], da[(i, j)]));
        for determinant in
            [fixed.determinant(), family(&a, &da).determinant(), family(&a, &da).lu().determinant()]
        {
            assert!((determinant.value - a.determinant()).abs() < 1e-13 * slope.abs().max(1.0));
            assert!(
                (determinant.derivative - slope).abs() < 1e-12 * slope.abs().max(1.0),
                "{determinant:?}, {slope}"
            );
        }
        let expected = -&inverse * &da * &inverse;
        let fixed = fixed.try_inverse().unwrap();
        let fixed = DMatrix::from_fn(N, N, |i, j| fixed[(i, j)]);
        for found in [fixed, family(&a, &da).try_inverse().unwrap()] {
            assert_near(&values(&found), &inverse, 1e-13);
            assert_near(&derivatives(&found), &expected, 1e-12);
        }
    }
    check::<1>();
    check::<2>();
    check::<3>();
    check::<4>();
    check::<5>();
    check::<9>();
}

#[test]
fn triangles_of_cholesky_and_qr_have_their_derivatives() {
    // dL = L·Φ(L⁻¹ dA L⁻ᵀ), where Φ takes the lower triangle with half of the diagonal.
    let (a, da) = symmetric();
    let lower = family(&a, &da).cholesky().unwrap().l();
    let l = values(&lower);
    assert_near(&(&l * l.transpose()), &a, 1e-13);
    let inverse = l.clone().try_inverse().unwrap();
    let inner = &inverse * &da * inverse.transpose();
    let half = DMatrix::from_fn(SIZE, SIZE, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Less => 0.0,
        std::cmp::Ordering::Equal => inner[(i, j)] / 2.0,
        std::cmp::Ordering::Greater => inner[(i, j)],
    });
    assert_near(&derivatives(&lower), &(&l * half), 1e-12);
    // Definite by its value, whatever the derivative.
    assert!(family(&-a.clone(), &da).cholesky().is_none());

    // With X = Qᵀ dA R⁻¹ = Ω + dR R⁻¹: Ω is antisymmetric with the strict lower triangle of X; dQ = QΩ, dR = (X − Ω)R.
    let (a, da) = square();
    let qr = family(&a, &da).qr();
    let (q, r) = (qr.q(), qr.r());
    let (q_values, r_values) = (values(&q), values(&r));
    assert_near(&(&q_values * &r_values), &a, 1e-13);
    let x = q_values.transpose() * &da * r_values.clone().try_inverse().unwrap();
    let below = DMatrix::from_fn(SIZE, SIZE, |i, j| if i > j { x[(i, j)] } else { 0.0 });
    let rotation = &below - below.transpose();
    assert_near(&derivatives(&q), &(&q_values * &rotation), 1e-12);
    assert_near(&derivatives(&r), &((x - rotation) * &r_values), 1e-12);
}

#[test]
fn simple_eigenvalues_and_singular_values_have_their_derivatives() {
    // dλ = vᵀ dA v.
    for (a, da) in [
        symmetric(),
        // Nothing to iterate.
        (DMatrix::from_diagonal(&DVector::from_vec(vec![3.0, -1.0, 2.0])), symmetric().1.resize(3, 3, 0.0)),
    ] {
        let eigen = family(&a, &da).symmetric_eigen();
        let (lambda, v) = (eigen.eigenvalues.map(|x| x.value), values(&eigen.eigenvectors));
        assert_near(&(&v * DMatrix::from_diagonal(&lambda) * v.transpose()), &a, 1e-12);
        let slopes = (v.transpose() * &da * &v).diagonal();
        for (found, slope) in eigen.eigenvalues.iter().zip(&slopes) {
            assert!((found.derivative - slope).abs() < 1e-12 * da.amax(), "{found:?}, {slope}");
        }
        let mut alone: Vec<f64> =
            family(&a, &da).symmetric_eigenvalues().iter().map(|x| x.derivative).collect();
        let mut slopes: Vec<f64> = slopes.iter().copied().collect();
        alone.sort_by(f64::total_cmp);
        slopes.sort_by(f64::total_cmp);
        assert_near(
            &DMatrix::from_vec(alone.len(), 1, alone),
            &DMatrix::from_vec(slopes.len(), 1, slopes),
            1e-12,
        );
    }
    // dσ = uᵀ dA v.
    let (a, da) = (matrix(SIZE, 4, 0.3), matrix(SIZE, 4, 4.0));
    let svd = family(&a, &da).svd(true, true);
    let (u, v) = (values(&svd.u.unwrap()), values(&svd.v_t.unwrap()).transpose());
    let slopes = (u.transpose() * &da * &v).diagonal();
    for (found, slope) in svd.singular_values.iter().zip(&slopes) {
        assert!((found.derivative - slope).abs() < 1e-12, "{found:?}, {slope}");
    }
    assert!(slopes.len() == 4 && slopes.iter().all(|slope| slope.abs() > 1e-3));
}

/// The eigenvectors' derivatives, dvᵢ = Σⱼ vⱼ (vⱼᵀ dA vᵢ)/(λᵢ − λⱼ), and the second ones of the eigenvalues,
/// d²λᵢ = 2·Σⱼ (vⱼᵀ dA vᵢ)²/(λᵢ − λⱼ): how far nalgebra's are from them.
fn errors_of_mixed_eigenvectors(a: &DMatrix<f64>, da: &DMatrix<f64>) -> [f64; 2] {
    let element = |i, j| Dual::new(Dual::new(a[(i, j)], da[(i, j)]), Dual::constant(da[(i, j)]));
    let nested = DMatrix::<Dual<Dual<f64>>>::from_fn(a.nrows(), a.ncols(), element).symmetric_eigen();
    let (v, lambda) = (nested.eigenvectors.map(|x| x.value.value), nested.eigenvalues.map(|x| x.value.value));
    let coupling = v.transpose() * da * &v;
    let mixing = DMatrix::from_fn(a.nrows(), a.ncols(), |j, i| {
        if i == j { 0.0 } else { coupling[(j, i)] / (lambda[i] - lambda[j]) }
    });
    let second = DVector::from_fn(a.nrows(), |i, _| 2.0 * coupling.column(i).dot(&mixing.column(i)));
    let vectors = nested.eigenvectors.map(|x| x.value.derivative) - v * mixing;
    let values = nested.eigenvalues.map(|x| x.derivative.derivative) - second;
    [vectors.amax(), values.amax()]
}

#[test]
fn eigenvectors_and_second_derivatives_hold_away_from_diagonal_matrices() {
    let (a, da) = symmetric();
    let [vectors, values] = errors_of_mixed_eigenvectors(&a, &da);
    assert!(vectors < 1e-12 && values < 1e-11, "{vectors:e}, {values:e}");
    let (a, da) = (Matrix2::new(2.0, 1.0, 1.0, 3.0), Matrix2::new(1.0, 0.5, 0.5, -1.0));
    let dynamic = |of: Matrix2<f64>| DMatrix::from_fn(2, 2, |i, j| of[(i, j)]);
    let [vectors, values] = errors_of_mixed_eigenvectors(&dynamic(a), &dynamic(da));
    assert!(vectors < 1e-14 && values < 1e-14, "{vectors:e}, {values:e}");
}

/// What the documentation says of matrices near a diagonal one, and at it.
#[test]
fn first_derivatives_near_a_diagonal_matrix_err_by_rounding_over_its_other_elements() {
    let diagonal = DVector::from_vec(vec![3.0, -1.0, 2.0]);
    let da = DMatrix::from_element(3, 3, 1.0);
    for beside in [1e-3, 1e-6, 1e-9, 1e-12] {
        let mut a = DMatrix::from_element(3, 3, beside);
        a.set_diagonal(&diagonal);
        let eigen = family(&a, &da).symmetric_eigen();
        let v = values(&eigen.eigenvectors);
        let slopes = (v.transpose() * &da * &v).diagonal();
        let error = (eigen.eigenvalues.map(|x| x.derivative) - slopes).amax();
        let [vectors, _] = errors_of_mixed_eigenvectors(&a, &da);
        assert!(error.max(vectors) < 5.0 * f64::EPSILON / beside, "{beside}: {error:e}, {vectors:e}");
    }
    let nested = DMatrix::from_diagonal(&diagonal).map(|x| Dual::constant(Dual::constant(x)))
        + DMatrix::from_element(3, 3, Dual::new(Dual::new(0.0, 1.0), Dual::constant(1.0)));
    let eigen = nested.symmetric_eigen();
    assert!(eigen.eigenvalues.iter().all(|x| x.derivative.value == 1.0));
    assert!(eigen.eigenvalues.iter().all(|x| x.derivative.derivative == 0.0), "a rule that is missed");
    assert!(eigen.eigenvectors.iter().all(|x| x.value.derivative == 0.0), "a rule that is missed");
}

#[test]
fn the_exponential_of_a_multiple_is_its_own_derivative_times_the_matrix() {
    for scale in [0.01, 0.3, 3.0] {
        let a = matrix(4, 4, 0.3) * scale;
        let exponential = family(&a, &(&a * 0.5)).exp();
        let plain = a.exp();
        assert_near(&values(&exponential), &plain, 1e-12);
        assert_near(&derivatives(&exponential), &(&a * plain * 0.5), 1e-12);
    }
}

#[test]
fn second_derivatives_come_from_nesting() {
    // d² ln det A = −tr(A⁻¹ dA A⁻¹ dA).
    let (a, da) = (matrix(4, 4, 0.3) + DMatrix::identity(4, 4) * 2.0, matrix(4, 4, 5.0));
    let element = |i, j| Dual::new(Dual::new(a[(i, j)], da[(i, j)]), Dual::constant(da[(i, j)]));
    let nested = Matrix4::<Dual<Dual<f64>>>::from_fn(element).lu().determinant().ln();
    let product = a.try_inverse().unwrap() * &da;
    assert!((nested.derivative.value - product.trace()).abs() < 1e-13);
    assert!((nested.derivative.derivative + (&product * &product).trace()).abs() < 1e-12);
}

#[test]
fn single_precision_is_solved_as_well() {
    let a = Matrix3::<f32>::new(4.0, 1.0, 0.5, -1.0, 3.0, 0.25, 0.5, 0.75, 5.0);
    let da = Matrix3::<f32>::new(0.0, 1.0, -1.0, 2.0, 0.5, 1.0, 1.0, 0.0, 2.0);
    let dual: Matrix3<Dual<f32>> = a.zip_map(&da, Dual::new);
    let inverse = a.try_inverse().unwrap();
    let error = dual.try_inverse().unwrap().map(|x| x.derivative) + inverse * da * inverse;
    assert!(error.amax() < 1e-6, "{error}");
    let b = Vector3::new(1.0, 2.0, 3.0).map(Dual::constant);
    let x = dual.lu().solve(&b).unwrap().map(|x| x.derivative);
    assert!((x + inverse * da * inverse * Vector3::new(1.0, 2.0, 3.0)).amax() < 1e-6);
}

#[test]
fn rotations_turn_by_their_angle() {
    // A quarter turn about z by an angle that moves: the image of x moves by minus x.
    let angle = Dual::new(std::f64::consts::FRAC_PI_2, 1.0);
    let [zero, one] = [0.0, 1.0].map(Dual::constant);
    let image =
        UnitQuaternion::from_scaled_axis(Vector3::new(zero, zero, angle)) * Vector3::new(one, zero, zero);
    assert!(image.map(|x| x.value).relative_eq(&Vector3::new(0.0, 1.0, 0.0), 1e-15, 0.0));
    assert!(image.map(|x| x.derivative).relative_eq(&Vector3::new(-1.0, 0.0, 0.0), 1e-15, 0.0));
}

/// sin x / x = Σ (−x²)ᵏ/(2k + 1)!, whose derivatives a quotient of small numbers would lose.
#[test]
fn cardinal_sines_keep_their_derivatives_near_zero() {
    for x in [0.0_f64, 1e-300, -1e-9, 1e-3, 0.1, 0.499_999, 0.500_001, -2.0] {
        let nested = Dual::new(Dual::new(x, 1.0), Dual::constant(1.0));
        for (found, sign) in [(nested.sinc(), -1.0), (nested.sinhc(), 1.0)] {
            // Twenty terms, and their derivatives, in the order in which they grow smaller.
            let (mut term, mut expected) = (1.0_f64, [1.0, 0.0, 0.0]);
            for k in 1..20 {
                let n = f64::from(2 * k);
                // The term without its power of x: sᵏ/(2k + 1)!.
                term *= sign / (n * (n + 1.0));
                expected[0] += term * x.powi(2 * k);
                expected[1] += term * n * x.powi(2 * k - 1);
                expected[2] += term * n * (n - 1.0) * x.powi(2 * k - 2);
            }
            let found = [found.value.value, found.value.derivative, found.derivative.derivative];
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{x}: {found} is not {expected}");
            }
        }
    }
}

#[test]
fn conversions_and_comparisons_look_at_the_value() {
    let x = Dual::new(2.5, 7.0);
    assert_eq!(nalgebra::try_convert::<Dual<f64>, f64>(x), Some(2.5));
    let cast = Matrix2::new(1.0_f32, 2.0, 3.0, 4.0).cast::<Dual<f64>>();
    assert_eq!((cast[(1, 0)].value, cast[(1, 0)].derivative), (3.0, 0.0));
    let moved = Matrix2::from_element(Dual::new(1.0, 1.0));
    let still = Matrix2::from_element(Dual::new(1.0 + 1e-12, 0.0));
    let [near, exact] = [1e-10, 0.0].map(Dual::constant);
    assert!(moved.relative_eq(&still, near, near) && !moved.relative_eq(&still, exact, exact));
    assert_eq!(<Dual<f32> as RealField>::max_value(), Some(Dual::constant(f32::MAX)));
    let (modulus, direction) = Dual::new(-2.0, 3.0).to_exp();
    assert_eq!([modulus.value, modulus.derivative], [2.0, -3.0]);
    assert_eq!([direction.value, direction.derivative], [-1.0, 0.0]);
    assert!(Dual::new(-1.0, 1.0).try_sqrt().is_none());
    assert_eq!(Dual::new(4.0, 1.0).try_sqrt().map(|root| root.derivative), Some(0.25));
}

/// The one lane of a number is the number: what nalgebra does without a check of the lane.
#[test]
fn the_single_lane_is_the_number() {
    use nalgebra::SimdValue;

    let mut x = Dual::new(2.0, 3.0);
    // SAFETY: 0 is below the number of lanes, 1.
    let lane = unsafe { x.extract_unchecked(0) };
    assert_eq!([lane.value, lane.derivative], [2.0, 3.0]);
    // SAFETY: as above.
    unsafe { x.replace_unchecked(0, Dual::new(5.0, 7.0)) };
    assert_eq!([x.value, x.derivative], [5.0, 7.0]);
}
