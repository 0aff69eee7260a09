//! Whether what lies on disk is what the JSON draws.

use std::collections::BTreeSet;
use std::path::Path;

use super::json::sort;
use super::pages::{INDEX, drawn};
use super::soundness::flaws;
use super::{Outline, Report, file, index, read, replace_between_markers, verdict_table};
use crate::Error;

/// Compares a directory of reports with its JSON and returns every discrepancy in words; none means that all is as it
/// should be. `outline` is that of [`redraw`](super::redraw).
///
/// Found are: JSON that cannot be read, stored under a wrong name or not sound (its verdict must be
/// [`Verdict::of`](crate::claim::Verdict::of) its outcomes); pages, figures, data and index that are missing or differ
/// from what the JSON draws; pages, figures and data that no JSON draws; and a table in the file `readme` that differs
/// from the [`verdict_table`], whose links lead through the directory's name.
///
/// # Errors
/// [`Error::Io`] if the directory or a file cannot be read. Damage is a discrepancy, not an error.
pub fn check(directory: &Path, readme: &Path, outline: &Outline) -> Result<Vec<String>, Error> {
    let mut discrepancies = Vec::new();
    let mut reports: Vec<Report> = Vec::new();
    for name in file::names(directory, "json")? {
        match read(&directory.join(&name)) {
            Ok(report) => {
                if name != format!("{}.json", report.stem()) {
                    discrepancies.push(format!("{name} holds the report {}", report.stem()));
                }
                discrepancies.extend(flaws(&report).into_iter().map(|flaw| format!("{name}: {flaw}")));
                reports.push(report);
            }
            Err(error) => discrepancies.push(error.to_string()),
        }
    }
    sort(&mut reports, outline);

    let mut expected: Vec<(String, String)> = reports.iter().flat_map(drawn).collect();
    expected.push((INDEX.to_owned(), index(&reports, outline)));
    for (name, content) in &expected {
        match file::read_if_present(&directory.join(name))? {
            None => discrepancies.push(format!("{name} is missing; draw the reports again")),
            Some(found) => {
                if let Some(place) = first_difference(&found, content) {
                    discrepancies.push(format!("{name} differs from what its JSON draws, first in {place}"));
                }
            }
        }
    }
    let names: BTreeSet<&String> = expected.iter().map(|(name, _)| name).collect();
    for extension in ["csv", "md", "svg"] {
        for name in file::names(directory, extension)? {
            if !names.contains(&name) {
                discrepancies.push(format!("{name} is drawn from no JSON here; delete it"));
            }
        }
    }

    let prefix = directory.file_name().map_or(String::new(), |name| format!("{}/", name.to_string_lossy()));
    let found = file::read(readme)?;
    match replace_between_markers(&found, &verdict_table(&reports, &prefix)) {
        Ok(due) => {
            if let Some(place) = first_difference(&found, &due) {
                let readme = readme.display();
                discrepancies
                    .push(format!("the table of verdicts in {readme} is out of date, first in {place}"));
            }
        }
        Err(error) => discrepancies.push(format!("{}: {error}", readme.display())),
    }
    Ok(discrepancies)
}

/// The first line in which two texts differ, in words.
fn first_difference(found: &str, due: &str) -> Option<String> {
    if found == due {
        return None;
    }
    let same = found.lines().zip(due.lines()).take_while(|(found, due)| found == due).count();
    Some(format!("line {}", same + 1))
}
