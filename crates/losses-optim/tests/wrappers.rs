//! What every wrapper has to do around any optimizer: resume, refuse, allocate nothing.

use std::fmt::Debug;

use losses_optim::{
    average::{ExponentialAverage, PolyakRuppert, StochasticWeightAverage},
    distributed::{Share, mean_of_workers},
    error::StepError,
    optim::{Adam, AdamW, GradientDescent, Momentum, Muon, Optimizer},
    state::{Method, Saved},
    wrap::{
        self, Accumulate, ClipByNorm, ClipByValue, CoupledDecay, DecoupledDecay, Delayed, Group, Groups,
        Lookahead, Parallel, Sam, SkipNonFinite,
    },
};
use serde::{Serialize, de::DeserializeOwned};

fn run<O: Optimizer<f64>>(optimizer: &mut O, w: &mut [f64; 3], steps: std::ops::Range<u64>) {
    for t in steps {
        let gradient = w.map(|w| 3.0 * w.sin() + (0.7 * t as f64).cos());
        optimizer.step(w, &gradient, 0.1 / t as f64).unwrap();
    }
}

fn check<O>(mut optimizer: O)
where
    O: Optimizer<f64> + Method + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let name = O::qualified_name();
    let mut w = [1.0, -0.3, 0.7];
    run(&mut optimizer, &mut w, 1..8);
    let text = serde_json::to_string(&Saved(&optimizer)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<O>>(&text).unwrap();
    assert_eq!(resumed, optimizer, "whatever either has computed in");
    let mut resumed_w = w;
    let measured = allocation_counter::measure(|| run(&mut optimizer, &mut w, 8..40));
    assert_eq!(measured.count_total, 0, "{name}");

    run(&mut resumed, &mut resumed_w, 8..40);
    assert_eq!(resumed_w.map(f64::to_bits), w.map(f64::to_bits), "{name}");

    assert!(
        matches!(optimizer.step(&mut [1.0; 4], &[0.0; 4], 0.1), Err(StepError::StateLength { .. })),
        "{name}"
    );
    assert!(matches!(optimizer.step(&mut w, &[0.0; 3], -1.0), Err(StepError::LearningRate { .. })), "{name}");
    assert!(serde_json::from_str::<Saved<SkipNonFinite<SkipNonFinite<O>>>>(&text).is_err(), "{name}");
}

fn groups<O>(first: O, second: O) -> Groups<O> {
    let group = |name: &str, len, rate, weight_decay, optimizer| Group {
        name: name.to_owned(),
        len,
        rate,
        weight_decay,
        optimizer,
    };
    Groups { groups: vec![group("weights", 2, 1.0, 0.1, first), group("bias", 1, 2.0, 0.0, second)] }
}

#[test]
fn wrappers_resume_refuse_and_do_not_allocate() {
    check(SkipNonFinite::new(Adam::default()));
    check(Accumulate::new(3, Adam::default()));
    check(Delayed::new(3, Adam::default()));
    check(Delayed::new(0, Adam::default()));
    check(ClipByValue::new(0.5, Adam::default()));
    check(ClipByNorm::new(0.5, Adam::default()));
    check(CoupledDecay::new(0.1, Adam::default()));
    check(DecoupledDecay::new(0.1, Adam::default()));
    check(groups(Adam::default(), Adam::default()));
    check(Lookahead::new(3, 0.5, Adam::default()));
    check(Sam::new(0.05, Adam::default())); // saved between the two calls of a step
    check(SkipNonFinite::new(ClipByNorm::new(0.5, groups(Momentum::default(), Momentum::default()))));
    check(SkipNonFinite::new(Muon::default())); // which computes in room of its own
}

