//! The index of all reports, and its table in the README.

use super::markdown::prose;
use super::{Report, words};
use crate::Error;
use crate::claim::Verdict;

/// What stands before the table of verdicts in a README.
pub const MARKER_BEGIN: &str = "<!-- verdicts:begin -->";
/// What stands after it.
pub const MARKER_END: &str = "<!-- verdicts:end -->";

/// The table of verdicts, one line for each report in the order given: the claim linked to its page, the scale, the
/// verdict and the number that decides it. `link_prefix` leads from the table to the reports, such as "reports/".
pub fn verdict_table(reports: &[Report], link_prefix: &str) -> String {
    let mut table = "| Claim | Scale | Verdict | Key number |\n|:--|:--|:--|:--|\n".to_owned();
    for report in reports {
        table.push_str(&format!(
            "| [{}]({link_prefix}{}.md) | {} | {} | {} |\n",
            prose(&report.about.title),
            report.stem(),
            words::scale(report.scale),
            words::verdict(report.verdict),
            prose(&report.findings.key_number),
        ));
    }
    table
}

/// The README of the directory of reports: what they are, how many came out how, and the [`verdict_table`].
pub fn index(reports: &[Report]) -> String {
    let counts: Vec<String> = [
        Verdict::Reproduced,
        Verdict::Partly,
        Verdict::NotReproduced,
        Verdict::Refuted,
        Verdict::Inconclusive,
    ]
    .into_iter()
    .map(|verdict| (verdict, reports.iter().filter(|report| report.verdict == verdict).count()))
    .filter(|(_, count)| *count > 0)
    .map(|(verdict, count)| format!("{}: {count}", words::verdict(verdict)))
    .collect();
    format!(
        "# Reports\n\nOne page for each claim of the lecture that was put to the test: what was claimed, the rule that \
         was fixed before the run, what came out, and the command that makes it again. The pages are drawn from the \
         JSON beside them; do not edit them by hand.\n\n{}\n\n{}",
        counts.join(" · "),
        verdict_table(reports, "")
    )
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
