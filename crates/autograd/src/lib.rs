//! Automatic differentiation of numeric Rust: reverse and forward mode, for numbers and for arrays, of any order, with every
//! choice at a kink stated and settable.
//!
//! # A first gradient
//!
//! Code written for [`num_traits::Float`] differentiates unchanged. Pass a generic function inside a closure, for its type
//! is chosen anew for every tape:
//!
//! ```
//! use autograd::{grad, hessian, jvp};
//! use num_traits::Float;
//!
//! fn norm<F: Float>(x: &[F]) -> F {
//!     x.iter().fold(F::zero(), |sum, &x| sum + x * x).sqrt()
//! }
//! let near = |a: f64, b: f64| (a - b).abs() < 1e-15;
//! let gradient = grad(|x| norm(x), &[3.0, 4.0]);
//! assert!(near(gradient[0], 0.6) && near(gradient[1], 0.8));
//! let (length, slope) = jvp(|x| norm(x), &[3.0, 4.0], &[1.0, 0.0]);
//! assert!(length == 5.0 && near(slope, 0.6));
//! let h = hessian(|x| norm(x), &[3.0, 4.0]);
//! assert!(near(h[0][0], 16.0 / 125.0));
//! ```
//!
//! [`grad`] and its kin ([`value_and_grad`], [`vjp`], [`jvp`], [`hvp`], [`hessian`]) take closures over slices of numbers
//! or of arrays. Where a closure is in the way, record by hand on a [`Tape`].
//!
//! # Arrays
//!
//! [`Array`] shares storage with [ndarray](https://docs.rs/ndarray) and broadcasts like it. Its operations are the operators,
//! the elementary functions of [`Algebra`] (exp, ln, sqrt, tanh, powi and the like), and the methods of [`ArrayOps`] for
//! everything else; a recorded array, `Var<'_, Array<T>>`, has the same. Code that is generic over [`ArrayAlgebra`] runs on
//! both. Shapes are checked when an operation is recorded.
//!
//! ```
//! use autograd::{Algebra, Array, ArrayOps, value_and_grad};
//!
//! let x = Array::new(&[2, 2], vec![1.0, 2.0, 3.0, 4.0])?;
//! let w = [Array::vector(&[0.5, -0.5])];
//! let (loss, gradient) = value_and_grad(
//!     |w| {
//!         let outputs = autograd::Var::constant(x.clone()).matmul(&w[0]);
//!         (&outputs * &outputs).sum_all()
//!     },
//!     &w,
//! );
//! assert_eq!((loss.item(), gradient[0].to_vec()), (Some(0.5), vec![-4.0, -6.0]));
//! assert_eq!(x.ln().exp().sum_all().item().map(f64::round), Some(10.0));
//! # Ok::<(), autograd::ShapeError>(())
//! ```
//!
//! Reductions take the axes that they drop; with `_kept` these stay with length 1, and `_all` takes every axis. Slices are
//! written with ndarray's [`s!`], comparisons give masks for `select`, and [`ArrayOps::einsum`] takes products apart by the
//! names of axes:
//!
//! ```
//! use autograd::{Array, ArrayOps, s};
//!
//! let x = Array::new(&[2, 3], vec![1.0, 5.0, 3.0, 4.0, 2.0, 6.0])?;
//! assert_eq!(x.max(&[1]).to_vec(), [5.0, 6.0]);
//! assert_eq!((&x - x.mean_kept(&[1])).slice(s![.., ..2]).to_vec(), [-2.0, 2.0, 0.0, -2.0]);
//! let large = x.greater(&Array::scalar(3.0));
//! assert_eq!(large.select(&x, &Array::scalar(0.0)).sum(&[0]).to_vec(), [4.0, 5.0, 6.0]);
//! assert_eq!(Array::einsum("ij,kj->ik", &[&x, &x]), x.matmul(&x.transpose()));
//! # Ok::<(), autograd::ShapeError>(())
//! ```
//!
//! A model's parameters live in one flat buffer with named views: see [`Parameters`].
//!
//! # What is not differentiated
//!
//! A number or an array that is given is a [`Var::constant`]: operations between constants record nothing. Of what was computed,
//! [`Var::stop_gradient`] is the value as a constant, at every order and in every mode; generic code has it from [`Value`].
//! Comparisons and their masks ([`op::compare`]) are constants by themselves.
//!
//! ```
//! use autograd::grad;
//! use num_traits::Float;
//!
//! // The distance to half of x, which moves along with x or is taken as given.
//! let moving = grad(|x| (x[0] - x[0] * 0.5).powi(2), &[2.0]);
//! let fixed = grad(|x| (x[0] - (x[0] * 0.5).stop_gradient()).powi(2), &[2.0]);
//! assert_eq!((moving[0], fixed[0]), (1.0, 2.0));
//! ```
//!
//! # Higher orders
//!
//! The order comes from the type, not from a mode: [`Dual<T>`](Dual) is forward mode, `Var<Dual<f64>>` gives products of the
//! Hessian with a vector, `Var<Var<f64>>` nests reverse mode. Levels are different types, so they cannot be confused. Arrays
//! nest three tapes deep, and hold dual numbers for more.
//!
//! In [`hvp`] and [`hessian`] the elements are therefore dual numbers, `Var<Dual<f64>>` and `Var<Array<Dual<f64>>>`. Beside both a
//! plain constant may stand (`2.0 * x`); in code that is generic over numbers it is made by `F::from(2.0)`, and in code that is
//! generic over arrays by [`number`](Algebra::number).
//!
//! ```
//! use autograd::{Algebra, Array, ArrayOps, hessian, hvp};
//!
//! // Σᵢ 2xᵢ³ has the Hessian diag 12x.
//! let x = [Array::vector(&[1.0_f64, 2.0])];
//! let product = hvp(|x| (2.0 * x[0].powi(3)).sum_all(), &x, &[Array::vector(&[1.0, 10.0])]);
//! assert_eq!(product[0].to_vec(), [12.0, 240.0]);
//! let rows = hessian(|x| (2.0 * x[0].powi(3)).sum_all(), &x);
//! assert_eq!(rows, [[12.0, 0.0], [0.0, 24.0]]);
//! ```
//!
//! # Kinks
//!
//! At a kink a derivative is a choice: the element of minimum norm of the operation's Clarke subdifferential, unless the caller
//! says otherwise. Module [`kink`] has the table of all of them. [`Gradient::kinks`] lists where a gradient was one choice among
//! several, and [`subdifferential`](subdifferential()) has the set of them all, with its corners, its element of least norm, and
//! whether it has 0:
//!
//! ```
//! use autograd::{grad, subdifferential};
//! use num_traits::Float;
//!
//! // The sum of distances to three numbers, at the middle one.
//! let distances = |x: f64| subdifferential(|x| [1.0, 4.0, 9.0].iter().map(|&y| (x[0] - y).abs()).sum(), &[x]);
//! let set = distances(4.0)?;
//! assert_eq!(set.vertices(), [[-1.0], [1.0]]);
//! assert!(set.is_stationary() && !distances(1.0)?.is_stationary());
//! # Ok::<(), autograd::SubdifferentialError>(())
//! ```
//!
//! # Functions with many results
//!
//! [`jacobian`] goes forward or in reverse by shape, [`jacobian_sparse`] takes several columns at once where a pattern
//! allows it, [`vjp_many`] and [`jvp_many`] multiply with a Jacobian without forming it.
//!
//! # Functions beyond those of `Float`
//!
//! [`SpecialOps`] has activations, the error function and the gamma function for numbers, [`ArrayOps`] the same for arrays;
//! module [`special`] says how accurate each is.
//!
//! # Operations of one's own
//!
//! * A function of one number: [`Var::unary`], or an [`Elementary`] rule, which then applies to arrays as well.
//! * A function of two numbers: [`Var::binary`]. Of any number of them, for all kinds of numbers: [`Many::many`].
//! * An operation on arrays: an [`op::Primitive`], exactly as in this crate's own files. Where its rule multiplies
//!   elementwise by a derivative that may be infinite, [`op::chain::Chain`] keeps NaN out of branches that were not taken.
//!
//! [`check_grads`] compares exact with numeric derivatives, forward with reverse mode, and second derivatives, and names the
//! worst coordinate with the likely reason; [`check::Case`] does so for a primitive, or for an operation made of several, on
//! operands however they lie in memory. The examples `custom_number_rule` and `custom_array_operation` are complete, and their
//! checks run with the tests.
//!
//! # Memory and speed
//!
//! A tape of `f64` writes 24 bytes for an operation between two recorded numbers, and nothing for constants, leaves and
//! functions of one number. [`Tape::clear`] keeps the memory. A tape of arrays holds the operands and results of its
//! operations until it is cleared, sharing storage. [`checkpoint`] recomputes instead of storing, and [`checkpoint_chain`]
//! brings a chain of n steps down to the memory of 2√n.
//!
//! What a gradient costs beside the value, measured on one core of an AMD EPYC (Zen 4) with memory that copies 25 GB/s, by
//! benchmark `scalar_tape`: 3.6 times for an LSTM, 4.3 for a perceptron written with numbers, 4.4 for a small mixture of
//! Gaussians, but 17 to 26 where the value is a few vector instructions and the recording outgrows the caches. Beside a gradient
//! derived by hand that is 2.2 to 11 times. Then it pays to record less: [`Many`] takes a quarter off a large mixture of
//! Gaussians, halves what sums and products of vectors write, and one short tape for each sample, swept at once, stays in the
//! cache. A chain of 100,000 steps takes 37.7 MB, and 0.28 MB with [`checkpoint_chain`] (benchmark `checkpoint`).
//!
//! Other crates that record numbers, on the same machine in one run, the same code without operations of many numbers, as
//! multiples of the time here:
//!
//! | gradient of | xad-rs 1.0 | RustQuant_autodiff 0.4 | easy-ml 2.3 | echidna 0.15 | reverse 0.2 |
//! |---|---|---|---|---|---|
//! | a mixture of 5 Gaussians in 2 dimensions, 1,000 points | 1.9 | 2.4 | 2.3 | 3.7 | 4.7 |
//! | of 25 in 10 dimensions | 1.4 | 1.3 | 1.3 | 2.4 | 2.3 |
//! | of 50 in 20 dimensions | 1.4 | 2.3 | 2.3 | 3.5 | 3.3 |
//! | Rosenbrock's function of a million variables | 2.8 | 6.5 | 6.4 | 8.4 | 7.8 |
//! | a perceptron 10-16-1, 1,000 samples | 1.9 | 2.3 | 2.4 | 3.9 | 4.3 |
//!
//! Matrix products run on the `gemm` crate's kernels on one thread, and nothing here spawns a thread that was not asked for.
//! A tape belongs to one thread; `par_value_and_grad` (feature `rayon`) sums over samples with one tape for each task and
//! gives the same bits on any number of threads.
//!
//! The processor's treatment of denormal numbers is left as it is, for Rust defines no program in which it is another. On an
//! AMD EPYC (Zen 4) they cost nothing: a step of training a perceptron with Adam takes 0.96 times as long with half of the
//! moments denormal, where gradients have died out, and 0.99 times with the inputs denormal (benchmark `training_step`).
//!
//! # Looking inside
//!
//! [`Tape::statistics`] counts nodes and bytes by operation, [`Tape::listing`] is the recording as text, [`Tape::to_dot`] as
//! a graph. [`first_non_finite`] names the line of scalar code at which a value or a derivative first turned infinite or
//! NaN, [`Tape::first_non_finite`] that of array code.
//!
//! # What it does not do
//!
//! Differentiate by the number of iterations, through `to_f64` and other conversions to plain numbers (they drop the
//! derivative), through comparisons (they look at the value, so the branch that plain numbers take is the one that is
//! differentiated), or on a GPU.
//!
//! Elements of arrays are `f32`, `f64` and [`Dual`] numbers of these, nested too; there are no complex or whole numbers and no half
//! precision. Linear algebra (feature `linear-algebra`) takes one matrix at a time; products of matrices take batches.
//!
//! A cotangent of exactly 0 wins against an infinite or undefined derivative in elementwise operations, in reductions and in
//! functions of rows such as the softmax, so that [`ArrayOps::select`] cuts off what was not chosen. Products of matrices,
//! convolutions and linear algebra add up products of all elements and do not look for it: 0·∞ within them is NaN, as it is in
//! their values.
//!
//! Of nested types every kink is noted on the tape of the outermost type; those of the inner types need not list it. A function
//! of one number leaves no node, so that [`Gradient::wrt`] has nothing to say about its result and panics.
//!
//! # When to prefer another
//!
//! For large fixed networks on accelerators, [burn](https://docs.rs/burn) and [candle](https://docs.rs/candle-core) are
//! made; for forward mode on nalgebra's types, [num-dual](https://docs.rs/num-dual). `std::autodiff`, on nightly compilers,
//! differentiates what the compiler has optimised, which is faster for fixed numeric code; it neither nests by types nor
//! says what happens at a kink.
//!
//! # Unsafe code
//!
//! It is confined to the buffer behind a tape, to the call of `gemm`'s kernels, and to two functions that nalgebra's traits
//! declare unsafe and that have nothing unsafe in them; each block has its proof. All of it is run under Miri in six minutes
//! or less for each test: `cargo +nightly miri test -p autograd --test reuse --test nesting --test many --test checkpoint
//! --test products --test array_reuse`, and `--features nalgebra --test nalgebra single_lane`, with
//! `MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-deterministic-floats"`, for Miri otherwise varies the last bits of functions such
//! as exp. Miri reports a processor without wide vectors, so it sees those of the kernels that such a processor runs.
//!
//! # Features
//!
//! * `std`, on by default: arrays, and everything that has to do with them ([`Array`], [`ArrayOps`], [`op`], [`Parameters`]).
//!   Without it the crate is `no_std` and wants an allocator and an atomic `usize`: numbers, tapes and all the verbs for them,
//!   [`Many`], [`SpecialOps`], Jacobians, [`checkpoint`], [`subdifferential`](subdifferential()), [`check_grads`] and the looks
//!   inside are there, also on `wasm32-unknown-unknown` and bare metal. Functions such as `exp` are then those of the `libm`
//!   crate and may differ from the platform's in the last bits.
//! * `rayon`: `par_value_and_grad` and `with_threads`. Off by default, like all that follow; each brings `std` along.
//! * `serde`: arrays serialise as ndarray's do, elements in row-major order however they lie in memory.
//! * `linear-algebra`: solving, Cholesky, inverses, logarithms of determinants and symmetric eigenvalues of arrays,
//!   `LinearAlgebra`, by nalgebra.
//! * `nalgebra`: [`Dual`] is a number of nalgebra's, so that matrices of dual numbers are solved, factored and decomposed;
//!   module `dense` says what that gives, and what it cannot.
//!
//! The oldest compiler is Rust 1.89.

