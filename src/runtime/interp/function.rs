//! Function objects and how arguments are bound to parameters.

use std::cell::Cell;

use crate::runtime::bytecode::code::flags;
use crate::runtime::bytecode::ops::{FRAME_HEADER, Op};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::interp::code::Code;
use crate::runtime::interp::frame::info;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::str::Str;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Ref, Value};

/// The payload of `function`.
#[repr(C)]
pub struct Function {
    /// First word of the code.
    pub entry: Cell<*const u32>,
    /// First constant.
    pub consts: Cell<*const Value>,
    /// Number of arguments that a simple call gives; `NOT_SIMPLE` if the call needs more work.
    pub simple_args: Cell<u32>,
    /// The same of a function whose call makes a generator.
    pub generator_args: Cell<u32>,
    /// Number of locals.
    pub locals: Cell<u32>,
    /// `co_flags`
    pub flags: Cell<u32>,
    /// Words from the first local to the end of a frame.
    pub reach: Cell<u32>,
    /// Locals that the arguments of a simple call don't fill.
    pub unfilled: Cell<u32>,
    /// The info word of a plain call's frame.
    pub info: Cell<u64>,
    /// `__globals__`
    pub globals: Ref<Dict>,
    /// `__builtins__`
    pub builtins: Ref<Dict>,
    /// The cells, or `None`.
    pub closure: Option<Ref<Tuple>>,
    /// `__code__`
    pub code: LockCell<Ref<Code>>,
    /// `__defaults__`: tuple or `None`
    pub defaults: LockCell<Value>,
    /// `__kwdefaults__`: dict or `None`
    pub kwdefaults: LockCell<Value>,
    /// `__name__`
    pub name: LockCell<Ref<Str>>,
    /// `__qualname__`
    pub qualname: LockCell<Ref<Str>>,
    /// `__doc__`; unbound: the code's first constant
    pub doc: LockCell<Value>,
    /// `__module__`
    pub module: LockCell<Value>,
    /// `__annotations__`: dict or unbound
    pub annotations: LockCell<Value>,
    /// `__annotate__`
    pub annotate: LockCell<Value>,
    /// `__type_params__`
    pub type_params: LockCell<Value>,
    /// `__builtins__` if it is no dict: any mapping, or what is none and raises when it is asked. `builtins` is empty then.
    pub other_builtins: Option<Value>,
}

crate::payload!(Function, "function", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.globals.value());
        visit(self.builtins.value());
        if let Some(other) = &self.other_builtins {
            visit(other);
        }
        if let Some(closure) = &self.closure {
            visit(closure.value());
        }
        visit(self.code.get().value());
        for cell in [&self.defaults, &self.kwdefaults, &self.doc, &self.module, &self.annotations, &self.annotate, &self.type_params] {
            visit(cell.get());
        }
    }
    fn clear(&self) {
        for cell in [&self.defaults, &self.kwdefaults, &self.annotations, &self.annotate, &self.type_params] {
            cell.set(Value::NONE);
        }
    }
});

/// See [`Function::simple_args`].
pub const NOT_SIMPLE: u32 = u32::MAX;

/// Kinds of code whose call makes a generator.
pub const GENERATOR_KINDS: u32 = flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR;

/// A cell.
pub struct CellObject {
    /// The content; unbound if empty.
    pub content: LockCell<Value>,
}
crate::payload!(CellObject, "cell", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.content.get());
    }
    fn clear(&self) {
        self.content.set(Value::UNBOUND);
    }
});

