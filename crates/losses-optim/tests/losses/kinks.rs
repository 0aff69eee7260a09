//! The choice at kinks.

use autograd::{Array, Tape, grad};
use losses_optim::loss::{CrammerSinger, Hinge, Loss, Reduction, WestonWatkins, ZeroOne};
use serde_json::Map;

use crate::support::{Data, SUM, constant, make, matrix};

#[test]
fn at_a_kink_the_gradient_is_the_subgradient_of_minimum_norm() {
    let pairs = |others: &[f64], label| Data::Two(matrix(1, others), Array::vector(&[label]));
    let column = |y: f64| Data::Numbers(matrix(1, &[y]));
    let cases: Vec<(&str, Vec<f64>, Data, Vec<f64>)> = vec![
        ("absolute-error", vec![2.0], column(2.0), vec![0.0]),
        ("laplace-nll", vec![2.0], column(2.0), vec![0.0]),
        ("quantile", vec![2.0], column(2.0), vec![0.0]),
        ("perceptron", vec![0.0], column(-1.0), vec![0.0]),
        ("hinge", vec![-1.0], column(-1.0), vec![0.0]),
        ("weston-watkins", vec![2.0, 1.0, 2.0], Data::Labels(vec![0]), vec![-1.0, 0.0, 1.0]),
        // The best wrong class twice; and the margin met exactly.
        ("crammer-singer", vec![2.0, 2.0, 2.0], Data::Labels(vec![0]), vec![-1.0, 0.5, 0.5]),
        ("crammer-singer", vec![2.0, 1.0, 0.0], Data::Labels(vec![0]), vec![0.0, 0.0, 0.0]),
        ("jc-l1", vec![1.0, 0.0, 0.0], Data::Labels(vec![0]), vec![0.0, 0.0, 0.0]),
        ("jc-hinge", vec![0.5, -0.5, 0.0], Data::Labels(vec![0]), vec![0.0, 0.0, 1.0]),
        ("cosine-embedding", vec![0.0, 1.0], pairs(&[1.0, 0.0], -1.0), vec![0.0, 0.0]),
        ("cosine-embedding", vec![0.0, 0.0], pairs(&[1.0, 0.0], 1.0), vec![0.0, 0.0]),
        ("contrastive", vec![1.0, 0.0], pairs(&[1.0, 0.0], -1.0), vec![0.0, 0.0]),
        // At the margin, 2 and 1 in these tests; a squared hinge has no kink there, and the others' choice is 0.
        ("contrastive", vec![2.0, 0.0], pairs(&[0.0, 0.0], -1.0), vec![0.0, 0.0]),
        (
            "triplet",
            vec![0.0, 0.0],
            Data::Two(matrix(1, &[1.0, 0.0]), matrix(1, &[2.0, 0.0])),
            vec![0.0, 0.0],
        ),
        ("margin-ranking", vec![2.0], Data::Two(Array::vector(&[1.0]), Array::vector(&[1.0])), vec![0.0]),
        (
            "triplet",
            vec![1.0, 0.0],
            Data::Two(matrix(1, &[1.0, 0.0]), matrix(1, &[1.0, 0.0])),
            vec![0.0, 0.0],
        ),
    ];
    for (name, x, data, expected) in cases {
        let x = if name == "margin-ranking" { Array::vector(&x) } else { matrix(1, &x) };
        let loss = make(name, &Map::new());
        let gradient = (loss.gradient)(&x, &data, &SUM);
        assert_eq!(gradient.to_vec(), expected, "{name} at {x}");
    }
    let hessian = autograd::hessian(
        |s| Hinge.evaluate(&s[0], &constant(&Array::vector(&[1.0])), Reduction::Sum).unwrap(),
        &[Array::vector(&[1.0])],
    );
    assert_eq!(hessian, [[0.0]]);
}

#[test]
fn only_real_kinks_are_noted_on_the_tape() {
    // The right class's own entry is no kink of the multi-class hinges.
    for name in ["weston-watkins", "crammer-singer"] {
        let tape = Tape::new();
        let scores = tape.vars(&[matrix(1, &[0.3, -0.2, 0.5])]);
        let loss = match name {
            "weston-watkins" => WestonWatkins::default().per_sample(&scores[0], &[0]),
            _ => CrammerSinger::default().per_sample(&scores[0], &[0]),
        };
        assert_eq!(loss.unwrap().value().len(), 1);
        assert!(tape.kinks().is_empty(), "{name}: {:?}", tape.kinks());
    }
}

#[test]
fn the_zero_one_loss_has_no_gradient_anywhere() {
    let labels = Array::vector(&[1.0, 1.0, -1.0]);
    let scores = [Array::vector(&[-0.3, 0.0, -2.0])];
    let gradient = grad(|s| ZeroOne.evaluate(&s[0], &constant(&labels), Reduction::Sum).unwrap(), &scores);
    assert_eq!(gradient[0].to_vec(), [0.0; 3]);
    assert_eq!(ZeroOne.per_sample(&scores[0], &labels).unwrap().to_vec(), [1.0, 1.0, 0.0]);
}
