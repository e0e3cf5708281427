//! Random functions made of control flow (`try`, `with`, loops, raising, returning, calling, yielding), as Python text and as the
//! model runs them.
//!
//! The same tree is a plain function, a generator or a coroutine. A step of it writes a number to the log; what a run returns or
//! raises, with the chain of its contexts, is the end of the log. A generator's consumer follows a script of `next`, `send`, `throw`
//! and `close`, and closes it at last.

use std::fmt::Write;
use std::rc::Rc;

use crate::runner::Draw;

/// The exceptions of the programs: name and bases, an index into this table each, or `Exception`.
pub const KINDS: [(&str, &[usize]); 5] = [("A", &[]), ("B", &[0]), ("C", &[1]), ("D", &[]), ("E", &[1, 3])];

/// Whether a kind is a subclass of another.
fn is_a(kind: usize, other: usize) -> bool {
    kind == other || KINDS[kind].1.iter().any(|base| is_a(*base, other))
}

/// What a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    Generator,
    Coroutine,
}

/// What a handler catches.
#[derive(Clone, Debug)]
pub enum Catch {
    /// These kinds.
    Kinds(Vec<usize>),
    /// `Exception`
    Every,
}

#[derive(Clone, Debug)]
pub enum Step {
    Log(u32),
    Raise(usize, u32),
    /// Kind and number of the new one, and of its cause.
    RaiseFrom(usize, u32, usize, u32),
    /// `raise`: only in a handler.
    Reraise,
    Return(u32),
    Break,
    Continue,
    /// Whether the body runs depends on how many conditions were asked before.
    If(u32, Vec<Step>, Vec<Step>),
    Loop(u32, Vec<Step>, Vec<Step>),
    Try(Vec<Step>, Vec<(Catch, Vec<Step>)>, Vec<Step>, Vec<Step>),
    /// A context manager that swallows a kind of exception, or none.
    With(u32, Option<usize>, Vec<Step>),
    /// Calls (awaits, delegates to) another function.
    Call(usize),
    /// Generators only: what is sent is logged.
    Yield(u32),
    /// Coroutines only: lets the loop turn.
    Pause,
    /// Generators only: `yield from` a list.
    YieldList(Vec<u32>),
}

/// Functions; each calls only later ones.
#[derive(Clone, Debug)]
pub struct Program {
    pub form: Form,
    pub functions: Vec<Vec<Step>>,
}

/// What a consumer does with a generator.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    Next,
    Send(u32),
    Throw(usize, u32),
    Close,
}

/// Where a step may stand.
#[derive(Clone, Copy)]
struct Place {
    form: Form,
    /// Functions with a greater number may be called.
    function: usize,
    functions: usize,
    in_loop: bool,
    in_handler: bool,
    depth: usize,
}

/// Draws the functions of a program; `functions` is their number.
pub fn draw_program(draw: &mut Draw, form: Form, functions: usize) -> Program {
    let function = |draw: &mut Draw, function| {
        let place = Place { form, function, functions, in_loop: false, in_handler: false, depth: 3 };
        let mut steps = draw_steps(draw, place, 4);
        // Something goes through each function, so that it is worth its call.
        if steps.is_empty() {
            steps.push(Step::Log(1));
        }
        steps
    };
    Program { form, functions: (0..functions).map(|at| function(draw, at)).collect() }
}

fn draw_steps(draw: &mut Draw, place: Place, most: usize) -> Vec<Step> {
    draw.several(most, |draw| draw_step(draw, place))
}

/// A body that is never empty.
fn draw_body(draw: &mut Draw, place: Place) -> Vec<Step> {
    let mut steps = draw_steps(draw, place, 3);
    if steps.is_empty() {
        steps.push(draw_step(draw, Place { depth: 0, ..place }));
    }
    steps
}

