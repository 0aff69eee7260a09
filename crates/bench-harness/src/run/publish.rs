//! The one place where a run meets the reports: what is written, compared and printed.

use std::path::Path;

use crate::Error;
use crate::claim::{Claim, Verdict};
use crate::claims::SECTIONS;
use crate::report::{self, Outline, Report, Section};
use crate::run::{Summary, store};

/// The verdict that was recorded before `report`: that of the stored report of the same stem, scale and seed. `None`
/// if there is none, or one that cannot be read, which the new report then replaces.
pub fn recorded(report: &Report, directory: &Path) -> Option<Verdict> {
    let before = report::read(&directory.join(report.stem() + ".json")).ok()?;
    (before.scale == report.scale && before.seed == report.seed).then_some(before.verdict)
}

/// Writes a report into `directory`, with all that is drawn from it.
///
/// # Errors
/// As [`report::write`](fn@report::write).
pub fn write(report: &Report, directory: &Path) -> Result<(), Error> {
    report::write(report, directory)
}

/// The order of the claims in what is drawn from all reports together: the lecture's. It does not depend on which of the
/// claims are run.
pub fn outline() -> Outline {
    let sections = SECTIONS.iter().map(|section| Section {
        part: section.part.to_owned(),
        title: section.title.to_owned(),
        claims: section.claims.iter().map(|claim| claim.about().id).collect(),
    });
    Outline { sections: sections.collect() }
}

/// Draws every page of the reports in `directory` again, from their data, and the index of all of them, in the order
/// of the outline; and, if a README beside the directory has a place for it, the table of verdicts there.
/// Returns how many reports there are.
///
/// # Errors
/// As [`report::redraw`]; [`Error::Io`] if the README cannot be read or written.
pub fn redraw(directory: &Path, outline: &Outline) -> Result<usize, Error> {
    let reports = report::redraw(directory, outline)?;
    let readme = directory.with_file_name("README.md");
    let io = |action, source| Error::Io { action, path: readme.clone(), source };
    match std::fs::read_to_string(&readme) {
        Ok(text) if text.contains(report::MARKER_BEGIN) => {
            let prefix =
                directory.file_name().map_or(String::new(), |name| format!("{}/", name.to_string_lossy()));
            let updated = report::replace_between_markers(&text, &report::verdict_table(&reports, &prefix))?;
            if updated != text {
                store::write(&readme, updated.as_bytes())?;
            }
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(io("read", error)),
    }
    Ok(reports.len())
}

/// What the stored reports, what is drawn from them, the table in the file `readme` and the registered claims disagree
/// in, one sentence each; nothing if all is well.
///
/// # Errors
/// As [`report::check`](fn@report::check).
pub fn check(directory: &Path, readme: &Path, claims: &[&dyn Claim]) -> Result<Vec<String>, Error> {
    let outline = outline();
    let mut complaints = report::check(directory, readme, &outline)?;
    // Reports that cannot be read are among the complaints already.
    let Ok(reports) = report::read_all(directory, &outline) else { return Ok(complaints) };
    for about in claims.iter().map(|claim| claim.about()) {
        if !reports.iter().any(|report| report.about.id == about.id) {
            complaints.push(format!("{}: the claim has no report; run it", about.id));
        }
    }
    for report in reports {
        let stem = report.stem();
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
        .set_header(["claim", "verdict", "key number", "report"]);
    for run in &summary.runs {
        match &run.outcome {
            Ok(report) => {
                let verdict = match run.recorded.filter(|&recorded| recorded != report.verdict) {
                    Some(recorded) => format!("{} → {}", name(recorded), name(report.verdict)),
                    None => name(report.verdict).to_owned(),
                };
                let page = format!("{}.md", report.stem());
                table.add_row([run.id.clone(), verdict, report.findings.key_number.clone(), page])
            }
            Err(_) => table.add_row([run.id.as_str(), "not run", "(see the message below)", ""]),
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
