//! The page of a report, in Markdown as code-hosting sites show it.

use std::fmt::Write as _;

use super::{Cell, Report, Table, words};
use crate::claim::Verdict;

/// The page of a report. A reader needs nothing else: claim, rule, set-up, figures, tables, verdict, and the command
/// that makes it again.
///
/// Prose is escaped, so that a bar or an asterisk in a statement stays one; code between backticks stays code.
pub fn page(report: &Report) -> String {
    let mut page = String::new();
    compose(report, &mut page).expect("writing to a string does not fail");
    page
}

fn compose(report: &Report, page: &mut String) -> std::fmt::Result {
    let (about, findings) = (&report.about, &report.findings);
    let stem = report.stem();
    let held = findings.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Reproduced).count();

    writeln!(page, "# {}\n", prose(&about.title))?;
    writeln!(
        page,
        "> **{}** · {held} of {} criteria hold · {} · {} scale, seed {}\n",
        words::verdict(report.verdict),
        findings.outcomes.len(),
        prose(&findings.key_number),
        words::scale(report.scale),
        report.seed
    )?;
    writeln!(page, "**The claim.** {}\n", prose(&about.statement))?;
    writeln!(page, "Lecture: {}.", prose(about.lecture.trim_end_matches('.')))?;
    match about.sources.as_slice() {
        [] => {}
        [source] => writeln!(page, "Source: {}.", prose(source.trim_end_matches('.')))?,
        sources => {
            writeln!(page, "Sources:\n")?;
            for source in sources {
                writeln!(page, "- {}", prose(source))?;
            }
        }
    }

    writeln!(page, "\n## What would count\n\nFixed before the run:\n")?;
    for criterion in &about.criteria {
        writeln!(page, "- **{}**: {}", prose(&criterion.id), prose(&criterion.rule))?;
    }

    if !findings.setup.is_empty() {
        writeln!(page, "\n## Set-up\n")?;
        pairs(
            page,
            ["What", "Value"],
            findings.setup.iter().map(|(name, value)| (prose(name), prose(value))),
        )?;
    }

    if !findings.figures.is_empty() {
        writeln!(page, "\n## What the run shows")?;
        for figure in &findings.figures {
            writeln!(page, "\n![{}]({stem}-{}.svg)\n", prose(&figure.title), figure.id)?;
            writeln!(page, "{}", prose(&figure.caption))?;
        }
        writeln!(page, "\nThe numbers behind the figures: [{stem}.csv]({stem}.csv).")?;
    }

    for (i, figures) in findings.tables.iter().enumerate() {
        if i == 0 {
            writeln!(page, "\n## The numbers")?;
        }
        table(page, figures)?;
    }

    writeln!(page, "\n## Verdict\n\n**{}.**\n", words::verdict(report.verdict))?;
    writeln!(page, "| Criterion | Verdict | Tested |\n|:--|:--|:--|")?;
    for outcome in &findings.outcomes {
        let (id, tested) = (prose(&outcome.criterion), prose(&outcome.tested));
        writeln!(page, "| {id} | {} | {tested} |", words::verdict(outcome.verdict))?;
    }

    writeln!(page, "\n## What would change it\n\n{}", prose(&about.would_change))?;

    if !findings.remarks.is_empty() {
        writeln!(page, "\n## Remarks\n")?;
        for remark in &findings.remarks {
            writeln!(page, "- {}", prose(remark))?;
        }
    }

    let fence = fence(&report.command);
    writeln!(page, "\n## Make it again\n\n{fence}sh\n{}\n{fence}\n", report.command)?;
    writeln!(
        page,
        "The same code, data and seed give the same bytes; the source of this page is [{stem}.json]({stem}.json).\n"
    )?;
    let made = &report.provenance;
    let rows = [
        ("Commit", &made.commit),
        ("Compiler", &made.rustc),
        ("Processor", &made.processor),
        ("Threads", &made.threads.to_string()),
        ("Seed", &report.seed.to_string()),
    ];
    let rows = rows.into_iter().map(|(name, value)| (name.to_owned(), prose(value)));
    let data = findings.data.iter().map(|(name, sum)| (format!("SHA-256 of {}", prose(name)), code(sum)));
    pairs(page, ["Made with", ""], rows.chain(data))
}

/// A table of names and values.
fn pairs(
    page: &mut String,
    [name, value]: [&str; 2],
    rows: impl Iterator<Item = (String, String)>,
) -> std::fmt::Result {
    writeln!(page, "| {name} | {value} |\n|:--|:--|")?;
    for (name, value) in rows {
        writeln!(page, "| {name} | {value} |")?;
    }
    Ok(())
}

/// A table of findings; columns with a number are right aligned.
fn table(page: &mut String, table: &Table) -> std::fmt::Result {
    writeln!(page, "\n**{}**\n", prose(&table.title))?;
    write!(page, "|")?;
    for column in &table.columns {
        write!(page, " {} |", prose(column))?;
    }
    write!(page, "\n|")?;
    for column in 0..table.columns.len() {
        let numeric = table.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Number { .. })));
        write!(page, "{}", if numeric { "--:|" } else { ":--|" })?;
    }
    writeln!(page)?;
    for row in &table.rows {
        write!(page, "|")?;
        for cell in row {
            write!(page, " {} |", print(cell))?;
        }
        writeln!(page)?;
    }
    if table.caption.is_empty() { Ok(()) } else { writeln!(page, "\n{}", prose(&table.caption)) }
}

/// A cell as it is printed.
fn print(cell: &Cell) -> String {
    match cell {
        Cell::Number { value, .. } if value.is_nan() => "not a number".to_owned(),
        Cell::Number { value, .. } if value.is_infinite() => if *value > 0.0 { "∞" } else { "−∞" }.to_owned(),
        Cell::Number { value, decimals } => {
            let digits = format!("{:.decimals$}", value.abs());
            // A number that is printed as zero has no sign.
            let negative = *value < 0.0 && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
            if negative { format!("−{digits}") } else { digits }
        }
        Cell::Text(text) => prose(text),
        Cell::Empty => String::new(),
    }
}

/// Plain text as Markdown on one line: what would be taken for markup is escaped, except code between backticks.
pub(super) fn prose(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut escaped = String::with_capacity(text.len());
    for (i, part) in text.split('`').enumerate() {
        // Odd parts stand between backticks. The bar ends a table's cell even there.
        let closed = i % 2 == 1 && text.matches('`').count() > i;
        if i > 0 {
            escaped.push('`');
        }
        for (j, c) in part.char_indices() {
            let inside_a_word = c == '_' && {
                let neighbour = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                neighbour(part[..j].chars().next_back()) && neighbour(part[j + 1..].chars().next())
            };
            let markup = match c {
                '|' => true,
                '\\' | '*' | '_' | '[' | ']' | '<' | '~' | '$' | '&' => !closed && !inside_a_word,
                '#' | '>' | '+' | '-' => !closed && escaped.is_empty() && part[j + 1..].starts_with(' '),
                _ => false,
            };
            if markup {
                escaped.push('\\');
            }
            escaped.push(c);
        }
    }
    escaped
}

/// Text as code on one line.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace('|', "\\|"))
}

/// A fence longer than any run of backticks in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
