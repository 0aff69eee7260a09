//! The command line: verbs, options, what is printed and the exit code.

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use losses_optim::state::Description;
use losses_optim::{average, line_search, loss, minimise, optim, proximal, schedule, svm, wrap};

use crate::Error;
use crate::claim::{Claim, Scale};
use crate::run::{Options, Progress, Store, publish, run_claims};

const NAME: &str = "bench-harness";

// Lists fit 80 columns as they stand; prose is left to clap, which wraps it to the terminal.
const LONG_HELP: &str = "\
Examples:
  bench-harness                           every claim, quick, into ./reports
  bench-harness list                      which claims there are
  bench-harness list optimizers           which optimizers they can compare
  bench-harness run adam-fails-online     one of them
  bench-harness run --seeds 20            more seeds than the claims' own number
  bench-harness run --seed 10000          other seeds
  bench-harness run --scale full --data-dir ~/data
                                          the papers' scale, on MNIST and CIFAR-10
  bench-harness report                    draw the pages again, run nothing
  bench-harness completions bash          completions for your shell

Scales:
  quick   on the data inside the program, seconds to minutes per claim
  full    at the papers' scale, on data from the directory named by --data-dir
          (datasets/README.md says which files belong there); claims that need
          no data run longer

A run that was stopped continues where it was: finished cells are kept in OUT/.cells under the hash of their \
configuration, data and code, and may be deleted at any time. The same seed gives the same reports to the last byte, \
whatever --jobs says. Results go to stdout, progress and messages to stderr.

Exit codes:
  0   done, and every verdict is as recorded, or there was no record
  1   a verdict differs from the recorded one, or check found a difference
  2   the command line cannot be understood
  3   data are missing or damaged, a file cannot be read or written, or a run
      failed its sanity gates";

/// Runs the claims of the lecture "Loss functions and Optimization", decides each by a criterion fixed beforehand, and
/// writes the reports. Without a verb it runs every claim at the quick scale.
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_long_help = LONG_HELP)]
struct CommandLine {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List what is registered: the claims in the lecture's order, or what they are built from
    List {
        /// What to list
        #[arg(value_enum, default_value_t = Kind::Claims)]
        kind: Kind,
    },
    /// Run claims and write their reports
    #[command(after_long_help = LONG_HELP)]
    Run(RunArguments),
    /// Draw the pages of stored reports again, without running anything
    Report(Out),
    /// Check that the stored reports still say what the claims and the README say
    Check(CheckArguments),
    /// Print completions for a shell
    Completions {
        /// The shell to print them for
        shell: Shell,
    },
}

/// What is registered somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The claims of the lecture
    Claims,
    /// The losses, from simple to complex
    Losses,
    /// The optimizers, from simple to complex
    Optimizers,
    /// The schedules of the learning rate, from simple to complex, and those of the momentum
    Schedules,
    /// What stands around an optimizer, in the order in which a gradient meets them
    Wrappers,
    /// The averages of iterates
    Averages,
    /// The line searches, from simple to complex
    LineSearches,
    /// The methods that evaluate again within a step, from simple to complex
    Minimisers,
    /// The terms that have a proximal operator
    Proximal,
    /// The solvers of the support vector machine
    Svm,
}

// Negative numbers are let in so that they are refused as numbers, and not as unknown options.
#[derive(Debug, Args)]
struct RunArguments {
    /// The claims to run; all of them if none is named
    #[arg(value_name = "CLAIM")]
    claims: Vec<String>,
    /// How much is run
    #[arg(long, value_enum, default_value_t = Scale::Quick)]
    scale: Scale,
    /// Where the data of the full scale are
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// How many seeds are reported, at least 2, in place of each claim's own number
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seeds: Option<usize>,
    /// The base that shifts every seed
    #[arg(long, value_name = "S", default_value_t = 0, allow_negative_numbers = true)]
    seed: u64,
    /// How many threads compute at a time; as many as there are processors by default
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    jobs: Option<usize>,
    #[command(flatten)]
    out: Out,
    /// Run every cell again, replacing what is stored
    #[arg(long)]
    fresh: bool,
}