impl Obj<Function> {
    /// Words of a frame's header and temporaries.
    #[inline(always)]
    pub fn frame_words(&self) -> usize {
        (self.reach.get() - self.locals.get()) as usize
    }
    /// Takes sizes and addresses over from the code, after `__code__` changed.
    pub fn refresh(&self) {
        let code = self.code.get();
        if code.is_loaded() {
            self.entry.set(code.start());
            self.consts.set(code.consts.as_ptr());
        } else {
            self.entry.set(RESOLVE.0.as_ptr());
        }
        let plain = code.kwonly_count == 0
            && !code.has(flags::VARARGS | flags::VARKEYWORDS)
            && code.has(flags::OPTIMIZED);
        let (simple, generator) = match plain {
            false => (NOT_SIMPLE, NOT_SIMPLE),
            true if code.has(GENERATOR_KINDS) => (NOT_SIMPLE, code.arg_count),
            true => (code.arg_count, NOT_SIMPLE),
        };
        self.simple_args.set(simple);
        self.generator_args.set(generator);
        self.locals.set(code.locals_count);
        self.info.set(info::word(code.locals_count, 0));
        self.reach.set(code.locals_count + FRAME_HEADER as u32 + code.temps);
        self.unfilled.set(code.locals_count - code.arg_count.min(code.locals_count));
        self.flags.set(code.flags);
    }

    /// Loads the code's body, if it is not there yet, before a frame is made.
    #[inline(always)]
    pub fn resolve(&self) {
        if std::ptr::eq(self.entry.get(), RESOLVE.0.as_ptr()) {
            self.resolve_now();
        }
    }

    #[cold]
    #[inline(never)]
    fn resolve_now(&self) {
        let _ = self.code.get().start();
        self.refresh();
    }
}

/// What a function runs first whose code's body is not loaded; two words, so that nothing is read behind it.
struct Entry([u32; 2]);
static RESOLVE: Entry = Entry([Op::Resolve as u32, Op::Nop as u32]);

impl Vm {
    /// A function of a code in a namespace of globals.
    pub fn function(
        &self,
        code: &Ref<Code>,
        globals: &Ref<Dict>,
        closure: Option<Ref<Tuple>>,
    ) -> Ref<Function> {
        let (module, builtins, other_builtins) = self.function_home(globals);
        // The docstring is the first constant; it stays unread until somebody asks.
        let doc = if code.has(flags::HAS_DOCSTRING) { Value::UNBOUND } else { Value::NONE };
        let empty = self.interp().empty_tuple.clone();
        let function = self.alloc(
            self.typ(&crate::runtime::builtins::functions::FUNCTION),
            Function {
                entry: Cell::new(std::ptr::null()),
                consts: Cell::new(std::ptr::null()),
                simple_args: Cell::new(NOT_SIMPLE),
                generator_args: Cell::new(NOT_SIMPLE),
                info: Cell::new(0),
                locals: Cell::new(0),
                reach: Cell::new(0),
                unfilled: Cell::new(0),
                flags: Cell::new(0),
                globals: globals.clone(),
                builtins,
                closure,
                code: LockCell::new(code.clone()),
                defaults: LockCell::new(Value::NONE),
                kwdefaults: LockCell::new(Value::NONE),
                name: LockCell::new(code.name.clone()),
                qualname: LockCell::new(code.qualname.clone()),
                doc: LockCell::new(doc),
                module: LockCell::new(module),
                annotations: LockCell::new(Value::UNBOUND),
                annotate: LockCell::new(Value::NONE),
                type_params: LockCell::new(empty),
                other_builtins,
            },
        );
        function.refresh();
        function
    }

    /// `__name__` of a namespace, and its builtins: what stands for them if they are no dict comes last. A namespace without any has
    /// those of the running frame.
    fn function_home(&self, globals: &Ref<Dict>) -> (Value, Ref<Dict>, Option<Value>) {
        let (version, name, builtins) = self.function_home.get();
        let (name, builtins) = if version != 0 && version == globals.current_version() {
            (Some(name), Some(builtins))
        } else {
            let n = self.names();
            let (name, builtins) = (globals.position_str(&n.__name__), globals.position_str(&n.__builtins__));
            if let (Some(name), Some(builtins)) = (name, builtins) {
                self.function_home.set((globals.version(self), name, builtins));
            }
            (name, builtins)
        };
        let value = |at: usize| globals.cached_value(at).clone();
        let name = name.map_or(Value::NONE, value);
        match builtins.map(value) {
            Some(found) => match self.module_dict(&found).or_else(|| found.downcast_ref::<Dict>()) {
                Some(dict) => (name, dict, None),
                None => (name, self.new_dict(), Some(found)),
            },
            None => match self.running() {
                Some(frame) => {
                    let function = frame.function();
                    (name, function.builtins.clone(), function.other_builtins.clone())
                }
                None => (name, self.interp().builtins.clone(), None),
            },
        }
    }

