//! What every registered schedule has to do, and values of single ones.

use losses_optim::{
    error::StepError,
    optim::{GradientDescent, Optimizer},
    schedule::{
        self, Constant, Cosine, CosineRestarts, Exponential, ExponentialWarmup, InverseSquareRoot,
        InverseTime, LinearWarmup, MultiStep, OneCycle, Polynomial, ReduceOnPlateau, Schedule, Sequence,
        StepDecay, SutskeverMomentum,
    },
    state::{Method, Saved},
};
use serde::{Serialize, de::DeserializeOwned};

#[test]
fn every_rate_is_one_an_optimizer_takes() {
    for entry in schedule::ALL {
        let schedule = (entry.make)();
        schedule.validate().unwrap();
        for t in (0..2_000).chain([1 << 40, u64::MAX]) {
            let rate = schedule.learning_rate(t);
            assert!(rate >= 0.0 && rate.is_finite(), "{}({t}) = {rate}", entry.name);
        }
        assert_eq!(schedule.learning_rate(0), schedule.learning_rate(1), "{}", entry.name);
        assert!(std::ptr::eq(schedule::find(entry.name).unwrap(), entry));
    }
}

/// Saves and loads; returns the name.
fn survives<S: Schedule + Method + Serialize + DeserializeOwned>(schedule: &S) -> &'static str {
    let text = serde_json::to_string(&Saved(schedule)).unwrap();
    let Saved(loaded) = serde_json::from_str::<Saved<S>>(&text).unwrap();
    for t in 1..500 {
        assert_eq!(
            loaded.learning_rate(t).to_bits(),
            schedule.learning_rate(t).to_bits(),
            "{} at {t}",
            S::NAME
        );
    }
    assert!(serde_json::from_str::<Saved<losses_optim::optim::Adam<f64>>>(&text).is_err());
    let later = text.replacen("\"version\":1", "\"version\":2", 1);
    let refused = serde_json::from_str::<Saved<S>>(&later).err().unwrap().to_string();
    assert!(refused.contains("expected a state of version 1, found version 2"), "{refused}");
    S::NAME
}

#[test]
fn schedules_survive_saving() {
    let mut plateau = ReduceOnPlateau { rate: 0.3, factor: 0.7, patience: 2, ..ReduceOnPlateau::default() };
    for _ in 0..10 {
        plateau.observe(1.0);
    }
    let tested = [
        survives(&Constant { initial: 0.1 }),
        survives(&StepDecay { initial: 0.3, factor: 0.1, every: 7 }),
        survives(&MultiStep { initial: 0.3, factor: 0.1, milestones: vec![2, 300] }),
        survives(&Exponential { initial: 0.3, factor: 0.97 }),
        survives(&Polynomial { initial: 0.3, last: 0.01, power: 0.7, steps: 77 }),
        survives(&InverseTime { initial: 0.3, decay: 0.1 }),
        survives(&InverseSquareRoot { initial: 0.3 }),
        survives(&Cosine { initial: 0.3, last: 0.01, steps: 77 }),
        survives(&CosineRestarts { initial: 0.3, last: 0.01, cycle: 7, growth: 3 }),
        survives(&LinearWarmup { target: 0.3, steps: 7 }),
        survives(&ExponentialWarmup { target: 0.3, time: 7.0 }),
        survives(&OneCycle { peak: 0.3, ..OneCycle::default() }),
        survives(&plateau),
        survives(&Sequence { first: Constant { initial: 0.3 }, steps: 100, second: Cosine::default() }),
    ];
    assert_eq!(tested.to_vec(), schedule::ALL.iter().map(|entry| entry.name).collect::<Vec<_>>());
    let momentum = SutskeverMomentum { largest: 0.95, every: 7 };
    let text = serde_json::to_string(&Saved(&momentum)).unwrap();
    assert_eq!(serde_json::from_str::<Saved<SutskeverMomentum>>(&text).unwrap().0, momentum);
    assert_eq!(schedule::MOMENTA.iter().map(|entry| entry.name).collect::<Vec<_>>(), ["sutskever_momentum"]);
}

