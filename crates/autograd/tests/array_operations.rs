//! Array operations against naive loops over indices, for arbitrary shapes: values, and cotangents.

use autograd::op::norm::Norm;
use autograd::op::variance::Spread;
use autograd::{Array, ArrayOps, Tape, Var, s};
use ndarray::{ArrayD, Axis, Dimension, IxDyn};
use proptest::prelude::*;

/// Different numbers, some negative, none near 0.
fn array(shape: &[usize], seed: f64) -> Array<f64> {
    let count: usize = shape.iter().product();
    let element = |i| ((seed + i as f64) * 1.7).sin() * 2.0;
    let away_from_zero = |x: f64| if x < 0.0 { x - 0.3 } else { x + 0.3 };
    Array::new(shape, (0..count).map(element).map(away_from_zero).collect()).unwrap()
}

/// A shape of up to four axes, and a subset of its axes.
fn shape_and_axes(least: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    prop::collection::vec(least..=3_usize, 0..=4).prop_flat_map(|shape| {
        let axes = prop::sample::subsequence((0..shape.len()).collect::<Vec<_>>(), 0..=shape.len());
        (Just(shape), axes)
    })
}

/// The groups of elements that a reduction over these axes takes together, in the order of its result.
fn groups(x: &Array<f64>, axes: &[usize]) -> Vec<Vec<f64>> {
    let others: Vec<usize> = (0..x.dimensions()).filter(|axis| !axes.contains(axis)).collect();
    let order: Vec<usize> = others.iter().chain(axes).copied().collect();
    let count: usize = axes.iter().map(|&axis| x.shape()[axis]).product();
    let groups: usize = others.iter().map(|&axis| x.shape()[axis]).product();
    let permuted: Vec<f64> = x.view().permuted_axes(IxDyn(&order)).iter().copied().collect();
    (0..groups).map(|group| permuted[group * count..(group + 1) * count].to_vec()).collect()
}

fn assert_near(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        let near = found == expected || (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
        assert!(near || (found.is_nan() && expected.is_nan()), "{what}: {found} is not {expected}");
    }
}

