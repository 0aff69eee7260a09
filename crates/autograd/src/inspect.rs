//! Looking at a tape: how much it holds, what it says, and what it looks like.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use num_traits::Float;
use smallvec::SmallVec;

use crate::tape::{CONTINUED, Index, Record, Tape};
use crate::value::Value;

/// What a node of a tape says of itself.
pub trait Inspect {
    /// The name of the operation.
    fn operation(&self) -> &'static str;

    /// The adjoints that it passes its own on to, each with the partial derivative if that is a number.
    fn parents(&self) -> SmallVec<[(Index, Option<f64>); 2]>;

    /// Whether it belongs to the operation of the node before it.
    fn continues(&self) -> bool;

    /// The bytes that it takes, with what it alone points to.
    fn bytes(&self) -> usize;

    /// The form of its result, and where it was recorded, if it knows.
    fn details(&self) -> String;
}

impl<T: Float> Inspect for Record<T> {
    /// No operation survives on a tape of numbers: these are the names of the methods that write nodes.
    fn operation(&self) -> &'static str {
        if self.continues() { "many" } else { "binary" }
    }

    fn parents(&self) -> SmallVec<[(Index, Option<f64>); 2]> {
        let of = |side: usize| (self.parents[side] & !CONTINUED, self.partials[side].to_f64());
        // An odd operand of an operation of many numbers is filled up with itself and the partial derivative 0.
        let filler = self.parents[0] & !CONTINUED == self.parents[1] && self.partials[1] == T::zero();
        if filler { SmallVec::from_slice(&[of(0)]) } else { SmallVec::from_slice(&[of(0), of(1)]) }
    }

    fn continues(&self) -> bool {
        self.parents[0] & CONTINUED != 0
    }

    fn bytes(&self) -> usize {
        size_of::<Self>()
    }

    fn details(&self) -> String {
        String::new()
    }
}

/// One line of a recording.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    index: Index,
    operation: &'static str,
    parents: Vec<(Index, Option<f64>)>,
    bytes: usize,
    details: String,
}

/// How much a tape holds.
///
/// ```
/// use autograd::{Array, ArrayOps, Tape};
///
/// let tape = Tape::new();
/// let x = tape.var(Array::vector(&[1.0, 2.0]));
/// let _ = x.relu() * x.relu() + x;
/// let statistics = tape.statistics();
/// assert_eq!((statistics.leaves, statistics.nodes), (1, 4));
/// assert_eq!((statistics.operations[2].name, statistics.operations[2].count), ("relu", 2));
/// println!("{statistics}");
/// # assert!(statistics.to_string().contains("relu"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// The independent variables, and the outputs of parts that are recomputed.
    pub leaves: usize,
    /// The nodes; an operation of n numbers takes ⌈n/2⌉.
    pub nodes: usize,
    /// The bytes of all nodes. Of arrays the results are counted, not the operands, which are results of others.
    pub bytes: usize,
    /// The elements that lie on kinks.
    pub kinks: usize,
    /// The operations by name.
    pub operations: Vec<OperationStatistics>,
}

/// How much the operations of one name take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationStatistics {
    /// The name.
    pub name: &'static str,
    /// How many there are.
    pub count: usize,
    /// The bytes of their nodes.
    pub bytes: usize,
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} leaves, {} nodes, {} bytes, {} on kinks",
            self.leaves, self.nodes, self.bytes, self.kinks
        )?;
        for OperationStatistics { name, count, bytes } in &self.operations {
            writeln!(f, "{name:<20} {count:>10} {bytes:>14} bytes")?;
        }
        Ok(())
    }
}

impl<V: Value> Tape<V> {
    /// How much the tape holds, in all and by operation. For an example see [`Statistics`].
    pub fn statistics(&self) -> Statistics {
        let mut operations = BTreeMap::new();
        for line in self.lines() {
            let (count, bytes) = operations.entry(line.operation).or_insert((0, 0));
            *count += 1;
            *bytes += line.bytes;
        }
        let operations: Vec<_> = operations
            .into_iter()
            .map(|(name, (count, bytes))| OperationStatistics { name, count, bytes })
            .collect();
        Statistics {
            leaves: self.leaves(),
            nodes: self.nodes(),
            bytes: operations.iter().map(|operation| operation.bytes).sum(),
            kinks: self.kinks().iter().map(|kink| kink.elements).sum(),
            operations,
        }
    }

