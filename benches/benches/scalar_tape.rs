//! Gradients of scalar code: what a gradient costs beside the value and beside a gradient derived by hand, and what a recorded
//! operation costs.
//!
//! Each objective is written once over the number type ("plain"), and where it has sums and products of vectors a second time
//! with these recorded as one operation ("n-ary"); the mixtures are also recorded point by point, in both ways ("short tapes",
//! "short n-ary tapes"). All ratios have the value of the plain code under them.

use std::hint::black_box;

use autograd::{Tape, Var};
use benches::objectives::{
    Bundle, ByHand, Gmm, LogSumExp, Lstm, ManyObjective, Objective, Perceptron, Rosenbrock,
};
use benches::setting::{Purpose, criterion, purpose};
use benches::table::{microseconds, table, times};
use benches::timing::in_turns;
use comfy_table::Table;
use criterion::Criterion;

/// What was recorded for one gradient.
#[derive(Clone, Copy, Default)]
struct Recorded {
    /// On all tapes together.
    operations: usize,
    /// The most that a tape held at once, its adjoints included.
    bytes: usize,
}

/// One way to take the gradient of an objective: writes it to where it is told and returns the value.
type Way<'a> = Box<dyn FnMut(&[f64], &mut [f64]) -> (f64, Recorded) + 'a>;

/// On a tape that is used again and again, as an optimizer does.
fn on_one_tape<'a>(f: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64> + 'a) -> Way<'a> {
    let mut tape = Tape::new();
    Box::new(move |x, into| {
        tape.clear();
        let variables = tape.vars(x);
        let result = f(&variables);
        let gradient = tape.gradient(&result);
        for (into, variable) in into.iter_mut().zip(&variables) {
            *into = gradient.wrt(variable);
        }
        tape.recycle(gradient);
        (*result.value(), Recorded { operations: tape.nodes(), bytes: tape.bytes() })
    })
}

fn plain<O: Objective>(objective: &O) -> (&'static str, Way<'_>) {
    ("plain", on_one_tape(|x| objective.value(x)))
}

fn n_ary<O: ManyObjective>(objective: &O) -> (&'static str, Way<'_>) {
    ("n-ary", on_one_tape(|x| objective.value_of_many(x)))
}

/// A gradient of the mixture with one short recording for each point.
type ByPoints = fn(&Gmm, &[f64], &mut [Tape<f64>; 2], &mut [f64]) -> (f64, usize);

fn short_tapes<'a>(form: &'static str, objective: &'a Gmm, gradient: ByPoints) -> (&'static str, Way<'a>) {
    let mut tapes = [Tape::new(), Tape::new()];
    let way = move |x: &[f64], into: &mut [f64]| {
        let (value, operations) = gradient(objective, x, &mut tapes, into);
        (value, Recorded { operations, bytes: tapes.iter().map(Tape::bytes).sum() })
    };
    (form, Box::new(way))
}

/// The residuals' Jacobian: one short tape for each observation, swept twice.
fn jacobian<'a>(bundle: &'a Bundle) -> (&'static str, Way<'a>) {
    let mut tape = Tape::new();
    let way = move |_: &[f64], into: &mut [f64]| {
        let mut sum = 0.0;
        let mut recorded = Recorded::default();
        let mut rows = into.chunks_exact_mut(Bundle::ARGUMENTS);
        for (x, feature) in bundle.arguments.iter().zip(&bundle.features) {
            tape.clear();
            let variables: [_; Bundle::ARGUMENTS] = x.map(|x| tape.var(x));
            for residual in Bundle::residual(&variables, feature) {
                let gradient = tape.gradient(&residual);
                let row = rows.next().expect("a row for each residual");
                for (into, variable) in row.iter_mut().zip(&variables) {
                    *into = gradient.wrt(variable);
                }
                tape.recycle(gradient);
                sum += residual.value();
            }
            recorded.operations += tape.nodes();
            recorded.bytes = recorded.bytes.max(tape.bytes());
        }
        (sum, recorded)
    };
    ("Jacobian", Box::new(way))
}

/// A gradient that somebody has derived, if somebody has.
type Hand<'a> = Option<&'a dyn Fn(&[f64], &mut [f64]) -> f64>;

/// What is measured, and where it goes.
struct Comparison {
    criterion: Criterion,
    ratios: Table,
}

