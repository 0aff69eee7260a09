//! One function at one point, differentiated in every way.

use alloc::vec;
use alloc::vec::Vec;
use core::cell::OnceCell;

use num_traits::{Float, ToPrimitive};

use super::difference::{Estimate, Quantity, Sides, best, extrapolated, has_kink, jumps};
use super::{Discrepancy, Mode, Order, spread};
use crate::algebra::number;
use crate::derive::{duals, unit};
use crate::differentiable::{Differentiable, parts};
use crate::dual::Dual;
use crate::tape::Tape;
use crate::var::Var;

/// A function whose type is forgotten.
type Function<'a, D> = dyn for<'t> Fn(&[Var<'t, D>]) -> Var<'t, D> + 'a;

/// A function at the point at which it is checked.
pub(super) struct Subject<'a, V: Differentiable> {
    pub(super) f: &'a Function<'a, V::Dual>,
    pub(super) x: &'a [V],
}

/// A function weighed to one number, and its derivatives, at one point in one direction.
struct Derivatives {
    value: Quantity,
    /// The derivative in the direction, by forward mode.
    slope: f64,
    /// By reverse mode.
    gradient: Vec<f64>,
    /// The derivative of the gradient in the direction.
    second: Vec<f64>,
}

/// What is known about one coordinate.
struct Coordinate {
    index: usize,
    x: f64,
    here: Derivatives,
    /// The usual step and its half.
    usual: OnceCell<[Sides<Derivatives>; 2]>,
    /// Many steps, each half of the one before.
    ladder: OnceCell<Vec<Sides<Derivatives>>>,
}

/// The reason where there is nothing to compare.
const NAN: &str = "What is differentiated is NaN at `x`: check within its domain.";

/// The most rungs of a ladder: from one end of single precision's exponents well to the other's.
const MOST_RUNGS: usize = 96;

impl<V: Differentiable> Subject<'_, V> {
    fn epsilon(&self) -> f64 {
        V::Number::epsilon().to_f64().unwrap_or(f64::EPSILON)
    }

    /// The function and its derivatives in the direction of a coordinate, after a step along it.
    fn at(&self, coordinate: usize, step: f64) -> Derivatives {
        let direction = unit(self.x, coordinate);
        let step: V::Number = number(step);
        let moved: Vec<V> = self
            .x
            .iter()
            .zip(&direction)
            .map(|(x, direction)| {
                let pairs = x.coordinates().into_iter().zip(direction.coordinates());
                x.with_coordinates(pairs.map(|(x, direction)| x + step * direction).collect())
            })
            .collect();
        derivatives(self.f, &duals(&moved, &direction))
    }

    fn sides(&self, coordinate: usize, step: f64) -> Sides<Derivatives> {
        Sides { step, below: self.at(coordinate, -step), above: self.at(coordinate, step) }
    }

    fn usual<'c>(&self, coordinate: &'c Coordinate) -> &'c [Sides<Derivatives>; 2] {
        coordinate.usual.get_or_init(|| {
            let step = power_of_two(self.epsilon().powf(0.2) * coordinate.x.abs().max(1.0));
            [step, step / 2.0].map(|step| self.sides(coordinate.index, step))
        })
    }

    fn ladder<'c>(&self, coordinate: &'c Coordinate) -> &'c [Sides<Derivatives>] {
        coordinate.ladder.get_or_init(|| {
            let size = coordinate.x.abs();
            let lowest = self.epsilon().sqrt() * if size == 0.0 { 1.0 } else { size.min(1.0) };
            // Beneath this a step is rounded away.
            let lowest = lowest.max(self.epsilon() * size);
            let top = power_of_two(size.max(1.0) / 4.0);
            let steps = core::iter::successors(Some(top), |step| Some(step / 2.0));
            steps
                .take_while(|&step| step >= lowest)
                .take(MOST_RUNGS)
                .map(|step| self.sides(coordinate.index, step))
                .collect()
        })
    }

    pub(super) fn check(&self, order: Order, modes: &[Mode]) -> Result<(), Discrepancy> {
        let named = |mode| modes.contains(&mode);
        let epsilon = self.epsilon();
        let numbers: Vec<f64> =
            self.x.iter().flat_map(V::coordinates).map(|x| x.to_f64().unwrap_or(f64::NAN)).collect();
        let coordinates: Vec<Coordinate> = (numbers.iter().enumerate())
            .map(|(index, &x)| Coordinate {
                index,
                x,
                here: self.at(index, 0.0),
                usual: OnceCell::new(),
                ladder: OnceCell::new(),
            })
            .collect();
        // What a derivative is measured in, where it is the rest of what cancels.
        let unit = match largest(numbers) {
            0.0 => 1.0,
            size => size,
        };
        let value = largest(coordinates.iter().map(|coordinate| coordinate.here.value.size));
        let slopes = coordinates.iter().flat_map(|c| c.here.gradient.iter().copied().chain([c.here.slope]));
        let scale = largest(slopes.chain([value / unit]));

        let mut first = Worst { scale, epsilon, found: None, count: 0 };
        for coordinate in &coordinates {
            let (index, of) = (coordinate.index, |at: &Derivatives| at.value);
            let (reverse, forward) = (coordinate.here.gradient[index], coordinate.here.slope);
            if named(Mode::Reverse) && named(Mode::Forward) {
                let reason = || self.which_mode(coordinate, reverse, forward, named(Mode::Differences));
                let comparison = "reverse mode against forward mode";
                if !first.compare(comparison, index, None, [reverse, forward], 0.0, reason) {
                    // Differences were asked already which of the two is right.
                    continue;
                }
            }
            for (mode, comparison, exact) in [
                (Mode::Reverse, "reverse mode against differences", reverse),
                (Mode::Forward, "forward mode against differences", forward),
            ] {
                if named(mode) && named(Mode::Differences) {
                    self.against_differences(&mut first, comparison, coordinate, None, exact, &of);
                }
            }
        }
        if order == Order::First || first.found.is_some() {
            return first.result();
        }

        let entries = coordinates.iter().flat_map(|coordinate| coordinate.here.second.iter().copied());
        let mut second =
            Worst { scale: largest(entries.chain([scale / unit])), epsilon, found: None, count: 0 };
        for coordinate in &coordinates {
            for (other, &entry) in coordinate.here.second.iter().enumerate() {
                if named(Mode::Forward) && other < coordinate.index {
                    let mirrored = coordinates[other].here.second[coordinate.index];
                    second.compare(
                        "second derivatives in one order against the other order",
                        coordinate.index,
                        Some(other),
                        [entry, mirrored],
                        0.0,
                        || "A derivative's own derivative is wrong: its rule holds a number where it needs a function.",
                    );
                }
                if named(Mode::Differences) {
                    let of = |at: &Derivatives| {
                        let entry = at.gradient[other];
                        Quantity { value: entry, size: entry.abs() }
                    };
                    let comparison = "second derivatives against differences of the gradient";
                    self.against_differences(&mut second, comparison, coordinate, Some(other), entry, &of);
                }
            }
        }
        second.result()
    }

    /// Compares a derivative with differences: at the usual step, and if they do not bear it out, at the best.
    fn against_differences(
        &self,
        worst: &mut Worst,
        comparison: &'static str,
        coordinate: &Coordinate,
        second_coordinate: Option<usize>,
        exact: f64,
        of: &dyn Fn(&Derivatives) -> Quantity,
    ) {
        let [wide, narrow] = self.usual(coordinate);
        let index = coordinate.index;
        if worst.agree(exact, extrapolated(wide, narrow, of), worst.tolerance(exact)) {
            return;
        }
        let estimate = best(self.ladder(coordinate), of, worst.epsilon);
        let reason = || self.why_not_differences(coordinate, exact, estimate, of);
        let sides = [exact, estimate.derivative];
        worst.compare(comparison, index, second_coordinate, sides, 4.0 * estimate.uncertainty, reason);
    }

    /// Which of two modes that disagree is wrong.
    fn which_mode(
        &self,
        coordinate: &Coordinate,
        reverse: f64,
        forward: f64,
        with_differences: bool,
    ) -> &'static str {
        if coordinate.here.value.value.is_nan() {
            return NAN;
        }
        if !with_differences {
            return "A rule of one of the two is wrong; name `Mode::Differences` as well to learn of which.";
        }
        let estimate = best(self.ladder(coordinate), &|at: &Derivatives| at.value, self.epsilon());
        let [by_reverse, by_forward] = [reverse, forward].map(|exact| (exact - estimate.derivative).abs());
        if by_forward <= 0.1 * by_reverse {
            "Differences agree with forward mode: a rule of reverse mode is wrong."
        } else if by_reverse <= 0.1 * by_forward {
            "Differences agree with reverse mode: a rule of forward mode is wrong."
        } else {
            "Differences agree with neither: rules of both modes are wrong, or `x` lies at a kink."
        }
    }

    /// Why differences do not bear a derivative out.
    fn why_not_differences(
        &self,
        coordinate: &Coordinate,
        exact: f64,
        estimate: Estimate,
        of: &dyn Fn(&Derivatives) -> Quantity,
    ) -> &'static str {
        let here = of(&coordinate.here);
        let again = of(&self.at(coordinate.index, 0.0)).value;
        if here.value.is_nan() {
            NAN
        } else if again != here.value {
            "The closure gives something else when it is called again: it is not a function of its arguments alone."
        } else if estimate.derivative.is_nan() {
            "The function is not finite beside `x`, at any step: `x` lies at the edge of its domain."
        } else if has_kink(self.ladder(coordinate), here, of, self.epsilon()) {
            "The slopes on the two sides differ: `x` lies at a kink, where a derivative is a choice."
        } else if jumps(self.ladder(coordinate), of, self.epsilon()) {
            "What is differentiated jumps: `x` lies at a kink or at a step."
        } else if estimate.relative().is_nan() || estimate.relative() > self.epsilon().powf(0.25) {
            "The differences do not settle at any step: the function jumps, or rounding drowns it."
        } else if exact == 0.0 {
            "The derivative is lost on the way: in `stop_gradient`, in a conversion to a plain number or in a rule."
        } else {
            "A rule is wrong."
        }
    }
}

