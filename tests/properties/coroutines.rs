//! Coroutines: a call makes one and runs nothing; `asyncio.run` and `asyncio.gather` run them to their ends.

use std::fmt::Write;

use crate::runner::{Case, Draw, Drawn, check};
use crate::trees::{Form, Program, draw_program, run};

fn draw_coroutines(draw: &mut Draw) -> Program {
    let functions = 1 + draw.below(3);
    draw_program(draw, Form::Coroutine, functions)
}

#[derive(Debug)]
struct Call(Program);

impl Drawn for Call {
    fn draw(draw: &mut Draw) -> Call {
        Call(draw_coroutines(draw))
    }
}

impl Case for Call {
    fn program(&self) -> String {
        self.0.text()
            + "
import inspect, types
made = f0()
print(type(made).__name__, inspect.iscoroutine(made), inspect.iscoroutinefunction(f0),
      inspect.getcoroutinestate(made), isinstance(made, types.CoroutineType), made.cr_code is f0.__code__)
print(hasattr(made, '__await__'), hasattr(made, '__iter__'), hasattr(made, '__next__'))
try:
    iter(made)
except TypeError as error:
    print(error)
made.close()
print(inspect.getcoroutinestate(made))
try:
    made.send(None)
except RuntimeError as error:
    print(error)
"
    }

    fn expected(&self) -> Option<String> {
        Some(String::from(
            "coroutine True True CORO_CREATED True True\nTrue False False\n'coroutine' object is not iterable\n\
             CORO_CLOSED\ncannot reuse already awaited coroutine\n",
        ))
    }
}

#[derive(Debug)]
struct Run(Program);

impl Drawn for Run {
    fn draw(draw: &mut Draw) -> Run {
        Run(draw_coroutines(draw))
    }
}

impl Case for Run {
    fn program(&self) -> String {
        self.0.text()
            + "
try:
    log('returned', asyncio.run(f0()))
except (A, D) as error:
    log('raised', describe(error))
"
    }

    fn expected(&self) -> Option<String> {
        run(&self.0)
    }
}

/// One that is gathered.
#[derive(Debug)]
struct Worker {
    /// Between two logs it lets the loop turn.
    logs: Vec<u32>,
    /// How many coroutines it awaits itself through.
    depth: usize,
    raises: bool,
}

#[derive(Debug)]
struct Gather {
    workers: Vec<Worker>,
    /// `return_exceptions`
    collects: bool,
    /// They are wrapped in tasks before.
    tasks: bool,
}

impl Drawn for Gather {
    fn draw(draw: &mut Draw) -> Gather {
        let (collects, tasks) = (draw.chance(50), draw.chance(30));
        let raising = draw.chance(50);
        let workers = draw.several(7, |draw| Worker {
            logs: draw.several(5, |draw| draw.below(100) as u32),
            depth: draw.below(4),
            raises: raising && draw.chance(30),
        });
        Gather { workers, collects, tasks }
    }
}

impl Case for Gather {
    fn program(&self) -> String {
        let mut text = String::from("import asyncio\n");
        let mut calls = Vec::new();
        for (at, worker) in self.workers.iter().enumerate() {
            writeln!(text, "async def w{at}():").expect("text");
            for (number, log) in worker.logs.iter().enumerate() {
                let pause = if number > 0 { "    await asyncio.sleep(0)\n" } else { "" };
                writeln!(text, "{pause}    print(log, {at}, {log})").expect("text");
            }
            let end = if worker.raises { "raise ValueError" } else { "return " };
            writeln!(text, "    {end}({at})").expect("text");
            let mut name = format!("w{at}");
            for level in 0..worker.depth {
                writeln!(text, "async def w{at}_{level}():\n    return await {name}()").expect("text");
                name = format!("w{at}_{level}");
            }
            calls.push(if self.tasks {
                format!("asyncio.create_task({name}())")
            } else {
                format!("{name}()")
            });
        }
        // When one raises and nobody collects, how far the others come before the end is the loop's affair.
        let log = if self.told() { "'log'" } else { "'~'" };
        let collects = if self.collects { "True" } else { "False" };
        text + &format!(
            "log = {log}
async def main():
    try:
        return await asyncio.gather({}return_exceptions={collects})
    except ValueError as error:
        return error
print(asyncio.run(main()))
",
            calls.iter().map(|call| format!("{call}, ")).collect::<String>()
        )
    }

    fn expected(&self) -> Option<String> {
        let mut text = String::new();
        let turns = self.workers.iter().map(|worker| worker.logs.len()).max().unwrap_or(0);
        if self.told() {
            for turn in 0..turns {
                for (at, worker) in self.workers.iter().enumerate() {
                    if let Some(log) = worker.logs.get(turn) {
                        writeln!(text, "log {at} {log}").expect("text");
                    }
                }
            }
            let result = |(at, worker): (usize, &Worker)| match worker.raises {
                true => format!("ValueError({at})"),
                false => at.to_string(),
            };
            let results: Vec<String> = self.workers.iter().enumerate().map(result).collect();
            writeln!(text, "[{}]", results.join(", ")).expect("text");
        } else {
            // The first to raise: the one with the fewest turns, of equal ones the first.
            let raising = self.workers.iter().enumerate().filter(|(_, worker)| worker.raises);
            let (first, _) = raising.min_by_key(|(at, worker)| (worker.logs.len().max(1), *at))?;
            writeln!(text, "{first}").expect("text");
        }
        Some(text)
    }
}

impl Gather {
    /// Whether the model knows all that is logged.
    fn told(&self) -> bool {
        self.collects || !self.workers.iter().any(|worker| worker.raises)
    }
}

// Feature: dx-py-production-ready, Property 25: Async Function Returns Coroutine
#[test]
fn async_function_returns_coroutine() {
    check::<Call>("Property 25: Async Function Returns Coroutine");
}

// Feature: dx-py-production-ready, Property 26: Asyncio.run Executes to Completion
#[test]
fn asyncio_run_executes_to_completion() {
    check::<Run>("Property 26: Asyncio.run Executes to Completion");
}

// Feature: dx-py-production-ready, Property 27: Asyncio.gather Concurrent Execution
#[test]
fn asyncio_gather_concurrent_execution() {
    check::<Gather>("Property 27: Asyncio.gather Concurrent Execution");
}
