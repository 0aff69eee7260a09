//! The report of a claim: data first, pages drawn from it.
//!
//! A [`Report`] is stored as JSON ([`to_json`], [`read`]); its page ([`page`]), its figures ([`svg`]) and their data
//! ([`csv`]) are drawn from it and from nothing else. [`write`](fn@write) stores and draws one report, [`redraw`] draws
//! a whole directory again with its index, and [`check`] says where what lies on disk differs from what the JSON draws.
//! [`verdict_table`] and [`replace_between_markers`] keep the table of a README in step.

mod check;
mod construct;
mod csv;
mod file;
mod index;
mod json;
mod markdown;
mod number;
mod outline;
mod pages;
mod prose;
mod soundness;
mod svg;
mod words;

use serde::{Deserialize, Serialize};

pub use check::check;
pub use csv::csv;
pub use index::{MARKER_BEGIN, MARKER_END, index, replace_between_markers, verdict_table};
pub use json::{read, read_all, to_json};
pub use markdown::page;
pub use outline::{Outline, Section};
pub use pages::{redraw, write};
pub(crate) use prose::superscript;
pub use prose::{fixed, scientific};
pub use svg::render as svg;

use crate::claim::{About, Findings, Scale, Verdict};

/// The version of [`Report`]'s form. Raised whenever a stored report of the previous form could not be read as it is.
pub const SCHEMA_VERSION: u32 = 1;

/// The report of one claim at one scale: the source from which every page is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What was fixed before the run.
    pub about: About,
    /// The scale of the run.
    pub scale: Scale,
    /// The seed that all random streams derive from.
    pub seed: u64,
    /// What the run found.
    pub findings: Findings,
    /// The claim's verdict, [`Verdict::of`] its outcomes.
    pub verdict: Verdict,
    /// The command that makes this report again.
    pub command: String,
    /// What it was made with.
    pub provenance: Provenance,
}

impl Report {
    /// The stem of the report's files: the claim's id, with "-full" at full scale.
    pub fn stem(&self) -> String {
        match self.scale {
            Scale::Quick => self.about.id.clone(),
            Scale::Full => format!("{}-full", self.about.id),
        }
    }
}

/// What a report was made with. Holds no date and no duration: the same code, data and seed give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The last commit that changed the code, with "-modified" if the work tree differs from it.
    pub commit: String,
    /// The compiler's version.
    pub rustc: String,
    /// The processor's name.
    pub processor: String,
    /// The processor's threads. Each cell of a run uses one; their number does not change the result.
    pub threads: usize,
}

/// A figure as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Short name, unique within the claim; part of the file's name.
    pub id: String,
    /// The heading.
    pub title: String,
    /// What it shows, what bands and marks mean, and what to notice.
    pub caption: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The lines, in the order of the legend.
    pub series: Vec<Series>,
}

/// An axis of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What is measured, with its unit.
    pub label: String,
    /// How values map to lengths.
    pub spacing: Spacing,
}

/// How values map to lengths along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// Equal differences, equal lengths.
    Linear,
    /// Equal ratios, equal lengths.
    Logarithmic,
}

/// One line of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The name in the legend.
    pub name: String,
    /// How it is drawn.
    pub mark: Mark,
    /// The points, in the order in which a line passes through them: by ascending x, or along a path in the plane. `None` where there is no value (a run that diverged).
    pub points: Vec<Point>,
    /// For tiles, the value that each point's tile shows by its shade; for other marks empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "number::many")]
    pub values: Vec<f64>,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// A line through the points in their order, with a band between their bounds where they have some.
    Line,
    /// A marker at each point, with a whisker between its bounds where it has some.
    Dots,
    /// A bar from 0 to each point, as wide as the smallest distance between two of them: a histogram.
    Bars,
    /// A thin dashed line, for theory, bounds and other people's figures.
    Reference,
    /// A tile around each point, shaded by the point's entry in [`Series::values`] on a scale of this spacing, whose label
    /// is the series' name: a heat map. A tile whose value the scale cannot show (a run that diverged) is crossed out. A
    /// figure has at most one series of tiles; other series are drawn over it.
    Tiles(Spacing),
}

/// A point of a series with its bounds over seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Position on the horizontal axis.
    #[serde(with = "number::one")]
    pub x: f64,
    /// Position on the vertical axis; `None` where there is no value.
    #[serde(with = "number::optional")]
    pub y: Option<f64>,
    /// Lower and upper bound, where there is a spread to show.
    #[serde(with = "number::bounds")]
    pub bounds: Option<(f64, f64)>,
}

/// A table as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Short name, unique within the claim.
    pub id: String,
    /// The heading.
    pub title: String,
    /// What the rows are, and what marks such as \[V\] mean.
    pub caption: String,
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// The cells, row by row.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A number and how many decimals are printed of it.
    Number {
        /// The number in full.
        #[serde(with = "number::one")]
        value: f64,
        /// The decimals that are printed.
        decimals: usize,
    },
    /// Words.
    Text(String),
    /// Nothing: not run, not printed by the paper, or not applicable.
    Empty,
}
