//! All files of a report, and writing them.

use std::path::Path;

use super::{Outline, Report, csv, file, index, page, read_all, soundness::sound, svg, to_json};
use crate::Error;

/// The name of the index in the directory of reports.
pub(super) const INDEX: &str = "README.md";

/// What is drawn from a report: file names with their content.
pub(super) fn drawn(report: &Report) -> Vec<(String, String)> {
    let stem = report.stem();
    let figures = report.findings.figures.iter();
    let mut files: Vec<(String, String)> =
        figures.map(|figure| (format!("{stem}-{}.svg", figure.id), svg(figure))).collect();
    files.push((format!("{stem}.csv"), csv(report)));
    files.push((format!("{stem}.md"), page(report)));
    files
}

/// Writes a report's JSON and everything that is drawn from it: `stem.json`, `stem.md`, `stem.csv` and one
/// `stem-figure.svg` for each figure. Each file is replaced in one step, the JSON first: whatever stops the program,
/// [`redraw`] mends the rest.
///
/// # Errors
/// [`Error::Invalid`] for a report that no page can be drawn from: a name that is no file name, a row of a wrong
/// length, criteria without outcome, a verdict that does not follow from the outcomes. [`Error::Io`] if a file cannot
/// be written.
pub fn write(report: &Report, directory: &Path) -> Result<(), Error> {
    sound(report)?;
    file::write(&directory.join(format!("{}.json", report.stem())), &to_json(report))?;
    draw(report, directory)
}

/// Draws all pages of a directory again from its JSON, and the index `README.md`, in which the claims come in
/// the order of the outline. Returns the reports.
///
/// # Errors
/// As [`read_all`] and [`write`](fn@write()).
pub fn redraw(directory: &Path, outline: &Outline) -> Result<Vec<Report>, Error> {
    let reports = read_all(directory, outline)?;
    // All are sound before the first is drawn: no directory of half new, half old pages.
    reports.iter().try_for_each(sound)?;
    for report in &reports {
        draw(report, directory)?;
    }
    file::write(&directory.join(INDEX), &index(&reports, outline))?;
    Ok(reports)
}

/// Writes what is drawn from a sound report.
fn draw(report: &Report, directory: &Path) -> Result<(), Error> {
    drawn(report).iter().try_for_each(|(name, content)| file::write(&directory.join(name), content))
}
