//! Expressions over integers and the loops of comprehensions, as Python text and as the model computes them.

use std::fmt::Write;

use crate::runner::Draw;

/// Why the model has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The program raises ZeroDivisionError.
    ZeroDivision,
    /// The model's integers or its patience don't suffice.
    Unknown,
}

/// Beyond this the model stops.
const BOUND: i128 = 1 << 100;

/// Values of variables by number.
pub type Values = [i128];

/// An integer expression.
#[derive(Clone, Debug)]
pub enum Expr {
    Number(i128),
    Variable(usize),
    Negative(Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Choice(Box<Test>, Box<Expr>, Box<Expr>),
}

/// A condition.
#[derive(Clone, Debug)]
pub enum Test {
    Compare(&'static str, Expr, Expr),
    /// `a < b < c`
    Chain(Expr, Expr, Expr),
    Not(Box<Test>),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
}

impl Expr {
    /// An expression over the first `variables` variables, `depth` levels deep at most.
    pub fn draw(draw: &mut Draw, variables: usize, depth: usize) -> Expr {
        let below = |draw: &mut Draw| Box::new(Expr::draw(draw, variables, depth.saturating_sub(1)));
        match if depth == 0 { draw.below(3) } else { draw.below(8) } {
            0 => Expr::Number(draw.small()),
            1 | 2 if variables > 0 => Expr::Variable(draw.below(variables)),
            1 | 2 => Expr::Number(draw.choose(&[255, 256, 257, (1 << 62) - 1, 1 << 62, 1 << 63, -(1 << 62)])),
            3 => Expr::Negative(below(draw)),
            4..=6 => {
                let op = draw.choose(&["+", "-", "*", "//", "%", "&", "|", "^"]);
                Expr::Binary(op, below(draw), below(draw))
            }
            _ => {
                let test = Test::draw(draw, variables, depth - 1);
                Expr::Choice(Box::new(test), below(draw), below(draw))
            }
        }
    }

    /// Python text in which the variables have the names that `name` gives.
    pub fn text(&self, name: &dyn Fn(usize) -> String) -> String {
        match self {
            Expr::Number(number) if *number < 0 => format!("({number})"),
            Expr::Number(number) => number.to_string(),
            Expr::Variable(at) => name(*at),
            Expr::Negative(inner) => format!("(-{})", inner.text(name)),
            Expr::Binary(op, a, b) => format!("({} {op} {})", a.text(name), b.text(name)),
            Expr::Choice(test, a, b) => {
                format!("({} if {} else {})", a.text(name), test.text(name), b.text(name))
            }
        }
    }

    pub fn value(&self, values: &Values) -> Result<i128, Stop> {
        let value = match self {
            Expr::Number(number) => *number,
            Expr::Variable(at) => values[*at],
            Expr::Negative(inner) => -inner.value(values)?,
            Expr::Binary(op, a, b) => {
                let (a, b) = (a.value(values)?, b.value(values)?);
                match *op {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a.checked_mul(b).ok_or(Stop::Unknown)?,
                    "//" | "%" if b == 0 => return Err(Stop::ZeroDivision),
                    // Rounded down, unlike Rust's.
                    "//" => (a - floor_remainder(a, b)) / b,
                    "%" => floor_remainder(a, b),
                    "&" => a & b,
                    "|" => a | b,
                    _ => a ^ b,
                }
            }
            Expr::Choice(test, a, b) => {
                if test.holds(values)? {
                    a.value(values)?
                } else {
                    b.value(values)?
                }
            }
        };
        if (-BOUND..BOUND).contains(&value) { Ok(value) } else { Err(Stop::Unknown) }
    }
}

fn floor_remainder(a: i128, b: i128) -> i128 {
    let rest = a % b;
    if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
}

impl Test {
    pub fn draw(draw: &mut Draw, variables: usize, depth: usize) -> Test {
        let expr = |draw: &mut Draw| Expr::draw(draw, variables, depth.min(1));
        let below = |draw: &mut Draw| Box::new(Test::draw(draw, variables, depth.saturating_sub(1)));
        match if depth == 0 { draw.below(5) } else { draw.below(9) } {
            0..=3 => Test::Compare(draw.choose(&["<", "<=", "==", "!=", ">", ">="]), expr(draw), expr(draw)),
            4 => Test::Chain(expr(draw), expr(draw), expr(draw)),
            5 | 6 => Test::Not(below(draw)),
            7 => Test::And(below(draw), below(draw)),
            _ => Test::Or(below(draw), below(draw)),
        }
    }

