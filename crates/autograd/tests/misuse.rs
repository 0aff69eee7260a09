//! Mistakes are named where they are made: the operation, what was found, and the cure.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use autograd::kink::KinkOps as _;
use autograd::op::{convolution::Convolution, norm::Norm, pool::Pooling};
use autograd::{Array, ArrayOps as _, Layout, Parameters, Tape, Var, s};
use num_traits::Float;

/// What a closure panics with: the message, and the file and line that the panic names.
fn caught(mistake: impl FnOnce()) -> (String, String, u32) {
    // The hook belongs to the process, so tests take turns.
    static TURN: Mutex<()> = Mutex::new(());
    static FOUND: Mutex<Option<(String, String, u32)>> = Mutex::new(None);
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let before = panic::take_hook();
    panic::set_hook(Box::new(|info| {
        let message = match info.payload().downcast_ref::<String>() {
            Some(formatted) => formatted.clone(),
            None => info.payload().downcast_ref::<&str>().copied().unwrap_or_default().to_owned(),
        };
        let location = info.location().expect("a panic has a location");
        *FOUND.lock().unwrap() = Some((message, location.file().to_owned(), location.line()));
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(mistake));
    panic::set_hook(before);
    assert!(outcome.is_err(), "the mistake went unnoticed");
    FOUND.lock().unwrap().take().expect("the hook ran")
}

/// Asserts that an expression panics at its own line with all of these words.
macro_rules! assert_named {
    ($mistake:expr, $($word:expr),+) => {{
        // Both on one line, so that the line is the mistake's.
        #[rustfmt::skip]
        let (expected, (message, file, line)) = (line!(), caught(|| { let _ = $mistake; }));
        assert!(file.ends_with("misuse.rs"), "the panic names {file}:{line}, not the caller: {message}");
        assert_eq!(line, expected, "the panic names another line: {message}");
        $(assert!(message.contains($word), "{message:?} does not say {:?}", $word);)+
    }};
}

#[test]
fn mixing_two_tapes_names_the_line_and_the_cure() {
    let (left, right) = (Tape::new(), Tape::new());
    let (x, y) = (left.var(1.0), right.var(2.0));
    assert_named!(x + y, "two different tapes", "Var::constant");
    assert_named!(x - y, "two different tapes");
    assert_named!(x * y, "two different tapes");
    assert_named!(x / y, "two different tapes");
    assert_named!(x % y, "two different tapes");
    assert_named!(x.max(y), "two different tapes");
    assert_named!(x.min(y), "two different tapes");
    assert_named!(x.max_ties(y, Default::default()), "two different tapes");
    assert_named!(x.hypot(y), "two different tapes");
    assert_named!(x.atan2(y), "two different tapes");
    assert_named!(x.powf(y), "two different tapes");
    assert_named!(x.log(y), "two different tapes");
    assert_named!(x.mul_add(x, y), "two different tapes");
    assert_named!(x.clamp(y, Var::constant(5.0)), "two different tapes");
    assert_named!(x.copysign(y), "two different tapes");
    let mut z = x;
    assert_named!(z += y, "two different tapes");
    let (a, b) = (Tape::new(), Tape::new());
    let (x, y) = (a.var(Array::vector(&[1.0])), b.var(Array::vector(&[1.0])));
    assert_named!(&x * &y, "two different tapes");
    assert_named!(&x + &y, "two different tapes");
}

#[test]
fn a_variable_of_another_tape_is_refused() {
    let (mine, other) = (Tape::new(), Tape::new());
    let (x, y) = (mine.var(1.0), other.var(1.0));
    let gradient = mine.gradient(&x);
    assert_named!(gradient.wrt(&y), "another tape");
    assert_named!(mine.gradient(&y), "two different tapes");
}

#[test]
fn a_gradient_does_not_outlive_its_recording() {
    let mut tape = Tape::new();
    let gradient = tape.gradient(&tape.var(1.0));
    tape.clear();
    let x = tape.var(1.0);
    assert_named!(gradient.wrt(&x), "before the tape was cleared");
    // Nor is it taken for one of a later tape at the same address.
    let gradient = {
        let tape = Box::new(Tape::new());
        tape.gradient(&tape.var(1.0))
    };
    let tape = Box::new(Tape::new());
    let x = tape.var(1.0);
    assert_named!(gradient.wrt(&x), "another tape");
}

#[test]
fn a_function_of_one_variable_has_no_node_to_differentiate_by() {
    let tape = Tape::new();
    let y = tape.var(1.0).exp();
    let gradient = tape.gradient(&(y * y));
    assert_named!(gradient.wrt(&y), "leaves no node", "argument");
    // Nor has one whose derivative is 1, as its argument's: that may be used elsewhere too.
    let x = tape.var(1.0);
    let moved = x + 1.0;
    let gradient = tape.gradient(&(moved * moved * x));
    assert_eq!(gradient.wrt(&x), 8.0);
    assert_named!(gradient.wrt(&moved), "leaves no node", "argument");
    assert_named!(gradient.wrt(&(x - x + moved)), "leaves no node", "argument");
}

#[test]
fn only_a_scalar_has_a_gradient() {
    let tape = Tape::new();
    let x = tape.var(Array::full(&[2, 3], 1.0));
    assert_named!(tape.gradient(&x), "[2, 3]", "scalar", "sum it");
    assert_named!(autograd::grad(|x| x[0].clone(), &[Array::vector(&[1.0, 2.0])]), "[2]", "scalar");
}

#[test]
fn shape_errors_name_the_operation_the_shapes_and_the_axis() {
    let tape = Tape::new();
    let (x, y) = (tape.var(Array::full(&[2, 3], 1.0)), tape.var(Array::full(&[4, 2], 1.0)));
    assert_named!(&x + &y, "add", "[2, 3]", "[4, 2]", "position 1 from the last");
    assert_named!(&x * &y, "multiply", "[2, 3]", "[4, 2]", "from the last");
    assert_named!(x.value() - y.value(), "subtract", "[2, 3]", "[4, 2]");
    assert_named!(x.clone() / y.clone(), "divide", "[2, 3]", "[4, 2]");
    assert_named!(x.matmul(&y), "matmul", "[2, 3]", "[4, 2]", "axis 1 of the left", "axis 0 of the right");
    assert_named!(x.sum(&[2]), "sum", "[2, 3]", "axis 2");
    assert_named!(x.sum(&[1, 1]), "sum", "[2, 3]", "axis 1", "twice");
    assert_named!(x.reshape(&[4]), "reshape", "[2, 3]", "4");
    assert_named!(x.permute(&[0, 0]), "permute", "[2, 3]", "[0, 0]");
    assert_named!(x.broadcast_to(&[2, 4]), "broadcast", "[2, 3]", "[2, 4]");
    assert_named!(x.gather(&[0, 3]), "gather", "[2, 3]", "label 3", "row 1");
    assert_named!(tape.var(Array::scalar(1.0)).log_sum_exp(), "log_sum_exp", "[]", "axis");
    assert_eq!(tape.nodes(), 0, "what was refused is not recorded");
    let error = Array::new(&[2, 2], vec![1.0]).unwrap_err();
    assert_eq!(error.to_string(), "array of [2, 2]: the shape asks for 4 elements, found 1");
}

#[test]
fn operations_with_axes_and_positions_name_them() {
    let tape = Tape::new();
    let (x, y) = (tape.var(Array::full(&[2, 3], 1.0)), tape.var(Array::full(&[4, 2], 1.0)));
    let empty = tape.var(Array::full(&[2, 0], 1.0));
    assert_named!(x.max(&[2]), "max", "[2, 3]", "axis 2");
    assert_named!(empty.max(&[1]), "max", "[2, 0]", "axis 1", "length 0");
    assert_named!(empty.argmin(1), "argmin", "[2, 0]", "axis 1");
    assert_named!(x.product(&[0, 0]), "product", "[2, 3]", "twice");
    assert_named!(x.variance(&[5], Default::default()), "variance", "axis 5");
    assert_named!(x.norm(&[3], Norm::L2), "norm", "axis 3");
    assert_named!(x.log_sum_exp_over(&[3]), "log_sum_exp", "axis 3");
    assert_named!(x.cumulative_sum(2), "cumulative_sum", "[2, 3]", "axis 2");
    assert_named!(x.maximum(&y), "maximum", "[2, 3]", "[4, 2]");
    assert_named!(x.less(&y), "less", "[2, 3]", "[4, 2]");
    assert_named!(&x % &y, "remainder", "[2, 3]", "[4, 2]");
    assert_named!(x.select(&y, &x), "select", "[2, 3] and [4, 2] and [2, 3]", "axes of length 1");
    assert_named!(x.slice(s![.., 1..5]), "slice", "[2, 3]", "axis 1", "1..5");
    assert_named!(x.slice(s![2]), "slice", "axis 0 has length 2", "no position 2");
    assert_named!(x.slice(s![.., .., 0]), "slice", "2 axes", "more");
    assert_named!(x.slice_axis(2, ..), "slice", "axis 2");
    assert_named!(x.index_select(1, &[0, 3]), "index_select", "index 3", "position 1", "axis 1 of length 3");
    assert_named!(x.index_add(0, &[0, 1, 1, 2], &y), "index_add", "index 2", "length 2");
    let positions = ndarray::arr2(&[[0, 4], [1, 1]]).into_dyn();
    assert_named!(x.gather_along(1, &positions), "gather_along", "index 4", "axis 1 of length 3");
    assert_named!(y.gather_along(1, &positions), "gather_along", "[4, 2]", "[2, 2]", "axis 1");
    assert_named!(Var::concat(&[&x, &y], 0), "concat", "[2, 3] and [4, 2]", "position 1", "axis 0");
    assert_named!(Var::<Array<f64>>::concat(&[], 0), "concat", "at least one");
    assert_named!(Var::stack(&[&x, &y], 0), "stack", "[2, 3] and [4, 2]", "one shape");
    assert_named!(Var::stack(&[&x, &x], 3), "stack", "[2, 3]", "3");
    assert_named!(x.split(1, &[1, 1]), "split", "[2, 3]", "[1, 1]", "axis 1");
    assert_named!(x.pad(&[[1, 1]], 0.0), "pad", "[2, 3]", "2 axes");
    assert_named!(x.tile(&[2]), "tile", "[2, 3]", "2 axes");
    assert_named!(x.repeat(2, 2), "repeat", "axis 2");
    assert_named!(x.squeeze(&[0]), "squeeze", "axis 0 has length 2");
    assert_named!(x.swap_axes(0, 2), "swap_axes", "axis 2");
    assert_named!(x.flip(&[2]), "flip", "axis 2");
    assert_named!(x.outer(&y), "outer", "[2, 3]", "two vectors");
    let batch = tape.var(Array::full(&[3, 3, 2], 1.0));
    assert_named!(x.matmul(&batch.transpose()), "matmul", "last axis of the left", "length 3", "right 2");
    let other = tape.var(Array::full(&[4, 2, 3], 1.0));
    assert_named!(batch.matmul(&other), "matmul", "batch axes [3] and [4]");
    assert_named!(x.clamp(1.0, 0.0), "clamp", "lower bound");
    assert_named!(x.abs_sub(&y), "abs_sub of [2, 3] and [4, 2]", "from the last");
    assert_named!(x.mul_add(&x, &y), "mul_add of [2, 3] and [2, 3] and [4, 2]", "from the last");
    let mut row = tape.var(Array::vector(&[1.0, 2.0, 3.0]));
    assert_named!(row += &x, "add of [3] and [2, 3]", "the shape [2, 3]", "write the assignment out");
    assert_named!(row *= &y, "multiply of [3] and [4, 2]", "from the last");
}

#[test]
#[rustfmt::skip] // a mistake on one line each
fn windows_name_the_operation_that_was_asked_for() {
    let tape = Tape::new();
    let x = |shape: &[usize]| tape.var(Array::full(shape, 1.0));
    let (pool, plain, line) = (Pooling::of, Convolution::<2>::default(), Convolution::<1>::default());
    assert_named!(x(&[]).max_pool1d(pool([2])), "max_pool1d of []", "the last 1, found 0");
    assert_named!(x(&[1]).max_pool1d(pool([2])), "max_pool1d of [1]", "spans 2", "only 1");
    assert_named!(x(&[0]).average_pool1d(pool([1])), "average_pool1d of [0]", "spans 1");
    assert_named!(x(&[3]).max_pool2d(Pooling::of([2, 2])), "max_pool2d of [3]", "the last 2, found 1");
    assert_named!(x(&[3]).average_pool2d(Pooling::of([2, 2])), "average_pool2d of [3]", "the last 2, found 1");
    let padded = Pooling { padding: [0, 2], ..Pooling::of([2, 3]) };
    assert_named!(x(&[2, 3]).average_pool2d(padded), "average_pool2d of [2, 3]", "at most half");
    assert_named!(x(&[1, 2]).conv1d(&x(&[1, 1, 1]), line), "conv1d of [1, 2] and [1, 1, 1]", "length");
    assert_named!(x(&[1, 2, 3]).conv1d(&x(&[1, 1, 1]), line), "conv1d of [1, 2, 3] and [1, 1, 1]", "2 channels");
    assert_named!(x(&[1, 1, 3]).conv1d(&x(&[1, 1, 4]), line), "conv1d of [1, 1, 3] and [1, 1, 4]", "spans 4");
    assert_named!(x(&[1, 1, 3, 3]).conv2d(&x(&[1, 1, 4, 1]), plain), "conv2d of [1, 1, 3, 3]", "spans 4");
    let none = Convolution { groups: 0, ..plain };
    let kernels = x(&[1, 1, 4, 4]);
    assert_named!(x(&[1, 1, 3, 3]).conv2d(&kernels, none), "conv2d of [1, 1, 3, 3] and [1, 1, 4, 4]", "in 0 groups");
    let transposed = |convolution, longer| x(&[1, 1, 3, 3]).conv_transpose2d(&kernels, convolution, longer);
    let _ = transposed(plain, [0, 0]);
    let (a, b) = (x(&[1, 1, 3, 3]), x(&[1, 1, 3]));
    let operands = "conv_transpose2d of [1, 1, 3, 3] and [1, 1, 4, 4]";
    assert_named!(a.conv_transpose2d(&kernels, none, [0, 0]), operands, "divide into 0 groups");
    assert_named!(a.conv_transpose2d(&kernels, plain, [1, 0]), operands, "less than the stride 1, found 1");
    assert_named!(a.conv_transpose2d(&b, plain, [0, 0]), "conv_transpose2d of [1, 1, 3, 3] and [1, 1, 3]", "4 axes");
    assert_named!(a.conv_transpose2d(&x(&[2, 1, 1, 1]), plain, [0, 0]), "conv_transpose2d of", "1 channels", "kernels 2");
    assert_named!(a.conv_transpose2d(&x(&[1, 1, 0, 1]), plain, [0, 0]), "conv_transpose2d of", "[1, 1, 0, 1]", "at least 1");
    let away = Convolution { padding: [4], ..line };
    assert_named!(b.conv_transpose1d(&b, away, [0]), "conv_transpose1d of [1, 1, 3] and [1, 1, 3]", "takes away");
    assert_named!(b.conv_transpose1d(&a, line, [0]), "conv_transpose1d of", "[1, 1, 3] and [1, 1, 3, 3]", "3 axes");
}

#[test]
#[rustfmt::skip] // a mistake on one line each
fn layers_name_the_operation_that_was_asked_for() {
    let tape = Tape::new();
    let x = |shape: &[usize]| tape.var(Array::full(shape, 1.0));
    assert_named!(x(&[2, 3]).linear(&x(&[2, 4]), &x(&[4])), "linear of [2, 3] and [2, 4] and [4]", "length 3");
    assert_named!(x(&[]).layer_norm(0.1), "layer_norm of []", "at least one axis");
    assert_named!(x(&[2, 0]).layer_norm(0.1), "layer_norm of [2, 0]", "axis 1");
    assert_named!(x(&[2]).batch_norm(0.1), "batch_norm of [2]", "channels");
    assert_named!(x(&[0, 2]).batch_norm(0.1), "batch_norm of [0, 2]", "axis 0");
    let numbers = x(&[3]);
    assert_named!(x(&[4, 2]).batch_norm_with(&numbers, &numbers, 0.1), "batch_norm_with of [4, 2]", "2 channels");
    assert_named!(x(&[2, 3]).softmax_cross_entropy(&[0, 3]), "softmax_cross_entropy of [2, 3]", "label 3");
    assert_named!(x(&[2]).softmax_cross_entropy(&[0, 1]), "softmax_cross_entropy of [2]", "matrix");
    assert_named!(x(&[2]).softmax_over(1), "softmax_over of [2]", "axis 1");
    assert_named!(x(&[2]).log_softmax_over(1), "log_softmax_over of [2]", "axis 1");
    assert_named!(x(&[2, 3]).embedding(&[0, 2]), "embedding of [2, 3]", "index 2", "axis 0 of length 2");
    assert_named!(x(&[2]).dropout(1.0, &mut || 0.5), "[0, 1)", "found 1");
    let places = ndarray::arr1(&[0, 2]).into_dyn();
    assert_named!(x(&[2]).scatter_add(0, &places, &x(&[2])), "scatter_add of [2]", "index 2");
    let places = ndarray::arr1(&[0, 1]).into_dyn();
    assert_named!(x(&[2]).scatter_add(0, &places, &x(&[3])), "scatter_add of", "[3]", "[2]");
    assert_named!(x(&[2, 0]).norm(&[1], Norm::LInfinity), "norm of [2, 0]", "axis 1");
    assert_named!(x(&[2]).norm(&[1], Norm::L1), "norm of [2]", "axis 1");
    assert_named!(x(&[2]).log(&x(&[3])), "log of [2] and [3]");
    assert_named!(x(&[2]).matmul(&x(&[3])), "matmul of [2] and [3]", "axis 0 of the left", "axis 0 of the right");
    assert_named!(x(&[2]).matmul(&x(&[3, 4])), "matmul of [2] and [3, 4]", "axis 0 of the left", "axis 0 of the right");
    assert_named!(x(&[5, 2]).matmul(&x(&[3])), "matmul of [5, 2] and [3]", "axis 1 of the left", "axis 0 of the right");
    assert_named!(x(&[2]).matmul(&x(&[5, 3, 4])), "matmul of [2] and [5, 3, 4]", "axis 1 of the right");
    assert_named!(x(&[2]).dot(&x(&[3])), "dot of [2] and [3]");
    assert_named!(x(&[]).transpose(), "transpose of []");
}

#[test]
fn every_recorded_step_names_the_callers_line() {
    let (pool, line) = (Pooling::of([2]), Convolution::<1>::default());
    macro_rules! assert_here {
        (|$x:ident| $value:expr) => {{
            let tape = Tape::new();
            let $x = &tape.var(Array::full(&[1, 2, 4], 1.5));
            // Both on one line, so that the line is the step's.
            let (expected, _) = (concat!("misuse.rs:", line!()), $value);
            let listing = tape.listing();
            assert!(
                tape.nodes() > 0 && listing.lines().all(|step| step.ends_with(expected)),
                "{expected}: {listing}"
            );
        }};
    }
    assert_here!(|x| x.max_pool1d(pool));
    assert_here!(|x| x.average_pool1d(pool));
    assert_here!(|x| x.average_pool2d(Pooling { padding: [1, 1], ..Pooling::of([2, 2]) }));
    assert_here!(|x| x.conv1d(&x.slice_axis(2, 0..1).slice_axis(0, 0..1), line));
    assert_here!(|x| x.conv_transpose1d(&x.slice_axis(1, 0..1).swap_axes(0, 1).repeat(0, 2), line, [0]));
    assert_here!(|x| x.batch_norm_with(&x.slice(s![0, .., 0]), &x.slice(s![0, .., 0]), 0.1));
    assert_here!(|x| x.batch_norm(0.1));
    assert_here!(|x| x.layer_norm(0.1));
    assert_here!(|x| x.split(2, &[1, 3]));
    assert_here!(|x| Var::stack(&[x, x], 1));
    assert_here!(|x| x.tile(&[2, 1, 2]));
    assert_here!(|x| x.repeat(1, 2));
    assert_here!(|x| x.softmax_over(0));
    assert_here!(|x| x.log_softmax_over(1));
    assert_here!(|x| x.log_sum_exp_over(&[0, 2]));
    assert_here!(|x| x.max_ties(&[0, 2], Default::default()));
    assert_here!(|x| x.norm(&[0], Norm::LInfinity));
    assert_here!(|x| x.variance(&[1], Default::default()));
    assert_here!(|x| x.standard_deviation_kept(&[1], Default::default()));
    assert_here!(|x| x.dropout(0.5, &mut || 0.7));
    assert_here!(|x| x.log(x));
    assert_here!(|x| x.index_add(0, &[0], x));
    assert_here!(|x| x.slice(s![0]).embedding(&[1, 0]));
    assert_here!(|x| x.slice(s![0]).softmax_cross_entropy(&[1, 0]));
    assert_here!(|x| x.slice(s![0, 0]).outer(&x.slice(s![0, 1])));
    assert_here!(|x| x.slice(s![0, 0]).dot(&x.slice(s![0, 1])));
    assert_here!(|x| x.slice(s![0]).matmul(&x.slice(s![0, 1])));
    assert_here!(|x| x.slice(s![0, 1]).matmul(&x.slice(s![0]).transpose()));
    assert_here!(|x| x.matmul(&x.slice(s![0]).transpose()));
    assert_here!(|x| Var::einsum("abc,adc->bd", &[x, x]));
    assert_here!(|x| x.gather_along(2, &ndarray::ArrayD::zeros(ndarray::IxDyn(&[1, 2, 4]))));
    assert_here!(|x| x.scatter_add(2, &ndarray::ArrayD::zeros(ndarray::IxDyn(&[1, 2, 4])), x));
}

#[test]
#[rustfmt::skip] // a mistake on one line each
fn shapes_beyond_counting_are_refused() {
    let most = usize::MAX;
    let error = Array::<f64>::new(&[most, 2], vec![]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("array of [{most}, 2]: the shape asks for more elements than can be counted")
    );
    assert!(Array::<f64>::new(&[0, most, 2], vec![]).is_err());
    assert_named!(Array::<f64>::zeros(&[most, 2]), "array of", "more elements than can be counted");
    assert_named!(Array::full(&[2, most], 1.0), "array of", "more elements than can be counted");
    let tape = Tape::new();
    let empty = tape.var(Array::<f64>::zeros(&[0]));
    assert_named!(empty.reshape(&[0, most, 2]), "reshape of [0]", "uncountably many");
    assert_named!(empty.reshape(&[most, 2]), "reshape of [0]", "uncountably many");
    let long = tape.var(Array::<f64>::zeros(&[most / 2, 0]));
    for parts in [&[&long; 2][..], &[&long; 3]] {
        assert_named!(Var::concat(parts, 0), "concat of", "joined along axis 0", "more elements than can be counted");
    }
    let x = tape.var(Array::full(&[1, 1, 3, 3], 1.0));
    assert_named!(x.broadcast_to(&[most, 1, 3, 3]), "broadcast_to of", "more elements than can be counted");
    assert_named!(x.repeat(2, most), "repeat of [1, 1, 3, 3]", "more elements than can be counted");
    assert_named!(x.tile(&[1, most, 2, 1]), "tile of [1, 1, 3, 3]", "more elements than can be counted");
    assert_named!(x.pad(&[[0, 0], [most, 1], [0, 0], [0, 0]], 0.0), "pad of [1, 1, 3, 3]", "more elements");
    let of = |padding: usize, dilation: usize| Convolution {
        padding: [padding; 2],
        dilation: [dilation; 2],
        ..Convolution::default()
    };
    let wide = tape.var(Array::full(&[1, 1, 2, 2], 1.0));
    assert_named!(x.conv2d(&wide, of(most / 2, 1)), "conv2d of", "reaches further than can be counted");
    assert_named!(x.conv2d(&wide, of(0, most)), "conv2d of", "reaches further than can be counted");
    assert_named!(x.conv2d(&wide, of(most / 8, 1)), "conv2d of", "more elements than can be counted");
    assert_named!(x.conv_transpose2d(&wide, of(most, 1), [0, 0]), "conv_transpose2d of", "takes away");
    assert_named!(x.conv_transpose2d(&wide, of(0, most), [0, 0]), "conv_transpose2d of", "more positions");
    let pool = Pooling { padding: [most / 2; 2], ..Pooling::of([most; 2]) };
    assert_named!(x.max_pool2d(pool), "max_pool2d of", "reaches further than can be counted");
}

#[test]
fn a_formula_that_does_not_fit_names_the_axis() {
    let (x, y) = (Array::full(&[2, 3], 1.0), Array::full(&[4, 2], 1.0));
    assert_named!(Array::einsum("ij,jk", &[&x, &y]), "'j' has length 3 in operand 0 and 4 in operand 1");
    assert_named!(Array::einsum("ij->k", &[&x]), "axis 'k' of the result");
    assert_named!(Array::einsum("ij->ii", &[&x]), "names axis 'i' twice");
    assert_named!(Array::einsum("ijk->i", &[&x]), "\"ijk\" names 3 axes of operand 0, which has 2");
    assert_named!(Array::einsum("ij,jk", &[&x]), "2 operands, found 1");
    assert_named!(Array::einsum("...j->j", &[&x]), "ellipsis");
    assert_named!(Array::einsum("i1->i", &[&x]), "'1' is not the name");
}

#[test]
fn slopes_and_bounds_that_are_none_are_refused() {
    let tape = Tape::new();
    let x = tape.var(0.0);
    assert_named!(x.relu_at(1.5), "[0, 1]", "1.5");
    assert_named!(x.relu_at(f64::NAN), "[0, 1]", "NaN");
    assert_named!(Array::scalar(0.0).relu_at(-0.1), "[0, 1]", "-0.1");
    assert_named!(x.clamp(Var::constant(1.0), Var::constant(0.0)), "clamp", "lower bound");
    assert_named!(x.clamp(Var::constant(f64::NAN), Var::constant(0.0)), "clamp", "NaN");
}

#[test]
fn directions_and_parameters_of_another_length_are_refused() {
    assert_named!(autograd::jvp(|x| x[0], &[1.0, 2.0], &[1.0]), "direction", "each argument");
    assert_named!(autograd::hvp(|x| x[0], &[1.0, 2.0], &[1.0]), "direction", "each argument");
    assert_named!(Parameters::new(Layout::new().with("weight", &[2]), vec![1.0]), "2", "1");
}

#[test]
fn cotangents_that_are_not_kept_are_refused() {
    let tape = Tape::new();
    let (x, nudge) = (tape.var(Array::vector(&[1.0, 2.0])), tape.var(Array::zeros(&[2])));
    let hidden = &x * &x + &nudge;
    let unused = tape.var(Array::vector(&[1.0]));
    let gradient = tape.gradient(&(&hidden * &hidden).sum_all());
    assert_named!(gradient.wrt(&hidden), "an array of shape [2]", "leaf of zeros");
    // What the message advises.
    assert_eq!(gradient.wrt(&nudge).to_vec(), [2.0, 8.0]);
    assert_eq!((gradient.wrt(&x).to_vec(), gradient.wrt(&unused).to_vec()), (vec![4.0, 32.0], vec![0.0]));
    // Numbers keep theirs.
    let tape = Tape::new();
    let (x, y) = (tape.var(3.0), tape.var(5.0));
    let product = x * y;
    assert_eq!(tape.gradient(&(product * x)).wrt(&product), 3.0);
}

#[test]
fn a_cotangent_or_direction_of_another_form_is_refused() {
    let tape = Tape::new();
    let x = tape.var(Array::vector(&[1.0, 2.0]));
    let y = &x * &x;
    let (three, number) = (Array::vector(&[1.0; 3]), Array::scalar(1.0));
    assert_named!(tape.pullback(&y, three.clone()), "cotangent", "shape [2]", "shape [3]");
    assert_named!(tape.pullback(&y, number), "cotangent", "shape [2]", "shape []");
    assert_named!(tape.pullback(&x, three.clone()), "cotangent", "shape [2]", "shape [3]");
    assert_named!(tape.pullback_many(&[y], vec![]), "one cotangent", "expected 1, found 0");
    let one = [Array::vector(&[1.0, 2.0])];
    assert_named!(autograd::vjp(|x| x[0].clone(), &one, |_| three.clone()), "cotangent", "shape [3]");
    let wide = [Array::zeros(&[2, 3])];
    let tall = [Array::<f64>::zeros(&[3, 2])];
    assert_named!(autograd::jvp(|x| x[0].clone(), &wide, &tall), "direction", "shape [2, 3]", "shape [3, 2]");
    assert_named!(autograd::hvp(|x| x[0].sum_all(), &wide, &tall), "direction", "shape [3, 2]");
    assert_named!(autograd::jvp(|x| x[0], &[1.0], &[1.0, 2.0]), "direction", "expected 1, found 2");
}
