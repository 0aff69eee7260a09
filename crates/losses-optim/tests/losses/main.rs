//! What every registered loss has to do, and values of single ones.

mod every_loss;
mod kinks;
mod labels;
mod likelihoods;
mod margins;
mod properties;
mod reference;
mod refusals;
mod relations;
mod support;
