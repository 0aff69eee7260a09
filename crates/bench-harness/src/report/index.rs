//! The index of all reports, and its table in the README.

use std::fmt::Write as _;

use super::markdown::prose;
use super::{Outline, Report, words};
use crate::Error;
use crate::claim::{Scale, Verdict};

/// What stands before the table of verdicts in a README.
pub const MARKER_BEGIN: &str = "<!-- verdicts:begin -->";
/// What stands after it.
pub const MARKER_END: &str = "<!-- verdicts:end -->";

/// The reports of one claim: at quick scale, at full scale, or both.
struct Entry<'a> {
    quick: Option<&'a Report>,
    full: Option<&'a Report>,
}

impl<'a> Entry<'a> {
    /// The claims of the reports, in the order of their first report.
    fn all(reports: &'a [Report]) -> Vec<Self> {
        let mut entries: Vec<Self> = Vec::new();
        for report in reports {
            let known = entries.iter().position(|entry| entry.main().about.id == report.about.id);
            let index = known.unwrap_or(entries.len());
            if known.is_none() {
                entries.push(Self { quick: None, full: None });
            }
            match report.scale {
                Scale::Quick => entries[index].quick = Some(report),
                Scale::Full => entries[index].full = Some(report),
            }
        }
        entries
    }

    /// The report that stands for the claim: that of quick scale, which everybody can make, if there is one.
    fn main(&self) -> &'a Report {
        self.quick.or(self.full).expect("an entry is made for a report")
    }

    /// A link to the report of each scale, with its verdict.
    fn verdicts(&self, prefix: &str) -> String {
        let link =
            |report: &Report| format!("[{}]({prefix}{}.md)", words::verdict(report.verdict), report.stem());
        match (self.quick, self.full) {
            (Some(quick), Some(full)) => format!("{}<br>full: {}", link(quick), link(full)),
            (Some(quick), None) => link(quick),
            (None, Some(full)) => format!("full: {}", link(full)),
            (None, None) => String::new(),
        }
    }
}

/// The table of verdicts, one line for each claim in the order of the reports: the claim linked to its page, the verdict
/// (with that of full scale below it, where there is a report of it) and the number that decides it. `link_prefix` leads
/// from the table to the reports, such as "reports/".
pub fn verdict_table(reports: &[Report], link_prefix: &str) -> String {
    let mut table = "| Claim | Verdict | Key number |\n|:--|:--|:--|\n".to_owned();
    for entry in Entry::all(reports) {
        let main = entry.main();
        table.push_str(&format!(
            "| [{}]({link_prefix}{}.md) | {} | {} |\n",
            prose(&main.about.title),
            main.stem(),
            entry.verdicts(link_prefix),
            prose(&main.findings.key_number),
        ));
    }
    table
}

/// The README of the directory of reports: the lecture as a page. What the reports are, how many came out how; then part
/// by part, in the order of the outline, each claim with its telling figure, its key number and its verdict; then what
/// was refuted.
pub fn index(reports: &[Report], outline: &Outline) -> String {
    let mut page = String::new();
    compose(reports, outline, &mut page).expect("writing to a string does not fail");
    page
}

fn compose(reports: &[Report], outline: &Outline, page: &mut String) -> std::fmt::Result {
    writeln!(
        page,
        "# The lecture, claim by claim\n\nOne page for each claim of the lecture that was put to the test: what was \
         claimed, the rule that was fixed before the run, what came out, and the command that makes it again. The pages \
         are drawn from the JSON beside them; do not edit them by hand.\n"
    )?;
    writeln!(page, "{}\n", counts(reports))?;
    writeln!(
        page,
        "Each claim is run at quick scale, on small data that ship with the program; where a second verdict stands \
         below the first, it was also run at full scale, on the data of the papers."
    )?;

    let entries = Entry::all(reports);
    let mut part = "";
    for section in &outline.sections {
        let of_section: Vec<&Entry<'_>> =
            entries.iter().filter(|entry| section.claims.contains(&entry.main().about.id)).collect();
        if of_section.is_empty() {
            continue;
        }
        if section.part != part {
            part = &section.part;
            writeln!(page, "\n## {}", prose(part))?;
        }
        writeln!(page, "\n### {}\n", prose(&section.title))?;
        lines(page, &of_section)?;
    }
    let others: Vec<&Entry<'_>> =
        entries.iter().filter(|entry| !outline.has(&entry.main().about.id)).collect();
    if !others.is_empty() {
        writeln!(page, "\n## Other claims\n")?;
        lines(page, &others)?;
    }

    surprises(page, &entries)?;
    Ok(())
}