fn draw_step(draw: &mut Draw, place: Place) -> Step {
    let number = |draw: &mut Draw| draw.below(100) as u32;
    let kind = |draw: &mut Draw| draw.below(KINDS.len());
    let below = Place { depth: place.depth.saturating_sub(1), ..place };
    let calls = place.function + 1 < place.functions;
    match if place.depth == 0 { draw.below(12) } else { draw.below(24) } {
        2 => Step::Raise(kind(draw), number(draw)),
        3 if place.in_handler => Step::Reraise,
        3 => Step::RaiseFrom(kind(draw), number(draw), kind(draw), number(draw)),
        4 => Step::Return(number(draw)),
        5 if place.in_loop => Step::Break,
        6 if place.in_loop => Step::Continue,
        7 | 8 if calls => Step::Call(place.function + 1 + draw.below(place.functions - place.function - 1)),
        7..=9 if place.form == Form::Generator => Step::Yield(number(draw)),
        10 if place.form == Form::Generator => Step::YieldList(draw.several(3, number)),
        7..=9 if place.form == Form::Coroutine => Step::Pause,
        12..=14 => Step::If(number(draw), draw_body(draw, below), draw_steps(draw, below, 2)),
        15 | 16 => {
            let body = draw_body(draw, Place { in_loop: true, ..below });
            Step::Loop(draw.below(4) as u32, body, draw_steps(draw, below, 1))
        }
        17..=21 => {
            let body = draw_body(draw, below);
            let handler = |draw: &mut Draw| {
                let catch = match draw.below(4) {
                    0 => Catch::Every,
                    1 | 2 => Catch::Kinds(vec![kind(draw)]),
                    _ => Catch::Kinds(vec![kind(draw), kind(draw)]),
                };
                (catch, draw_body(draw, Place { in_handler: true, ..below }))
            };
            let handlers = draw.several(3, handler);
            let otherwise = if handlers.is_empty() { Vec::new() } else { draw_steps(draw, below, 1) };
            let last = draw_steps(draw, below, 2);
            let last = if handlers.is_empty() && last.is_empty() { vec![Step::Log(0)] } else { last };
            Step::Try(body, handlers, otherwise, last)
        }
        22 | 23 => {
            let swallows = draw.chance(50).then(|| kind(draw));
            Step::With(number(draw), swallows, draw_body(draw, below))
        }
        _ => Step::Log(number(draw)),
    }
}

// ---- as Python

/// What every program begins with.
const PRELUDE: &str = "
def log(*words):
    print(*words)
asked = 0
def ask(number):
    global asked
    asked += 1
    return (number + asked) % 2 == 0
class manage:
    def __init__(self, number, swallows=()):
        self.number, self.swallows = number, swallows
    def __enter__(self):
        log('enter', self.number)
    def __exit__(self, kind, error, trace):
        log('exit', self.number, kind and kind.__name__)
        return kind is not None and issubclass(kind, self.swallows)
    async def __aenter__(self):
        self.__enter__()
    async def __aexit__(self, *what):
        return self.__exit__(*what)
def describe(error):
    text = type(error).__name__ + (str(error.args[0]) if isinstance(error, (A, D)) else '')
    if error.__cause__ is not None:
        text += ' from ' + describe(error.__cause__)
    if error.__context__ is not None:
        text += ' in ' + describe(error.__context__)
    return '[' + text + ']'
";

