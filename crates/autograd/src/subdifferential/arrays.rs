//! The kinks of array operations, element by element.

use std::cell::RefCell;

use super::{Exploration, Side, exploration::unit};
use crate::array::{Array, Element};
use crate::op::Primitive;

/// How far the elements of the operands of an operation are moved so that none of them lies on a kink: by a few units in
/// the last place, to the sides that the exploration chooses. `None` for operands that are not moved.
///
/// This asks a primitive for nothing but [`Primitive::kinks`]: an element lies on a kink if moving it alone changes their
/// number. A rule evaluated at the moved operands gives the derivative beside the kink.
pub(crate) fn beside_kinks<P: Primitive, T: Element>(
    operation: &P,
    operands: &[&Array<T>],
    recorded: impl Fn(usize) -> bool,
    exploration: &RefCell<Option<Exploration>>,
) -> Vec<Option<Array<T>>> {
    let mut shifts = vec![None; operands.len()];
    if exploration.borrow().is_none() {
        return shifts;
    }
    let mut moved: Vec<Array<T>> = operands.iter().map(|&operand| operand.to_contiguous()).collect();
    let mut open: Vec<(usize, Vec<usize>)> = (0..operands.len())
        .filter(|&operand| recorded(operand))
        .map(|operand| (operand, (0..operands[operand].len()).collect()))
        .collect();
    let mut count = 1.0;
    while operation.flat_beside_kinks() && kinks(operation, &moved) > 0 {
        let Some((operand, element)) = next_on_a_kink(operation, &moved, &mut open) else { break };
        let side = exploration.borrow_mut().as_mut().map_or(Side::Below, Exploration::side);
        let x = moved[operand].as_slice().expect("contiguous")[element];
        // Each element by another distance, so that equal ones stay apart.
        let distance = unit(x) * crate::algebra::number(count);
        let shift = if side == Side::Above { distance } else { -distance };
        count += 1.0;
        moved[operand].as_mut_slice()[element] = x + shift;
        let shape = operands[operand].shape();
        let shifts = shifts[operand].get_or_insert_with(|| Array::zeros(shape));
        shifts.as_mut_slice()[element] = shift;
    }
    if kinks(operation, &moved) > 0 {
        exploration.borrow_mut().as_mut().expect("explored").refuse(P::NAME);
    }
    shifts
}

fn kinks<P: Primitive, T: Element>(operation: &P, operands: &[Array<T>]) -> usize {
    operation.kinks(&operands.iter().collect::<Vec<_>>())
}

/// An element that lies on a kink, by halving: moving all elements of a set changes the number of kinks only if one of
/// them lies on one. Elements that do not, and the one that is found, are taken off the list.
fn next_on_a_kink<P: Primitive, T: Element>(
    operation: &P,
    operands: &[Array<T>],
    open: &mut Vec<(usize, Vec<usize>)>,
) -> Option<(usize, usize)> {
    let before = kinks(operation, operands);
    let changes = |operand: usize, elements: &[usize]| {
        let mut moved = operands.to_vec();
        let slice = moved[operand].as_mut_slice();
        for (rank, &element) in elements.iter().enumerate() {
            slice[element] =
                slice[element] + unit(slice[element]) * crate::algebra::number(rank as f64 + 1.0);
        }
        kinks(operation, &moved) != before
    };
    while let Some((operand, elements)) = open.pop() {
        if !changes(operand, &elements) {
            continue;
        }
        if let [element] = elements[..] {
            return Some((operand, element));
        }
        let (first, second) = elements.split_at(elements.len() / 2);
        open.push((operand, second.to_vec()));
        open.push((operand, first.to_vec()));
    }
    None
}
