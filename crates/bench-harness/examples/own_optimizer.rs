//! An optimizer of one's own in the comparison `sgd-nesterov-decay-vs-adam`, on equal terms with the known ones: the same
//! data, budget of tuning and seeds. `cargo run --release -p bench-harness --example own_optimizer` writes the report to
//! `own-optimizer/`.

use bench_harness::claims::adaptive::sgd_nesterov_decay_vs_adam::{Contender, WithGuests};
use bench_harness::model::{Arm, Decay};
use bench_harness::run::{Options, Progress, publish, run_claims};
use losses_optim::optim::{Entry, Optimizer};
use losses_optim::state::Method;
use num_traits::Float;
use serde::{Deserialize, Serialize};

/// Gradient descent by the cube root of each entry: between descent and the sign of the gradient.
#[derive(Default, Serialize, Deserialize)]
struct CubeRoot<T>(std::marker::PhantomData<T>);

impl<T> Method for CubeRoot<T> {
    type Scalar = T;
    const NAME: &'static str = "cube_root";
    const SUMMARY: &'static str = "descent by the cube roots of the gradient's entries";
    const SOURCE: &'static str = "this example";
}

impl<T: Float> Optimizer<T> for CubeRoot<T> {
    fn buffers(&mut self, _: &mut dyn FnMut(&'static str, &mut Vec<T>)) {}

    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        params.iter_mut().zip(grad).for_each(|(w, g)| *w = *w - learning_rate * g.cbrt());
    }
}

fn main() -> Result<(), bench_harness::Error> {
    let optimizer = Entry {
        name: CubeRoot::<f32>::NAME,
        summary: CubeRoot::<f32>::SUMMARY,
        source: CubeRoot::<f32>::SOURCE,
        over_f32: || Box::new(CubeRoot::<f32>::default()),
        over_f64: || Box::new(CubeRoot::<f64>::default()),
    };
    let arm = Arm { name: "cube root + decay", optimizer, decay: Decay::TenfoldEvery(5) };
    let claim = WithGuests { guests: vec![Contender { arm, default_rate: 1e-2, lowest: 1e-4 }] };
    let options = Options { out: "own-optimizer".into(), progress: Progress::Terminal, ..Options::default() };
    println!("{}", publish::verdict_table(&run_claims(&[&claim], &options)?));
    Ok(())
}
