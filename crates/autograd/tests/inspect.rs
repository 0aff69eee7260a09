//! What a tape says of itself, and where a computation turned non-finite.

use autograd::kink::KinkOps;
use autograd::{Algebra, Array, ArrayOps, Many, Tape, Turned, Var, first_non_finite};
use num_traits::{Float, FloatConst, NumAssign};

#[test]
fn statistics_count_nodes_bytes_and_operations() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    let _ = x[0] * x[1] + x[2].relu();
    let _ = Many::norm(&x) + x[4];
    let statistics = tape.statistics();
    assert_eq!((statistics.leaves, statistics.nodes, statistics.kinks), (5, 6, 0));
    assert_eq!(statistics.bytes, 6 * 24);
    let of = |name: &str| statistics.operations.iter().find(|operation| operation.name == name).unwrap();
    assert_eq!((of("binary").count, of("binary").bytes), (3, 72));
    assert_eq!((of("many").count, of("many").bytes), (1, 72));
    assert_eq!(tape.nodes(), 6, "looking takes nothing away");
    assert_eq!(Tape::<f64>::new().statistics().operations, []);
    assert_eq!(Tape::<f64>::new().listing(), "");
}

#[test]
fn listings_name_every_operand_once() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0, 3.0]);
    let sum: Var<'_, f64> = x.iter().copied().sum();
    let y = tape.var(10.0);
    let _ = (sum * y).sin() * x[0];
    let expected = format!(
        "#4 = many(#0: 1, #1: 1, #2: 1)\n#6 = binary(#4: 10, #5: 6)\n#7 = binary(#6: {}, #0: {})\n",
        60.0_f64.cos(),
        60.0_f64.sin()
    );
    assert_eq!(tape.listing(), expected);
    let graph = tape.to_dot();
    assert!(graph.contains("n5 [label=\"#5\", style=rounded];"), "{graph}");
    assert!(
        graph.contains("n6 [label=\"#6 binary\"];") && graph.contains("n4 -> n6 [label=\"10\"];"),
        "{graph}"
    );
    assert_eq!(graph.matches("style=rounded").count(), 4);
    assert_eq!(graph.matches('{').count(), graph.matches('}').count());
}

#[test]
fn arrays_tell_operation_shape_and_line() {
    let tape = Tape::new();
    let x = tape.var(Array::<f32>::full(&[2, 3], 1.0));
    let w = tape.var(Array::full(&[3, 4], 0.5));
    #[rustfmt::skip]
    let (line, _loss) = (line!(), (x.matmul(&w) + 1.0).relu().sum_all());
    let listing = tape.listing();
    assert!(listing.starts_with("#2 = matmul(#0, #1) [2, 4], "), "{listing}");
    assert_eq!(listing.matches(&format!("inspect.rs:{line}")).count(), listing.lines().count(), "{listing}");
    let statistics = tape.statistics();
    let of = |name: &str| statistics.operations.iter().find(|operation| operation.name == name).unwrap();
    assert!(of("matmul").bytes > 8 * 4);
    assert!(statistics.to_string().contains("matmul"));
}

/// The line of a panic-free mistake is found from inside a generic function.
fn entropy<F: Float + NumAssign + FloatConst>(p: &[F]) -> F {
    let mut sum = F::zero();
    for &p in p {
        sum -= p * p.log2();
    }
    sum
}
const LINE: u32 = line!() - 4;

#[test]
fn the_first_non_finite_step_of_scalar_code_is_named() {
    let found = first_non_finite(|p| entropy(p), &[0.25, 0.0, 0.5]).unwrap();
    assert_eq!((found.operation, found.what), ("log2", Turned::Value));
    assert_eq!((found.operands.as_slice(), found.location.line()), (["0".to_owned()].as_slice(), LINE));
    assert!(found.location.file().ends_with("inspect.rs"));
    assert!(first_non_finite(|p| entropy(p), &[0.25, 0.25, 0.5]).is_none());
}

