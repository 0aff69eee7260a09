//! What every line search and every method that evaluates again has to do, and what single ones are known for.

mod conjugate_gradients;
mod deviations;
mod every_method;
mod lbfgs;
mod least_squares;
mod line_searches;
mod newton;
mod probabilistic;
mod problems;
mod proximal;
mod resuming;
mod single_precision;
mod subgradients;

use losses_optim::{line_search, minimise, proximal as terms, svm};

#[test]
fn names_are_unique() {
    let all = line_search::ALL.iter().chain(minimise::ALL).chain(terms::ALL).chain(svm::ALL);
    let names: Vec<_> = all.map(|entry| entry.name).collect();
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "{name} is registered twice");
    }
}