    pub fn text(&self, name: &dyn Fn(usize) -> String) -> String {
        match self {
            Test::Compare(op, a, b) => format!("{} {op} {}", a.text(name), b.text(name)),
            Test::Chain(a, b, c) => format!("{} < {} < {}", a.text(name), b.text(name), c.text(name)),
            Test::Not(inner) => format!("(not {})", inner.text(name)),
            Test::And(a, b) => format!("({} and {})", a.text(name), b.text(name)),
            Test::Or(a, b) => format!("({} or {})", a.text(name), b.text(name)),
        }
    }

    pub fn holds(&self, values: &Values) -> Result<bool, Stop> {
        Ok(match self {
            Test::Compare(op, a, b) => {
                let (a, b) = (a.value(values)?, b.value(values)?);
                match *op {
                    "<" => a < b,
                    "<=" => a <= b,
                    "==" => a == b,
                    "!=" => a != b,
                    ">" => a > b,
                    _ => a >= b,
                }
            }
            Test::Chain(a, b, c) => {
                let b =
                    if a.value(values)? < b.value(values)? { b.value(values)? } else { return Ok(false) };
                b < c.value(values)?
            }
            Test::Not(inner) => !inner.holds(values)?,
            Test::And(a, b) => a.holds(values)? && b.holds(values)?,
            Test::Or(a, b) => a.holds(values)? || b.holds(values)?,
        })
    }
}

/// What a loop runs over. Pairs bind two variables.
#[derive(Clone, Debug)]
pub enum Source {
    Range(Expr, Expr),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Keys(Vec<i128>),
    Pairs(Vec<(Expr, Expr)>),
    /// `[item for variable in range(stop)]`
    Comprehension(Box<Expr>, i128),
    /// The same as a generator expression.
    Lazy(Box<Expr>, i128),
}

/// `for target in source if tests`
#[derive(Clone, Debug)]
pub struct Clause {
    source: Source,
    tests: Vec<Test>,
}

/// The loops of a comprehension.
#[derive(Clone, Debug)]
pub struct Clauses {
    clauses: Vec<Clause>,
    /// Variables before the first loop.
    outer: usize,
    /// And behind the last.
    pub variables: usize,
}

/// Most rounds that the model goes.
const ROUNDS: usize = 3000;

impl Clauses {
    /// One to three loops; the first `outer` variables are there before.
    pub fn draw(draw: &mut Draw, outer: usize) -> Clauses {
        let mut variables = outer;
        let mut clauses = Vec::new();
        for _ in 0..1 + draw.below(3) {
            let bound = variables;
            let source = match draw.below(8) {
                0 | 1 => {
                    Source::Range(Expr::Number(draw.below(3) as i128), Expr::Number(draw.below(9) as i128))
                }
                2 => Source::List(draw.several(4, |draw| Expr::draw(draw, bound, 2))),
                3 => Source::Tuple(draw.several(4, |draw| Expr::draw(draw, bound, 1))),
                4 => Source::Keys(draw.several(4, Draw::small)),
                5 => Source::Pairs(draw.several(3, |d| (Expr::draw(d, bound, 1), Expr::draw(d, bound, 1)))),
                6 => Source::Comprehension(Box::new(Expr::draw(draw, bound + 1, 2)), draw.below(5) as i128),
                _ if draw.chance(50) => {
                    Source::Lazy(Box::new(Expr::draw(draw, bound + 1, 2)), draw.below(5) as i128)
                }
                _ => {
                    let stop = Box::new(Expr::draw(draw, bound, 0));
                    let bounded = Expr::Binary("%", stop, Box::new(Expr::Number(7)));
                    Source::Range(Expr::Number(0), bounded)
                }
            };
            variables += if matches!(source, Source::Pairs(_)) { 2 } else { 1 };
            let tests = draw.several(2, |draw| Test::draw(draw, variables, 1));
            clauses.push(Clause { source, tests });
        }
        Clauses { clauses, outer, variables }
    }

    /// `for a in b if c for d in e`
    pub fn inline(&self, name: &dyn Fn(usize) -> String) -> String {
        let mut text = String::new();
        self.each(name, &mut |target, source, tests| {
            let space = if text.is_empty() { "" } else { " " };
            write!(text, "{space}for {target} in {source}").expect("text");
            tests.iter().for_each(|test| write!(text, " if {test}").expect("text"));
        });
        text
    }

    /// The same as statements, `indent` spaces in, around `body`.
    pub fn block(&self, name: &dyn Fn(usize) -> String, indent: usize, body: &str) -> String {
        let mut text = String::new();
        let mut depth = indent;
        self.each(name, &mut |target, source, tests| {
            writeln!(text, "{:depth$}for {target} in {source}:", "").expect("text");
            depth += 1;
            for test in tests {
                writeln!(text, "{:depth$}if {test}:", "").expect("text");
                depth += 1;
            }
        });
        body.lines().for_each(|line| writeln!(text, "{:depth$}{line}", "").expect("text"));
        text
    }

