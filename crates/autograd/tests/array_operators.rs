//! The operators of arrays beside those between two of them: with numbers on either side, assigning, over iterators; plain and
//! at every level of nesting.

use autograd::{Array, ArrayAlgebra, ArrayOps, Dual, Tape, Var};

/// All of it for one kind of array, at [1, 4] and [3, 5]: values and names.
macro_rules! combinations {
    ($x:expr, $y:expr) => {{
        let (x, y) = ($x, $y);
        let assigned = [
            ("+= &", {
                let mut z = x.clone();
                z += &y;
                z
            }),
            ("-= &", {
                let mut z = x.clone();
                z -= &y;
                z
            }),
            ("*= &", {
                let mut z = x.clone();
                z *= &y;
                z
            }),
            ("/= &", {
                let mut z = x.clone();
                z /= &y;
                z
            }),
            ("%= &", {
                let mut z = x.clone();
                z %= &y;
                z
            }),
            ("+= array", {
                let mut z = x.clone();
                z += y.clone();
                z
            }),
            ("*= array", {
                let mut z = x.clone();
                z *= y.clone();
                z
            }),
            ("-= number", {
                let mut z = x.clone();
                z -= 0.5;
                z
            }),
            ("/= number", {
                let mut z = x.clone();
                z /= 0.5;
                z
            }),
        ];
        let on_the_left = [
            ("2 + &", 2.0 + &x),
            ("2 − &", 2.0 - &x),
            ("2 · &", 2.0 * &x),
            ("2 / &", 2.0 / &x),
            ("2 % &", 2.0 % &x),
            ("2 − array", 2.0 - x.clone()),
            ("2 / array", 2.0 / x.clone()),
        ];
        let folded = [
            ("sum", [x.clone(), y.clone(), x.clone()].into_iter().sum()),
            ("sum of references", [&x, &y].into_iter().sum()),
            ("product", [x.clone(), y.clone(), x.clone()].into_iter().product()),
            ("product of references", [&x, &y].into_iter().product()),
        ];
        let named = [("mul_add", x.mul_add(&y, &x)), ("abs_sub", y.abs_sub(&x)), ("0", x.abs_sub(&y))];
        assigned.into_iter().chain(on_the_left).chain(folded).chain(named).collect::<Vec<_>>()
    }};
}

/// Values and derivatives by x and y, of numbers.
const EXPECTED: [[[f64; 3]; 2]; 23] = [
    // Assigned.
    [[4.0, 1.0, 1.0], [9.0, 1.0, 1.0]],
    [[-2.0, 1.0, -1.0], [-1.0, 1.0, -1.0]],
    [[3.0, 3.0, 1.0], [20.0, 5.0, 4.0]],
    [[1.0 / 3.0, 1.0 / 3.0, -1.0 / 9.0], [0.8, 0.2, -4.0 / 25.0]],
    [[1.0, 1.0, 0.0], [4.0, 1.0, 0.0]],
    [[4.0, 1.0, 1.0], [9.0, 1.0, 1.0]],
    [[3.0, 3.0, 1.0], [20.0, 5.0, 4.0]],
    [[0.5, 1.0, 0.0], [3.5, 1.0, 0.0]],
    [[2.0, 2.0, 0.0], [8.0, 2.0, 0.0]],
    // With a number on the left.
    [[3.0, 1.0, 0.0], [6.0, 1.0, 0.0]],
    [[1.0, -1.0, 0.0], [-2.0, -1.0, 0.0]],
    [[2.0, 2.0, 0.0], [8.0, 2.0, 0.0]],
    [[2.0, -2.0, 0.0], [0.5, -0.125, 0.0]],
    [[0.0, -2.0, 0.0], [2.0, 0.0, 0.0]],
    [[1.0, -1.0, 0.0], [-2.0, -1.0, 0.0]],
    [[2.0, -2.0, 0.0], [0.5, -0.125, 0.0]],
    // Folded.
    [[5.0, 2.0, 1.0], [13.0, 2.0, 1.0]],
    [[4.0, 1.0, 1.0], [9.0, 1.0, 1.0]],
    [[3.0, 6.0, 1.0], [80.0, 40.0, 16.0]],
    [[3.0, 3.0, 1.0], [20.0, 5.0, 4.0]],
    // Named.
    [[4.0, 4.0, 1.0], [24.0, 6.0, 4.0]],
    [[2.0, -1.0, 1.0], [1.0, -1.0, 1.0]],
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
];