impl Program {
    /// The definitions of exceptions and functions.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, bases) in KINDS {
            let bases: Vec<&str> = bases.iter().map(|base| KINDS[*base].0).collect();
            let bases = if bases.is_empty() { String::from("Exception") } else { bases.join(", ") };
            writeln!(text, "class {name}({bases}): pass").expect("text");
        }
        text += PRELUDE;
        if self.form == Form::Coroutine {
            text += "import asyncio\nasync def count(stop):\n    for i in range(stop):\n        yield i\n";
        }
        // Last first: nothing is called before it is there, and lines don't matter.
        for (at, steps) in self.functions.iter().enumerate().rev() {
            let prefix = if self.form == Form::Coroutine { "async " } else { "" };
            writeln!(text, "{prefix}def f{at}():").expect("text");
            if self.form == Form::Generator {
                // Without a yield it would be none.
                text += "    if False: yield\n";
            }
            self.write(&mut text, steps, 1);
        }
        text
    }

    fn write(&self, text: &mut String, steps: &[Step], indent: usize) {
        let pad = "    ".repeat(indent);
        let pre = if self.form == Form::Coroutine { "async " } else { "" };
        if steps.is_empty() {
            writeln!(text, "{pad}pass").expect("text");
        }
        for step in steps {
            let line = match step {
                Step::Log(number) => format!("log({number})"),
                Step::Raise(kind, number) => format!("raise {}({number})", KINDS[*kind].0),
                Step::RaiseFrom(kind, number, other, cause) => {
                    format!("raise {}({number}) from {}({cause})", KINDS[*kind].0, KINDS[*other].0)
                }
                Step::Reraise => String::from("raise"),
                Step::Return(number) => format!("return {number}"),
                Step::Break => String::from("break"),
                Step::Continue => String::from("continue"),
                Step::Call(function) => match self.form {
                    Form::Plain => format!("log('got', f{function}())"),
                    Form::Generator => format!("log('got', (yield from f{function}()))"),
                    Form::Coroutine => format!("log('got', await f{function}())"),
                },
                Step::Yield(number) => format!("log('sent', (yield {number}))"),
                Step::Pause => String::from("await asyncio.sleep(0)"),
                Step::YieldList(items) => format!("yield from {items:?}"),
                Step::If(number, body, otherwise) => {
                    writeln!(text, "{pad}if ask({number}):").expect("text");
                    self.write(text, body, indent + 1);
                    if !otherwise.is_empty() {
                        writeln!(text, "{pad}else:").expect("text");
                        self.write(text, otherwise, indent + 1);
                    }
                    continue;
                }
                Step::Loop(times, body, otherwise) => {
                    let source = if self.form == Form::Coroutine { "count" } else { "range" };
                    writeln!(text, "{pad}{pre}for i in {source}({times}):").expect("text");
                    self.write(text, body, indent + 1);
                    if !otherwise.is_empty() {
                        writeln!(text, "{pad}else:").expect("text");
                        self.write(text, otherwise, indent + 1);
                    }
                    continue;
                }
                Step::Try(body, handlers, otherwise, last) => {
                    writeln!(text, "{pad}try:").expect("text");
                    self.write(text, body, indent + 1);
                    for (catch, body) in handlers {
                        let names = match catch {
                            Catch::Every => String::from("Exception"),
                            Catch::Kinds(kinds) if kinds.len() == 1 => String::from(KINDS[kinds[0]].0),
                            Catch::Kinds(kinds) => {
                                let names: Vec<&str> = kinds.iter().map(|kind| KINDS[*kind].0).collect();
                                format!("({})", names.join(", "))
                            }
                        };
                        writeln!(text, "{pad}except {names} as error:").expect("text");
                        writeln!(text, "{pad}    log('caught', describe(error))").expect("text");
                        self.write(text, body, indent + 1);
                    }
                    for (word, steps) in [("else", otherwise), ("finally", last)] {
                        if !steps.is_empty() {
                            writeln!(text, "{pad}{word}:").expect("text");
                            self.write(text, steps, indent + 1);
                        }
                    }
                    continue;
                }
                Step::With(number, swallows, body) => {
                    let swallows = swallows.map_or(String::new(), |kind| format!(", {}", KINDS[kind].0));
                    writeln!(text, "{pad}{pre}with manage({number}{swallows}):").expect("text");
                    self.write(text, body, indent + 1);
                    continue;
                }
            };
            writeln!(text, "{pad}{line}").expect("text");
        }
    }
}

/// A consumer that follows a script and closes the generator at last.
pub fn consumer(script: &[Action]) -> String {
    let act = |action: &Action| match action {
        Action::Next => String::from("('next', None)"),
        Action::Send(number) => format!("('send', {number})"),
        Action::Throw(kind, number) => format!("('throw', {}({number}))", KINDS[*kind].0),
        Action::Close => String::from("('close', None)"),
    };
    let script: Vec<String> = script.iter().map(act).collect();
    format!(
        "
g = f0()
def act(what, value):
    try:
        match what:
            case 'next': log('yielded', next(g))
            case 'send': log('yielded', g.send(value))
            case 'throw': log('yielded', g.throw(value))
            case 'close': log('closed', g.close())
    except StopIteration as error:
        log('stopped', error.value)
    except RuntimeError as error:
        log('RuntimeError', error)
    except TypeError as error:
        log('TypeError', error)
    except Exception as error:
        log('raised', describe(error))
for what, value in [{}]:
    act(what, value)
while g.gi_frame is not None:
    act('close', None)
",
        script.join(", ")
    )
}

// ---- the model

/// An exception of the model.
#[derive(Clone, Debug)]
struct Error {
    /// `None` is GeneratorExit.
    kind: Option<(usize, u32)>,
    cause: Option<Rc<Error>>,
    context: Option<Rc<Error>>,
}

impl Error {
    fn describe(&self) -> String {
        let mut text = match self.kind {
            Some((kind, number)) => format!("{}{number}", KINDS[kind].0),
            None => String::from("GeneratorExit"),
        };
        if let Some(cause) = &self.cause {
            text += &format!(" from {}", cause.describe());
        }
        if let Some(context) = &self.context {
            text += &format!(" in {}", context.describe());
        }
        format!("[{text}]")
    }
}

/// How a step ends.
enum End {
    On,
    Return(Option<u32>),
    Break,
    Continue,
    Raise(Rc<Error>),
    /// The model can't tell, or nothing more is asked of the generator.
    Lost,
}