    fn each(&self, name: &dyn Fn(usize) -> String, visit: &mut dyn FnMut(String, String, Vec<String>)) {
        let mut bound = self.outer;
        for clause in &self.clauses {
            let texts =
                |items: &[Expr]| items.iter().map(|item| item.text(name)).collect::<Vec<_>>().join(", ");
            // Inside, the variable has the number that the clause's own will have, and another name.
            let inner = |at: usize| if at == bound { String::from("q") } else { name(at) };
            let source = match &clause.source {
                Source::Range(start, stop) => format!("range({}, {})", start.text(name), stop.text(name)),
                Source::List(items) => format!("[{}]", texts(items)),
                Source::Tuple(items) if items.len() == 1 => format!("({},)", texts(items)),
                Source::Tuple(items) => format!("({})", texts(items)),
                Source::Keys(keys) => {
                    let pairs: Vec<String> = keys.iter().map(|key| format!("{key}: 0")).collect();
                    format!("{{{}}}", pairs.join(", "))
                }
                Source::Pairs(pairs) => {
                    let pair = |(a, b): &(Expr, Expr)| format!("({}, {})", a.text(name), b.text(name));
                    format!("[{}]", pairs.iter().map(pair).collect::<Vec<_>>().join(", "))
                }
                Source::Comprehension(item, stop) => {
                    format!("[{} for q in range({stop})]", item.text(&inner))
                }
                Source::Lazy(item, stop) => format!("({} for q in range({stop}))", item.text(&inner)),
            };
            let (target, count) = match &clause.source {
                Source::Pairs(_) => (format!("{}, {}", name(bound), name(bound + 1)), 2),
                _ => (name(bound), 1),
            };
            bound += count;
            visit(target, source, clause.tests.iter().map(|test| test.text(name)).collect());
        }
    }

    /// Runs the model: `body` gets the variables of each round.
    pub fn run(&self, outer: &Values, body: &mut dyn FnMut(&Values) -> Result<(), Stop>) -> Result<(), Stop> {
        let mut values = outer.to_vec();
        let mut rounds = 0;
        run_clauses(&self.clauses, &mut values, &mut rounds, body)
    }
}

fn run_clauses(
    clauses: &[Clause],
    values: &mut Vec<i128>,
    rounds: &mut usize,
    body: &mut dyn FnMut(&Values) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let Some((clause, rest)) = clauses.split_first() else { return body(values) };
    let bound = values.len();
    let all = |items: &[Expr], values: &Values| -> Result<Vec<Vec<i128>>, Stop> {
        items.iter().map(|item| Ok(vec![item.value(values)?])).collect()
    };
    // A lazy source raises when its item is reached, not before.
    let mut lazy: Option<(&Expr, i128)> = None;
    let rows: Vec<Vec<i128>> = match &clause.source {
        Source::Range(start, stop) => {
            let (start, stop) = (start.value(values)?, stop.value(values)?);
            (start..stop).map(|number| vec![number]).collect()
        }
        Source::List(items) | Source::Tuple(items) => all(items, values)?,
        Source::Keys(keys) => {
            let mut unique: Vec<Vec<i128>> = Vec::new();
            for key in keys {
                if !unique.contains(&vec![*key]) {
                    unique.push(vec![*key]);
                }
            }
            unique
        }
        Source::Pairs(pairs) => pairs
            .iter()
            .map(|(a, b)| Ok(vec![a.value(values)?, b.value(values)?]))
            .collect::<Result<_, _>>()?,
        Source::Comprehension(item, stop) => {
            let mut rows = Vec::new();
            for number in 0..*stop {
                values.push(number);
                let value = item.value(values);
                values.pop();
                rows.push(vec![value?]);
            }
            rows
        }
        Source::Lazy(item, stop) => {
            lazy = Some((item.as_ref(), *stop));
            (0..*stop).map(|number| vec![number]).collect()
        }
    };
    for row in rows {
        *rounds += 1;
        if *rounds > ROUNDS {
            return Err(Stop::Unknown);
        }
        values.extend(row);
        if let Some((item, _)) = lazy {
            // Its variables are those of this round: they don't change between its rounds, for it is consumed here alone.
            let value = item.value(values);
            values.truncate(bound);
            values.push(value?);
        }
        let mut passed = Ok(true);
        for test in &clause.tests {
            passed = test.holds(values);
            if passed != Ok(true) {
                break;
            }
        }
        let result = match passed {
            Ok(true) => run_clauses(rest, values, rounds, body),
            Ok(false) => Ok(()),
            Err(stop) => Err(stop),
        };
        values.truncate(bound);
        result?;
    }
    Ok(())
}
