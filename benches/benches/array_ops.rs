//! Operations on arrays of f32 on one thread, forwards alone, backwards alone and both, beside their floor: the bare matrix
//! product, or the copy of as many bytes as the operand and the result have.

use std::hint::black_box;

use autograd::{Array, ArrayOps, Tape, Var};
use benches::bandwidth::CopiedBytes;
use benches::pass::Pass;
use benches::product::{Lie, Product, noise};
use benches::setting::{Purpose, criterion, purpose};
use benches::table::{microseconds, table, times};
use benches::timing::in_turns;
use comfy_table::Table;
use criterion::Criterion;

type Variable<'t> = Var<'t, Array<f32>>;

fn main() {
    let mut criterion = criterion();
    let mut ratios = table([
        "operation",
        "forward",
        "backward",
        "floor",
        "forward / floor",
        "backward / floor",
        "with gradient / floor",
    ]);
    products(&mut criterion, &mut ratios);
    elementwise(&mut criterion, &mut ratios);
    criterion.final_summary();
    if purpose() == Purpose::Measure {
        println!("{ratios}");
        println!(
            "The floor of a product is the bare product: its gradient takes two more, so the least is 2 backwards and 3 with \
             both."
        );
        println!("Elsewhere it is the copy of 10^6 f32.");
    }
}

/// Products with the operands as they lie in a layer: plain forwards, the left one transposed for the gradient of the
/// weights, the right one for that of the inputs.
fn products(criterion: &mut Criterion, ratios: &mut Table) {
    let cases = [
        ([128, 784, 512], Lie::Plain, Lie::Plain),
        ([784, 128, 512], Lie::Transposed, Lie::Plain),
        ([128, 512, 784], Lie::Plain, Lie::Transposed),
        ([512, 512, 512], Lie::Plain, Lie::Plain),
        ([512, 512, 512], Lie::Plain, Lie::Transposed),
    ];
    for (size, left_lie, right_lie) in cases {
        let [m, k, n] = size;
        let name = match (left_lie, right_lie) {
            (Lie::Plain, Lie::Plain) => format!("matmul {m}×{k}×{n}"),
            (Lie::Transposed, _) => format!("matmul {m}×{k}×{n}, left transposed"),
            (_, Lie::Transposed) => format!("matmul {m}×{k}×{n}, right transposed"),
        };
        let mut bare = Product::new(size, left_lie, right_lie);
        let operand = |lie, [rows, columns]: [usize; 2], elements: &[f32]| match lie {
            Lie::Plain => Array::new(&[rows, columns], elements.to_vec()).expect("full"),
            Lie::Transposed => Array::new(&[columns, rows], elements.to_vec()).expect("full").transpose(),
        };
        let operands = vec![operand(left_lie, [m, k], bare.left()), operand(right_lie, [k, n], bare.right())];
        compare(criterion, ratios, &name, |x| x[0].matmul(&x[1]), operands, &mut || bare.run());
    }
}

/// Everything else, over 10⁶ elements.
fn elementwise(criterion: &mut Criterion, ratios: &mut Table) {
    let full = |shape: &[usize]| Array::new(shape, noise(shape.iter().product())).expect("full");
    let (matrix, row) = (full(&[1000, 1000]), full(&[1000]));
    let mut copy = CopiedBytes::moving(8 * matrix.len());
    let mut one = |name, operation: for<'t> fn(&[Variable<'t>]) -> Variable<'t>, operands| {
        compare(criterion, ratios, name, operation, operands, &mut || copy.run());
    };
    one("relu", |x| x[0].relu(), vec![matrix.clone()]);
    one("exp", |x| autograd::Algebra::exp(&x[0]), vec![matrix.clone()]);
    one("tanh", |x| autograd::Algebra::tanh(&x[0]), vec![matrix.clone()]);
    one("sigmoid", |x| x[0].sigmoid(), vec![matrix.clone()]);
    one("gelu", |x| x[0].gelu(), vec![matrix.clone()]);
    one("gelu by tanh", |x| x[0].gelu_tanh(), vec![matrix.clone()]);
    one("add", |x| &x[0] + &x[1], vec![matrix.clone(), matrix.clone()]);
    one("add a row", |x| &x[0] + &x[1], vec![matrix.clone(), row]);
    one("sum over axis 0", |x| x[0].sum(&[0]), vec![matrix.clone()]);
    one("sum over axis 1", |x| x[0].sum(&[1]), vec![matrix.clone()]);
    one("log-softmax of 10 classes", |x| x[0].log_softmax(), vec![full(&[100_000, 10])]);
    one("log-softmax of 1000 classes", |x| x[0].log_softmax(), vec![matrix]);
}

/// Times an operation and its floor, and adds their ratios to the table.
fn compare(
    criterion: &mut Criterion,
    ratios: &mut Table,
    name: &str,
    operation: impl for<'t> Fn(&[Variable<'t>]) -> Variable<'t> + Copy,
    operands: Vec<Array<f32>>,
    floor: &mut dyn FnMut(),
) {
    let (forward, mut with_gradient) =
        (Pass::new(operation, operands.clone()), Pass::new(operation, operands.clone()));
    let tape = Tape::new();
    let variables = tape.vars(&operands);
    let recorded = operation(&variables);
    let cotangent = Array::full(recorded.value().shape(), 0.5);
    let mut backward = || tape.recycle(black_box(tape.pullback(&recorded, cotangent.clone())));
    let mut group = criterion.benchmark_group(format!("array_ops/{name}"));
    group.bench_function("forward", |bencher| bencher.iter(|| forward.run()));
    group.bench_function("backward", |bencher| bencher.iter(&mut backward));
    group.bench_function("with gradient", |bencher| bencher.iter(|| with_gradient.run_with_gradient()));
    group.bench_function("floor", |bencher| bencher.iter(&mut *floor));
    group.finish();

    let jobs: [&mut dyn FnMut(); 4] =
        [&mut || forward.run(), &mut backward, &mut || with_gradient.run_with_gradient(), floor];
    let [forward, backward, with_gradient, floor] = in_turns(81, jobs);
    ratios.add_row([
        name.to_owned(),
        microseconds(forward),
        microseconds(backward),
        microseconds(floor),
        times(forward, floor),
        times(backward, floor),
        times(with_gradient, floor),
    ]);
}
