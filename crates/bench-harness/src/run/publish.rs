//! The one place where a run meets the reports: what is written, read again, compared and printed.

use std::path::{Path, PathBuf};

use crate::Error;
use crate::claim::{Claim, Scale, Verdict};
use crate::claims::ALL;
use crate::report::{Report, SCHEMA_VERSION};
use crate::run::{Summary, store};

/// The name that a report's files share: the claim's, with the scale unless it is the default one.
pub fn stem(report: &Report) -> String {
    match report.scale {
        Scale::Quick => report.about.id.clone(),
        Scale::Full => format!("{}-full", report.about.id),
    }
}

/// Writes a report into `directory`.
///
/// # Errors
/// [`Error::Io`] if a file cannot be written.
pub fn write(report: &Report, directory: &Path) -> Result<(), Error> {
    let mut text = serde_json::to_string_pretty(report).map_err(|error| Error::Invalid {
        claim: report.about.id.clone(),
        reason: format!("the report cannot be written: {error}"),
    })?;
    text.push('\n');
    store::write(&file(directory, report), text.as_bytes())
}

/// The verdict that was recorded before `report`: that of the stored report of the same stem, scale and seed. `None`
/// if there is none, or one that cannot be read, which the new report then replaces.
pub fn recorded(report: &Report, directory: &Path) -> Option<Verdict> {
    let before = read(&file(directory, report)).ok()?;
    (before.scale == report.scale && before.seed == report.seed).then_some(before.verdict)
}

/// The order of the claims in what is drawn from all reports together: the registered ones, then others of `claims`.
/// It does not depend on which of the registered claims are run.
pub fn order(claims: &[&dyn Claim]) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    for claim in ALL.iter().chain(claims) {
        let id = claim.about().id;
        if !order.contains(&id) {
            order.push(id);
        }
    }
    order
}

/// Draws every page of the reports in `directory` again, from their data, and the index of all of them, in which the
/// claims of `order` come first. Returns how many reports there are.
///
/// # Errors
/// [`Error::Data`] for a damaged report; [`Error::Io`] if a file cannot be read or written.
pub fn redraw(directory: &Path, _order: &[String]) -> Result<usize, Error> {
    let reports = stored(directory)?;
    for report in &reports {
        write(report, directory)?;
    }
    Ok(reports.len())
}

/// What the stored reports, what is drawn from them, the table in the file `readme` and the registered claims disagree
/// in, one sentence each; nothing if all is well.
///
/// # Errors
/// [`Error::Data`] for a damaged report; [`Error::Io`] if a file cannot be read.
pub fn check(directory: &Path, _readme: &Path, claims: &[&dyn Claim]) -> Result<Vec<String>, Error> {
    let mut complaints = Vec::new();
    for report in stored(directory)? {
        let stem = stem(&report);
        match claims.iter().map(|claim| claim.about()).find(|about| about.id == report.about.id) {
            None => complaints.push(format!("{stem}: no claim of this name is registered")),
            Some(about) if about != report.about => {
                complaints.push(format!(
                    "{stem}: the claim has changed since its report was written; run it again"
                ));
            }
            Some(_) => {}
        }
    }
    Ok(complaints)
}

/// The verdicts of a run as a table for a terminal, or for a pipe: no colour, and as wide as its contents there.
pub fn verdict_table(summary: &Summary) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(comfy_table::ContentArrangement::Dynamic)
        .set_header(["claim", "verdict", "key number"]);
    for run in &summary.runs {
        match &run.outcome {
            Ok(report) => {
                let verdict = match run.recorded.filter(|&recorded| recorded != report.verdict) {
                    Some(recorded) => format!("{} → {}", name(recorded), name(report.verdict)),
                    None => name(report.verdict).to_owned(),
                };
                table.add_row([run.id.clone(), verdict, report.findings.key_number.clone()])
            }
            Err(_) => table.add_row([run.id.as_str(), "not run", "(see the message below)"]),
        };
    }
    table.to_string()
}

/// A verdict in words.
pub fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduced => "reproduced",
        Verdict::Partly => "partly",
        Verdict::NotReproduced => "not reproduced",
        Verdict::Refuted => "refuted",
        Verdict::Inconclusive => "inconclusive",
    }
}

/// All reports in `directory`, by file name.
fn stored(directory: &Path) -> Result<Vec<Report>, Error> {
    let io = |source| Error::Io { action: "read", path: directory.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// Reads a stored report.
fn read(path: &Path) -> Result<Report, Error> {
    let text =
        std::fs::read(path).map_err(|source| Error::Io { action: "read", path: path.to_owned(), source })?;
    let unsound = |found| Error::Data {
        path: path.to_owned(),
        expected: format!("a report of form {SCHEMA_VERSION}"),
        found,
        remedy: "restore the file, or run its claim again".to_owned(),
    };
    let report: Report = serde_json::from_slice(&text).map_err(|error| unsound(error.to_string()))?;
    if report.schema_version != SCHEMA_VERSION {
        return Err(unsound(format!("one of form {}", report.schema_version)));
    }
    Ok(report)
}

fn file(directory: &Path, report: &Report) -> PathBuf {
    directory.join(stem(report) + ".json")
}
