//! Comprehensions are the loops that they stand for, in a function, a module, a class and a nested function.

use crate::expressions::{Clauses, Expr, Stop, Test, Values};
use crate::runner::{Case, Draw, Drawn, check};

/// Variables that are there before.
const OUTER: [i128; 2] = [3, -2];

/// What an item is made of.
#[derive(Clone, Debug)]
pub enum Item {
    Number(Expr),
    Truth(Test),
    Pair(Expr, Expr),
    Text(Expr),
}

/// What it is in the model.
#[derive(Clone, Debug)]
pub enum Value {
    Number(i128),
    Truth(bool),
    Pair(i128, i128),
    Text(i128),
}

impl Value {
    pub fn repr(&self) -> String {
        match self {
            Value::Number(number) => number.to_string(),
            Value::Truth(truth) => String::from(if *truth { "True" } else { "False" }),
            Value::Pair(a, b) => format!("({a}, {b})"),
            Value::Text(number) => format!("'<{number}>'"),
        }
    }

    /// Equal as keys: True is 1.
    fn same(&self, other: &Value) -> bool {
        let plain = |value: &Value| match value {
            Value::Truth(truth) => Value::Number(i128::from(*truth)).repr(),
            value => value.repr(),
        };
        plain(self) == plain(other)
    }
}

impl Item {
    pub fn draw(draw: &mut Draw, variables: usize) -> Item {
        match draw.below(6) {
            0..=2 => Item::Number(Expr::draw(draw, variables, 3)),
            3 => Item::Truth(Test::draw(draw, variables, 1)),
            4 => Item::Pair(Expr::draw(draw, variables, 1), Expr::draw(draw, variables, 1)),
            _ => Item::Text(Expr::draw(draw, variables, 2)),
        }
    }

    pub fn text(&self, name: &dyn Fn(usize) -> String) -> String {
        match self {
            Item::Number(expr) => expr.text(name),
            Item::Truth(test) => format!("({})", test.text(name)),
            Item::Pair(a, b) => format!("({}, {})", a.text(name), b.text(name)),
            Item::Text(expr) => format!("f'<{{{}}}>'", expr.text(name)),
        }
    }

    pub fn value(&self, values: &Values) -> Result<Value, Stop> {
        Ok(match self {
            Item::Number(expr) => Value::Number(expr.value(values)?),
            Item::Truth(test) => Value::Truth(test.holds(values)?),
            Item::Pair(a, b) => Value::Pair(a.value(values)?, b.value(values)?),
            Item::Text(expr) => Value::Text(expr.value(values)?),
        })
    }
}

pub fn name(at: usize) -> String {
    format!("v{at}")
}

/// A program that prints what four forms of a comprehension give and what its loop gives; all have to be alike.
fn program(comprehension: &str, loops: &str, show: &str) -> String {
    let outer: String = (0..OUTER.len()).map(|at| format!("{} = {}\n", name(at), OUTER[at])).collect();
    let given: Vec<String> = (0..OUTER.len()).map(name).collect();
    let given = given.join(", ");
    format!(
        "{outer}
def attempt(form):
    try:
        return form()
    except ZeroDivisionError as error:
        print('~', error)
        return 'ZeroDivisionError'
show = {show}
def loop():
{loops}    return result
def comprehension():
    return {comprehension}
def local({given}):
    def inner():
        return {comprehension}
    return inner()
def in_class():
    class C:
        result = {comprehension}
    return C.result
def at_the_top():
    space = dict(globals())
    exec({source}, space)
    return space['result']
print(show(attempt(loop)))
print(show(attempt(comprehension)))
print(show(attempt(lambda: local({given}))))
print(show(attempt(in_class)))
print(show(attempt(at_the_top)))
print(attempt(loop) == attempt(comprehension), sorted(name for name in globals() if name[:1] == 'v'))
",
        source = python_text(&format!("result = {comprehension}")),
    )
}

/// A text as a Python literal.
pub fn python_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}

fn expected(result: Result<String, Stop>) -> Option<String> {
    let shown = match result {
        Ok(shown) => shown,
        Err(Stop::ZeroDivision) => String::from("ZeroDivisionError"),
        Err(Stop::Unknown) => return None,
    };
    let names: Vec<String> = (0..OUTER.len()).map(|at| format!("'{}'", name(at))).collect();
    Some(format!("{}True [{}]\n", format!("{shown}\n").repeat(5), names.join(", ")))
}

#[derive(Debug)]
struct List {
    clauses: Clauses,
    item: Item,
}