    /// A new cell.
    pub fn cell(&self, content: Value) -> Value {
        self.alloc_spec(
            &crate::runtime::builtins::functions::CELL,
            CellObject { content: LockCell::new(content) },
        )
    }

    /// Binds arguments to the parameters of a function: fills `places`, one a local, all unbound before. Positional
    /// values are taken from `values[..positional]`; the rest are keywords named by `names`. Values are cloned.
    pub fn bind_arguments(
        &self,
        function: &Obj<Function>,
        values: &[Value],
        names: &[Value],
        places: &mut [Value],
    ) -> PyResult<()> {
        let code = function.code.cloned();
        let argc = code.arg_count as usize;
        let kwonly = code.kwonly_count as usize;
        let given = values.len() - names.len();
        let has_varargs = code.has(flags::VARARGS);
        let has_varkw = code.has(flags::VARKEYWORDS);
        for at in 0..given.min(argc) {
            places[at] = values[at].clone();
        }
        if has_varargs {
            let rest = if given > argc { &values[argc..given] } else { &[] };
            places[argc + kwonly] = self.tuple_of(rest);
        }
        let varkw = if has_varkw {
            let dict = self.new_dict();
            places[argc + kwonly + usize::from(has_varargs)] = dict.clone().into_value();
            Some(dict)
        } else {
            None
        };
        for (name, value) in names.iter().zip(&values[given..]) {
            let Some(text) = name.as_str() else {
                return Err(self.type_error(format!("{}() keywords must be strings", qualname(function))));
            };
            let first = code.posonly_count as usize;
            let parameters = &code.local_names[first..argc + kwonly];
            let mut found = parameters.iter().position(|p| p.value().is(name));
            if found.is_none() && name.kind() == kind::STR {
                found = parameters.iter().position(|p| p.same(text));
            } else if found.is_none() {
                // Of a subclass: equality may be its own.
                for (at, parameter) in parameters.iter().enumerate() {
                    if self.equal(name, parameter.value())? {
                        found = Some(at);
                        break;
                    }
                }
            }
            match found {
                Some(at) => {
                    let place = &mut places[first + at];
                    if !place.is_unbound() {
                        return Err(self.type_error(format!(
                            "{}() got multiple values for argument '{}'",
                            qualname(function),
                            text.to_string_lossy()
                        )));
                    }
                    *place = value.clone();
                }
                None => match &varkw {
                    Some(dict) => {
                        let key = if text.is_interned() { name.clone() } else { self.plain_str(name) };
                        dict.insert(self, key, value.clone())?;
                    }
                    None => return Err(self.unexpected_keyword(function, &code, text, names)),
                },
            }
        }
        if given > argc && !has_varargs {
            return Err(self.too_many_positional(function, &code, given, places));
        }
        let defaults = function.defaults.cloned();
        let default_items = defaults.as_tuple().map_or(&[][..], |t| t.items());
        if given < argc {
            let first_default = argc.saturating_sub(default_items.len());
            let missing: Vec<String> = (given..first_default)
                .filter(|at| places[*at].is_unbound())
                .map(|at| code.local_names[at].to_string_lossy().into_owned())
                .collect();
            if !missing.is_empty() {
                return Err(self.missing_arguments(function, "positional", &missing));
            }
            let skip = default_items.len().saturating_sub(argc);
            for at in first_default.max(given)..argc {
                if places[at].is_unbound() {
                    places[at] = default_items[at - first_default + skip].clone();
                }
            }
        }
        if kwonly > 0 {
            let mut missing = Vec::new();
            let kwdefaults = function.kwdefaults.cloned();
            for at in argc..argc + kwonly {
                if places[at].is_unbound() {
                    let name = &code.local_names[at];
                    match kwdefaults.as_dict() {
                        Some(dict) => match dict.get(self, name.value())? {
                            Some(value) => places[at] = value,
                            None => missing.push(name.to_string_lossy().into_owned()),
                        },
                        None => missing.push(name.to_string_lossy().into_owned()),
                    }
                }
            }
            if !missing.is_empty() {
                return Err(self.missing_arguments(function, "keyword-only", &missing));
            }
        }
        Ok(())
    }

