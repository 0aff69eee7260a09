//! What every report must fulfil before a page is drawn from it.

use std::collections::HashSet;

use super::{Mark, Report};
use crate::Error;
use crate::claim::Verdict;

/// What is wrong with the report, in words; empty if it is sound.
///
/// Names become parts of file names, so only ASCII letters, digits, '-' and '_' are admitted: a stored report cannot
/// make the program write outside its directory.
pub(super) fn flaws(report: &Report) -> Vec<String> {
    let mut flaws = Vec::new();
    let findings = &report.findings;
    let figures = findings.figures.iter().map(|figure| ("figure", &figure.id));
    let tables = findings.tables.iter().map(|table| ("table", &table.id));
    let mut seen = HashSet::new();
    for (kind, id) in std::iter::once(("claim", &report.about.id)).chain(figures).chain(tables) {
        let admitted = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || !id.chars().all(admitted) {
            flaws
                .push(format!("the {kind} id {id:?} has characters other than letters, digits, '-' and '_'"));
        }
        if !seen.insert((kind, id)) {
            flaws.push(format!("two {kind}s have the id {id:?}"));
        }
    }
    for table in &findings.tables {
        for (i, row) in table.rows.iter().enumerate() {
            if row.len() != table.columns.len() {
                let (cells, columns) = (row.len(), table.columns.len());
                let id = &table.id;
                flaws.push(format!("row {} of table {id} has {cells} cells for {columns} columns", i + 1));
            }
        }
    }
    for figure in &findings.figures {
        let tiles: Vec<_> =
            figure.series.iter().filter(|series| matches!(series.mark, Mark::Tiles(_))).collect();
        if tiles.len() > 1 {
            flaws.push(format!(
                "figure {} has {} series of tiles, at most one has a scale",
                figure.id,
                tiles.len()
            ));
        }
        for series in tiles.iter().filter(|series| series.values.len() != series.points.len()) {
            let (values, points, name) = (series.values.len(), series.points.len(), &series.name);
            flaws.push(format!(
                "series {name:?} of figure {} has {values} values for {points} tiles",
                figure.id
            ));
        }
    }
    let criteria: Vec<&String> = report.about.criteria.iter().map(|criterion| &criterion.id).collect();
    let decided: Vec<&String> = findings.outcomes.iter().map(|outcome| &outcome.criterion).collect();
    if criteria != decided {
        flaws.push(format!("the criteria are {criteria:?}, the outcomes decide {decided:?}"));
    }
    if findings.outcomes.is_empty() {
        flaws.push("it has no outcome, so there is nothing to give a verdict on".to_owned());
    } else if Verdict::of(&findings.outcomes) != report.verdict {
        let (stored, due) = (report.verdict, Verdict::of(&findings.outcomes));
        flaws.push(format!("its verdict is {stored:?}, its outcomes give {due:?}"));
    }
    flaws
}

/// Refuses a report with flaws.
pub(super) fn sound(report: &Report) -> Result<(), Error> {
    let flaws = flaws(report);
    if flaws.is_empty() {
        return Ok(());
    }
    Err(Error::Invalid { claim: report.about.id.clone(), reason: flaws.join("; ") })
}
