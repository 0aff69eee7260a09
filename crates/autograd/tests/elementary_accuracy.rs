//! The elementary functions of arrays against a table of high precision, at every special number, and against those of
//! the numbers.

use autograd::{Algebra, Array, ArrayOps};
use serde::Deserialize;

/// The most that a function may be off, in units in the last place of the true value.
const ULPS: f64 = 4.0;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    function: String,
    precision: String,
    /// An argument, the value, and what is left over of it.
    rows: Vec<[f64; 3]>,
}

fn apply<A: Algebra>(function: &str, x: &A) -> Option<A> {
    Some(match function {
        "exp" => x.exp(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "tanh" => x.tanh(),
        _ => return None,
    })
}

/// As `apply`, with the functions that only arrays have for methods.
fn apply_to_array<A: ArrayOps>(function: &str, x: &A) -> A {
    match function {
        "sigmoid" => x.sigmoid(),
        _ => apply(function, x).expect("a function of the table"),
    }
}

/// The distance between the floats around `value`, of a type with so many digits and this least exponent.
fn ulp(value: f64, digits: i32, least: i32) -> f64 {
    let exponent = if value == 0.0 { i32::MIN } else { value.abs().log2().floor() as i32 };
    f64::from(exponent.saturating_sub(digits - 1).max(least)).exp2()
}

#[test]
fn values_are_within_four_units_in_the_last_place() {
    let reference: Reference = serde_json::from_str(include_str!("reference/elementary.json")).unwrap();
    let mut compared = 0;
    for Case { function, precision, rows } in &reference.cases {
        let x: Vec<f64> = rows.iter().map(|row| row[0]).collect();
        let (y, digits, least) = if precision == "f32" {
            let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let y = apply_to_array(function, &Array::vector(&x));
            (y.to_vec().into_iter().map(f64::from).collect(), 24, -149)
        } else {
            let y = apply_to_array(function, &Array::vector(&x));
            (y.to_vec(), 53, -1074)
        };
        let mut worst = (0.0, 0.0);
        for (&[x, value, rest], y) in rows.iter().zip(y) {
            // A result below the normal numbers may differ by one of the least numbers.
            let error = ((y - value) - rest).abs() / ulp(value, digits, least);
            assert!(error <= ULPS, "{function} of {x:e} in {precision}: {y:e} is {error:.2} ulp off");
            if error > worst.0 {
                worst = (error, x);
            }
            compared += 1;
        }
        println!("{function} {precision}: at most {:.2} ulp, at {:e}", worst.0, worst.1);
    }
    assert!(compared > 2000, "{compared} values");
}

/// Every 1009th single float there is, of either sign, against the same function of `f64`.
#[test]
fn single_floats_of_every_size_are_accurate() {
    for name in ["exp", "exp_m1", "ln", "ln_1p", "tanh"] {
        let x: Vec<f32> = (0..u32::MAX).step_by(1009).map(f32::from_bits).collect();
        let y = apply(name, &Array::vector(&x)).unwrap().to_vec();
        let mut worst = (0.0, 0.0);
        for (x, y) in x.into_iter().zip(y) {
            let exact = apply(name, &f64::from(x)).unwrap();
            if exact.is_nan() {
                assert!(y.is_nan(), "{name} of {x:e}: {y:e}");
            } else if f64::from(exact as f32).is_infinite() {
                assert_eq!(f64::from(y), f64::from(exact as f32), "{name} of {x:e}");
            } else {
                let error = (f64::from(y) - exact).abs() / ulp(exact, 24, -149);
                assert!(error <= ULPS, "{name} of {x:e}: {y:e} is {error:.2} ulp off");
                if error > worst.0 {
                    worst = (error, x);
                }
            }
        }
        println!("{name}: at most {:.2} ulp, at {:e}", worst.0, worst.1);
    }
}

#[test]
fn special_numbers_are_what_they_are_for_numbers() {
    macro_rules! check {
        ($number:ty) => {
            let special = [
                0.0,
                -0.0,
                <$number>::INFINITY,
                <$number>::NEG_INFINITY,
                <$number>::NAN,
                <$number>::MAX,
                <$number>::MIN,
                <$number>::MIN_POSITIVE,
                -<$number>::MIN_POSITIVE,
                <$number>::from_bits(1),
                -<$number>::from_bits(1),
                -1.0,
                -2.0,
                1.0,
            ];
            for name in ["exp", "exp_m1", "ln", "ln_1p", "tanh"] {
                // Many of each, so that vectors and what is left over of them are both tried.
                let many: Vec<$number> = special.iter().flat_map(|&x| [x; 37]).collect();
                let results = apply(name, &Array::vector(&many)).unwrap().to_vec();
                for (x, y) in many.into_iter().zip(results) {
                    let expected = apply(name, &x).unwrap();
                    let near = (y - expected).abs() <= 4.0 * <$number>::EPSILON * expected.abs();
                    let same = y == expected && y.is_sign_negative() == expected.is_sign_negative();
                    assert!(
                        same || (y != 0.0 && near) || (y.is_nan() && expected.is_nan()),
                        "{name} of {x:e}: {y:e}, not {expected:e}"
                    );
                }
            }
        };
    }
    check!(f32);
    check!(f64);
}