    #[cold]
    fn missing_arguments(&self, function: &Obj<Function>, kind: &str, missing: &[String]) -> Raised {
        let quoted: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
        let list = match quoted.as_slice() {
            [only] => only.clone(),
            [a, b] => format!("{a} and {b}"),
            [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
            [] => String::new(),
        };
        let s = if missing.len() == 1 { "" } else { "s" };
        self.type_error(format!(
            "{}() missing {} required {kind} argument{s}: {list}",
            qualname(function),
            missing.len()
        ))
    }

    #[cold]
    fn too_many_positional(
        &self,
        function: &Obj<Function>,
        code: &Obj<Code>,
        given: usize,
        places: &[Value],
    ) -> Raised {
        let argc = code.arg_count as usize;
        let kwonly = code.kwonly_count as usize;
        let kw_given = places[argc..argc + kwonly].iter().filter(|v| !v.is_unbound()).count();
        let defaults = function.defaults.get().as_tuple().map_or(0, |t| t.len());
        let (takes, plural) = if defaults > 0 {
            (format!("from {} to {argc}", argc.saturating_sub(defaults)), true)
        } else {
            (format!("{argc}"), argc != 1)
        };
        let kw_text = if kw_given > 0 {
            format!(
                " positional argument{} (and {kw_given} keyword-only argument{})",
                if given == 1 { "" } else { "s" },
                if kw_given == 1 { "" } else { "s" }
            )
        } else {
            String::new()
        };
        let verb = if given == 1 && kw_given == 0 { "was" } else { "were" };
        self.type_error(format!(
            "{}() takes {takes} positional argument{} but {given}{kw_text} {verb} given",
            qualname(function),
            if plural { "s" } else { "" }
        ))
    }

    #[cold]
    fn unexpected_keyword(
        &self,
        function: &Obj<Function>,
        code: &Obj<Code>,
        name: &Obj<Str>,
        names: &[Value],
    ) -> Raised {
        let posonly: Vec<String> = names
            .iter()
            .filter_map(Value::as_str)
            .filter(|key| code.local_names[..code.posonly_count as usize].iter().any(|p| p.same(key)))
            .map(|key| key.to_string_lossy().into_owned())
            .collect();
        if !posonly.is_empty() {
            return self.type_error(format!(
                "{}() got some positional-only arguments passed as keyword arguments: '{}'",
                qualname(function),
                posonly.join(", ")
            ));
        }
        let known: Vec<String> = code.local_names
            [code.posonly_count as usize..(code.arg_count + code.kwonly_count) as usize]
            .iter()
            .map(|n| n.to_string_lossy().into_owned())
            .collect();
        let hint = crate::runtime::object::suggest::closest(&name.to_string_lossy(), &known)
            .map_or(String::new(), |s| format!(". Did you mean '{s}'?"));
        self.type_error(format!(
            "{}() got an unexpected keyword argument '{}'{hint}",
            qualname(function),
            name.to_string_lossy()
        ))
    }
}

fn qualname(function: &Obj<Function>) -> String {
    function.qualname.get().to_string_lossy().into_owned()
}