type Reduction = (&'static str, fn(&Array<f64>, &[usize]) -> Array<f64>, fn(&[f64]) -> f64);

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn variance(x: &[f64]) -> f64 {
    x.iter().map(|element| (element - mean(x)).powi(2)).sum::<f64>() / x.len() as f64
}

proptest! {
    #[test]
    fn reductions_are_those_of_each_group((shape, axes) in shape_and_axes(0)) {
        let x = array(&shape, 0.4);
        let reductions: [Reduction; 10] = [
            ("sum", |x, axes| x.sum(axes), |x| x.iter().sum()),
            ("mean", |x, axes| x.mean(axes), mean),
            ("product", |x, axes| x.product(axes), |x| x.iter().product()),
            ("variance", |x, axes| x.variance(axes, Spread::Population), variance),
            ("sample", |x, axes| x.variance(axes, Spread::Sample), |x| variance(x) * x.len() as f64 / (x.len() as f64 - 1.0)),
            ("deviation", |x, axes| x.standard_deviation(axes, Spread::Population), |x| variance(x).sqrt()),
            ("log-sum-exp", |x, axes| x.log_sum_exp_over(axes), |x| x.iter().map(|x| x.exp()).sum::<f64>().ln()),
            ("L1", |x, axes| x.norm(axes, Norm::L1), |x| x.iter().map(|x| x.abs()).sum()),
            ("L2", |x, axes| x.norm(axes, Norm::L2), |x| x.iter().map(|x| x * x).sum::<f64>().sqrt()),
            ("sum of the kept", |x, axes| x.sum_kept(axes).reshape(x.sum(axes).shape()), |x| x.iter().sum()),
        ];
        for (name, reduce, of_group) in reductions {
            let expected: Vec<f64> = groups(&x, &axes).iter().map(|group| of_group(group)).collect();
            let found = reduce(&x, &axes);
            let kept: Vec<usize> = (0..shape.len()).filter(|axis| !axes.contains(axis)).map(|axis| shape[axis]).collect();
            prop_assert_eq!(found.shape(), &kept[..], "{}", name);
            assert_near(&found.to_vec(), &expected, name);
        }
    }

    #[test]
    fn maxima_are_those_of_each_group((shape, axes) in shape_and_axes(1)) {
        let x = array(&shape, 0.4);
        let largest = |x: &Vec<f64>| x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let smallest = |x: &Vec<f64>| x.iter().copied().fold(f64::INFINITY, f64::min);
        let longest = |x: &Vec<f64>| x.iter().fold(0.0, |a, x| f64::max(a, x.abs()));
        let expect = |of: &dyn Fn(&Vec<f64>) -> f64| -> Vec<f64> { groups(&x, &axes).iter().map(of).collect() };
        prop_assert_eq!(x.max(&axes).to_vec(), expect(&largest));
        prop_assert_eq!(x.min(&axes).to_vec(), expect(&smallest));
        prop_assert_eq!(x.norm(&axes, Norm::LInfinity).to_vec(), expect(&longest));
        if let &[axis] = &axes[..] {
            let positions = x.argmax(axis).insert_axis(Axis(axis));
            prop_assert_eq!(x.gather_along(axis, &positions).to_vec(), expect(&largest));
            let positions = x.argmin(axis).insert_axis(Axis(axis));
            prop_assert_eq!(x.gather_along(axis, &positions).to_vec(), expect(&smallest));
        }
    }

    #[test]
    fn softmax_over_any_axis_adds_up_to_one((shape, axes) in shape_and_axes(1)) {
        let x = array(&shape, 0.4);
        for &axis in &axes {
            let softmax = x.softmax_over(axis);
            prop_assert_eq!(softmax.shape(), &shape[..]);
            assert_near(&softmax.sum(&[axis]).to_vec(), &vec![1.0; softmax.sum(&[axis]).len()], "softmax");
            let logarithms = autograd::Algebra::exp(&x.log_softmax_over(axis));
            assert_near(&logarithms.to_vec(), &softmax.to_vec(), "log-softmax");
        }
    }

    #[test]
    fn running_sums_end_in_the_sum((shape, axes) in shape_and_axes(1)) {
        let x = array(&shape, 0.4);
        for &axis in &axes {
            let sums = x.cumulative_sum(axis);
            let differences = ndarray::Zip::from(sums.view().slice_axis(Axis(axis), (1..).into()))
                .and(sums.view().slice_axis(Axis(axis), (..-1).into()))
                .map_collect(|a, b| a - b);
            let rest: Vec<f64> = x.view().slice_axis(Axis(axis), (1..).into()).iter().copied().collect();
            assert_near(&differences.iter().copied().collect::<Vec<_>>(), &rest, "cumulative sum");
            let last = sums.slice_axis(axis, -1..);
            assert_near(&last.to_vec(), &x.sum(&[axis]).to_vec(), "last of the running sums");
        }
    }

    /// ⟨y, Jx⟩ = ⟨Jᵀy, x⟩: a linear operation and its pullback.
    #[test]
    fn linear_operations_and_their_pullbacks_are_adjoint((shape, axes) in shape_and_axes(1)) {
        let Some(&axis) = axes.first() else { return Ok(()) };
        let length = shape[axis];
        let indices: Vec<usize> = (0..length + 1).map(|i| (i * i + 1) % length).collect();
        let mut of_each = shape.clone();
        of_each[axis] = 2;
        let positions = ArrayD::from_shape_fn(IxDyn(&of_each), |index| index.as_array_view().sum() % length);
        type Linear<'a> = Box<dyn for<'t> Fn(&Var<'t, Array<f64>>) -> Var<'t, Array<f64>> + 'a>;
        let operations: Vec<(&str, Linear<'_>)> = vec![
            ("index_select", Box::new(|x| x.index_select(axis, &indices))),
            ("gather_along", Box::new(|x| x.gather_along(axis, &positions))),
            ("flip", Box::new(|x| x.flip(&axes))),
            ("slice", Box::new(|x| x.slice_axis(axis, ndarray::Slice::from(..).step_by(-2)))),
            ("pad", Box::new(|x| x.pad(&vec![[1, 2]; shape.len()], 0.0))),
            ("repeat", Box::new(|x| x.repeat(axis, 3))),
            ("tile", Box::new(|x| x.tile(&vec![2; shape.len()]))),
            ("concat", Box::new(|x| Var::concat(&[x, &x.flip(&[axis]), x], axis))),
            ("stack", Box::new(|x| Var::stack(&[x, x], axis))),
            ("cumulative_sum", Box::new(|x| x.cumulative_sum(axis))),
            ("insert_axis", Box::new(|x| x.insert_axis(axis).squeeze(&[axis]).insert_axis(0))),
            ("swap_axes", Box::new(|x| x.swap_axes(axis, 0))),
            ("split", Box::new(|x| { let parts = x.split(axis, &[1, length - 1]); Var::concat(&[&parts[1], &parts[0]], axis) })),
            ("index_add", Box::new(|x| x.index_add(axis, &vec![0; length], x))),
        ];
        for (name, operation) in operations {
            let tape = Tape::new();
            let x = tape.var(array(&shape, 0.4));
            let result = operation(&x);
            let weights = array(result.value().shape(), 2.2);
            let pulled = tape.pullback(&result, weights.clone()).wrt(&x);
            let left = (&weights * result.value()).sum_all().item().unwrap();
            let right = (&pulled * x.value()).sum_all().item().unwrap();
            prop_assert!((left - right).abs() <= 1e-12 * left.abs().max(10.0), "{}: {} is not {}", name, left, right);
        }
    }
}

/// A function of an array and axes, plain and recorded.
type OverAxes = Box<dyn for<'t> Fn(&Var<'t, Array<f64>>, &[usize]) -> Var<'t, Array<f64>>>;

#[test]
fn the_order_in_which_axes_are_named_is_of_no_consequence() {
    use autograd::kink::Ties;
    use autograd::op::{norm::Norm, variance::Spread};
    // Ties across rows and columns, and no two equal groups otherwise.
    let x = Array::new(&[2, 2, 3], vec![1.0, 5.0, 2.5, 5.0, 1.0, 0.5, 5.0, 1.0, 0.5, 3.0, 5.0, 1.0]).unwrap();
    let reductions: Vec<(&str, OverAxes)> = vec![
        ("sum", Box::new(|x, axes| x.sum(axes))),
        ("sum_kept", Box::new(|x, axes| x.sum_kept(axes))),
        ("mean", Box::new(|x, axes| x.mean(axes))),
        ("product", Box::new(|x, axes| x.product(axes))),
        ("variance", Box::new(|x, axes| x.variance(axes, Spread::Sample))),
        ("standard_deviation", Box::new(|x, axes| x.standard_deviation(axes, Spread::Population))),
        ("max", Box::new(|x, axes| x.max(axes))),
        ("max_kept", Box::new(|x, axes| x.max_kept(axes))),
        ("max_ties", Box::new(|x, axes| x.max_ties(axes, Ties::First))),
        ("min", Box::new(|x, axes| x.min(axes))),
        ("min_ties", Box::new(|x, axes| x.min_ties(axes, Ties::First))),
        ("norm L1", Box::new(|x, axes| x.norm(axes, Norm::L1))),
        ("norm L2", Box::new(|x, axes| x.norm(axes, Norm::L2))),
        ("norm L∞", Box::new(|x, axes| x.norm(axes, Norm::LInfinity))),
        ("log_sum_exp_over", Box::new(|x, axes| x.log_sum_exp_over(axes))),
        ("flip", Box::new(|x, axes| x.flip(axes))),
    ];
    for (name, reduction) in reductions {
        for (axes, ascending) in [(&[1, 0][..], &[0, 1][..]), (&[2, 0], &[0, 2]), (&[2, 0, 1], &[0, 1, 2])] {
            let of = |axes: &[usize]| {
                let tape = Tape::new();
                let variable = tape.var(x.clone());
                let result = reduction(&variable, axes);
                let weights = array(result.value().shape(), 0.7);
                (result.value().clone(), tape.pullback(&result, weights).wrt(&variable))
            };
            assert_eq!(of(axes), of(ascending), "{name} over {axes:?}");
        }
    }
    let first = autograd::grad(|x| x[0].max_ties(&[1, 0, 2], Ties::First), std::slice::from_ref(&x));
    assert_eq!(first[0].to_vec().iter().position(|&share| share == 1.0), Some(1));
}

#[test]
fn long_sums_keep_their_digits() {
    for shape in [[4_000_000, 1], [1, 4_000_000], [500_000, 2], [2, 500_000]] {
        let x = Array::<f32>::full(&shape, 0.1);
        let mean = x.mean_all().item().unwrap();
        assert!((mean / 0.1 - 1.0).abs() < 1e-5, "the mean of {shape:?} equal numbers 0.1 is {mean}");
        let columns = x.sum(&[0]);
        let expected = 0.1 * shape[0] as f32;
        assert!(columns.to_vec().iter().all(|sum| (sum / expected - 1.0).abs() < 1e-5), "{columns:?}");
    }
    // Whole numbers are summed without rounding, whatever the length.
    for length in [4095, 4096, 4097, 8192, 12289, 50_000] {
        let x = Array::new(&[length, 2], (0..2 * length).map(|i| (i % 97) as f64).collect()).unwrap();
        let exact = |from: usize| (0..length).map(|i| ((2 * i + from) % 97) as f64).sum::<f64>();
        assert_eq!(x.sum(&[0]).to_vec(), [exact(0), exact(1)]);
        assert_eq!(x.sum_all().item(), Some(exact(0) + exact(1)));
        let terms = Array::full(&[1, length], 0.0_f64).log_sum_exp();
        assert!((terms.item().unwrap() - (length as f64).ln()).abs() < 1e-14);
    }
}

#[test]
fn views_share_their_elements() {
    let x = array(&[4, 6], 0.1);
    let part = x.slice(s![1..3, ..;2]);
    let inside = |view: &Array<f64>| x.as_slice().unwrap().as_ptr_range().contains(&view.view().as_ptr());
    assert!(inside(&part) && inside(&x.flip(&[0])) && inside(&x.transpose()) && inside(&x.insert_axis(1)));
    assert_eq!(part.shape(), [2, 3]);
}

#[test]
fn batches_broadcast_and_agree_with_single_products() {
    for (left, right) in [
        (vec![3, 2, 4], vec![3, 4, 5]),
        (vec![3, 1, 2, 4], vec![2, 4, 1]),
        (vec![2, 4], vec![3, 4, 2]),
        (vec![3, 2, 4], vec![4, 2]),
        (vec![2, 3, 2, 4], vec![4]),
        (vec![4], vec![3, 4, 2]),
    ] {
        let (a, b) = (array(&left, 0.3), array(&right, 1.1));
        let product = a.matmul(&b);
        // Every operand as a batch of matrices, repeated in full, and multiplied one by one.
        let a = if left.len() == 1 { a.insert_axis(0) } else { a };
        let b = if right.len() == 1 { b.insert_axis(1) } else { b };
        let ([left_batch @ .., m, k], [right_batch @ .., _, n]) = (a.shape(), b.shape()) else {
            unreachable!()
        };
        let sum = Array::<f64>::zeros(left_batch) + Array::zeros(right_batch);
        let batch: &[usize] = sum.shape();
        let count = batch.iter().product();
        let whole = |x: &Array<f64>, matrix: [usize; 2]| {
            x.broadcast_to(&[batch, &matrix].concat()).reshape(&[count, matrix[0], matrix[1]])
        };
        let (a, b) = (whole(&a, [*m, *k]), whole(&b, [*k, *n]));
        let singly: Vec<f64> =
            (0..count).flat_map(|i| a.slice(s![i]).matmul(&b.slice(s![i])).to_vec()).collect();
        assert_near(&product.to_vec(), &singly, "batched product");
    }
}

/// The formula evaluated by loops over all names.
fn naive_einsum(operands: &[(&[char], &Array<f64>)], result: &[char]) -> Vec<f64> {
    let mut names: Vec<(char, usize)> = Vec::new();
    for (axes, x) in operands {
        for (&name, &length) in axes.iter().zip(x.shape()) {
            if !names.iter().any(|(other, _)| *other == name) {
                names.push((name, length));
            }
        }
    }
    names.sort_by_key(|(name, _)| result.iter().position(|other| other == name).unwrap_or(result.len()));
    let count = |names: &[(char, usize)]| names.iter().map(|(_, length)| length).product::<usize>();
    let (kept, summed) = names.split_at(result.len());
    let mut sums = vec![0.0; count(kept)];
    for position in 0..count(&names) {
        let mut rest = position;
        let mut index: Vec<(char, usize)> = Vec::new();
        for &(name, length) in names.iter().rev() {
            index.push((name, rest % length));
            rest /= length;
        }
        let at = |name: &char| index.iter().find(|(other, _)| other == name).unwrap().1;
        let factor = |(axes, x): &(&[char], &Array<f64>)| x[&axes.iter().map(at).collect::<Vec<_>>()[..]];
        sums[position / count(summed)] += operands.iter().map(factor).product::<f64>();
    }
    sums
}

fn names(max: usize) -> impl Strategy<Value = Vec<char>> {
    prop::collection::vec(prop::sample::select(vec!['a', 'b', 'c', 'd']), 0..=max)
}

proptest! {
    #[test]
    fn einsum_is_the_naive_sum(
        operands in prop::collection::vec(names(3), 1..=3),
        lengths in prop::collection::vec(1..=3_usize, 4),
        picked in prop::sample::subsequence(vec!['c', 'a', 'd', 'b'], 0..=4),
    ) {
        let length = |name: &char| lengths["abcd".find(*name).unwrap()];
        let all = operands.concat();
        let result: Vec<char> = picked.into_iter().filter(|name| all.contains(name)).collect();
        let arrays: Vec<Array<f64>> = operands
            .iter()
            .enumerate()
            .map(|(seed, names)| array(&names.iter().map(length).collect::<Vec<_>>(), seed as f64 + 0.3))
            .collect();
        let text = |names: &[char]| names.iter().collect::<String>();
        let formula = operands.iter().map(|names| text(names)).collect::<Vec<_>>().join(",") + "->" + &text(&result);
        let tape = Tape::new();
        let variables = tape.vars(&arrays);
        let found = Var::einsum(&formula, &variables.iter().collect::<Vec<_>>());
        let pairs: Vec<(&[char], &Array<f64>)> = operands.iter().map(|names| &names[..]).zip(&arrays).collect();
        prop_assert_eq!(found.value().shape(), &result.iter().map(length).collect::<Vec<_>>()[..]);
        assert_near(&found.value().to_vec(), &naive_einsum(&pairs, &result), &formula);
        // It is linear in each operand, and the pullback is the transpose of that.
        let weights = array(found.value().shape(), 2.2);
        let gradient = tape.pullback(&found, weights.clone());
        let expected = (&weights * found.value()).sum_all().item().unwrap();
        for variable in &variables {
            let product = (&gradient.wrt(variable) * variable.value()).sum_all().item().unwrap();
            prop_assert!((product - expected).abs() <= 1e-10 * expected.abs().max(10.0), "{}", formula);
        }
    }
}

#[test]
fn einsum_without_an_arrow_names_the_result_in_alphabetical_order() {
    let (a, b) = (array(&[2, 3], 0.3), array(&[3, 4], 1.2));
    assert_near(&Array::einsum("jk,kb", &[&a, &b]).to_vec(), &a.matmul(&b).transpose().to_vec(), "bj");
    assert_near(&Array::einsum("i j", &[&a]).to_vec(), &a.to_vec(), "ij");
    assert_near(&Array::einsum("ij,ij", &[&a, &a]).to_vec(), &(&a * &a).sum_all().to_vec(), "all");
    assert_eq!(
        Array::einsum("ij,jk->ik", &[&Array::<f64>::zeros(&[2, 0]), &Array::zeros(&[0, 3])]),
        Array::zeros(&[2, 3])
    );
    assert_eq!(Array::einsum("ii->i", &[&Array::<f64>::zeros(&[0, 0])]).shape(), [0]);
}

#[test]
fn comparisons_are_constants() {
    let tape = Tape::new();
    let x = tape.var(Array::vector(&[1.0, f64::NAN, 3.0]));
    let two = Var::constant(Array::scalar(2.0));
    for (mask, expected) in [
        (x.less(&two), [1.0, 0.0, 0.0]),
        (x.less_equal(&two), [1.0, 0.0, 0.0]),
        (x.greater(&two), [0.0, 0.0, 1.0]),
        (x.greater_equal(&two), [0.0, 0.0, 1.0]),
        (x.equal(&x), [1.0, 0.0, 1.0]),
        (x.not_equal(&x), [0.0, 1.0, 0.0]),
        (x.is_nan(), [0.0, 1.0, 0.0]),
    ] {
        assert!(mask.is_constant());
        assert_eq!(mask.value().to_vec(), expected);
    }
    assert_eq!(tape.nodes(), 0);
}