struct Model<'a> {
    program: &'a Program,
    log: String,
    asked: u32,
    /// Exceptions that are being handled, the current one last.
    handled: Vec<Rc<Error>>,
    /// What is still to be done with the generator.
    script: std::slice::Iter<'a, Action>,
    /// The last action is a close, and after it the consumer closes until there is an end.
    closing: bool,
    /// How many generators delegate to the one that runs.
    delegation: usize,
    steps: usize,
}

/// Most steps that the model goes.
const PATIENCE: usize = 4000;

impl Model<'_> {
    fn new(program: &Program) -> Model<'_> {
        Model {
            program,
            log: String::new(),
            asked: 0,
            handled: Vec::new(),
            script: [].iter(),
            closing: false,
            delegation: 0,
            steps: 0,
        }
    }

    fn say(&mut self, words: std::fmt::Arguments) {
        writeln!(self.log, "{words}").expect("text");
    }

    fn raise(&self, kind: Option<(usize, u32)>, cause: Option<Rc<Error>>) -> End {
        End::Raise(Rc::new(Error { kind, cause, context: self.handled.last().cloned() }))
    }

    fn steps(&mut self, steps: &[Step]) -> End {
        for step in steps {
            self.steps += 1;
            if self.steps > PATIENCE {
                return End::Lost;
            }
            match self.step(step) {
                End::On => {}
                end => return end,
            }
        }
        End::On
    }

    fn step(&mut self, step: &Step) -> End {
        match step {
            Step::Log(number) => self.say(format_args!("{number}")),
            Step::Raise(kind, number) => return self.raise(Some((*kind, *number)), None),
            Step::RaiseFrom(kind, number, other, cause) => {
                let cause = Error { kind: Some((*other, *cause)), cause: None, context: None };
                return self.raise(Some((*kind, *number)), Some(Rc::new(cause)));
            }
            Step::Reraise => match self.handled.last() {
                Some(error) => return End::Raise(error.clone()),
                None => return End::Lost,
            },
            Step::Return(number) => return End::Return(Some(*number)),
            Step::Break => return End::Break,
            Step::Continue => return End::Continue,
            Step::Pause => {}
            Step::If(number, body, otherwise) => {
                self.asked += 1;
                return if (number + self.asked) % 2 == 0 { self.steps(body) } else { self.steps(otherwise) };
            }
            Step::Loop(times, body, otherwise) => {
                for _ in 0..*times {
                    match self.steps(body) {
                        End::On | End::Continue => {}
                        End::Break => return End::On,
                        end => return end,
                    }
                }
                return self.steps(otherwise);
            }
            Step::Try(body, handlers, otherwise, last) => {
                let end = self.attempt(body, handlers, otherwise);
                if matches!(end, End::Lost) {
                    return end;
                }
                let error = if let End::Raise(error) = &end { Some(error.clone()) } else { None };
                return match self.handling(error, |model| model.steps(last)) {
                    End::On => end,
                    other => other,
                };
            }
            Step::With(number, swallows, body) => {
                self.say(format_args!("enter {number}"));
                let end = self.steps(body);
                let name = match &end {
                    End::Lost => return end,
                    End::Raise(error) => error.kind.map_or("GeneratorExit", |(kind, _)| KINDS[kind].0),
                    _ => "None",
                };
                self.say(format_args!("exit {number} {name}"));
                let caught = |kind: usize| swallows.is_some_and(|swallows| is_a(kind, swallows));
                return match &end {
                    End::Raise(error) if error.kind.is_some_and(|(kind, _)| caught(kind)) => End::On,
                    _ => end,
                };
            }
            Step::Call(function) => {
                let steps = &self.program.functions[*function];
                self.delegation += 1;
                let end = self.steps(steps);
                self.delegation -= 1;
                match end {
                    End::On | End::Return(None) => self.say(format_args!("got None")),
                    End::Return(Some(number)) => self.say(format_args!("got {number}")),
                    end => return end,
                }
            }
            Step::Yield(number) => match self.suspend(*number) {
                Ok(Some(sent)) => self.say(format_args!("sent {sent}")),
                Ok(None) => self.say(format_args!("sent None")),
                Err(end) => return end,
            },
            Step::YieldList(items) => {
                for item in items {
                    match self.suspend(*item) {
                        Ok(None) => {}
                        // A list's iterator has no `send`.
                        Ok(Some(_)) => return End::Lost,
                        Err(end) => return end,
                    }
                }
            }
        }
        End::On
    }

    fn attempt(&mut self, body: &[Step], handlers: &[(Catch, Vec<Step>)], otherwise: &[Step]) -> End {
        let error = match self.steps(body) {
            End::On => return self.steps(otherwise),
            End::Raise(error) => error,
            end => return end,
        };
        let catches = |catch: &Catch| match (catch, error.kind) {
            (_, None) => false,
            (Catch::Every, _) => true,
            (Catch::Kinds(kinds), Some((kind, _))) => kinds.iter().any(|other| is_a(kind, *other)),
        };
        let Some((_, body)) = handlers.iter().find(|(catch, _)| catches(catch)) else {
            return End::Raise(error);
        };
        self.say(format_args!("caught {}", error.describe()));
        self.handling(Some(error), |model| model.steps(body))
    }

    fn handling(&mut self, error: Option<Rc<Error>>, run: impl FnOnce(&mut Self) -> End) -> End {
        let before = self.handled.len();
        self.handled.extend(error);
        let end = run(self);
        self.handled.truncate(before);
        end
    }

    /// A yield: ends the action that led here and takes the next one.
    fn suspend(&mut self, number: u32) -> Result<Option<u32>, End> {
        if self.closing {
            // A generator that is delegated to and goes on is left behind by the outer one in a way that the model has not.
            if self.delegation > 0 {
                return Err(End::Lost);
            }
            self.say(format_args!("RuntimeError generator ignored GeneratorExit"));
        } else {
            self.say(format_args!("yielded {number}"));
        }
        self.closing = false;
        match self.script.next() {
            Some(Action::Next) => Ok(None),
            Some(Action::Send(number)) => Ok(Some(*number)),
            // What is thrown through several generators gets its context from each.
            Some(Action::Throw(..)) if self.delegation > 0 && !self.handled.is_empty() => Err(End::Lost),
            Some(Action::Throw(kind, number)) => Err(self.raise(Some((*kind, *number)), None)),
            Some(Action::Close) | None => {
                if self.delegation > 0 {
                    return Err(End::Lost);
                }
                self.closing = true;
                Err(self.raise(None, None))
            }
        }
    }
}

