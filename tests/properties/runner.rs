//! Draws cases, runs them in batches, and shrinks the first that fails.
//!
//! A case is built from a row of numbers (`Choices`), which quickcheck makes and shrinks; whatever the row, it means a case, and
//! smaller numbers and shorter rows mean simpler cases. So no form of program needs a shrinker of its own.

use std::fmt::Debug;
use std::sync::OnceLock;

use quickcheck::{Arbitrary, Gen};

use crate::machine::{self, Answer};

/// Fewest cases of a property.
const CASES: usize = 100;
/// Longest row of numbers.
const SIZE: usize = 160;
/// Candidates that are tried at a time when a case is made smaller, and how often.
const CANDIDATES: usize = 60;
const ROUNDS: usize = 60;

/// A row of numbers that a case is drawn from.
#[derive(Clone, Debug, PartialEq)]
struct Choices(Vec<u16>);

impl Arbitrary for Choices {
    fn arbitrary(g: &mut Gen) -> Choices {
        Choices(Vec::arbitrary(g))
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Choices>> {
        Box::new(self.0.shrink().map(Choices))
    }
}

/// Reads a row of numbers; behind its end there are zeros.
pub struct Draw<'a> {
    rest: std::slice::Iter<'a, u16>,
}

impl Draw<'_> {
    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.rest.next().copied().unwrap_or(0)) % bound.max(1)
    }

    /// True in `percent` of a hundred cases; false is the simpler one.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of several; the first is the simplest.
    pub fn choose<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Up to `most` items.
    pub fn several<T>(&mut self, most: usize, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| item(self)).collect()
    }

    /// A small integer of either sign.
    pub fn small(&mut self) -> i128 {
        let number = self.below(20) as i128;
        if number % 2 == 0 { number / 2 } else { -(number / 2) - 1 }
    }
}

/// What can be built from a row of numbers.
pub trait Drawn: Debug {
    fn draw(draw: &mut Draw) -> Self;
}

/// A case of a property that is checked by running a program.
pub trait Case: Drawn {
    /// A program that prints what is compared. A line that begins with `~` is compared with CPython alone.
    fn program(&self) -> String;

    /// What the model says that it prints, without those lines; `None` where the model has no answer.
    fn expected(&self) -> Option<String>;

    /// What can be checked without running it.
    fn inspect(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Checks a property of programs against the model and CPython.
pub fn check<T: Case>(title: &str) {
    check_with(title, |cases: &[T]| {
        let programs: Vec<String> = cases.iter().map(T::program).collect();
        let ours = machine::run_dx(&programs);
        let theirs = machine::run_cpython(&programs);
        let judge = |at: usize, case: &T| {
            case.inspect()?;
            let theirs = theirs.as_ref().map(|answers| &answers[at]);
            judge(&programs[at], &ours[at], theirs, case.expected().as_deref())
        };
        cases.iter().enumerate().map(|(at, case)| judge(at, case)).collect()
    });
}

fn judge(program: &str, ours: &Answer, theirs: Option<&Answer>, model: Option<&str>) -> Result<(), String> {
    let fail = |what: &str, expected: &str, got: &str| {
        Err(format!("{what}\n--- program\n{program}\n--- expected\n{expected}\n--- dx\n{got}"))
    };
    if let Some(model) = model {
        let own: String = lines(ours, |line| !line.starts_with('~'));
        if own.trim_end() != model.trim_end() {
            return fail("dx does not do what the model says", model, &ours.0);
        }
    }
    match theirs {
        Some(theirs) if theirs != ours => fail("dx does not do what CPython does", &theirs.0, &ours.0),
        _ => Ok(()),
    }
}

fn lines(answer: &Answer, keep: impl Fn(&str) -> bool) -> String {
    answer.0.lines().filter(|line| keep(line)).flat_map(|line| [line, "\n"]).collect()
}

/// Checks a property with a judge of its own: one verdict a case.
pub fn check_with<T: Drawn>(title: &str, verdicts: impl Fn(&[T]) -> Vec<Result<(), String>>) {
    let cases = number("DX_PROPERTY_CASES").map_or(CASES, |cases| (cases as usize).max(CASES));
    let seed = number("DX_PROPERTY_SEED").unwrap_or_else(fresh_seed);
    // A property's own part of the seed, so that no two go through the same rows.
    let own = title.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let mut source = Gen::from_size_and_seed(SIZE, own);
    let rows: Vec<Choices> = (0..cases).map(|_| Choices::arbitrary(&mut source)).collect();
    let built: Vec<T> = rows.iter().map(build).collect();
    let failed =
        verdicts(&built).into_iter().zip(rows).find_map(|(verdict, row)| Some((row, verdict.err()?)));
    let Some((mut row, mut message)) = failed else { return };
    'rounds: for _ in 0..ROUNDS {
        let mut candidates = row.shrink();
        loop {
            let some: Vec<Choices> = candidates.by_ref().take(CANDIDATES).collect();
            if some.is_empty() {
                break 'rounds;
            }
            let built: Vec<T> = some.iter().map(build).collect();
            let failed =
                verdicts(&built).into_iter().zip(some).find_map(|(verdict, row)| Some((row, verdict.err()?)));
            if let Some((smaller, why)) = failed {
                (row, message) = (smaller, why);
                break;
            }
        }
    }
    let case: T = build(&row);
    panic!("{title}: fails with DX_PROPERTY_SEED={seed} DX_PROPERTY_CASES={cases}\n{case:#?}\n{message}");
}

fn build<T: Drawn>(row: &Choices) -> T {
    T::draw(&mut Draw { rest: row.0.iter() })
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text}: not a number")))
}

/// One seed for all properties of a run.
fn fresh_seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64 >> 10))
}
