//! The errata of the slides, each with the computation that shows it.

mod formulas;
mod notation;
mod statements;

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Cell, Figure, Table};
use crate::run::Laboratory;

/// The claim.
pub struct Errata;

/// Something on the slides that is not right as printed.
struct Erratum {
    /// A letter for how grave it is, and a number.
    id: &'static str,
    /// Where it stands.
    place: &'static str,
    /// What is printed there.
    printed: &'static str,
    /// What should be.
    correct: &'static str,
    /// What is computed, and what must come out if the erratum is one.
    rule: &'static str,
    /// Computes it.
    show: fn() -> Result<Shown, Error>,
}

/// What a computation showed.
struct Shown {
    verdict: Verdict,
    /// The numbers.
    tested: String,
}

impl Shown {
    /// The printed form fails and the correct one does not.
    fn if_holds(holds: bool, tested: String) -> Self {
        Self { verdict: Verdict::holds_or_refuted(holds), tested }
    }
}

fn all() -> impl Iterator<Item = &'static Erratum> {
    formulas::ALL.iter().chain(statements::ALL).chain(notation::ALL)
}

impl Claim for Errata {
    fn about(&self) -> About {
        About {
            id: "errata".to_owned(),
            title: "Errata of the slides".to_owned(),
            statement: "Thirty places of the slides are not right as they are printed. Group A: whoever implements the printed formula gets \
                        a method that does something else. Group B: the statement needs a condition, or is contradicted. Group C: \
                        notation. Each but the last, which is spelling, is shown by a computation in which the printed form fails and \
                        the correct one does not."
                .to_owned(),
            lecture: "parts 1 to 3; the text of the slides was extracted from their file, so that a slip of the extraction cannot be \
                      excluded for single symbols"
                .to_owned(),
            sources: vec![
                "A. Maier et al. 2020, Loss functions and Optimization, parts 1 to 3, lecture slides, FAU Erlangen-Nürnberg".to_owned(),
            ],
            criteria: all().map(|erratum| Criterion::new(erratum.id, erratum.rule)).collect(),
            would_change: "Slides that print another formula. The computations are exact or deterministic: more runs would change nothing."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let mut outcomes = Vec::new();
        for erratum in all() {
            let Shown { verdict, tested } = (erratum.show)()?;
            outcomes.push(Outcome::new(erratum.id, verdict, tested));
        }
        let shown = outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Reproduced).count();
        let count = outcomes.len();
        let rows = all().map(|erratum| {
            [erratum.id, erratum.place, erratum.printed, erratum.correct]
                .into_iter()
                .map(Cell::from)
                .collect()
        });
        Ok(Findings {
            setup: vec![("arithmetic".to_owned(), "f64; what is random draws from fixed streams".to_owned())],
            data: laboratory.data_used(),
            figures: figures(),
            tables: vec![Table {
                id: "errata".to_owned(),
                title: "What is printed, and what should be".to_owned(),
                caption: "Symbols are the lecture's: w parameters, η learning rate, v first moment or velocity, r second moment, h the \
                          average of squared steps, μ and ρ their decay rates; y labels, ŷ and p predictions, K classes; γ the weight \
                          of the hinge losses, λₘ and νₘ multipliers, ξ slack variables; L beside η is the largest curvature. The \
                          numbers that show each erratum stand under Verdict."
                    .to_owned(),
                columns: ["erratum", "where", "as printed", "correct"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }],
            outcomes,
            key_number: format!("{shown} of {count} shown by a computation; the other is spelling"),
            remarks: vec![
                "Reproduced means here: the erratum is one. The claims of the lecture that an erratum touches have pages of their own, with \
                 the corrected form."
                    .to_owned(),
            ],
        })
    }
}

fn figures() -> Vec<Figure> {
    vec![formulas::ams_grad_figure(), statements::adadelta_figure()]
}
