//! Exceptions: which handler is chosen, what `finally` does, how they pass through calls.

use std::fmt::Write;

use crate::classes::{Hierarchy, Parent};
use crate::runner::{Case, Draw, Drawn, check};
use crate::trees::{Form, Program, Step, draw_program, run};

/// A hierarchy of exceptions, what is raised, and handlers (each one class or a tuple of them).
#[derive(Debug)]
struct Selection {
    classes: Hierarchy,
    raised: usize,
    handlers: Vec<Vec<Parent>>,
}

impl Drawn for Selection {
    fn draw(draw: &mut Draw) -> Selection {
        let classes = Hierarchy::draw_exceptions(draw);
        let own = classes.successes();
        let raised = own[draw.below(own.len())];
        let parent = |draw: &mut Draw| match draw.below(3) {
            0 => Parent::Builtin(draw.below(Hierarchy::EXCEPTIONS.len())),
            _ => Parent::Own(own[draw.below(own.len())]),
        };
        let handlers = draw.several(5, |draw| {
            let mut classes = draw.several(2, parent);
            classes.push(parent(draw));
            classes
        });
        Selection { classes, raised, handlers }
    }
}

impl Case for Selection {
    fn program(&self) -> String {
        let mut text = self.classes.text();
        text += "def tell(at, what):\n    print('asked', at)\n    return what\n";
        writeln!(text, "try:\n    raise K{}('x')", self.raised).expect("text");
        for (at, handler) in self.handlers.iter().enumerate() {
            let names: Vec<String> = handler.iter().map(|parent| self.classes.name(*parent)).collect();
            let names = if names.len() == 1 { names[0].clone() } else { format!("({})", names.join(", ")) };
            writeln!(text, "except tell({at}, {names}) as error:").expect("text");
            writeln!(text, "    print('handler', {at}, type(error).__name__, isinstance(error, {names}))")
                .expect("text");
        }
        text += "except BaseException:\n    print('none')\nelse:\n    print('nothing raised')\n";
        text += "print('error' in globals())\n";
        text
    }

    fn expected(&self) -> Option<String> {
        let order = self.classes.order(Parent::Own(self.raised))?;
        let mut text = self.classes.expected();
        let catches =
            |handler: &Vec<Parent>| handler.iter().any(|parent| order.contains(&self.classes.name(*parent)));
        let chosen = self.handlers.iter().position(catches);
        let asked = chosen.map_or(self.handlers.len(), |at| at + 1);
        (0..asked).for_each(|at| writeln!(text, "asked {at}").expect("text"));
        match chosen {
            Some(at) => writeln!(text, "handler {at} K{} True", self.raised).expect("text"),
            None => text += "none\n",
        }
        Some(text + "False\n")
    }
}

/// What calls a plain program's first function and says how it ended.
const CALLER: &str = "
import traceback
try:
    log('returned', f0())
except (A, D) as error:
    log('raised', describe(error))
    print('~', [frame.name for frame in traceback.extract_tb(error.__traceback__)])
";

#[derive(Debug)]
struct Finally(Program);

impl Drawn for Finally {
    fn draw(draw: &mut Draw) -> Finally {
        let mut program = draw_program(draw, Form::Plain, 1);
        let steps = std::mem::take(&mut program.functions[0]);
        // Whatever the rest does, this one has a `finally` around it.
        program.functions[0] = vec![Step::Try(steps, Vec::new(), Vec::new(), vec![Step::Log(999)])];
        Finally(program)
    }
}

impl Case for Finally {
    fn program(&self) -> String {
        self.0.text() + CALLER
    }

    fn expected(&self) -> Option<String> {
        let log = run(&self.0)?;
        assert!(log.lines().any(|line| line == "999"), "the model runs every finally");
        Some(log)
    }
}

#[derive(Debug)]
struct Propagation(Program);

impl Drawn for Propagation {
    fn draw(draw: &mut Draw) -> Propagation {
        let functions = 2 + draw.below(4);
        Propagation(draw_program(draw, Form::Plain, functions))
    }
}

impl Case for Propagation {
    fn program(&self) -> String {
        self.0.text() + CALLER
    }

    fn expected(&self) -> Option<String> {
        run(&self.0)
    }
}

// Feature: dx-py-production-ready, Property 4: Exception Handler Selection Is Correct
#[test]
fn exception_handler_selection_is_correct() {
    check::<Selection>("Property 4: Exception Handler Selection Is Correct");
}

// Feature: dx-py-production-ready, Property 5: Finally Blocks Always Execute
#[test]
fn finally_blocks_always_execute() {
    check::<Finally>("Property 5: Finally Blocks Always Execute");
}

// Feature: dx-py-production-ready, Property 6: Exception Propagation Preserves Stack Semantics
#[test]
fn exception_propagation_preserves_stack_semantics() {
    check::<Propagation>("Property 6: Exception Propagation Preserves Stack Semantics");
}
