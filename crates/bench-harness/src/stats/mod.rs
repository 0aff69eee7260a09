//! The statistics that decide claims: summaries, intervals, tests and their power.
//!
//! Every function takes plain slices and returns a [`Result`] with [`Error`]: an empty sample, a
//! NaN or a sample without spread is an answer in words, never a NaN that travels on into a verdict. Distributions
//! come from `statrs`; every value is checked against SciPy and statsmodels in `tests/stats.rs`.
//!
//! A run that never reached its target has the time `f64::INFINITY`. Such values take part in everything that only
//! orders the data ([`median`], [`quantile`], [`sign_test`], [`win_probability`], [`expected_best_of`]) and are
//! refused by everything that averages ([`mean`], [`mean_interval`], [`equivalence`] …).
//!
//! | question | answer |
//! |---|---|
//! | how large is it? | [`mean`], [`median`], [`sample_sd`], [`quantile`], [`mean_interval`] |
//! | do two arms, paired on the seed, differ? | [`paired_difference`], [`sign_test`] |
//! | are they the same, to within a margin? | [`equivalence`] |
//! | what could this many seeds have shown? | [`minimum_detectable_effect`], [`detectable_difference`] |
//! | how many times as large, or any other statistic? | [`bootstrap`], [`bootstrap_two`] with [`ratio_of_means`], [`ratio_of_medians`] |
//! | how often does it happen, and more often from group to group? | [`wilson_interval`], [`clopper_pearson_interval`], [`fisher_exact`], [`proportion_trend`] |
//! | is one arm more spread out? | [`levene`] |
//! | do two quantities move together, at which rate? | [`pearson`], [`spearman`], [`least_squares`], [`power_law`] |
//! | does a sequence rise or fall? | [`mann_kendall`] |
//! | does a quantity rise over ordered conditions, seed by seed? | [`page`] |
//! | which of several tests survive being several? | [`holm`] |
//! | what does tuning k times buy? | [`expected_best_of`] |
//! | how often does one arm beat the other? | [`win_probability`], [`paired_win_probability`] |

mod best_of;
mod bootstrap;
mod correlation;
mod difference;
mod equivalence;
mod error;
mod fisher;
mod holm;
mod input;
mod interval;
mod levene;
mod line;
mod mann_kendall;
mod page;
mod power;
mod proportion;
mod sign_test;
mod student;
mod summary;
mod trend;
mod win;

pub use best_of::expected_best_of;
pub use bootstrap::{RESAMPLES, bootstrap, bootstrap_two, ratio_of_means, ratio_of_medians};
pub use correlation::{Correlation, pearson, spearman};
pub use difference::paired_difference;
pub use equivalence::{Equivalence, equivalence};
pub use error::Error;
pub use fisher::fisher_exact;
pub use holm::holm;
pub use interval::{CONFIDENCE, Interval, mean_interval};
pub use levene::{Centre, Levene, levene};
pub use line::{Line, least_squares, power_law};
pub use mann_kendall::{MannKendall, mann_kendall};
pub use page::{Page, page};
pub use power::{detectable_difference, minimum_detectable_effect};
pub use proportion::{clopper_pearson_interval, wilson_interval};
pub use sign_test::{SignTest, sign_test};
pub use summary::{mean, median, quantile, sample_sd};
pub use trend::{ProportionTrend, proportion_trend};
pub use win::{Better, paired_win_probability, win_probability};