/// What the first function's run writes, for plain functions and coroutines; its end is `returned` or `raised`.
pub fn run(program: &Program) -> Option<String> {
    let mut model = Model::new(program);
    match model.steps(&program.functions[0]) {
        End::On | End::Return(None) => model.say(format_args!("returned None")),
        End::Return(Some(number)) => model.say(format_args!("returned {number}")),
        End::Raise(error) => model.say(format_args!("raised {}", error.describe())),
        End::Break | End::Continue | End::Lost => return None,
    }
    Some(model.log)
}

/// What a generator and its `consumer` write.
pub fn consume(program: &Program, script: &[Action]) -> Option<String> {
    let mut model = Model::new(program);
    model.script = script.iter();
    let ends = |model: &mut Model, action: &Action| match action {
        Action::Next | Action::Send(_) => model.say(format_args!("stopped None")),
        Action::Throw(kind, number) => model.say(format_args!("raised [{}{number}]", KINDS[*kind].0)),
        Action::Close => model.say(format_args!("closed None")),
    };
    // Before the first resumption.
    loop {
        match model.script.next() {
            Some(Action::Next) => break,
            Some(Action::Send(_)) => {
                model.say(format_args!("TypeError can't send non-None value to a just-started generator"));
            }
            Some(action @ Action::Throw(..)) => {
                ends(&mut model, action);
                model.script.clone().for_each(|action| ends(&mut model, action));
                return Some(model.log);
            }
            Some(Action::Close) | None => {
                ends(&mut model, &Action::Close);
                model.script.clone().for_each(|action| ends(&mut model, action));
                return Some(model.log);
            }
        }
    }
    let end = model.steps(&program.functions[0]);
    match (end, model.closing) {
        (End::On | End::Return(None), false) => model.say(format_args!("stopped None")),
        (End::Return(Some(number)), false) => model.say(format_args!("stopped {number}")),
        (End::On | End::Return(None), true) => model.say(format_args!("closed None")),
        (End::Return(Some(number)), true) => model.say(format_args!("closed {number}")),
        (End::Raise(error), true) if error.kind.is_none() => model.say(format_args!("closed None")),
        (End::Raise(error), _) if error.kind.is_none() => return None,
        (End::Raise(error), _) => model.say(format_args!("raised {}", error.describe())),
        (End::Break | End::Continue | End::Lost, _) => return None,
    }
    model.script.clone().for_each(|action| ends(&mut model, action));
    Some(model.log)
}