    /// The recording as text, one operation a line: its number, its name, what it was computed from, and for numbers the
    /// partial derivatives.
    ///
    /// Functions of one number write no node, so they show as part of the partial derivatives of what follows.
    ///
    /// ```
    /// use autograd::Tape;
    /// use num_traits::Float;
    ///
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(2.0_f64), tape.var(3.0));
    /// let _ = (x * y) + x.powi(2);
    /// assert_eq!(tape.listing(), "#2 = binary(#0: 3, #1: 2)\n#3 = binary(#2: 1, #0: 4)\n");
    /// ```
    pub fn listing(&self) -> String {
        let mut text = String::new();
        for Line { index, operation, parents, details, .. } in self.lines() {
            let _ = write!(text, "#{index} = {operation}(");
            for (position, (parent, partial)) in parents.iter().enumerate() {
                let comma = if position > 0 { ", " } else { "" };
                let _ = write!(text, "{comma}#{parent}");
                if let Some(partial) = partial {
                    let _ = write!(text, ": {partial}");
                }
            }
            let _ = writeln!(text, "){details}");
        }
        text
    }

    /// The recording as a graph in Graphviz's language: `dot -Tsvg` draws it.
    ///
    /// ```
    /// use autograd::Tape;
    ///
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(2.0), tape.var(3.0));
    /// let _ = x * y;
    /// let graph = tape.to_dot();
    /// assert!(graph.starts_with("digraph tape {"));
    /// assert!(graph.contains("n0 -> n2 [label=\"3\"];"));
    /// ```
    pub fn to_dot(&self) -> String {
        let mut graph =
            String::from("digraph tape {\n  rankdir=LR;\n  node [shape=box, fontname=monospace];\n");
        let lines = self.lines();
        let leaf = |index: Index| !lines.iter().any(|line| line.index == index);
        let mut leaves: Vec<Index> =
            lines.iter().flat_map(|line| line.parents.iter().map(|(parent, _)| *parent)).collect();
        leaves.sort_unstable();
        leaves.dedup();
        for index in leaves.into_iter().filter(|&index| leaf(index)) {
            let _ = writeln!(graph, "  n{index} [label=\"#{index}\", style=rounded];");
        }
        for Line { index, operation, parents, details, .. } in &lines {
            let _ = writeln!(graph, "  n{index} [label=\"#{index} {operation}{details}\"];");
            for (parent, partial) in parents {
                let label = partial.map_or(String::new(), |partial| format!(" [label=\"{partial}\"]"));
                let _ = writeln!(graph, "  n{parent} -> n{index}{label};");
            }
        }
        graph.push_str("}\n");
        graph
    }

    /// The leaves that a value depends on, whatever the derivatives are.
    pub(crate) fn origins(&self, index: Index) -> Vec<Index> {
        let mut seen = vec![false; self.leaves() + self.nodes()];
        let mut open = vec![index];
        let mut leaves = Vec::new();
        self.with_nodes(|position_of, nodes| {
            while let Some(index) = open.pop() {
                if core::mem::replace(&mut seen[index as usize], true) {
                    continue;
                }
                match position_of(index) {
                    Some(position) => {
                        let node = &nodes[position];
                        open.extend(node.parents().iter().map(|(parent, _)| *parent));
                        if node.continues() {
                            open.push(index - 1);
                        }
                    }
                    None => match self.inputs_of(index) {
                        Some(inputs) => open.extend(inputs),
                        None => leaves.push(index),
                    },
                }
            }
        });
        leaves.sort_unstable();
        leaves
    }

    /// The operations in order; those of many numbers as one.
    fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        self.with_nodes(|_, nodes| {
            for (position, node) in nodes.iter().enumerate() {
                let line = Line {
                    index: self.index_of(position),
                    operation: node.operation(),
                    parents: node.parents().to_vec(),
                    bytes: node.bytes(),
                    details: node.details(),
                };
                match lines.last_mut() {
                    Some(last) if node.continues() => {
                        last.index = line.index;
                        last.operation = line.operation;
                        last.parents.extend(line.parents);
                        last.bytes += line.bytes;
                    }
                    _ => lines.push(line),
                }
            }
        });
        lines
    }
}