#[test]
fn values_and_derivatives_are_told_apart() {
    let turned = |found: Option<autograd::NonFinite>| found.map(|found| (found.operation, found.what));
    assert_eq!(turned(first_non_finite(|x| x[0].sqrt(), &[0.0])), Some(("sqrt", Turned::Derivative)));
    assert_eq!(turned(first_non_finite(|x| x[0] / x[1], &[1.0, 0.0])), Some(("div", Turned::Value)));
    assert_eq!(turned(first_non_finite(|x| x[0].exp(), &[800.0])), Some(("exp", Turned::Value)));
    assert_eq!(turned(first_non_finite(|x| x[0].acos(), &[1.5])), Some(("acos", Turned::Value)));
    assert_eq!(turned(first_non_finite(|x| x[0].powf(x[1]), &[-2.0, 0.5])), Some(("powf", Turned::Value)));
    assert_eq!(turned(first_non_finite(|x| Many::dot(x, x), &[1e300, 1e300])), Some(("many", Turned::Value)));
    // The kinks of the crate are finite, and so is a minimum that starts from infinity.
    let smallest = first_non_finite(
        |x| x.iter().fold(Float::infinity(), |a: autograd::Traced<'_, f64>, &b| a.min(b)),
        &[0.0, 1.0],
    );
    assert_eq!(smallest, None);
    assert_eq!(first_non_finite(|x| Float::abs(x[0]).relu() + x[0].hypot(x[1]), &[0.0, 0.0]), None);
    // Zero against infinity is NaN in the value.
    assert_eq!(turned(first_non_finite(|x| x[0] * f64::INFINITY, &[0.0])), Some(("mul", Turned::Value)));
}

#[test]
fn arrays_name_the_first_bad_node_and_the_first_bad_cotangent() {
    let tape = Tape::new();
    let x = tape.var(Array::vector(&[1.0, 0.0, 4.0]));
    let root = x.sqrt();
    let _unused = root.ln();
    let y = (&root * &root).sum_all();
    let found = tape.first_non_finite().unwrap();
    assert_eq!((found.operation, found.location.line()), ("ln", line!() - 3));
    assert!(found.to_string().contains("ln([3])"), "{found}");
    // 2√x · 1/(2√x) at 0 is 0 · ∞, where the zero wins: this gradient is finite.
    assert_eq!(tape.first_non_finite_cotangent(&y), None);
    let z = root.sum_all();
    let found = tape.first_non_finite_cotangent(&z).unwrap();
    assert_eq!((found.operation, found.what), ("sqrt", Turned::Derivative));
    assert_eq!(tape.first_non_finite_cotangent(&Var::constant(Array::scalar(1.0))), None);
}

#[test]
fn code_for_everything_that_a_recorded_number_can_do_can_be_traced() {
    use num_traits::{Bounded, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Pow, Signed};
    fn f<F>(x: &[F]) -> F
    where
        F: Float
            + FloatConst
            + FromPrimitive
            + Signed
            + Bounded
            + Inv<Output = F>
            + MulAdd<Output = F>
            + MulAddAssign,
        F: Pow<i32, Output = F> + Pow<F, Output = F> + std::iter::Product + for<'a> std::iter::Sum<&'a F>,
    {
        let mut sum: F = x.iter().sum();
        sum.mul_add_assign(F::PI(), x.iter().copied().product());
        let bounded = if sum < Bounded::max_value() { sum } else { F::zero() };
        Pow::pow(MulAdd::mul_add(bounded, x[0].inv(), F::from_i64(2).unwrap()), 2) * Signed::abs(&x[0])
    }
    assert!(first_non_finite(|x| f(x) * 2.0 + 1.0 / f(x), &[0.5, 2.0]).is_none());
    let found = first_non_finite(|x| 2.0 * f(x), &[0.0, 2.0]).unwrap();
    assert_eq!(found.what, Turned::Value);
    assert_eq!(autograd::grad(|x| f(x), &[0.5, 2.0]).len(), 2);
}
