//! What every registered schedule has to do, and values of single ones.

use losses_optim::{
    error::StepError,
    optim::{GradientDescent, Optimizer},
    schedule::{self, Constant, Exponential, InverseSquareRoot, Schedule, StepDecay},
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

fn survives<S: Schedule + Method + Serialize + DeserializeOwned>(schedule: &S) {
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
}

#[test]
fn schedules_survive_saving() {
    survives(&Constant { initial: 0.1 });
    survives(&StepDecay { initial: 0.3, factor: 0.1, every: 7 });
    survives(&Exponential { initial: 0.3, factor: 0.97 });
    survives(&InverseSquareRoot { initial: 0.3 });
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