#[track_caller]
fn assert_near(found: &[f64], expected: [f64; 2], name: &str) {
    let near = found
        .iter()
        .zip(expected)
        .all(|(found, expected)| (found - expected).abs() < 1e-15 * expected.abs().max(1.0));
    assert!(near && found.len() == 2, "{name}: {found:?} is not {expected:?}");
}

const X: [f64; 2] = [1.0, 4.0];
const Y: [f64; 2] = [3.0, 5.0];

#[test]
fn plain_and_recorded() {
    let plain = combinations!(Array::vector(&X), Array::vector(&Y));
    let tape = Tape::new();
    let (x, y) = (tape.var(Array::vector(&X)), tape.var(Array::vector(&Y)));
    let recorded = combinations!(x.clone(), y.clone());
    assert_eq!((plain.len(), recorded.len()), (EXPECTED.len(), EXPECTED.len()));
    for (((name, plain), (_, recorded)), [first, second]) in plain.iter().zip(&recorded).zip(EXPECTED) {
        assert_near(&plain.to_vec(), [first[0], second[0]], name);
        assert_eq!(recorded.value(), plain, "{name}");
        let gradient = tape.gradient(&recorded.sum_all());
        assert_near(&gradient.wrt(&x).to_vec(), [first[1], second[1]], name);
        assert_near(&gradient.wrt(&y).to_vec(), [first[2], second[2]], name);
    }
}

#[test]
fn nested() {
    let outer = Tape::new();
    let outer_x = [X, Y].map(|x| outer.var(Array::vector(&x)));
    let middle = Tape::new();
    let middle_x = outer_x.clone().map(|x| middle.var(x));
    let inner = Tape::new();
    let inner_x = middle_x.clone().map(|x| inner.var(x));
    let twice = combinations!(middle_x[0].clone(), middle_x[1].clone());
    let thrice = combinations!(inner_x[0].clone(), inner_x[1].clone());
    for (((name, twice), (_, thrice)), [first, second]) in twice.iter().zip(&thrice).zip(EXPECTED) {
        assert_near(&twice.array().to_vec(), [first[0], second[0]], name);
        assert_near(&thrice.array().to_vec(), [first[0], second[0]], name);
        let gradient = inner.gradient(&thrice.sum_all());
        assert_near(&gradient.wrt(&inner_x[0]).array().to_vec(), [first[1], second[1]], name);
        let gradient = middle.gradient(&twice.sum_all());
        assert_near(&gradient.wrt(&middle_x[1]).array().to_vec(), [first[2], second[2]], name);
    }
    // d²(x³)/dx², by products of an iterator.
    let cube: Var<'_, Var<'_, Array<f64>>> = std::iter::repeat_n(&middle_x[0], 3).product();
    let first = middle.gradient(&cube.sum_all()).wrt(&middle_x[0]);
    assert_eq!(outer.gradient(&first.sum_all()).wrt(&outer_x[0]).to_vec(), [6.0, 24.0]);
}

#[test]
fn single_precision_and_dual_elements() {
    let x = Array::vector(&[1.0_f32, 4.0]);
    assert_eq!((2.0 * &x).to_vec(), [2.0, 8.0]);
    assert_eq!((1.0 / x.clone()).to_vec(), [1.0, 0.25]);
    let mut x = Array::vector(&[Dual::new(3.0, 1.0)]);
    x *= x.clone();
    x += Dual::constant(1.0);
    assert_eq!((x.item().unwrap().value, x.item().unwrap().derivative), (10.0, 6.0));
}

