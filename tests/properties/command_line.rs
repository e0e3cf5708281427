//! `-c`: statements with semicolons between them run in order, in one namespace.

use std::process::{Command, ExitStatus};

use crate::expressions::{Expr, Stop};
use crate::machine;
use crate::runner::{Draw, Drawn, check_with};

const VARIABLES: usize = 3;

#[derive(Clone, Debug)]
enum Statement {
    Print(Vec<usize>),
    Assign(usize, Expr),
    Add(usize, Expr),
    /// A text with a semicolon inside.
    Text(u32),
    /// A function sees the names as they are when it is called.
    Define(Expr),
    Call,
    Append(usize),
    Pass,
    Import,
    Assert(usize),
    Argument,
    Exit(u32),
}

/// Statements, each with what stands behind it.
#[derive(Clone, Debug)]
struct CommandLine(Vec<(Statement, &'static str)>);

impl Drawn for CommandLine {
    fn draw(draw: &mut Draw) -> CommandLine {
        let mut statements = draw.several(10, |draw| {
            let variable = draw.below(VARIABLES);
            let statement = match draw.below(13) {
                1 | 2 => Statement::Assign(variable, Expr::draw(draw, VARIABLES, 2)),
                3 => Statement::Add(variable, Expr::draw(draw, VARIABLES, 1)),
                4 => Statement::Text(draw.below(100) as u32),
                5 => Statement::Define(Expr::draw(draw, VARIABLES, 1)),
                6 => Statement::Call,
                7 => Statement::Append(variable),
                8 => Statement::Pass,
                9 => Statement::Import,
                10 => Statement::Assert(variable),
                11 => Statement::Argument,
                12 if draw.chance(30) => Statement::Exit(draw.below(256) as u32),
                _ => Statement::Print(draw.several(3, |draw| draw.below(VARIABLES))),
            };
            (statement, draw.choose(&["; ", ";", " ;\t", "\n"]))
        });
        statements.push((
            Statement::Print((0..VARIABLES).collect()),
            draw.choose(&["", ";", "\n", " # end; of it"]),
        ));
        CommandLine(statements)
    }
}

fn name(at: usize) -> String {
    format!("x{at}")
}

impl CommandLine {
    fn text(&self) -> String {
        let mut text = String::from("x0 = 1; x1 = x0 + 1; x2, seen = 5, []; f = lambda: x0; ");
        for (statement, behind) in &self.0 {
            text += &match statement {
                Statement::Print(names) => {
                    let names: Vec<String> = names.iter().map(|at| name(*at)).collect();
                    format!("print({})", names.join(", "))
                }
                Statement::Assign(at, expr) => format!("{} = {}", name(*at), expr.text(&name)),
                Statement::Add(at, expr) => format!("{} += {}", name(*at), expr.text(&name)),
                Statement::Text(number) => format!("print('a; b{number}')"),
                Statement::Define(expr) => format!("f = lambda: {}", expr.text(&name)),
                Statement::Call => String::from("print(f(), len(seen))"),
                Statement::Append(at) => format!("seen.append({})", name(*at)),
                Statement::Pass => String::from("pass"),
                Statement::Import => String::from("import math; print(math.gcd(x0, x1) >= 0)"),
                Statement::Assert(at) => format!("assert {0} == {0}", name(*at)),
                Statement::Argument => String::from("import sys; print(sys.argv, __name__)"),
                Statement::Exit(code) => format!("raise SystemExit({code})"),
            };
            text += behind;
        }
        text
    }

    /// Output and exit code.
    fn expected(&self) -> Option<(String, i32)> {
        let mut values = vec![1, 2, 5];
        let mut function = Expr::Variable(0);
        let mut seen = 0;
        let mut out = String::new();
        for (statement, _) in &self.0 {
            let line = match statement {
                Statement::Print(names) => {
                    let shown: Vec<String> = names.iter().map(|at| values[*at].to_string()).collect();
                    Ok(Some(shown.join(" ")))
                }
                Statement::Assign(at, expr) => expr.value(&values).map(|value| {
                    values[*at] = value;
                    None
                }),
                Statement::Add(at, expr) => expr.value(&values).map(|value| {
                    values[*at] += value;
                    None
                }),
                Statement::Text(number) => Ok(Some(format!("a; b{number}"))),
                Statement::Define(expr) => {
                    function = expr.clone();
                    Ok(None)
                }
                Statement::Call => function.value(&values).map(|value| Some(format!("{value} {seen}"))),
                Statement::Append(_) => {
                    seen += 1;
                    Ok(None)
                }
                Statement::Pass | Statement::Assert(_) => Ok(None),
                Statement::Import => Ok(Some(String::from("True"))),
                Statement::Argument => Ok(Some(String::from("['-c', 'one', '-c'] __main__"))),
                Statement::Exit(code) => return Some((out, *code as i32)),
            };
            match line {
                Ok(Some(line)) => out += &(line + "\n"),
                Ok(None) => {}
                Err(Stop::ZeroDivision) => return Some((out, 1)),
                Err(Stop::Unknown) => return None,
            }
        }
        Some((out, 0))
    }

    fn run(&self, mut command: Command) -> Result<(String, String, ExitStatus), String> {
        command.args(["-c", &self.text(), "one", "-c"]);
        machine::finish(command)
    }

    fn verdict(&self) -> Result<(), String> {
        let (out, err, status) = self.run(machine::dx())?;
        let text = self.text();
        if let Some((expected, code)) = self.expected()
            && (out != expected || status.code() != Some(code))
        {
            return Err(format!(
                "dx -c {text:?}\n--- the model: exit {code}\n{expected}\n--- dx: {status}\n{out}{err}"
            ));
        }
        if let Some(cpython) = machine::cpython() {
            let theirs = self.run(cpython)?;
            if (&out, &err, &status) != (&theirs.0, &theirs.1, &theirs.2) {
                return Err(format!(
                    "dx -c {text:?}\n--- CPython\n{theirs:?}\n--- dx\n{:?}",
                    (out, err, status)
                ));
            }
        }
        Ok(())
    }
}

// Feature: dx-py-production-ready, Property 29: CLI Multi-Statement Execution
#[test]
fn cli_multi_statement_execution() {
    check_with("Property 29: CLI Multi-Statement Execution", |cases: &[CommandLine]| {
        // A process a case: as many at a time as there are cores.
        let jobs = std::thread::available_parallelism().map_or(2, usize::from);
        let part = cases.len().div_ceil(jobs).max(1);
        std::thread::scope(|scope| {
            let parts: Vec<_> = cases
                .chunks(part)
                .map(|cases| scope.spawn(move || cases.iter().map(CommandLine::verdict).collect::<Vec<_>>()))
                .collect();
            parts.into_iter().flat_map(|part| part.join().expect("a verdict each")).collect()
        })
    });
}
