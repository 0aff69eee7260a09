//! What every wrapper has to do around any optimizer: resume, refuse, allocate nothing.

use losses_optim::{
    average::{ExponentialAverage, PolyakRuppert, StochasticWeightAverage},
    error::StepError,
    optim::{Adam, AdamW, GradientDescent, Momentum, Optimizer},
    state::{Method, Saved},
    wrap::{
        Accumulate, ClipByNorm, ClipByValue, CoupledDecay, DecoupledDecay, Group, Groups, Lookahead, Sam,
        SkipNonFinite,
    },
};
use serde::{Serialize, de::DeserializeOwned};

fn run<O: Optimizer<f64>>(optimizer: &mut O, w: &mut [f64; 3], steps: std::ops::Range<u64>) {
    for t in steps {
        let gradient = w.map(|w| 3.0 * w.sin() + (0.7 * t as f64).cos());
        optimizer.step(w, &gradient, 0.1 / t as f64).unwrap();
    }
}

fn check<O: Optimizer<f64> + Method + Serialize + DeserializeOwned>(mut optimizer: O) {
    let name = O::qualified_name();
    let mut w = [1.0, -0.3, 0.7];
    run(&mut optimizer, &mut w, 1..8);
    let text = serde_json::to_string(&Saved(&optimizer)).unwrap();
    let mut resumed_w = w;
    let measured = allocation_counter::measure(|| run(&mut optimizer, &mut w, 8..40));
    assert_eq!(measured.count_total, 0, "{name}");

    let Saved(mut resumed) = serde_json::from_str::<Saved<O>>(&text).unwrap();
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
    check(ClipByValue::new(0.5, Adam::default()));
    check(ClipByNorm::new(0.5, Adam::default()));
    check(CoupledDecay::new(0.1, Adam::default()));
    check(DecoupledDecay::new(0.1, Adam::default()));
    check(groups(Adam::default(), Adam::default()));
    check(Lookahead::new(3, 0.5, Adam::default()));
    check(Sam::new(0.05, Adam::default())); // saved between the two calls of a step
    check(SkipNonFinite::new(ClipByNorm::new(0.5, groups(Momentum::default(), Momentum::default()))));
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
fn averages_refuse_other_lengths_and_constants() {
    let mut mean = PolyakRuppert::default();
    mean.observe(&[1.0, 2.0]).unwrap();
    assert!(mean.observe(&[1.0]).is_err());
    assert_eq!(mean.mean, [1.0, 2.0]);
    assert!(ExponentialAverage { decay: 1.0, ..ExponentialAverage::default() }.observe(&[1.0]).is_err());
    let mut swa = StochasticWeightAverage { every: 0, ..StochasticWeightAverage::default() };
    assert!(swa.observe(&[1.0]).is_err());
}