/// The worst discrepancy so far among derivatives of one order.
struct Worst {
    /// The size of the largest of them.
    scale: f64,
    epsilon: f64,
    found: Option<Discrepancy>,
    count: usize,
}

impl Worst {
    /// √ε of a derivative, and what rounding leaves of derivatives that cancel.
    fn tolerance(&self, derivative: f64) -> f64 {
        self.epsilon.sqrt() * derivative.abs() + 64.0 * self.epsilon * self.scale
    }

    /// Whether two numbers agree, the infinite with its like, and NaN with nothing.
    fn agree(&self, left: f64, right: f64, tolerance: f64) -> bool {
        left == right || (left - right).abs() <= tolerance
    }

    /// Whether two numbers agree; remembers them if they do not, and nothing worse was found before.
    fn compare(
        &mut self,
        comparison: &'static str,
        coordinate: usize,
        second_coordinate: Option<usize>,
        [left, right]: [f64; 2],
        uncertainty: f64,
        reason: impl FnOnce() -> &'static str,
    ) -> bool {
        let most = (self.epsilon.powf(0.25) * left.abs()).max(self.epsilon.sqrt() * self.scale);
        // An uncertainty of NaN allows for nothing.
        let tolerance = self.tolerance(left) + uncertainty.min(most).max(0.0);
        if self.agree(left, right, tolerance) {
            return true;
        }
        self.count += 1;
        let badness = |left: f64, right: f64| {
            let ratio = (left - right).abs() / self.tolerance(left.abs().max(right.abs()));
            if ratio.is_nan() { f64::INFINITY } else { ratio }
        };
        let found = self.found.as_ref();
        if found.is_none_or(|found| badness(left, right) > badness(found.left, found.right)) {
            self.found = Some(Discrepancy {
                comparison,
                coordinate,
                second_coordinate,
                left,
                right,
                tolerance,
                count: 0,
                reason: reason(),
            });
        }
        false
    }

