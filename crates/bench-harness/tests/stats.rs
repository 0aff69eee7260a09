//! The statistics against SciPy, statsmodels and exact enumeration (tests/reference/make_statistics.py), and their edges.

use bench_harness::stats::{
    Better, CONFIDENCE, Centre, Correlation, Error, Interval, bootstrap, bootstrap_two,
    clopper_pearson_interval, equivalence, expected_best_of, fisher_exact, holm, least_squares, levene, mean,
    mean_interval, median, minimum_detectable_effect, paired_difference, paired_win_probability, pearson,
    power_law, quantile, ratio_of_means, ratio_of_medians, sample_sd, sign_test, spearman, wilson_interval,
    win_probability,
};
use serde_json::Value;

const NEVER: f64 = f64::INFINITY;

/// The cases of one statistic.
fn cases(name: &str) -> Vec<Value> {
    let reference: Value =
        serde_json::from_str(include_str!("reference/statistics.json")).expect("valid JSON");
    let cases = reference["cases"][name].as_array().expect("a list of cases").clone();
    assert!(!cases.is_empty());
    cases
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

/// Agreement to a relative 1e-9.
#[track_caller]
fn close(found: f64, expected: f64, case: &Value) {
    let error = (found - expected).abs();
    assert!(error <= 1e-9 * expected.abs(), "found {found}, expected {expected}, error {error:e} in {case}");
}

#[test]
fn summaries() {
    for case in cases("mean") {
        close(mean(&numbers(&case["x"])).unwrap(), number(&case["expected"]), &case);
    }
    for case in cases("sample_sd") {
        close(sample_sd(&numbers(&case["x"])).unwrap(), number(&case["expected"]), &case);
    }
    for case in cases("quantile") {
        let found = quantile(&numbers(&case["x"]), number(&case["p"])).unwrap();
        close(found, number(&case["expected"]), &case);
    }
    for case in cases("minimum_detectable_effect") {
        let found = minimum_detectable_effect(&numbers(&case["x"])).unwrap();
        close(found, number(&case["expected"]), &case);
    }
}

#[test]
fn intervals() {
    for case in cases("mean_interval") {
        let found = mean_interval(&numbers(&case["x"]), number(&case["confidence"])).unwrap();
        let expected = numbers(&case["expected"]);
        close(found.estimate, expected[0], &case);
        close(found.low, expected[1], &case);
        close(found.high, expected[2], &case);
    }
    for case in cases("paired_difference") {
        let found = paired_difference(&numbers(&case["a"]), &numbers(&case["b"]), CONFIDENCE).unwrap();
        let expected = numbers(&case["expected"]);
        close(found.estimate, expected[0], &case);
        close(found.low, expected[1], &case);
        close(found.high, expected[2], &case);
    }
}

/// A sample whose half-width is the t quantile times a known number, so that the quantile itself is compared.
#[test]
fn quantiles_of_t() {
    for case in cases("t_quantile") {
        let (p, freedom) = (number(&case["p"]), number(&case["freedom"]));
        let n = freedom as usize + 1;
        let sample: Vec<f64> = (0..n).map(|i| [-1.0, 1.0][i % 2]).collect();
        let standard_error = sample_sd(&sample).unwrap() / (n as f64).sqrt();
        let interval = mean_interval(&sample, 2.0 * p - 1.0).unwrap();
        let found = (interval.high - interval.low) / 2.0 / standard_error;
        close(found, number(&case["expected"]), &case);
    }
}

#[test]
fn tests_of_hypotheses() {
    for case in cases("sign_test") {
        let count = |key: &str| case[key].as_u64().unwrap() as usize;
        let (smaller, larger) = (count("smaller"), count("larger"));
        let a = [vec![1.0; smaller], vec![NEVER; larger], vec![NEVER, 2.0]].concat();
        let b = [vec![NEVER; smaller], vec![1.0; larger], vec![NEVER, 2.0]].concat();
        let found = sign_test(&a, &b).unwrap();
        assert_eq!((found.smaller, found.larger, found.ties), (smaller, larger, 2));
        close(found.p_value, number(&case["expected"]), &case);
    }
    for case in cases("equivalence") {
        let margin = number(&case["margin"]);
        let found = equivalence(&numbers(&case["a"]), &numbers(&case["b"]), margin).unwrap();
        close(found.p_value, number(&case["expected"]), &case);
        assert_eq!(found.holds(), found.p_value < 0.05);
    }
    for case in cases("holm") {
        let found = holm(&numbers(&case["p"])).unwrap();
        for (found, expected) in found.iter().zip(numbers(&case["expected"])) {
            close(*found, expected, &case);
        }
    }
    for case in cases("fisher_exact") {
        let row = |i: usize| [0, 1].map(|j| case["table"][i][j].as_u64().unwrap());
        close(fisher_exact([row(0), row(1)]).unwrap(), number(&case["expected"]), &case);
    }
    for case in cases("levene") {
        let groups: Vec<Vec<f64>> = case["groups"].as_array().unwrap().iter().map(numbers).collect();
        let groups: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
        let centre = if case["centre"] == "mean" { Centre::Mean } else { Centre::Median };
        let found = levene(&groups, centre).unwrap();
        let expected = numbers(&case["expected"]);
        close(found.statistic, expected[0], &case);
        close(found.p_value, expected[1], &case);
    }
}

#[test]
fn proportions() {
    for (name, interval) in [
        ("wilson", wilson_interval as fn(u64, u64, f64) -> Result<Interval, Error>),
        ("clopper_pearson", clopper_pearson_interval),
    ] {
        for case in cases(name) {
            let count = |key: &str| case[key].as_u64().unwrap();
            let found = interval(count("successes"), count("trials"), number(&case["confidence"])).unwrap();
            let expected = numbers(&case["expected"]);
            close(found.estimate, expected[0], &case);
            close(found.low, expected[1], &case);
            close(found.high, expected[2], &case);
        }
    }
}

#[test]
fn associations() {
    for (name, correlation) in
        [("pearson", pearson as fn(&[f64], &[f64]) -> Result<Correlation, Error>), ("spearman", spearman)]
    {
        for case in cases(name) {
            let found = correlation(&numbers(&case["a"]), &numbers(&case["b"])).unwrap();
            let expected = numbers(&case["expected"]);
            close(found.coefficient, expected[0], &case);
            close(found.p_value, expected[1], &case);
        }
    }
    for case in cases("least_squares") {
        let found = least_squares(&numbers(&case["a"]), &numbers(&case["b"]), CONFIDENCE).unwrap();
        let expected = numbers(&case["expected"]);
        close(found.slope.estimate, expected[0], &case);
        close(found.slope.low, expected[1], &case);
        close(found.slope.high, expected[2], &case);
        close(found.intercept, expected[3], &case);
    }
}

#[test]
fn budgets_and_wins() {
    for case in cases("expected_best_of") {
        let better = if case["better"] == "larger" { Better::Larger } else { Better::Smaller };
        let k = case["k"].as_u64().unwrap() as usize;
        close(expected_best_of(&numbers(&case["x"]), k, better).unwrap(), number(&case["expected"]), &case);
    }
    for case in cases("win_probability") {
        let (a, b) = (numbers(&case["a"]), numbers(&case["b"]));
        let larger = win_probability(&a, &b, Better::Larger).unwrap();
        close(larger, number(&case["expected"]), &case);
        close(win_probability(&a, &b, Better::Smaller).unwrap(), 1.0 - larger, &case);
    }
    // A thousand trials overflow no binomial coefficient, and k = 1 is the mean.
    let many: Vec<f64> = (0..1000).map(f64::from).collect();
    assert!((expected_best_of(&many, 1, Better::Larger).unwrap() - 499.5).abs() < 1e-9);
    assert_eq!(expected_best_of(&many, 1000, Better::Larger).unwrap(), 999.0);
    // The expected maximum of k of 0, …, n − 1 is k(n + 1)/(k + 1) − 1.
    let half = expected_best_of(&many, 500, Better::Larger).unwrap();
    assert!((half - (500.0 * 1001.0 / 501.0 - 1.0)).abs() < 1e-9);
    assert_eq!(
        paired_win_probability(&[1.0, NEVER, 3.0, 4.0], &[2.0, NEVER, 4.0, 1.0], Better::Smaller),
        Ok(0.625)
    );
}

#[test]
fn bootstrap_meets_its_exact_distribution() {
    let case = &cases("bootstrap_mean")[0];
    let x = numbers(&case["x"]);
    let average = |sample: &[f64]| sample.iter().sum::<f64>() / sample.len() as f64;
    let found = bootstrap(&x, average, CONFIDENCE, 7).unwrap();
    for (bound, found) in [("low", found.low), ("high", found.high)] {
        let range = numbers(&case["expected"][bound]);
        assert!(range[0] <= found && found <= range[1], "{bound} {found} outside {range:?}");
    }
    assert_eq!(found, bootstrap(&x, average, CONFIDENCE, 7).unwrap(), "the same seed, the same bounds");
    // The stream and the draws are part of the promise that a report never changes: this value may not either.
    assert_eq!((found.low, found.high), BOOTSTRAP_AT_SEED_7);
}

/// The bounds recorded when the stream was fixed.
const BOOTSTRAP_AT_SEED_7: (f64, f64) = (2.8333333333333335, 9.25);

#[test]
fn bootstrap_of_ratios() {
    let pairs: Vec<(f64, f64)> = (1..=8).map(|i| (2.0 * f64::from(i), f64::from(i))).collect();
    let ratio = bootstrap(&pairs, ratio_of_means, CONFIDENCE, 0).unwrap();
    assert_eq!((ratio.estimate, ratio.low, ratio.high), (2.0, 2.0, 2.0), "pairs stay together");
    let medians = bootstrap(&pairs, ratio_of_medians, CONFIDENCE, 0).unwrap();
    assert_eq!((medians.low, medians.high), (2.0, 2.0));

    let censored = [(5.0, 1.0), (6.0, 1.0), (7.0, 2.0), (NEVER, 2.0)];
    let ratio = bootstrap(&censored, ratio_of_medians, CONFIDENCE, 0).unwrap();
    assert_eq!(ratio.high, NEVER);
    assert_eq!(
        bootstrap(&[(1.0, 0.0), (0.0, 0.0)], ratio_of_means, CONFIDENCE, 0),
        Err(Error::Undefined("the statistic of a bootstrap")),
        "0/0 on a resample"
    );

    let wins = |a: &[f64], b: &[f64]| win_probability(a, b, Better::Larger).unwrap();
    let interval = bootstrap_two(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0, 3.5], wins, CONFIDENCE, 0).unwrap();
    assert_eq!((interval.estimate, interval.low, interval.high), (1.0, 1.0, 1.0));
}