/// A plateau is the one schedule with a memory: saved in the middle of one, it goes on as if it had not been.
#[test]
fn a_resumed_plateau_equals_an_uninterrupted_one() {
    let losses: Vec<f64> = (0..40).map(|i| 1.0 + 0.5 / f64::from(1 + i / 7)).collect();
    let mut uninterrupted = ReduceOnPlateau { patience: 2, cooldown: 3, ..ReduceOnPlateau::default() };
    losses[..11].iter().for_each(|&loss| uninterrupted.observe(loss));
    let text = serde_json::to_string(&Saved(&uninterrupted)).unwrap();
    let Saved(mut resumed) = serde_json::from_str::<Saved<ReduceOnPlateau>>(&text).unwrap();
    for &loss in &losses[11..] {
        uninterrupted.observe(loss);
        resumed.observe(loss);
        assert_eq!(resumed.learning_rate(1).to_bits(), uninterrupted.learning_rate(1).to_bits());
    }
    assert_eq!(resumed, uninterrupted);
    assert!(resumed.rate < 0.01, "no plateau was met");
}

#[test]
fn divide_by_ten_every_thirty_epochs() {
    let schedule = StepDecay { initial: 0.1, factor: 0.1, every: 30 };
    for (t, expected) in [(1, 0.1), (30, 0.1), (31, 0.01), (60, 0.01), (61, 0.001)] {
        assert!((schedule.learning_rate(t) - expected).abs() < 1e-17, "{t}");
    }
}

#[test]
fn constants_out_of_range_are_named_and_their_rates_refused() {
    let schedule = StepDecay { every: 0, ..StepDecay::default() };
    assert_eq!(schedule.validate().unwrap_err().name, "every");
    let refused = GradientDescent::default().step(&mut [1.0], &[1.0], schedule.learning_rate(5)).unwrap_err();
    assert!(matches!(refused, StepError::LearningRate { .. }));
    assert!(Constant { initial: -1.0 }.validate().is_err());
    assert!(Exponential { initial: 1.0, factor: f64::NAN }.validate().is_err());
}

#[test]
fn sequences_of_other_schedules_are_told_apart() {
    let saved =
        Sequence { first: Constant { initial: 0.3 }, steps: 100, second: InverseSquareRoot { initial: 0.3 } };
    let text = serde_json::to_string(&Saved(&saved)).unwrap();
    let refused = serde_json::from_str::<Saved<Sequence<InverseSquareRoot, Constant>>>(&text).unwrap_err();
    assert!(
        refused.to_string().contains("found that of `sequence(constant, inverse_square_root)`"),
        "{refused}"
    );
}

#[test]
fn restarts_of_equal_length_repeat() {
    let schedule = CosineRestarts { initial: 1.0, last: 0.1, cycle: 5, growth: 1 };
    for t in 1..50 {
        assert_eq!(schedule.learning_rate(t), schedule.learning_rate(t + 5));
    }
}

#[test]
fn a_plateau_is_noticed_cooled_and_floored() {
    let mut schedule =
        ReduceOnPlateau { rate: 1.0, patience: 2, cooldown: 3, smallest: 0.05, ..ReduceOnPlateau::default() };
    let mut rates = Vec::new();
    for loss in [1.0, f64::NAN, 0.99999, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0] {
        schedule.observe(loss);
        rates.push(schedule.rate);
    }
    assert_eq!(rates, [1.0, 1.0, 1.0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05]);
}

#[test]
fn sutskevers_momentum_rises_to_its_largest() {
    let schedule = SutskeverMomentum { largest: 0.9, every: 100 };
    assert!((1..2_000).all(|t| schedule.momentum(t) <= schedule.momentum(t + 1)));
    assert_eq!(schedule.momentum(99), 0.5);
    assert_eq!(schedule.momentum(2_000), 0.9);
    assert!(SutskeverMomentum { every: 0, ..schedule }.validate().is_err());
}

#[test]
fn no_steps_at_all_give_no_rate() {
    let rates = [
        Polynomial { steps: 0, ..Polynomial::default() }.learning_rate(1),
        Cosine { steps: 0, ..Cosine::default() }.learning_rate(1),
        CosineRestarts { cycle: 0, ..CosineRestarts::default() }.learning_rate(1),
    ];
    assert!(rates.iter().all(|rate| rate.is_nan()), "{rates:?}");
}