    fn result(self) -> Result<(), Discrepancy> {
        match self.found {
            Some(found) => Err(Discrepancy { count: self.count, ..found }),
            None => Ok(()),
        }
    }
}

/// The power of two at or beneath a number: as a step it is not rounded when it is added.
fn power_of_two(number: f64) -> f64 {
    number.log2().floor().exp2()
}

/// The size of the largest finite number.
fn largest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers.into_iter().map(f64::abs).filter(|size| size.is_finite()).fold(0.0, f64::max)
}

fn derivatives<D, T: Float>(f: &Function<'_, D>, x: &[D]) -> Derivatives
where
    D: Differentiable<Number = Dual<T>>,
{
    let tape = Tape::new();
    let variables = tape.vars(x);
    let result = f(&variables);
    let outputs = result.value.coordinates();
    let weights: Vec<f64> = match outputs.len() {
        1 => vec![1.0],
        count => (0..count).map(|i| 1.0 + 0.5 * spread(i)).collect(),
    };
    let cotangent: Vec<_> = weights.iter().map(|&weight| number(weight)).collect();
    let gradient = tape.pullback(&result, result.value.with_coordinates(cotangent));
    let coordinates: Vec<_> =
        variables.iter().flat_map(|variable| gradient.wrt(variable).coordinates()).collect();
    let to_f64 =
        |numbers: Vec<T>| -> Vec<f64> { numbers.iter().map(|x| x.to_f64().unwrap_or(f64::NAN)).collect() };
    let weigh = |numbers: Vec<T>| -> Vec<f64> {
        to_f64(numbers).iter().zip(&weights).map(|(x, weight)| x * weight).collect()
    };
    let (values, slopes) = parts(&outputs);
    let (first, second) = parts(&coordinates);
    let values = weigh(values);
    Derivatives {
        value: Quantity { value: values.iter().sum(), size: values.iter().map(|value| value.abs()).sum() },
        slope: weigh(slopes).iter().sum(),
        gradient: to_f64(first),
        second: to_f64(second),
    }
}