impl Drawn for List {
    fn draw(draw: &mut Draw) -> List {
        let clauses = Clauses::draw(draw, OUTER.len());
        let item = Item::draw(draw, clauses.variables);
        List { clauses, item }
    }
}

impl Case for List {
    fn program(&self) -> String {
        let item = self.item.text(&name);
        let body = self.clauses.block(&name, 4, &format!("result.append({item})"));
        let comprehension = format!("[{item} {}]", self.clauses.inline(&name));
        program(&comprehension, &format!("    result = []\n{body}"), "lambda got: got")
    }

    fn expected(&self) -> Option<String> {
        let mut items = Vec::new();
        let done = self.clauses.run(&OUTER, &mut |values| {
            items.push(self.item.value(values)?.repr());
            Ok(())
        });
        expected(done.map(|()| format!("[{}]", items.join(", "))))
    }
}

#[derive(Debug)]
struct Dict {
    clauses: Clauses,
    key: Item,
    value: Item,
}

impl Drawn for Dict {
    fn draw(draw: &mut Draw) -> Dict {
        let clauses = Clauses::draw(draw, OUTER.len());
        let (key, value) = (Item::draw(draw, clauses.variables), Item::draw(draw, clauses.variables));
        Dict { clauses, key, value }
    }
}

impl Case for Dict {
    fn program(&self) -> String {
        let (key, value) = (self.key.text(&name), self.value.text(&name));
        // A display evaluates the key first, an assignment the value: the loop says the order.
        let body = self.clauses.block(&name, 4, &format!("key = {key}\nresult[key] = {value}"));
        let comprehension = format!("{{{key}: {value} {}}}", self.clauses.inline(&name));
        program(&comprehension, &format!("    result = {{}}\n{body}"), "lambda got: got")
    }

    fn expected(&self) -> Option<String> {
        let mut pairs: Vec<(Value, String)> = Vec::new();
        let done = self.clauses.run(&OUTER, &mut |values| {
            let key = self.key.value(values)?;
            let value = self.value.value(values)?.repr();
            match pairs.iter_mut().find(|(old, _)| old.same(&key)) {
                Some((_, old)) => *old = value,
                None => pairs.push((key, value)),
            }
            Ok(())
        });
        let shown: Vec<String> =
            pairs.iter().map(|(key, value)| format!("{}: {value}", key.repr())).collect();
        expected(done.map(|()| format!("{{{}}}", shown.join(", "))))
    }
}

#[derive(Debug)]
struct Set {
    clauses: Clauses,
    item: Item,
}

impl Drawn for Set {
    fn draw(draw: &mut Draw) -> Set {
        let clauses = Clauses::draw(draw, OUTER.len());
        let item = Item::draw(draw, clauses.variables);
        Set { clauses, item }
    }
}

impl Case for Set {
    fn program(&self) -> String {
        let item = self.item.text(&name);
        let body = self.clauses.block(&name, 4, &format!("result.add({item})"));
        let comprehension = format!("{{{item} {}}}", self.clauses.inline(&name));
        let show = "lambda got: got if isinstance(got, str) else sorted(map(repr, got))";
        program(&comprehension, &format!("    result = set()\n{body}"), show)
    }

    fn expected(&self) -> Option<String> {
        let mut items: Vec<Value> = Vec::new();
        let done = self.clauses.run(&OUTER, &mut |values| {
            let item = self.item.value(values)?;
            if !items.iter().any(|old| old.same(&item)) {
                items.push(item);
            }
            Ok(())
        });
        // Texts hold no quotes of the other kind but those of `repr` itself.
        let mut shown: Vec<String> = items.iter().map(Value::repr).collect();
        shown.sort();
        let quoted = shown.iter().map(|text| match text.contains('\'') {
            true => format!("\"{text}\""),
            false => format!("'{text}'"),
        });
        expected(done.map(|()| format!("[{}]", quoted.collect::<Vec<_>>().join(", "))))
    }
}

// Feature: dx-py-production-ready, Property 7: List Comprehension Equivalence
#[test]
fn list_comprehension_equivalence() {
    check::<List>("Property 7: List Comprehension Equivalence");
}

// Feature: dx-py-production-ready, Property 8: Dict Comprehension Equivalence
#[test]
fn dict_comprehension_equivalence() {
    check::<Dict>("Property 8: Dict Comprehension Equivalence");
}

// Feature: dx-py-production-ready, Property 9: Set Comprehension Equivalence
#[test]
fn set_comprehension_equivalence() {
    check::<Set>("Property 9: Set Comprehension Equivalence");
}