impl Comparison {
    fn measure(
        &mut self,
        name: &str,
        x: &[f64],
        value: &dyn Fn(&[f64]) -> f64,
        hand: Hand<'_>,
        ways: Vec<(&'static str, Way<'_>)>,
    ) {
        let entries = x.len() * if name == "BA" { 2 } else { 1 };
        let (mut derived, mut into) = (vec![0.0; entries], vec![0.0; entries]);
        let mut group = self.criterion.benchmark_group(format!("scalar_tape/{name}"));
        group.bench_function("value", |bencher| bencher.iter(|| value(black_box(x))));
        for (form, mut way) in ways {
            let (result, recorded) = way(x, &mut into);
            assert_near(result, value(x), name, form);
            if let Some(hand) = hand {
                assert_near(hand(x, &mut derived), result, name, form);
                into.iter().zip(&derived).for_each(|(&a, &b)| assert_near(a, b, name, form));
            }
            group.bench_function(form, |bencher| bencher.iter(|| way(black_box(x), &mut into)));
            let [value, by_hand, gradient] = in_turns(
                21,
                [
                    &mut || {
                        black_box(value(black_box(x)));
                    },
                    &mut || {
                        black_box(hand.map(|hand| hand(black_box(x), &mut derived)));
                    },
                    &mut || {
                        black_box(way(black_box(x), &mut into));
                    },
                ],
            );
            let operations = recorded.operations as f64;
            self.ratios.add_row([
                format!("{name}, {form}"),
                microseconds(value),
                microseconds(gradient),
                times(gradient, value),
                hand.map_or_else(String::new, |_| times(gradient, by_hand)),
                format!("{operations:.3e}"),
                format!("{:.2}", gradient * 1e9 / operations),
                format!("{:.0}", recorded.bytes as f64 / 1024.0),
            ]);
        }
        group.finish();
    }

    /// An objective of which nothing but the function is known.
    fn of<O: Objective>(&mut self, objective: &O, hand: Hand<'_>, ways: Vec<(&'static str, Way<'_>)>) {
        self.measure(&objective.name(), &objective.point(), &|x| objective.value(x), hand, ways);
    }

    fn derived<O: ByHand>(&mut self, objective: &O, ways: Vec<(&'static str, Way<'_>)>) {
        self.of(objective, Some(&|x, into| objective.value_and_gradient(x, into)), ways);
    }
}

/// # Panics
/// If the two differ by more than rounding accounts for.
fn assert_near(found: f64, expected: f64, name: &str, form: &str) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{name}, {form}: expected {expected}, found {found}"
    );
}

fn main() {
    let mut comparison = Comparison {
        criterion: criterion(),
        ratios: table([
            "objective",
            "value",
            "gradient",
            "gradient / value",
            "gradient / by hand",
            "operations",
            "ns an operation",
            "tape at most, KiB",
        ]),
    };
    for (dimensions, components) in [(2, 5), (10, 25), (20, 50)] {
        let mixture = Gmm::new(dimensions, components);
        let ways = vec![
            plain(&mixture),
            n_ary(&mixture),
            short_tapes("short tapes", &mixture, Gmm::gradient_by_points),
            short_tapes("short n-ary tapes", &mixture, Gmm::gradient_by_points_of_many),
        ];
        comparison.derived(&mixture, ways);
    }
    let bundle = Bundle::default();
    let residuals = |_: &[f64]| {
        let pairs = bundle.arguments.iter().zip(&bundle.features);
        pairs.fold(0.0, |sum, (x, feature)| sum + Bundle::residual(x, feature).iter().sum::<f64>())
    };
    comparison.measure("BA", &bundle.arguments.concat(), &residuals, None, vec![jacobian(&bundle)]);
    let lstm = Lstm::default();
    comparison.of(&lstm, None, vec![plain(&lstm)]);
    for variables in [1_000, 1_000_000] {
        let rosenbrock = Rosenbrock { variables };
        comparison.derived(&rosenbrock, vec![plain(&rosenbrock)]);
    }
    let log_sum_exp = LogSumExp { variables: 1_000_000 };
    comparison.derived(&log_sum_exp, vec![plain(&log_sum_exp), n_ary(&log_sum_exp)]);
    let perceptron = Perceptron::default();
    comparison.derived(&perceptron, vec![plain(&perceptron), n_ary(&perceptron)]);
    comparison.criterion.final_summary();
    if purpose() == Purpose::Measure {
        println!(
            "{}\nAn operation takes 24 bytes and its adjoint 8; n operands of one operation count as n/2.",
            comparison.ratios
        );
    }
}