#[test]
fn plain_constants_are_written_alike_at_every_order() {
    let x = [Array::vector(&[2.0_f64, 4.0])];
    let gradient =
        autograd::grad(|x| (2.0 * &x[0] * &x[0] / 4.0 - 3.0 / &x[0] + (1.0 - x[0].clone())).sum_all(), &x);
    assert_eq!(gradient[0].to_vec(), [1.75, 3.1875]);
    let hessian =
        autograd::hessian(|x| (2.0 * &x[0] * &x[0] / 4.0 - 3.0 / &x[0] + (1.0 - x[0].clone())).sum_all(), &x);
    assert_eq!(hessian, [[0.25, 0.0], [0.0, 0.90625]]);
    let halves = [Array::vector(&[2.0_f32])];
    let product =
        autograd::hvp(|x| (&x[0] * &x[0] * 0.5 + &x[0] % 1.5).sum_all(), &halves, &[Array::vector(&[4.0])]);
    assert_eq!(product[0].to_vec(), [4.0]);
}

#[test]
fn of_nothing_and_of_several_shapes() {
    let none: Vec<Array<f64>> = Vec::new();
    assert_eq!(none.iter().sum::<Array<f64>>(), Array::scalar(0.0));
    assert_eq!(none.into_iter().product::<Array<f64>>(), Array::scalar(1.0));
    let nothing: Var<'_, Array<f64>> = std::iter::empty::<Var<'_, Array<f64>>>().sum();
    assert!(nothing.is_constant());
    let arrays = [Array::scalar(1.0), Array::vector(&[1.0, 2.0]), Array::full(&[2, 1], 10.0)];
    assert_eq!(arrays.iter().sum::<Array<f64>>().to_vec(), [12.0, 13.0, 12.0, 13.0]);
    // An assignment leaves the other handle alone, and broadcasts its right operand only.
    let x = Array::full(&[2, 2], 1.0);
    let mut y = x.clone();
    y += &Array::vector(&[1.0, 2.0]);
    assert_eq!((x.to_vec(), y.to_vec()), (vec![1.0; 4], vec![2.0, 3.0, 2.0, 3.0]));
}

#[test]
fn masks_of_what_is_no_number() {
    let x = Array::vector(&[1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
    assert_eq!(x.is_finite().to_vec(), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(x.is_infinite().to_vec(), [0.0, 1.0, 1.0, 0.0]);
    assert_eq!(x.is_nan().to_vec(), [0.0, 0.0, 0.0, 1.0]);
    let tape = Tape::new();
    let x = tape.var(x);
    let finite = x.is_finite();
    assert!(finite.is_constant());
    let kept = finite.select(&(&x * &x), &Var::constant(Array::scalar(0.0)));
    assert_eq!(tape.gradient(&kept.sum_all()).wrt(&x).to_vec(), [2.0, 0.0, 0.0, 0.0]);
}

#[test]
fn ties_with_kept_axes() {
    use autograd::kink::Ties;
    let x = [Array::new(&[2, 2], vec![3.0, 3.0, 1.0, 2.0]).unwrap()];
    for (kept, dropped) in [
        (x[0].max_ties_kept(&[1], Ties::First), x[0].max_ties(&[1], Ties::First)),
        (x[0].min_ties_kept(&[1], Ties::First), x[0].min_ties(&[1], Ties::First)),
    ] {
        assert_eq!((kept.shape(), kept.to_vec()), (&[2, 1][..], dropped.to_vec()));
    }
    let gradient = autograd::grad(|x| x[0].max_ties_kept(&[1], Ties::First).sum_all(), &x);
    assert_eq!(gradient[0].to_vec(), [1.0, 0.0, 0.0, 1.0]);
    let gradient = autograd::grad(|x| x[0].min_ties_kept(&[1], Ties::First).sum_all(), &x);
    assert_eq!(gradient[0].to_vec(), [1.0, 0.0, 1.0, 0.0]);
}

#[test]
fn arrays_of_any_number_of_axes_convert() {
    use ndarray::{arr0, array};
    assert_eq!(Array::from(array![1.0, 2.0]).shape(), [2]);
    assert_eq!(Array::from(array![[1.0], [2.0]]).shape(), [2, 1]);
    assert_eq!(Array::from(arr0(1.0)).shape(), [0; 0]);
    assert_eq!(Array::from(array![[[1.0_f32, 2.0]]].into_shared()).to_vec(), [1.0, 2.0]);
    assert_eq!(Array::from(array![[1.0, 2.0], [3.0, 4.0]].reversed_axes()).to_vec(), [1.0, 3.0, 2.0, 4.0]);
}
