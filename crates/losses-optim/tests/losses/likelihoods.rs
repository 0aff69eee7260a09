//! Losses as negative log-likelihoods.

use autograd::Array;
use losses_optim::loss::{
    BinaryCrossEntropy, GaussianNll, LaplaceNll, Likelihood, Loss, PoissonNll, Reduction,
    SoftmaxCrossEntropy, StudentTNll,
};

use crate::support::matrix;

#[test]
fn likelihoods_are_normalised() {
    /// ∫ exp(−ℓ(y)) dy over the real line, by the trapezoid rule after y = sinh(sinh u), which tames heavy tails.
    fn integral<L: Loss<Target<Array<f64>> = Array<f64>>>(loss: &L, prediction: f64) -> f64 {
        let step = 1.0 / 512.0;
        let nodes: Vec<f64> = (-2200..=2200).map(|i| f64::from(i) * step).collect();
        // Shifted, so that the kink of the density lies on a node.
        let targets: Vec<f64> = nodes.iter().map(|u| prediction + u.sinh().sinh()).collect();
        let predictions = Array::full(&[targets.len()], prediction);
        let losses = loss.per_sample(&predictions, &Array::vector(&targets)).unwrap();
        let stretch = nodes.iter().map(|u| u.sinh().cosh() * u.cosh());
        losses.to_vec().iter().zip(stretch).map(|(l, s)| (-l).exp() * s * step).sum()
    }
    assert!((integral(&GaussianNll { precision: 0.3 }, 0.7) - 1.0).abs() < 1e-12);
    assert!((integral(&StudentTNll { degrees: 3.0, scale: 0.7 }, 0.7) - 1.0).abs() < 1e-12);
    assert!((integral(&LaplaceNll { scale: 2.5 }, 0.7) - 1.0).abs() < 1e-5);
    let counts: Vec<f64> = (0..200).map(f64::from).collect();
    let rate = Array::full(&[counts.len()], 3.0_f64);
    let losses = PoissonNll.per_sample(&rate, &Array::vector(&counts)).unwrap();
    assert!((losses.to_vec().iter().map(|l| (-l).exp()).sum::<f64>() - 1.0).abs() < 1e-12);
    let bits = BinaryCrossEntropy.per_sample(&Array::vector(&[0.7; 2]), &Array::vector(&[0.0, 1.0])).unwrap();
    assert!((bits.to_vec().iter().map(|l: &f64| (-l).exp()).sum::<f64>() - 1.0).abs() < 1e-15);
    let scores = matrix(3, &[[0.3, -1.2, 0.8]; 3].concat());
    let losses = SoftmaxCrossEntropy.per_sample(&scores, &[0, 1, 2]).unwrap();
    assert!((losses.to_vec().iter().map(|l| (-l).exp()).sum::<f64>() - 1.0).abs() < 1e-15);
}

#[test]
fn a_likelihood_is_its_core_times_its_factor_and_terms_without_the_prediction() {
    fn rest<L: Likelihood<Target<Array<f64>> = Array<f64>>>(likelihood: &L, x: f64) -> f64
    where
        L::Core: Loss<Target<Array<f64>> = Array<f64>>,
    {
        let (x, y) = (Array::vector(&[x]), Array::vector(&[1.0]));
        let nll = likelihood.negative_log_likelihood(Array::clone, &x, &y).unwrap();
        let core = likelihood.core().evaluate(&x, &y, Reduction::Sum).unwrap();
        nll.item().unwrap() - likelihood.factor() * core.item().unwrap()
    }
    fn constant<L: Likelihood<Target<Array<f64>> = Array<f64>>>(likelihood: &L)
    where
        L::Core: Loss<Target<Array<f64>> = Array<f64>>,
    {
        assert!((rest(likelihood, -2.0) - rest(likelihood, 0.5)).abs() < 1e-12);
        assert!(likelihood.factor() > 0.0);
    }
    constant(&GaussianNll { precision: 0.3 });
    constant(&LaplaceNll { scale: 2.5 });
    constant(&StudentTNll::default());
    constant(&PoissonNll);
    constant(&BinaryCrossEntropy);
}