#![cfg_attr(not(any(feature = "std", test)), no_std)]
// What is left out with the arrays has no page of its own; its name leads to the features then.
#![cfg_attr(
    not(feature = "std"),
    doc = "

[`Array`]: crate#features
[`ArrayAlgebra`]: crate#features
[`ArrayOps`]: crate#features
[`ArrayOps::einsum`]: crate#features
[`ArrayOps::select`]: crate#features
[`Parameters`]: crate#features
[`Tape::first_non_finite`]: crate#features
[`check::Case`]: crate#features
[`op`]: crate#features
[`op::Primitive`]: crate#features
[`op::chain::Chain`]: crate#features
[`op::compare`]: crate#features
[`s!`]: crate#features
"
)]

extern crate alloc;

mod algebra;
pub mod check;
mod checkpoint;
#[cfg(feature = "nalgebra")]
pub mod dense;
mod derive;
mod differentiable;
mod dual;
pub mod elementary;
mod gradient;
mod inspect;
mod jacobian;
pub mod kink;
mod many;
mod non_finite;
mod number;
#[cfg(feature = "rayon")]
mod parallel;
mod records;
mod scalar;
mod sparse;
pub mod special;
mod subdifferential;
mod tape;
mod traced;
mod value;
mod var;

// Arrays, which need the standard library.
#[cfg(feature = "std")]
mod array;
#[cfg(feature = "std")]
mod error;
#[cfg(feature = "std")]
pub mod op;
#[cfg(feature = "std")]
mod parameters;
#[cfg(feature = "std")]
mod threads;

