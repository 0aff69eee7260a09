//! The probabilistic line search, on batches that scatter.

use losses_optim::{
    line_search::{Accepted, LineSearchError, ProbabilisticLineSearch},
    objective::{Estimate, SampledObjective, variance_of_mean},
    state::Saved,
};

/// Batches of 32 of the samples ½‖w − cᵢ‖², whose centres scatter around 0.
struct Scattered {
    batch: u64,
}

impl SampledObjective<f64> for Scattered {
    fn sample(&mut self, params: &[f64], estimate: &mut Estimate<f64>) {
        const SAMPLES: u64 = 32;
        let (mut mean_square, mut squares) = (0.0, vec![0.0; params.len()]);
        estimate.value = 0.0;
        estimate.gradient.fill(0.0);
        let share = 1.0 / SAMPLES as f64;
        for sample in 0..SAMPLES {
            let mut loss = 0.0;
            for (i, w) in params.iter().enumerate() {
                // A sum of three numbers spread evenly over [−1, 1]: not far from normal.
                let number = |k: u64| {
                    let key = (self.batch * SAMPLES + sample) * 64 + 4 * i as u64 + k;
                    (key as f64 * 0.754_877_666_246_692_7).fract() * 2.0 - 1.0
                };
                let slope = w - (number(0) + number(1) + number(2));
                loss += 0.5 * slope * slope;
                estimate.gradient[i] += share * slope;
                squares[i] += share * slope * slope;
            }
            estimate.value += share * loss;
            mean_square += share * loss * loss;
        }
        self.batch += 1;
        estimate.value_variance = variance_of_mean(estimate.value, mean_square, SAMPLES as usize);
        for ((variance, &g), square) in
            estimate.gradient_variance.iter_mut().zip(&estimate.gradient).zip(squares)
        {
            *variance = variance_of_mean(g, square, SAMPLES as usize);
        }
    }
}

#[test]
fn the_probabilistic_search_does_not_mind_its_first_step() {
    for step in [1e-4, 1e-2, 1.0, 10.0] {
        let mut search = ProbabilisticLineSearch { step, ..ProbabilisticLineSearch::default() };
        let mut objective = Scattered { batch: 0 };
        let mut w = vec![3.0; 10];
        let (mut batches, mut probable) = (0, 0);
        for _ in 0..60 {
            let taken = search.step(&mut w, &mut objective).unwrap();
            batches += taken.evaluations;
            probable += u64::from(taken.accepted == Accepted::Probable);
        }
        assert_eq!(objective.batch, batches);
        assert!(
            probable > 30 && batches < 60 * 4,
            "from {step}: {probable} probable of 60, {batches} batches"
        );
        let distance = w.iter().map(|w| w * w).sum::<f64>().sqrt();
        assert!(distance < 0.8, "from {step}: {distance} of {}", 3.0 * 10f64.sqrt());
    }
}

#[test]
fn the_probabilistic_search_resumes_and_refuses() {
    let mut search = ProbabilisticLineSearch::default();
    let mut w = vec![3.0; 4];
    let mut objective = Scattered { batch: 0 };
    for _ in 0..5 {
        search.step(&mut w, &mut objective).unwrap();
    }
    let text = serde_json::to_string(&Saved(&search)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<ProbabilisticLineSearch<f64>>>(&text).unwrap();
    assert_eq!(resumed, search);
    assert_eq!(search.clone(), search);
    let (mut resumed_w, mut resumed_objective) = (w.clone(), Scattered { batch: objective.batch });
    for _ in 0..5 {
        search.step(&mut w, &mut objective).unwrap();
        resumed.step(&mut resumed_w, &mut resumed_objective).unwrap();
    }
    assert_eq!(w, resumed_w);
    assert!(serde_json::from_str::<Saved<ProbabilisticLineSearch<f32>>>(&text).is_err());

    let before = w.clone();
    let mut nowhere = |_: &[f64], estimate: &mut Estimate<f64>| estimate.value = f64::NAN;
    assert!(matches!(search.step(&mut w, &mut nowhere), Err(LineSearchError::Exhausted { .. })));
    assert_eq!(w, before);
    w[0] += 1.0;
    assert!(matches!(search.step(&mut w, &mut nowhere), Err(LineSearchError::NoDescent { .. })));
    let constant = ProbabilisticLineSearch::<f64> { confidence: 1.0, ..ProbabilisticLineSearch::default() };
    assert_eq!(constant.validate().unwrap_err().name, "confidence");
    let mut flat = |_: &[f64], estimate: &mut Estimate<f64>| *estimate = Estimate::zeros(1);
    let taken = ProbabilisticLineSearch::default().step(&mut [1.0], &mut flat).unwrap();
    assert_eq!((taken.accepted, taken.evaluations), (Accepted::Stationary, 1));
}