#[derive(Debug, Args)]
struct Out {
    /// Where the reports are
    #[arg(long = "out", value_name = "DIR", default_value = "reports")]
    directory: PathBuf,
}

#[derive(Debug, Args)]
struct CheckArguments {
    #[command(flatten)]
    out: Out,
    /// The page whose table of verdicts is checked
    #[arg(long, value_name = "FILE", default_value = "README.md")]
    readme: PathBuf,
}

/// Does what `arguments` (the program's name first) ask for, with `claims` as the registered claims, prints results to
/// `stdout`, and returns the exit code. A program with claims of its own gets the whole command line by this.
pub fn run<A: Into<OsString> + Clone>(
    claims: &[&dyn Claim],
    arguments: impl IntoIterator<Item = A>,
    stdout: &mut dyn Write,
) -> u8 {
    let outcome = match CommandLine::try_parse_from(arguments) {
        Ok(line) => act(claims, line.verb, stdout),
        // Help and version are errors to clap; it knows where each belongs and how it ends the program.
        Err(error) => {
            let printed = error.print().or_else(forgive_broken_pipe);
            return printed.map_or(3, |()| u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    outcome.unwrap_or_else(|error| {
        complain(&format!("error: {error}"));
        error.exit_code()
    })
}

fn act(claims: &[&dyn Claim], verb: Option<Verb>, stdout: &mut dyn Write) -> Result<u8, Error> {
    match verb {
        None => {
            run_and_print(claims, &Options { progress: Progress::Terminal, ..Options::default() }, stdout)
        }
        Some(Verb::Run(arguments)) => {
            let chosen = choose(claims, &arguments.claims)?;
            run_and_print(&chosen, &arguments.into(), stdout)
        }
        Some(Verb::List { kind }) => {
            print(stdout, &list(claims, kind))?;
            Ok(0)
        }
        Some(Verb::Report(out)) => {
            let count = publish::redraw(&out.directory, &publish::outline())?;
            print(stdout, &format!("{count} reports drawn again in {}\n", out.directory.display()))?;
            Ok(0)
        }
        Some(Verb::Check(arguments)) => {
            let complaints = publish::check(&arguments.out.directory, &arguments.readme, claims)?;
            if complaints.is_empty() {
                print(stdout, "the reports are as they should be\n")?;
            }
            print(stdout, &complaints.iter().map(|complaint| format!("{complaint}\n")).collect::<String>())?;
            Ok(u8::from(!complaints.is_empty()))
        }
        Some(Verb::Completions { shell }) => {
            // clap keeps names for as long as the program lasts, which ends with this.
            let ids: Vec<&'static str> = claims.iter().map(|claim| &*claim.about().id.leak()).collect();
            let mut command = CommandLine::command().mut_subcommand("run", |run| {
                run.mut_arg("claims", |argument| argument.value_parser(PossibleValuesParser::new(ids)))
            });
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, NAME, &mut script);
            print(stdout, &String::from_utf8_lossy(&script))?;
            Ok(0)
        }
    }
}

/// A line for each registered item: its name, a tab, and what it is.
fn list(claims: &[&dyn Claim], kind: Kind) -> String {
    let line = |name: &str, what: &str| format!("{name}\t{what}\n");
    let described =
        |all: &[Description]| -> String { all.iter().map(|entry| line(entry.name, entry.summary)).collect() };
    match kind {
        Kind::Claims => {
            claims.iter().map(|claim| claim.about()).map(|about| line(&about.id, &about.title)).collect()
        }
        Kind::Losses => loss::ALL.iter().map(|entry| line(entry.name, entry.formula)).collect(),
        Kind::Optimizers => optim::ALL.iter().map(|entry| line(entry.name, entry.summary)).collect(),
        Kind::Schedules => {
            let rates: String = schedule::ALL.iter().map(|entry| line(entry.name, entry.summary)).collect();
            rates + &described(schedule::MOMENTA)
        }
        Kind::Wrappers => described(wrap::ALL),
        Kind::Averages => described(average::ALL),
        Kind::LineSearches => described(line_search::ALL),
        Kind::Minimisers => described(minimise::ALL),
        Kind::Proximal => described(proximal::ALL),
        Kind::Svm => described(svm::ALL),
    }
}

impl From<RunArguments> for Options {
    fn from(arguments: RunArguments) -> Self {
        let default = Self::default();
        Self {
            scale: arguments.scale,
            seed: arguments.seed,
            seeds: arguments.seeds,
            jobs: arguments.jobs.unwrap_or(default.jobs),
            out: arguments.out.directory,
            data_dir: arguments.data_dir,
            store: if arguments.fresh { Store::Replace } else { Store::Reuse },
            progress: Progress::Terminal,
        }
    }
}

fn run_and_print(claims: &[&dyn Claim], options: &Options, stdout: &mut dyn Write) -> Result<u8, Error> {
    let summary = run_claims(claims, options)?;
    let scale = match options.scale {
        Scale::Quick => "quick",
        Scale::Full => "full",
    };
    let place = options.out.display();
    let table = publish::verdict_table(&summary);
    print(stdout, &format!("{table}\nscale {scale}, seed {}; the reports are in {place}\n", options.seed))?;
    for run in &summary.runs {
        if let Err(error) = &run.outcome {
            complain(&format!("{} was not run: {error}", run.id));
        }
        if let Some((recorded, new)) = run.change() {
            let (recorded, new) = (publish::name(recorded), publish::name(new));
            complain(&format!("{}: the verdict differs from the recorded one: {recorded} → {new}", run.id));
        }
    }
    if let Err(error) = &summary.index {
        complain(&format!("the index of all reports was not drawn: {error}"));
    }
    Ok(summary.exit_code())
}

/// The claims of these names, each once, in the registered order; all of them if none is named.
fn choose<'a>(claims: &[&'a dyn Claim], names: &[String]) -> Result<Vec<&'a dyn Claim>, Error> {
    let ids: Vec<String> = claims.iter().map(|claim| claim.about().id).collect();
    if let Some(unknown) = names.iter().find(|name| !ids.contains(name)) {
        let mut nearest: Vec<&String> = ids.iter().collect();
        nearest.sort_by_key(|id| distance(unknown, id));
        nearest.truncate(3);
        let nearest: Vec<&str> = nearest.into_iter().map(String::as_str).collect();
        return Err(Error::Usage(format!(
            "no claim is named {unknown:?}; the nearest names are {}\n  {NAME} list prints all of them",
            if nearest.is_empty() {
                "none, since no claim is registered".to_owned()
            } else {
                nearest.join(", ")
            }
        )));
    }
    let chosen = claims.iter().zip(&ids).filter(|(_, id)| names.is_empty() || names.contains(id));
    Ok(chosen.map(|(&claim, _)| claim).collect())
}

/// How many letters must be inserted, removed or replaced to turn `from` into `to`: V. I. Levenshtein, "Binary codes
/// capable of correcting deletions, insertions, and reversals", 1966.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// Prints results. A reader that has seen enough, such as `head`, is no failure.
fn print(stdout: &mut dyn Write, text: &str) -> Result<(), Error> {
    let written =
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).or_else(forgive_broken_pipe);
    written.map_err(|source| Error::Io { action: "write", path: "stdout".into(), source })
}

fn forgive_broken_pipe(error: std::io::Error) -> Result<(), std::io::Error> {
    if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

/// Prints a message. There is nowhere to report that stderr cannot be written to.
fn complain(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn distances_by_hand() {
        for (from, to, expected) in [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("abc", "abc", 0)]
        {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }
}
