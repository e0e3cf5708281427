//! Generators: the same values as a list, in the same order; any use by hand; delegation.

use crate::comprehensions::{Item, name};
use crate::expressions::{Clauses, Stop};
use crate::runner::{Case, Draw, Drawn, check};
use crate::trees::{Action, Form, KINDS, Program, consume, consumer, draw_program};

fn draw_script(draw: &mut Draw) -> Vec<Action> {
    let mut script = vec![Action::Next];
    if draw.chance(10) {
        script.clear();
    }
    script.extend(draw.several(12, |draw| match draw.below(8) {
        0..=4 => Action::Next,
        5 => Action::Send(draw.below(100) as u32),
        6 => Action::Throw(draw.below(KINDS.len()), draw.below(100) as u32),
        _ => Action::Close,
    }));
    script
}

/// A generator expression and a generator function against the list; and a generator with any body, driven by hand.
#[derive(Debug)]
struct Iteration {
    clauses: Clauses,
    item: Item,
    body: Program,
    script: Vec<Action>,
}

impl Drawn for Iteration {
    fn draw(draw: &mut Draw) -> Iteration {
        let script = draw_script(draw);
        let body = draw_program(draw, Form::Generator, 1);
        let clauses = Clauses::draw(draw, 0);
        let item = Item::draw(draw, clauses.variables);
        Iteration { clauses, item, body, script }
    }
}

impl Case for Iteration {
    fn program(&self) -> String {
        let item = self.item.text(&name);
        let inline = self.clauses.inline(&name);
        let block = self.clauses.block(&name, 4, &format!("yield {item}"));
        format!(
            "
def function():
{block}
def by_next(make):
    it = make()
    assert iter(it) is it
    while True:
        try:
            yield next(it)
        except StopIteration:
            break
    assert next(it, 'end') == next(it, 'end') == 'end'
def by_for(make):
    for value in make():
        yield value
def values(make):
    got = []
    try:
        for value in make():
            got.append(value)
    except ZeroDivisionError:
        got.append(ZeroDivisionError)
    return got
print(values(function))
print(values(lambda: ({item} {inline})))
print(values(lambda: by_next(function)))
print(values(lambda: by_next(lambda: ({item} {inline}))))
print(values(lambda: by_for(function)))
try:
    print([{item} {inline}] == list({item} {inline}) == [*function()])
except ZeroDivisionError:
    print(values(function)[-1:] == [ZeroDivisionError])
{}{}",
            self.body.text(),
            consumer(&self.script)
        )
    }

    fn expected(&self) -> Option<String> {
        let mut items = Vec::new();
        let done = self.clauses.run(&[], &mut |values| {
            items.push(self.item.value(values)?.repr());
            Ok(())
        });
        match done {
            Err(Stop::Unknown) => return None,
            Err(Stop::ZeroDivision) => items.push(String::from("<class 'ZeroDivisionError'>")),
            Ok(()) => {}
        }
        let shown = format!("[{}]\n", items.join(", ")).repeat(5);
        Some(format!("{shown}True\n{}", consume(&self.body, &self.script)?))
    }
}

/// Generators that delegate to others and to lists.
#[derive(Debug)]
struct Delegation {
    /// What the innermost iterable has, and what kind of iterable it is.
    values: Vec<i128>,
    source: usize,
    levels: usize,
    body: Program,
    script: Vec<Action>,
}

/// Iterables of the list `values`.
const SOURCES: [&str; 9] = [
    "values",
    "tuple(values)",
    "iter(values)",
    "(value for value in values)",
    "dict(enumerate(values)).values()",
    "map(int, values)",
    "ByIndex()",
    "ByNext(values)",
    "level_0()",
];

impl Drawn for Delegation {
    fn draw(draw: &mut Draw) -> Delegation {
        let script = draw_script(draw);
        let functions = 2 + draw.below(2);
        let body = draw_program(draw, Form::Generator, functions);
        let (source, levels) = (draw.below(SOURCES.len()), draw.below(6));
        Delegation { values: draw.several(6, Draw::small), source, levels, body, script }
    }
}

impl Case for Delegation {
    fn program(&self) -> String {
        let mut text = format!(
            "
values = {:?}
class ByIndex:
    def __getitem__(self, at):
        return values[at]
class ByNext:
    def __init__(self, values): self.rest = list(values)
    def __iter__(self): return self
    def __next__(self):
        if not self.rest: raise StopIteration('result')
        return self.rest.pop(0)
def level_0():
    for value in values: yield value
    return 'result'
def source():
    return (yield from {})
",
            self.values, SOURCES[self.source]
        );
        let mut inner = String::from("source");
        for level in 1..=self.levels {
            text += &format!("def level_{level}():\n    result = yield from {inner}()\n    return result\n");
            inner = format!("level_{level}");
        }
        text += &format!(
            "
def result_of():
    result = yield from {inner}()
    print('result', result)
print(list(result_of()))
print([value for value in {inner}()] == list({}) == values)
",
            SOURCES[self.source]
        );
        text + &self.body.text() + &consumer(&self.script)
    }

    fn expected(&self) -> Option<String> {
        let result = if self.source >= 7 { "result" } else { "None" };
        let first = format!("result {result}\n{:?}\nTrue\n", self.values);
        Some(first + &consume(&self.body, &self.script)?)
    }
}

// Feature: dx-py-production-ready, Property 11: Generator Iteration Equivalence
#[test]
fn generator_iteration_equivalence() {
    check::<Iteration>("Property 11: Generator Iteration Equivalence");
}

// Feature: dx-py-production-ready, Property 12: Yield From Delegation
#[test]
fn yield_from_delegation() {
    check::<Delegation>("Property 12: Yield From Delegation");
}
