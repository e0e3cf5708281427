//! `compile`, `exec`, `eval`: source text to code objects, and syntax errors as exceptions.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::bytecode::code::flags;
use crate::runtime::compiler::{self, Mode, Options, ProblemKind, Source, SyntaxProblem};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::interp::code::Code;
use crate::runtime::interp::generator::create_in;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{Native, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::ast::TreeOptions;
use crate::runtime::stdlib::source_bytes::Origin;
use crate::runtime::value::{Ref, Value};

/// `CO_FUTURE_ANNOTATIONS` and the `PyCF_*` flags of `compile`.
mod flag {
    pub const FUTURE_ANNOTATIONS: i64 = 0x100_0000;
    pub const FUTURES: i64 = 0x1ff_0000 | 0x10;
    pub const DONT_IMPLY_DEDENT: i64 = 0x200;
    pub const ONLY_AST: i64 = 0x400;
    pub const IGNORE_COOKIE: i64 = 0x800;
    pub const TYPE_COMMENTS: i64 = 0x1000;
    pub const TOP_LEVEL_AWAIT: i64 = 0x2000;
    pub const ALLOW_INCOMPLETE: i64 = 0x4000;
    pub const OPTIMIZED_AST: i64 = 0x8000 | ONLY_AST;
    pub const ALL: i64 = FUTURES
        | DONT_IMPLY_DEDENT
        | ONLY_AST
        | IGNORE_COOKIE
        | TYPE_COMMENTS
        | TOP_LEVEL_AWAIT
        | ALLOW_INCOMPLETE
        | OPTIMIZED_AST
        | 0x10_0000;
}

/// The functions that `builtins` takes from here.
pub static FUNCTIONS: &[Native] = &[
    native(
        "compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)",
        builtin_compile,
        "Compile source into a code object that can be executed by exec() or eval().",
    ),
    native(
        "exec(source, /, globals=None, locals=None, *, closure=None)",
        builtin_exec,
        "Execute the given source in the context of globals and locals.",
    ),
    native(
        "eval(source, /, globals=None, locals=None)",
        builtin_eval,
        "Evaluate the given source in the context of globals and locals.",
    ),
];

/// A line of a source file, with its newline; nothing if there is no such file.
fn line_of_file(filename: &str, line: u32) -> Option<String> {
    let path = std::path::Path::new(filename);
    if !path.is_file() {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    let line = bytes.split_inclusive(|b| *b == b'\n').nth(line.checked_sub(1)? as usize)?;
    Some(String::from_utf8_lossy(line).into_owned())
}

impl Vm {
    /// Compiles a text.
    pub fn compile_text(&self, text: &str, filename: &str, mode: Mode) -> PyResult<Ref<Code>> {
        let options = Options {
            mode,
            optimize: self.interp().optimize.get(),
            max_int_digits: self.interp().int_max_str_digits.get(),
            ..Options::default()
        };
        self.compile_with(text, filename, &options)
    }

    /// Compiles a text with options; warnings are issued.
    pub fn compile_with(&self, text: &str, filename: &str, options: &Options) -> PyResult<Ref<Code>> {
        self.check_native()?;
        if text.contains('\0') {
            return Err(self.plain_syntax_error("source code string cannot contain null bytes"));
        }
        let source = Source::new(text);
        let compiled = match compiler::compile(&source, filename, options) {
            Ok(compiled) => compiled,
            Err(problem) => {
                for warning in &problem.warnings {
                    self.syntax_warning(warning, filename)?;
                }
                return Err(self.syntax_error(&problem, filename));
            }
        };
        for warning in &compiled.warnings {
            self.syntax_warning(warning, filename)?;
        }
        self.code(&compiled.code)
    }

    pub(super) fn syntax_warning(&self, warning: &compiler::SyntaxWarning, filename: &str) -> PyResult<()> {
        let module = self.import("_warnings")?;
        let warn = self.getattr_str(&module, "warn_explicit")?;
        let class = self.typ(&exc::SYNTAX_WARNING).value().clone();
        let args = [self.str(&warning.message), class, self.str(filename), self.int(i64::from(warning.line))];
        match self.call_args(&warn, &args) {
            Ok(_) => Ok(()),
            Err(raised) if self.raised_is(&exc::SYNTAX_WARNING) => {
                drop(self.take_raised(raised));
                let problem = SyntaxProblem {
                    kind: ProblemKind::SyntaxError,
                    message: warning.error_message.as_ref().unwrap_or(&warning.message).clone(),
                    line: warning.line,
                    column: warning.column,
                    end_line: warning.end_line,
                    end_column: warning.end_column as i32,
                    text: warning.text.clone(),
                    late: warning.error_message.is_none(),
                    warnings: Vec::new(),
                };
                Err(self.syntax_error(&problem, filename))
            }
            Err(raised) => Err(raised),
        }
    }

    /// A SyntaxError that knows no place.
    #[cold]
    pub fn plain_syntax_error(&self, message: &str) -> Raised {
        self.raise_args(&exc::SYNTAX_ERROR, vec![self.str(message)])
    }

    /// The exception for a compile-time problem.
    #[cold]
    pub fn syntax_error(&self, problem: &SyntaxProblem, filename: &str) -> Raised {
        let spec = match problem.kind {
            ProblemKind::SyntaxError => &exc::SYNTAX_ERROR,
            ProblemKind::IndentationError => &exc::INDENTATION_ERROR,
            ProblemKind::TabError => &exc::TAB_ERROR,
            ProblemKind::IncompleteInput => &exc::INCOMPLETE_INPUT_ERROR,
            ProblemKind::TooDeep => return self.raise(&exc::MEMORY_ERROR, &problem.message),
            ProblemKind::TooLarge => return self.raise(&exc::OVERFLOW_ERROR, &problem.message),
            ProblemKind::ValueError => return self.raise(&exc::VALUE_ERROR, &problem.message),
        };
        let number = |n: u32| if problem.line == 0 { Value::NONE } else { self.int(i64::from(n)) };
        let details = vec![
            self.str(filename),
            number(problem.line),
            number(problem.column),
            match problem.late {
                _ if problem.line == 0 => Value::NONE,
                false => self.str(&problem.text),
                true => line_of_file(filename, problem.line).map_or(Value::NONE, |text| self.str(text)),
            },
            number(problem.end_line),
            if problem.line == 0 { Value::NONE } else { self.int(i64::from(problem.end_column)) },
        ];
        let details = self.tuple(details);
        self.raise_args(spec, vec![self.str(&problem.message), details])
    }

    /// The text of a source argument: `str` as it is, bytes decoded by their cookie.
    pub fn source_text(&self, source: &Value, what: &str, filename: &str) -> PyResult<String> {
        if let Some(text) = source.as_str() {
            return match text.as_str() {
                Some(text) => Ok(text.to_owned()),
                None => Err(self.encode_error_surrogate(source)),
            };
        }
        if source.ty(self).slots.get().buffer.is_none() && self.bytes_of(source).is_none() {
            let other = if what == "compile" { "AST" } else { "code" };
            return Err(self.type_error(format!("{what}() arg 1 must be a string, bytes or {other} object")));
        }
        let bytes = self.with_buffer(source, <[u8]>::to_vec)?;
        self.decode_source(&bytes, filename, Origin::Argument)
    }

    pub(super) fn filename_text(&self, filename: &Value) -> PyResult<String> {
        if filename.as_str().is_some() {
            return self.to_string(filename);
        }
        if let Some(bytes) = self.bytes_of(filename) {
            return Ok(String::from_utf8_lossy(bytes).into_owned());
        }
        let path = match filename.ty(self).lookup(self, &self.names().__fspath__) {
            Some(found) => self.call_found(filename, &found, &[])?,
            None => {
                return Err(self.type_error(format!(
                    "expected str, bytes or os.PathLike object, not {}",
                    filename.type_name(self)
                )));
            }
        };
        self.to_string(&path)
    }

    /// Runs code in namespaces, as `exec` and `eval` do.
    pub fn run_in(
        &self,
        code: &Ref<Code>,
        globals: &Ref<Dict>,
        locals: Value,
        closure: Option<Ref<crate::runtime::object::tuple::Tuple>>,
    ) -> PyResult<Value> {
        if globals.get_str(&self.names().__builtins__).is_none() {
            let builtins = match self.running() {
                Some(frame) => {
                    let function = frame.function();
                    function.other_builtins.clone().unwrap_or_else(|| function.builtins.value().clone())
                }
                None => self.interp().builtins.value().clone(),
            };
            globals.insert_str(&self.names().__builtins__, builtins);
        }
        let function = self.function(code, globals, closure);
        if code.has(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) {
            return create_in(self, &function, locals);
        }
        self.run_code(&function, locals)
    }

    fn namespaces(&self, what: &str, globals: &Value, locals: &Value) -> PyResult<(Ref<Dict>, Value)> {
        let given_locals = locals.some().cloned();
        let (globals, locals) = match globals.some() {
            Some(globals) => {
                let Some(dict) = globals.downcast_ref::<Dict>() else {
                    if what == "eval" {
                        let mapping = globals.ty(self).slots.get().getitem.is_some();
                        return Err(self.type_error(if mapping {
                            "globals must be a real dict; try eval(code, {}, mapping)".to_owned()
                        } else {
                            "globals must be a dict".to_owned()
                        }));
                    }
                    return Err(self.type_error(format!(
                        "{what}() globals must be a dict, not {}",
                        globals.type_name(self)
                    )));
                };
                let locals = given_locals.unwrap_or_else(|| globals.clone());
                (dict, locals)
            }
            None => {
                let Some(running) = self.running() else {
                    return Err(self.system_error("globals and locals cannot be NULL"));
                };
                let locals = match given_locals {
                    Some(locals) => locals,
                    None => self.locals_of(running)?,
                };
                (running.function().globals.clone(), locals)
            }
        };
        if locals.ty(self).slots.get().getitem.is_none() {
            let text = if what == "eval" {
                "locals must be a mapping".to_owned()
            } else {
                format!("locals must be a mapping or None, not {}", locals.type_name(self))
            };
            return Err(self.type_error(text));
        }
        Ok((globals, locals))
    }

    /// Options that the running frame's code hands on to what it compiles.
    fn inherited(&self) -> bool {
        self.running().is_some_and(|f| i64::from(f.code().flags) & flag::FUTURE_ANNOTATIONS != 0)
    }
}

fn builtin_compile(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let filename = vm.filename_text(&args[1])?;
    let Some(mode) = args[2].as_str() else {
        return Err(
            vm.type_error(format!("compile() argument 'mode' must be str, not {}", args[2].type_name(vm)))
        );
    };
    let flags = i64::from(args[3].given().map_or(Ok(0), |f| vm.to_i32(f))?);
    if flags & !flag::ALL != 0 {
        return Err(vm.value_error("compile(): unrecognised flags"));
    }
    let dont_inherit = args[4].given().map_or(Ok(false), |f| vm.truth(f))?;
    let optimize = args[5].given().map_or(Ok(-1), |f| vm.to_i32(f))?;
    if !(-1..=2).contains(&optimize) {
        return Err(vm.value_error("compile(): invalid optimize value"));
    }
    let mode = match mode.bytes() {
        b"exec" => Mode::Exec,
        b"eval" => Mode::Eval,
        b"single" => Mode::Single,
        b"func_type" if flags & flag::ONLY_AST != 0 => Mode::FuncType,
        b"func_type" => {
            return Err(vm.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST"));
        }
        _ if flags & flag::ONLY_AST != 0 => {
            return Err(vm.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'"));
        }
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let options = Options {
        mode,
        future_annotations: flags & flag::FUTURE_ANNOTATIONS != 0 || (!dont_inherit && vm.inherited()),
        top_level_await: flags & flag::TOP_LEVEL_AWAIT != 0,
        allow_incomplete: flags & flag::ALLOW_INCOMPLETE != 0,
        imply_dedent: flags & flag::DONT_IMPLY_DEDENT == 0,
        optimize: if optimize < 0 { vm.interp().optimize.get() } else { optimize as u8 },
        max_int_digits: vm.interp().int_max_str_digits.get(),
    };
    if args[0].downcast::<Code>().is_some() {
        return Err(vm.type_error("compile() arg 1 must be a string, bytes or AST object"));
    }
    let tree = TreeOptions {
        only_tree: flags & flag::ONLY_AST != 0,
        type_comments: flags & flag::TYPE_COMMENTS != 0,
        optimized: flags & flag::OPTIMIZED_AST == flag::OPTIMIZED_AST,
        feature_version: args[6].given().map_or(Ok(-1), |v| vm.to_index(v))? as i32,
    };
    if vm.is_node(&args[0])? {
        return vm.compile_node(&args[0], &filename, &options, &tree);
    }
    let text = vm.source_text(&args[0], "compile", &filename)?;
    if flags & flag::ONLY_AST != 0 {
        return vm.parse_to_nodes(&text, &filename, &options, &tree);
    }
    vm.compile_with(&text, &filename, &options).map(Ref::into_value)
}

fn code_of(vm: &Vm, source: &Value, what: &str, mode: Mode) -> PyResult<Ref<Code>> {
    if let Some(code) = source.downcast_ref::<Code>() {
        return Ok(code);
    }
    let text = vm.source_text(source, what, "<string>")?;
    let text = if mode == Mode::Eval { text.trim_start_matches([' ', '\t']).to_owned() } else { text };
    let options = Options {
        mode,
        future_annotations: vm.inherited(),
        optimize: vm.interp().optimize.get(),
        max_int_digits: vm.interp().int_max_str_digits.get(),
        ..Options::default()
    };
    vm.compile_with(&text, "<string>", &options)
}

fn builtin_exec(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (globals, locals) = vm.namespaces("exec", &args[1], &args[2])?;
    let code = code_of(vm, &args[0], "exec", Mode::Exec)?;
    let closure = match args[3].some() {
        None => None,
        Some(closure) => closure.downcast_ref(),
    };
    let free = code.free_names.len();
    if free > 0 && closure.is_none() {
        return Err(vm.type_error(format!("code object requires a closure of exactly length {free}")));
    }
    if free == 0 && args[3].some().is_some() {
        return Err(vm.type_error("cannot use a closure with this code object"));
    }
    let fits = |closure: &Ref<crate::runtime::object::tuple::Tuple>| {
        closure.len() == free && closure.items().iter().all(|cell| cell.kind() == kind::CELL)
    };
    if closure.as_ref().is_some_and(|closure| !fits(closure)) {
        return Err(vm.type_error(format!("code object requires a closure of exactly length {free}")));
    }
    vm.run_in(&code, &globals, locals, closure)?;
    Ok(Value::NONE)
}

fn builtin_eval(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (globals, locals) = vm.namespaces("eval", &args[1], &args[2])?;
    let code = code_of(vm, &args[0], "eval", Mode::Eval)?;
    if !code.free_names.is_empty() {
        return Err(vm.type_error("code object passed to eval() may not contain free variables"));
    }
    vm.run_in(&code, &globals, locals, None)
}
