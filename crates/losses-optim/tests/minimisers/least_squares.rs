//! Methods for sums of squares.

use losses_optim::minimise::{Ended, GaussNewton, LevenbergMarquardt, MinimiseError, Minimiser, Until};

use crate::problems::Decay;

#[test]
fn sums_of_squares_are_fitted() {
    let until = Until { gradient: 1e-8, steps: 100 }; // what values of 0.02 to sixteen digits can tell
    for error in [0.0, 0.05] {
        let (mut a, mut b) = ([1.0_f64, -1.0, 0.0], [1.0_f64, -1.0, 0.0]);
        let gauss = GaussNewton::default().minimise(&mut a, &mut Decay { error }, &until).unwrap();
        let marquardt = LevenbergMarquardt::default().minimise(&mut b, &mut Decay { error }, &until).unwrap();
        assert_eq!((gauss.ended, marquardt.ended), (Ended::Flat, Ended::Flat));
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-7), "{a:?} {b:?}");
        if error == 0.0 {
            assert!(a.iter().zip([2.0, -1.5, 0.5]).all(|(a, e)| (a - e).abs() < 1e-8), "{a:?}");
        }
    }
    // From farther away; and a Jacobian without full rank.
    let mut w = [1.0_f64, -6.0, 0.0];
    LevenbergMarquardt::default().minimise(&mut w, &mut Decay { error: 0.0 }, &until).unwrap();
    assert!((w[1] + 1.5).abs() < 1e-6, "{w:?}");
    let refused = GaussNewton::default().step(&mut [0.0, 1.0, 0.0], &mut Decay { error: 0.0 }).unwrap_err();
    assert!(matches!(refused, MinimiseError::Singular { .. }), "{refused}");
    assert!(LevenbergMarquardt::default().step(&mut [0.0, 1.0, 0.0], &mut Decay { error: 0.0 }).is_ok());
}
