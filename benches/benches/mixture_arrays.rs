//! The Gaussian mixtures of the scalar benchmark written with arrays: value and gradient, beside the gradient derived by hand
//! with loops over numbers.

use std::hint::black_box;

use autograd::Tape;
use benches::mixture::Mixture;
use benches::objectives::{ByHand, Gmm, Objective};
use benches::setting::{Purpose, criterion, purpose};
use benches::table::{microseconds, table, times};
use benches::timing::in_turns;

fn main() {
    let mut criterion = criterion();
    let mut ratios =
        table(["mixture", "value", "gradient", "by hand", "gradient / value", "gradient / by hand"]);
    for (dimensions, components) in [(2, 5), (10, 25), (20, 50)] {
        let objective = Gmm::new(dimensions, components);
        let mixture = Mixture::new(&objective);
        let point = objective.point();
        let x = mixture.arrays(&point);
        let mut tape = Tape::new();
        let mut slopes = vec![0.0; point.len()];
        check(&mixture, &objective);

        let mut value = || {
            black_box(mixture.value(black_box(&x)));
        };
        let mut gradient = || {
            let variables = tape.vars(black_box(&x));
            let result = mixture.value(&variables);
            let gradient = tape.gradient(&result);
            variables.iter().for_each(|variable| drop(black_box(gradient.wrt(variable))));
            tape.recycle(gradient);
            drop((variables, result));
            tape.clear();
        };
        let mut hand = || {
            black_box(objective.value_and_gradient(black_box(&point), &mut slopes));
        };
        let name = objective.name();
        let mut group = criterion.benchmark_group(format!("mixture_arrays/{name}"));
        group.bench_function("value", |bencher| bencher.iter(&mut value));
        group.bench_function("gradient", |bencher| bencher.iter(&mut gradient));
        group.bench_function("by hand", |bencher| bencher.iter(&mut hand));
        group.finish();
        let [value, gradient, hand] = in_turns(31, [&mut value, &mut gradient, &mut hand]);
        ratios.add_row([
            name,
            microseconds(value),
            microseconds(gradient),
            microseconds(hand),
            times(gradient, value),
            times(gradient, hand),
        ]);
    }
    criterion.final_summary();
    if purpose() == Purpose::Measure {
        println!("{ratios}");
    }
}

/// That all three compute the same.
fn check(mixture: &Mixture, objective: &Gmm) {
    let point = objective.point();
    let mut slopes = vec![0.0; point.len()];
    let hand = objective.value_and_gradient(&point, &mut slopes);
    let (value, gradient) = autograd::value_and_grad(|x| mixture.value(x), &mixture.arrays(&point));
    let scalar: f64 = objective.value(&point);
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    assert!(near(hand, scalar) && near(value.item().expect("scalar"), scalar), "{hand}, {value}, {scalar}");
    let means = &slopes[gradient[0].len()..][..gradient[1].len()];
    assert!(
        gradient[1].to_vec().iter().zip(means).all(|(&slope, &hand)| near(slope, hand)),
        "gradients differ"
    );
}
