//! What every loss has to do.

use losses_optim::loss::{self, Convexity, Reduction};
use serde_json::Map;

use crate::support::{Ask, Data, MEAN, SUM, all, batch, make, matrix, width};

/// The page on how to choose a loss says what each one assumes, in the register's words and order.
#[test]
fn the_page_on_choosing_has_a_row_for_every_loss() {
    const PAGE: &str = include_str!("../../src/loss/choosing.md");
    let rows = PAGE.lines().skip_while(|line| *line != "| loss | assumption | |").skip(2);
    let listed: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    let convexity = |entry: &loss::Entry| match entry.convexity {
        Convexity::Convex => "convex",
        Convexity::NotConvex => "not convex",
    };
    let row =
        |entry: &loss::Entry| format!("| `{}` | {} | {} |", entry.name, entry.assumption, convexity(entry));
    let expected: Vec<String> = loss::ALL.iter().map(row).collect();
    assert_eq!(listed, expected, "the table should be\n{}", expected.join("\n"));
}

#[test]
fn the_register_finds_each_loss_by_its_name() {
    for entry in loss::ALL {
        assert!(std::ptr::eq(loss::find(entry.name).unwrap(), entry), "{} is registered twice", entry.name);
    }
    assert_eq!(loss::find("no such loss"), None);
}

#[test]
fn gradients_agree_with_differences_and_forward_mode() {
    // Beside all kinks.
    let numbers = [0.3, -1.2, 0.87, 2.1, 0.13, -0.46, -2.3, 1.71, 0.62, 0.24, -0.31, 1.4];
    for (entry, loss) in all() {
        let (x, data) = batch(entry.name, &numbers);
        let weighted = Ask::Weighted(vec![0.5, 2.0, 0.0], Reduction::Mean);
        for ask in [Ask::PerSample, SUM, MEAN, weighted] {
            (loss.check)(&x, &data, &ask).unwrap_or_else(|error| panic!("{} {ask:?}: {error}", entry.name));
        }
    }
}

#[test]
fn extreme_scores_give_finite_gradients_in_both_precisions() {
    let numbers = [1e4, -1e4, 0.0, -1e4, 1e4, 1e4, 1e4, 1e4, 1e4, 0.0, -1e4, 1e4];
    for (entry, loss) in all() {
        // e^(10⁴) is no number, and so neither is the likelihood of such a rate or precision.
        if ["poisson-nll", "learned-gaussian-nll"].contains(&entry.name) {
            continue;
        }
        let (x, data) = batch(entry.name, &numbers);
        let losses = (loss.value)(&x, &data, &Ask::PerSample).unwrap();
        assert!(losses.to_vec().iter().all(|l| l.is_finite()), "{}: {losses}", entry.name);
        let gradient = (loss.gradient)(&x, &data, &SUM);
        assert!(gradient.to_vec().iter().all(|g| g.is_finite()), "{}: {gradient}", entry.name);
        let gradient = (loss.single)(&x, &data, &SUM);
        assert!(gradient.to_vec().iter().all(|g| g.is_finite()), "{}: {gradient}", entry.name);
    }
}

#[test]
fn gradients_in_single_precision_are_those_in_double_rounded() {
    let numbers = [0.3, -1.2, 0.87, 2.1, 0.13, -0.46, -2.3, 1.71, 0.62, 0.24, -0.31, 1.4];
    for (entry, loss) in all() {
        // Rounded first, so that both precisions see the same numbers.
        let (x, data) = batch(entry.name, &numbers.map(|x: f64| f64::from(x as f32)));
        for ask in [SUM, MEAN, Ask::Weighted(vec![0.5, 2.0, 0.0], Reduction::Mean)] {
            let (double, single) = ((loss.gradient)(&x, &data, &ask), (loss.single)(&x, &data, &ask));
            for (expected, found) in double.to_vec().into_iter().zip(single.to_vec()) {
                let error = (f64::from(found) - expected).abs();
                assert!(error <= 3e-6 * (1.0 + expected.abs()), "{}: {found} for {expected}", entry.name);
            }
        }
    }
}

#[test]
fn a_prediction_of_nan_makes_its_own_loss_nan_and_no_other() {
    let numbers = [0.3, -1.2, 0.87, 2.1, 0.13, -0.46, -2.3, 1.71, 0.62, 0.24, -0.31, 1.4];
    for (entry, loss) in all() {
        let mut spoilt = numbers;
        spoilt[width(entry.name)] = f64::NAN;
        let (x, data) = batch(entry.name, &spoilt);
        let losses = (loss.value)(&x, &data, &Ask::PerSample).unwrap().to_vec();
        let nan: Vec<bool> = losses.iter().map(|l| l.is_nan()).collect();
        assert_eq!(nan, [false, true, false], "{}", entry.name);
        // A weight of 0 takes the sample out altogether.
        let left = (loss.value)(&x, &data, &Ask::Weighted(vec![1.0, 0.0, 1.0], Reduction::Mean)).unwrap();
        assert_eq!(left.item().unwrap(), (losses[0] + losses[2]) / 2.0, "{}", entry.name);
    }
}

/// The two losses left out above: infinite where their density is, finite on the other side, and nowhere NaN.
#[test]
fn rates_and_precisions_that_are_no_numbers_are_infinite_and_not_nan() {
    let column = |numbers: &[f64]| matrix(numbers.len(), numbers);
    let counts = Data::Numbers(column(&[0.0, 3.0, 0.0, 3.0]));
    let poisson = make("poisson-nll", &Map::new());
    let log_rates = column(&[1e4, 1e4, -1e4, -1e4]);
    let losses = (poisson.value)(&log_rates, &counts, &Ask::PerSample).unwrap().to_vec();
    assert_eq!(losses, [f64::INFINITY, f64::INFINITY, 0.0, 3e4 + 6.0_f64.ln()]);
    let expected = [f64::INFINITY, f64::INFINITY, 0.0, -3.0];
    assert_eq!((poisson.gradient)(&log_rates, &counts, &SUM).to_vec(), expected);
    assert_eq!((poisson.single)(&log_rates, &counts, &SUM).to_vec(), expected.map(|g| g as f32));

    let learned = make("learned-gaussian-nll", &Map::new());
    let seen = Data::Numbers(column(&[1.0, 1.0, 1.0]));
    // A wrong mean with all precision, with none, and the right one with all.
    let predictions = matrix(3, &[3.0, 1e4, 3.0, -1e4, 1.0, 1e4]);
    let losses = (learned.value)(&predictions, &seen, &Ask::PerSample).unwrap().to_vec();
    let rest = 0.5 * std::f64::consts::TAU.ln();
    assert_eq!(losses, [f64::INFINITY, 5e3 + rest, -5e3 + rest]);
    let gradient = (learned.gradient)(&predictions, &seen, &SUM).to_vec();
    assert_eq!(gradient[..4], [f64::INFINITY, f64::INFINITY, 0.0, -0.5]);
    assert_eq!(gradient[5], -0.5, "{gradient:?}");
}
