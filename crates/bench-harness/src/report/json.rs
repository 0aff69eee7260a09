//! Reports as JSON, the source of everything else.

use std::path::Path;

use serde::Deserialize;

use super::{Outline, Report, SCHEMA_VERSION, file};
use crate::Error;

/// The report as JSON: indented, fields in the order of their declaration, a newline at the end. Infinities and NaN in
/// points and cells are written as "inf", "-inf" and "nan".
///
/// # Panics
/// Never for a `Report`: it has no map with keys that are not text.
pub fn to_json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report has only text as keys");
    text.push('\n');
    text
}

/// The one field that every version of the form has.
#[derive(Deserialize)]
struct Versioned {
    schema_version: u32,
}

/// Reads a stored report.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read; [`Error::Data`] if it is no JSON, is cut short, has another
/// [`SCHEMA_VERSION`] or is no report, with the place of the fault.
pub fn read(path: &Path) -> Result<Report, Error> {
    let text = file::read(path)?;
    let damaged = |expected: &str, found: String| Error::Data {
        path: path.to_path_buf(),
        expected: expected.to_owned(),
        found,
        remedy: "run the claim again to write its report anew, or restore the file from version control"
            .to_owned(),
    };
    let version: Versioned = serde_json::from_str(&text)
        .map_err(|error| damaged("a report in JSON with its schema_version", error.to_string()))?;
    if version.schema_version != SCHEMA_VERSION {
        let expected = format!("a report of schema version {SCHEMA_VERSION}");
        return Err(damaged(&expected, format!("schema version {}", version.schema_version)));
    }
    let expected = format!("a report of schema version {SCHEMA_VERSION}");
    serde_json::from_str(&text).map_err(|error| damaged(&expected, error.to_string()))
}

/// Reads all reports of a directory: the claims of the outline first and in its order (each at quick scale, then at full),
/// then the others by name.
///
/// # Errors
/// As [`read`], for the first file that fails.
pub fn read_all(directory: &Path, outline: &Outline) -> Result<Vec<Report>, Error> {
    let mut reports = file::names(directory, "json")?
        .iter()
        .map(|name| read(&directory.join(name)))
        .collect::<Result<Vec<Report>, Error>>()?;
    sort(&mut reports, outline);
    Ok(reports)
}

/// Sorts as [`read_all`] promises.
pub(super) fn sort(reports: &mut [Report], outline: &Outline) {
    reports.sort_by_cached_key(|report| (outline.rank(&report.about.id), report.stem()));
}
