//! Short ways to write figures and tables down.

use super::{Axis, Cell, Mark, Point, Series, Spacing};

impl Axis {
    /// An axis on which equal differences have equal lengths.
    pub fn linear(label: &str) -> Self {
        Self { label: label.to_owned(), spacing: Spacing::Linear }
    }

    /// An axis on which equal ratios have equal lengths.
    pub fn logarithmic(label: &str) -> Self {
        Self { label: label.to_owned(), spacing: Spacing::Logarithmic }
    }
}

impl Point {
    /// A point without a spread.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y: Some(y), bounds: None }
    }

    /// The median of several values at one position, between the smallest and the largest of them.
    ///
    /// Without a value there is none; an infinite median (a run that failed) is a gap too.
    pub fn spread(x: f64, values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else {
            return Self { x, y: None, bounds: None };
        };
        let middle = (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0;
        let bounds = (low.is_finite() && high.is_finite()).then_some((low, high));
        Self { x, y: middle.is_finite().then_some(middle), bounds }
    }
}

impl Series {
    /// A series of this mark, without values.
    pub fn new(name: &str, mark: Mark, points: Vec<Point>) -> Self {
        Self { name: name.to_owned(), mark, points, values: Vec::new() }
    }

    /// A line through points, with a band where they have bounds.
    pub fn line(name: &str, points: Vec<Point>) -> Self {
        Self::new(name, Mark::Line, points)
    }

    /// A marker at each point.
    pub fn dots(name: &str, points: Vec<Point>) -> Self {
        Self::new(name, Mark::Dots, points)
    }

    /// A bar from 0 to each point.
    pub fn bars(name: &str, points: Vec<Point>) -> Self {
        Self::new(name, Mark::Bars, points)
    }

    /// A thin dashed line through points, for theory, contours and bounds.
    pub fn reference(name: &str, points: Vec<Point>) -> Self {
        Self::new(name, Mark::Reference, points)
    }

    /// A heat map: a tile around each (x, y), shaded by its value, and beside the plot a scale labelled `name`.
    pub fn tiles(name: &str, spacing: Spacing, tiles: &[(f64, f64, f64)]) -> Self {
        let points = tiles.iter().map(|&(x, y, _)| Point::new(x, y)).collect();
        let values = tiles.iter().map(|&(_, _, value)| value).collect();
        Self { values, ..Self::new(name, Mark::Tiles(spacing), points) }
    }

    /// A horizontal reference from one position to another.
    pub fn level(name: &str, from: f64, to: f64, y: f64) -> Self {
        Self::reference(name, vec![Point::new(from, y), Point::new(to, y)])
    }
}

impl Cell {
    /// A number and how many decimals are printed of it.
    pub fn number(value: f64, decimals: usize) -> Self {
        Self::Number { value, decimals }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