/// From 8 with the gradients 2, 4 and −2 at the rate ½, around gradient descent: all numbers are exact.
#[test]
fn three_calls_of_every_wrapper_by_hand() {
    fn calls(mut optimizer: impl Optimizer<f64>) -> [f64; 3] {
        let mut w = [8.0];
        [2.0, 4.0, -2.0].map(|gradient| {
            optimizer.step(&mut w, &[gradient], 0.5).unwrap();
            w[0]
        })
    }
    let plain = GradientDescent::<f64>::default;
    let group = Group { name: "all".to_owned(), len: 1, rate: 2.0, weight_decay: 0.25, optimizer: plain() };
    let by_hand = [
        ("skip_non_finite", calls(SkipNonFinite::new(plain())), [7.0, 5.0, 6.0]),
        ("accumulate", calls(Accumulate::new(2, plain())), [8.0, 6.5, 6.5]), // 8 − ½ (2 + 4)/2
        ("delayed", calls(Delayed::new(1, plain())), [8.0, 7.0, 5.0]),
        ("clip_by_value", calls(ClipByValue::new(3.0, plain())), [7.0, 5.5, 6.5]),
        ("clip_by_norm", calls(ClipByNorm::new(3.0, plain())), [7.0, 5.5, 6.5]),
        ("coupled_decay", calls(CoupledDecay::new(0.5, plain())), [5.0, 1.75, 2.3125]), // 8 − ½ (2 + ½ 8), …
        ("decoupled_decay", calls(DecoupledDecay::new(0.25, plain())), [6.0, 3.25, 3.84375]), // ⅞ 8 − 1, …
        ("groups", calls(Groups { groups: vec![group] }), [4.0, -1.0, 1.25]),           // ¾ 8 − 2, …
        ("parallel", calls(Parallel::new(plain())), [7.0, 5.0, 6.0]),
        ("lookahead", calls(Lookahead::new(2, 0.5, plain())), [7.0, 6.5, 7.5]), // to 5, then half of the way from 8
        ("sam", calls(Sam::new(0.5, plain())), [8.5, 6.0, 5.5]), // 8 + ½, back and 8 − 2, 6 − ½
    ];
    assert_eq!(by_hand.map(|(name, ..)| name).to_vec(), wrap::ALL.iter().map(|w| w.name).collect::<Vec<_>>());
    for (name, found, expected) in by_hand {
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn three_iterates_of_every_average_by_hand() {
    let iterates = [1.0, 3.0, 8.0];
    let mut plain = PolyakRuppert::default();
    assert_eq!(iterates.map(|w| plain.observe(&[w]).map(|()| plain.mean[0]).unwrap()), [1.0, 2.0, 4.0]);
    let mut fading = ExponentialAverage { decay: 0.75, ..ExponentialAverage::default() };
    assert_eq!(iterates.map(|w| fading.observe(&[w]).map(|()| fading.mean[0]).unwrap()), [1.0, 1.5, 3.125]);
    let mut chosen = StochasticWeightAverage { start: 1, ..StochasticWeightAverage::default() };
    let means = iterates.map(|w| chosen.observe(&[w]).map(|()| chosen.mean.clone()).unwrap());
    assert_eq!(means, [vec![], vec![3.0], vec![5.5]]);
}

#[test]
fn a_state_of_another_inner_method_is_refused() {
    let text = serde_json::to_string(&Saved(&DecoupledDecay::new(0.1, Adam::<f64>::default()))).unwrap();
    let refused = serde_json::from_str::<Saved<DecoupledDecay<AdamW<f64>>>>(&text).unwrap_err();
    assert!(refused.to_string().contains("found that of `decoupled_decay(adam)`"), "{refused}");
}

#[test]
fn decoupled_decay_around_adam_is_adam_w() {
    let (mut wrapped, mut named) = (DecoupledDecay::new(0.1, Adam::default()), AdamW::default());
    named.weight_decay = 0.1;
    let (mut a, mut b) = ([1.0, -0.3, 0.7], [1.0, -0.3, 0.7]);
    run(&mut wrapped, &mut a, 1..200);
    run(&mut named, &mut b, 1..200);
    assert_eq!(a.map(f64::to_bits), b.map(f64::to_bits));
}

#[test]
fn clipping_survives_extremes() {
    let mut w = [0.0, 0.0];
    ClipByNorm::new(5.0, GradientDescent::default()).step(&mut w, &[3e200, 4e200], 1.0).unwrap();
    assert!((w[0] + 3.0_f64).abs() < 1e-14 && (w[1] + 4.0).abs() < 1e-14, "{w:?}");
    let mut w = [0.0, 0.0];
    ClipByNorm::new(5.0, GradientDescent::default()).step(&mut w, &[0.0, f64::NAN], 1.0).unwrap();
    assert!(f64::is_nan(w[1]));
    let mut w = [0.0_f32];
    ClipByNorm::new(1e-3, GradientDescent::default()).step(&mut w, &[3e-3], 1.0).unwrap();
    assert!((w[0] + 1e-3).abs() < 1e-9);
}

#[test]
fn groups_must_fill_the_slice() {
    let refused = groups(GradientDescent::default(), GradientDescent::default())
        .step(&mut [1.0; 4], &[0.0; 4], 0.1)
        .unwrap_err();
    assert_eq!(refused, StepError::StateLength { buffer: "groups", expected: 4, found: 3 });
}

#[test]
fn averages_resume_to_the_last_bit() {
    macro_rules! resumes {
        ($($average:ident $constants:tt),*) => {$({
            let mut average = $average::<f64> $constants;
            let iterate = |t: u32| [f64::from(t).sin(), f64::from(t).sqrt()];
            (0..7).for_each(|t| average.observe(&iterate(t)).unwrap());
            let text = serde_json::to_string(&Saved(&average)).unwrap();
            let Saved(mut resumed) = serde_json::from_str::<Saved<$average<f64>>>(&text).unwrap();
            for t in 7..20 {
                average.observe(&iterate(t)).unwrap();
                resumed.observe(&iterate(t)).unwrap();
            }
            assert_eq!(resumed, average);
        })*};
    }
    resumes!(
        PolyakRuppert { ..PolyakRuppert::default() },
        ExponentialAverage { ..ExponentialAverage::default() },
        StochasticWeightAverage { start: 3, every: 2, ..StochasticWeightAverage::default() }
    );
}

#[test]
fn averages_refuse_other_lengths_and_constants() {
    let mut mean = PolyakRuppert::default();
    mean.observe(&[1.0, 2.0]).unwrap();
    assert!(mean.observe(&[1.0]).is_err());
    assert_eq!(mean.mean, [1.0, 2.0]);
    assert!(ExponentialAverage { decay: 1.0, ..ExponentialAverage::default() }.observe(&[1.0]).is_err());
    let mut swa = StochasticWeightAverage { every: 0, ..StochasticWeightAverage::default() };
    assert!(swa.observe(&[1.0]).is_err());
}

#[test]
fn delayed_gradients_bear_the_learning_rate_that_theory_gives_them() {
    // ½x²: stable iff η < 2 sin(π/(2(2τ + 1))).
    for delay in 0..6 {
        let threshold = 2.0 * (std::f64::consts::FRAC_PI_2 / (2 * delay + 1) as f64).sin();
        let size = |rate: f64| {
            let mut optimizer = Delayed::new(delay, GradientDescent::default());
            let mut x = [1.0];
            for _ in 0..20_000 {
                let gradient = x;
                optimizer.step(&mut x, &gradient, rate).unwrap();
            }
            x[0].abs()
        };
        assert!(size(0.99 * threshold) < 1e-3, "{delay}");
        assert!(size((1.01 * threshold).min(2.02)) > 1e3, "{delay}");
    }
}

#[test]
fn a_parallel_update_is_the_update_whatever_the_threads() {
    let gradient = |t: usize| (0..1000).map(|i| ((i * t) as f32).sin()).collect::<Vec<_>>();
    let run = |optimizer: &mut dyn Optimizer<f32>| {
        let mut w = vec![0.5_f32; 1000];
        for t in 1..20 {
            optimizer.step(&mut w, &gradient(t), 0.01).unwrap();
        }
        w.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let expected = run(&mut Adam::default());
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for chunk in [1, 7, 256, 1000, 5000] {
            let mut parallel = Parallel { chunk, ..Parallel::new(Adam::default()) };
            assert_eq!(pool.install(|| run(&mut parallel)), expected, "{threads} threads, chunks of {chunk}");
        }
    }
}

#[test]
fn a_parallel_optimizer_resumes_and_refuses() {
    let mut optimizer = Parallel { chunk: 2, ..Parallel::new(Adam::default()) };
    let mut w = [1.0, -0.3, 0.7];
    run(&mut optimizer, &mut w, 1..8);
    let text = serde_json::to_string(&Saved(&optimizer)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<Parallel<Adam<f64>>>>(&text).unwrap();
    let mut resumed_w = w;
    run(&mut optimizer, &mut w, 8..20);
    run(&mut resumed, &mut resumed_w, 8..20);
    assert_eq!(w, resumed_w);
    // The same number of chunks, but the last is longer; and another number.
    for len in [4, 5] {
        let refused = optimizer.step(&mut vec![1.0; len], &vec![0.0; len], 0.1).unwrap_err();
        assert!(matches!(refused, StepError::StateLength { .. }), "{refused}");
    }
    let none = Parallel { chunk: 0, ..Parallel::new(Adam::<f64>::default()) }.step(&mut [1.0], &[1.0], 0.1);
    assert!(matches!(none, Err(StepError::Hyperparameter(_))), "{none:?}");
}

#[test]
fn workers_in_step_are_one_worker() {
    // The mean of ½(w − c)² over eight samples, shared out unevenly.
    let centres = [0.3, -1.0, 2.0, 0.7, 5.0, -0.2, 0.1, 1.1];
    let gradient = |samples: &[f64]| [samples.iter().map(|c| 2.5 - c).sum::<f64>() / samples.len() as f64];
    let whole = gradient(&centres);
    for cut in 1..7 {
        let (first, second) = centres.split_at(cut);
        let (a, b) = (gradient(first), gradient(second));
        let mut mean = [f64::NAN];
        let workers =
            [Share { samples: cut, gradient: &a }, Share { samples: centres.len() - cut, gradient: &b }];
        mean_of_workers(&workers, &mut mean).unwrap();
        assert!((mean[0] - whole[0]).abs() < 1e-15);
    }
    let mut mean = [7.0];
    assert_eq!(mean_of_workers(&[], &mut mean), Err(StepError::NoSamples { workers: 0 }));
    let lazy = [Share { samples: 0, gradient: &[1.0] }];
    assert_eq!(mean_of_workers(&lazy, &mut mean), Err(StepError::NoSamples { workers: 1 }));
    let wrong = [Share { samples: 1, gradient: &[1.0, 2.0] }];
    assert!(matches!(mean_of_workers(&wrong, &mut mean), Err(StepError::GradientLength { .. })));
    assert_eq!(mean, [7.0]);
}

/// Samples of ½(wᵀx − y)², which of them each worker holds, and the gradient that PyTorch's workers end with.
#[derive(serde::Deserialize)]
struct Workers {
    inputs: Vec<[f64; 2]>,
    targets: Vec<f64>,
    shares: Vec<Vec<usize>>,
    weights: [f64; 2],
    gradient: [f64; 2],
}

#[test]
fn pytorchs_workers_count_alike_however_many_samples_they_have() {
    let Workers { inputs, targets, shares, weights: [a, b], gradient: theirs } =
        serde_json::from_str(include_str!("reference/workers.json")).unwrap();
    let mean_gradient = |samples: &[usize]| {
        let mut mean = [0.0; 2];
        for &i in samples {
            let residual = a * inputs[i][0] + b * inputs[i][1] - targets[i];
            mean.iter_mut().zip(inputs[i]).for_each(|(g, x)| *g += residual * x / samples.len() as f64);
        }
        mean
    };
    let gradients: Vec<_> = shares.iter().map(|share| mean_gradient(share)).collect();
    let close = |a: [f64; 2], b: [f64; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
    let combined = |samples: &dyn Fn(usize) -> usize| {
        let mut mean = [0.0; 2];
        let workers: Vec<_> = gradients
            .iter()
            .enumerate()
            .map(|(k, gradient)| Share { samples: samples(k), gradient })
            .collect();
        mean_of_workers(&workers, &mut mean).unwrap();
        mean
    };
    assert!(close(combined(&|_| 1), theirs));
    let here = combined(&|k| shares[k].len());
    let whole: Vec<usize> = (0..inputs.len()).collect();
    assert!(close(here, mean_gradient(&whole)) && !close(here, theirs));
}

#[test]
fn names_are_unique() {
    let names: Vec<_> = wrap::ALL.iter().chain(losses_optim::average::ALL).map(|entry| entry.name).collect();
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "{name} is registered twice");
    }
}