/// The claims of which the run showed the opposite, in whole or in part.
fn surprises(page: &mut String, entries: &[Entry<'_>]) -> std::fmt::Result {
    let reports = || entries.iter().flat_map(|entry| entry.quick.into_iter().chain(entry.full));
    let refuted = |report: &Report| -> Vec<String> {
        let outcomes = report.findings.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Refuted);
        outcomes.map(|outcome| format!("*{}*", prose(&outcome.criterion))).collect()
    };
    if reports().all(|report| refuted(report).is_empty()) {
        return Ok(());
    }
    writeln!(
        page,
        "\n## What surprised us\n\nWhere a run showed the opposite of a criterion; the verdict on each page has the \
         numbers.\n"
    )?;
    for report in reports().filter(|report| !refuted(report).is_empty()) {
        let title = prose(&report.about.title);
        let scale = if report.scale == Scale::Full { " at full scale" } else { "" };
        let (stem, criteria) = (report.stem(), refuted(report).join(", "));
        let key_number = prose(&report.findings.key_number);
        writeln!(page, "- [{title}]({stem}.md){scale}, {criteria}: {key_number}")?;
    }
    Ok(())
}

/// How many claims came out how, by the report that stands for each.
fn counts(reports: &[Report]) -> String {
    let entries = Entry::all(reports);
    let counts: Vec<String> = [
        Verdict::Reproduced,
        Verdict::Partly,
        Verdict::NotReproduced,
        Verdict::Refuted,
        Verdict::Inconclusive,
    ]
    .into_iter()
    .map(|verdict| (verdict, entries.iter().filter(|entry| entry.main().verdict == verdict).count()))
    .filter(|(_, count)| *count > 0)
    .map(|(verdict, count)| format!("{}: {count}", words::verdict(verdict)))
    .collect();
    counts.join(" · ")
}

/// A line for each claim: its telling figure, small; its title, statement and key number; its verdicts.
fn lines(page: &mut String, entries: &[&Entry<'_>]) -> std::fmt::Result {
    writeln!(page, "| | Claim | Verdict |\n|:--|:--|:--|")?;
    for entry in entries {
        let report = entry.main();
        let stem = report.stem();
        let figure = report.findings.figures.first().map_or(String::new(), |figure| {
            let alternative = prose(&figure.title).replace('"', "&quot;");
            format!("[<img src=\"{stem}-{}.svg\" alt=\"{alternative}\" width=\"220\">]({stem}.md)", figure.id)
        });
        writeln!(
            page,
            "| {figure} | **[{}]({stem}.md)**<br>{} | {} |",
            prose(&report.about.title),
            prose(&report.findings.key_number),
            entry.verdicts("")
        )?;
    }
    Ok(())
}

/// The README with everything between [`MARKER_BEGIN`] and [`MARKER_END`] replaced by the table.
///
/// ```
/// use bench_harness::report::replace_between_markers;
/// let readme = "Verdicts:\n<!-- verdicts:begin -->\nold\n<!-- verdicts:end -->\n";
/// let replaced = replace_between_markers(readme, "| new |\n")?;
/// assert_eq!(replaced, "Verdicts:\n<!-- verdicts:begin -->\n\n| new |\n\n<!-- verdicts:end -->\n");
/// assert_eq!(replace_between_markers(&replaced, "| new |\n")?, replaced);
/// # Ok::<(), bench_harness::Error>(())
/// ```
///
/// # Errors
/// [`Error::Usage`] unless both markers are there, each once and in this order.
pub fn replace_between_markers(readme: &str, table: &str) -> Result<String, Error> {
    let broken = |what: &str| {
        let remedy =
            format!("put the line {MARKER_BEGIN} before the place of the table and {MARKER_END} after it");
        Error::Usage(format!("the README {what}: {remedy}, each once"))
    };
    let once = |marker| readme.matches(marker).count() == 1;
    if !once(MARKER_BEGIN) || !once(MARKER_END) {
        return Err(broken("does not have each marker of the table of verdicts once"));
    }
    let (before, rest) = readme.split_once(MARKER_BEGIN).expect("counted above");
    let (_, after) =
        rest.split_once(MARKER_END).ok_or_else(|| broken("has its markers in the wrong order"))?;
    Ok(format!("{before}{MARKER_BEGIN}\n\n{}\n\n{MARKER_END}{after}", table.trim_end()))
}