pub use algebra::Algebra;
pub use check::{Discrepancy, check_grads};
pub use checkpoint::{checkpoint, checkpoint_chain};
pub use derive::{grad, hessian, hvp, jvp, value_and_grad, vjp};
pub use differentiable::Differentiable;
pub use dual::Dual;
pub use elementary::{Elementary, ElementaryOps};
pub use gradient::Gradient;
pub use inspect::{Inspect, OperationStatistics, Statistics};
pub use jacobian::{jacobian, jacobian_forward, jacobian_reverse, jvp_many, vjp_many};
pub use many::Many;
pub use non_finite::{NonFinite, Turned};
#[cfg(feature = "linear-algebra")]
pub use op::LinearAlgebra;
#[cfg(feature = "rayon")]
pub use parallel::par_value_and_grad;
pub use sparse::{SparseJacobian, Sparsity, SparsityError, jacobian_sparse};
pub use special::SpecialOps;
pub use subdifferential::{MOST_COMBINATIONS, Subdifferential, SubdifferentialError, subdifferential};
pub use tape::{Index, Record, Tape};
#[cfg(feature = "rayon")]
pub use threads::with_threads;
pub use traced::{Traced, first_non_finite};
pub use value::{Value, chain};
pub use var::Var;
#[cfg(feature = "std")]
pub use {
    array::{Accumulate, Array, Decompose, Element, Lane, Recycling},
    error::ShapeError,
    ndarray::s,
    op::{ArrayAlgebra, ArrayOps},
    parameters::{Entry, Layout, Parameters},
};

/// The examples of the README run with the others.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;
