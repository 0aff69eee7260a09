//! Every claim of the lecture, one file each, registered in the lecture's order.

use crate::claim::Claim;

/// Declares the modules of the claims and lists them in the order given, which is the lecture's.
macro_rules! register {
    ($($module:ident :: $claim:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// Every registered claim, in the lecture's order.
        pub static ALL: &[&dyn Claim] = &[$(&$module::$claim),*];
    };
}

register! {
    fits_random_labels::FitsRandomLabels,
    adam_paper_figures::AdamPaperFigures,
    adam_fails_online::AdamFailsOnline,
    sgd_nesterov_decay_vs_adam::SgdNesterovDecayVsAdam,
}
