//! The words of the reports, the same on every page.

use crate::claim::{Scale, Verdict};

/// A verdict as a sign and a word; the word alone says it all.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduced => "✅ Reproduced",
        Verdict::Partly => "🟡 Partly reproduced",
        Verdict::NotReproduced => "❌ Not reproduced",
        Verdict::Refuted => "⛔ Refuted",
        Verdict::Inconclusive => "❔ Inconclusive",
    }
}

/// A scale by its name on the command line.
pub(super) fn scale(scale: Scale) -> &'static str {
    match scale {
        Scale::Quick => "quick",
        Scale::Full => "full",
    }
}