#[test]
fn runs_that_never_reach_the_target() {
    assert_eq!(median(&[NEVER, 3.0, NEVER, 5.0, 4.0]), Ok(5.0));
    assert_eq!(median(&[NEVER, 3.0, NEVER, 5.0]), Ok(NEVER));
    assert_eq!(median(&[NEVER, NEVER]), Ok(NEVER), "not ∞ − ∞");
    assert_eq!(quantile(&[3.0, NEVER], 0.0), Ok(3.0));
    assert_eq!(
        mean(&[3.0, NEVER]).unwrap_err(),
        Error::Unusable { position: 1, value: NEVER, expected: "a finite number" }
    );
    assert_eq!(expected_best_of(&[NEVER, 2.0, 4.0], 2, Better::Smaller), Ok((2.0 + 2.0 + 4.0) / 3.0));
    assert_eq!(expected_best_of(&[NEVER, 2.0, 4.0], 1, Better::Smaller), Ok(NEVER));
    let ranks = spearman(&[1.0, 2.0, NEVER, NEVER], &[10.0, 20.0, 30.0, NEVER]).unwrap();
    assert!(ranks.coefficient > 0.9);
}

#[test]
fn bad_input_is_an_answer_in_words() {
    let nan = f64::NAN;
    assert_eq!(mean(&[]).unwrap_err().to_string(), "a mean needs at least 1 values, found 0");
    assert_eq!(
        median(&[1.0, nan]).unwrap_err().to_string(),
        "value NaN at position 1: a number or +∞ expected"
    );
    assert_eq!(
        paired_difference(&[1.0, 2.0], &[1.0], CONFIDENCE).unwrap_err().to_string(),
        "paired samples must have the same size, found 2 and 1"
    );
    assert!(matches!(sample_sd(&[1.0]), Err(Error::TooFew { needed: 2, found: 1, .. })));
    assert!(matches!(mean_interval(&[1.0], CONFIDENCE), Err(Error::TooFew { .. })));
    assert!(matches!(mean_interval(&[1.0, 2.0], 95.0), Err(Error::Parameter { name: "confidence", .. })));
    assert!(matches!(mean_interval(&[1.0, 2.0], nan), Err(Error::Parameter { .. })));
    assert!(matches!(minimum_detectable_effect(&[1.0]), Err(Error::TooFew { .. })));
    assert!(matches!(quantile(&[1.0], 1.5), Err(Error::Parameter { name: "p", .. })));
    assert!(matches!(sign_test(&[nan], &[1.0]), Err(Error::Unusable { .. })));
    assert!(matches!(sign_test(&[], &[]), Err(Error::TooFew { .. })));
    assert!(matches!(equivalence(&[1.0, 2.0], &[1.0, 2.0], -1.0), Err(Error::Parameter { .. })));
    assert!(matches!(equivalence(&[1.0], &[1.0], 1.0), Err(Error::TooFew { .. })));
    assert!(matches!(holm(&[0.1, 1.1]), Err(Error::Unusable { position: 1, .. })));
    assert!(matches!(holm(&[]), Err(Error::TooFew { .. })));
    assert!(matches!(pearson(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), Err(Error::NoSpread(_))));
    assert!(matches!(spearman(&[1.0, nan, 1.0], &[1.0, 2.0, 3.0]), Err(Error::Unusable { .. })));
    assert!(matches!(least_squares(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0], CONFIDENCE), Err(Error::NoSpread(_))));
    assert!(matches!(
        power_law(&[1.0, 2.0, 0.0], &[1.0, 2.0, 3.0], CONFIDENCE),
        Err(Error::Unusable { position: 2, .. })
    ));
    assert!(matches!(levene(&[&[1.0, 2.0]], Centre::Mean), Err(Error::TooFew { .. })));
    assert!(matches!(levene(&[&[1.0, 1.0], &[2.0, 2.0]], Centre::Median), Err(Error::NoSpread(_))));
    assert!(matches!(levene(&[&[1.0, NEVER], &[2.0, 2.0]], Centre::Median), Err(Error::Unusable { .. })));
    assert!(matches!(fisher_exact([[0, 0], [0, 0]]), Err(Error::TooFew { .. })));
    assert!(matches!(wilson_interval(3, 2, CONFIDENCE), Err(Error::Parameter { name: "successes", .. })));
    assert!(matches!(clopper_pearson_interval(0, 0, CONFIDENCE), Err(Error::TooFew { .. })));
    assert!(matches!(expected_best_of(&[1.0], 2, Better::Larger), Err(Error::Parameter { name: "k", .. })));
    assert!(matches!(expected_best_of(&[1.0], 0, Better::Larger), Err(Error::Parameter { name: "k", .. })));
    assert!(matches!(win_probability(&[], &[1.0], Better::Larger), Err(Error::TooFew { .. })));
    assert!(matches!(bootstrap(&[1.0], |x| x[0], CONFIDENCE, 0), Err(Error::TooFew { .. })));
}

#[test]
fn samples_without_spread() {
    let same = [2.0; 4];
    let interval = mean_interval(&same, CONFIDENCE).unwrap();
    assert_eq!((interval.low, interval.high), (2.0, 2.0));
    assert_eq!(equivalence(&same, &same, 0.1).unwrap().p_value, 0.0);
    assert!(equivalence(&same, &same, 0.1).unwrap().holds());
    let on_the_margin = equivalence(&[1.5; 3], &[1.0; 3], 0.5).unwrap();
    assert!(!on_the_margin.holds() && on_the_margin.p_value == 1.0);
    let line = pearson(&[1.0, 2.0, 3.0], &[-2.0, -4.0, -6.0]).unwrap();
    assert_eq!((line.coefficient, line.p_value), (-1.0, 0.0));
}
