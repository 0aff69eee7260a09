//! Tuning a learning rate: the same budget for every arm.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::run::Laboratory;
use crate::stats;

/// A logarithmic grid of learning rates with the ratio √10.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// The lowest rate, as twice the power of ten: 10^(lowest/2).
    pub lowest: i32,
    /// The number of rates.
    pub count: usize,
}

/// How many times a grid is extended when the best rate lies on its edge.
const EXTENSIONS: usize = 2;

impl Grid {
    fn rate(half_decades: i32) -> f64 {
        // From the decimal form, so that the rates are those that a reader would type.
        let rate = 10f64.powf(f64::from(half_decades) / 2.0);
        format!("{rate:.2e}").parse().expect("a number was printed")
    }
}

/// The learning rate that tuning chose for an arm, and all that were tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuned {
    /// The rate with the lowest score.
    pub rate: f64,
    /// Whether it lies on the edge of the grid even after the extensions.
    pub on_edge: bool,
    /// Every rate that was tried, ascending, with its score: the median over the tuning seeds.
    pub tried: Vec<(f64, f64)>,
}

/// Tunes the learning rate of each arm: scores every rate of the grid on every seed, takes the rate with the lowest
/// median score, and extends the grid by two rates beyond the edge, at most twice, while the best lies on it. Every arm
/// gets the same grid width and the same seeds; `score` is infinite for a run that fails.
///
/// # Errors
/// Those of the cells.
///
/// # Panics
/// If there is no arm, no seed or no rate, or if a score is NaN.
pub fn tune<A, C>(
    laboratory: &Laboratory,
    stage: &str,
    arms: &[(A, Grid)],
    seeds: &[u64],
    configuration: impl Fn(&A, f64, u64) -> C,
    score: impl Fn(&C) -> Result<f64, Error> + Sync,
) -> Result<Vec<Tuned>, Error>
where
    C: Serialize + Sync,
    f64: Serialize + DeserializeOwned,
{
    let mut tried: Vec<Vec<(i32, f64)>> = vec![Vec::new(); arms.len()];
    let mut wanted: Vec<Vec<i32>> =
        arms.iter().map(|(_, grid)| (0..grid.count as i32).map(|i| grid.lowest + i).collect()).collect();
    for round in 0..=EXTENSIONS {
        let mut cells = Vec::new();
        for ((arm, _), rates) in arms.iter().zip(&wanted) {
            for &rate in rates {
                cells.extend(seeds.iter().map(|&seed| configuration(arm, Grid::rate(rate), seed)));
            }
        }
        if cells.is_empty() {
            break;
        }
        let stage = if round == 0 { stage.to_owned() } else { format!("{stage}, extended") };
        let scores = laboratory.cells(&stage, &cells, |cell| Ok(Score { score: score(cell)? }))?;
        let mut scores = scores.iter().map(|score| score.score);
        for (tried, rates) in tried.iter_mut().zip(&mut wanted) {
            for rate in rates.drain(..) {
                let of_rate: Vec<f64> = scores.by_ref().take(seeds.len()).collect();
                tried.push((rate, stats::median(&of_rate).expect("at least one seed, and no NaN")));
            }
            tried.sort_by_key(|&(rate, _)| rate);
            if round < EXTENSIONS {
                let best = best(tried);
                if best == 0 {
                    rates.extend([tried[0].0 - 2, tried[0].0 - 1]);
                } else if best == tried.len() - 1 {
                    rates.extend([tried[best].0 + 1, tried[best].0 + 2]);
                }
            }
        }
    }
    Ok(tried
        .into_iter()
        .map(|tried| {
            let best = best(&tried);
            Tuned {
                rate: Grid::rate(tried[best].0),
                on_edge: best == 0 || best == tried.len() - 1,
                tried: tried.into_iter().map(|(rate, score)| (Grid::rate(rate), score)).collect(),
            }
        })
        .collect())
}

/// The position of the lowest score, the first of several.
fn best(tried: &[(i32, f64)]) -> usize {
    (0..tried.len()).min_by(|&a, &b| tried[a].1.total_cmp(&tried[b].1)).expect("at least one rate")
}

/// A score as a cell stores it.
#[derive(Serialize, serde::Deserialize)]
struct Score {
    #[serde(with = "crate::run::float")]
    score: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_median_wins_and_an_edge_is_extended() {
        let laboratory = Laboratory::for_bench();
        // The best rate is 10, two half-decades above the grid; one seed fails everywhere above 1.
        let score = |&(_, rate, seed): &(u8, f64, u64)| {
            Ok(if seed == 2 && rate > 1.0 { f64::INFINITY } else { (rate.log10() - 1.0).abs() })
        };
        let grid = Grid { lowest: -4, count: 5 };
        let tuned =
            tune(&laboratory, "tuning", &[(0u8, grid)], &[1, 2, 3], |&a, r, s| (a, r, s), score).unwrap();
        assert_eq!((tuned[0].rate, tuned[0].on_edge), (10.0, false));
        assert_eq!(tuned[0].tried.len(), 9);
        assert_eq!(tuned[0].tried[1].0, 0.0316);
    }
}
