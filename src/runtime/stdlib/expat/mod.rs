//! `pyexpat`: XML parsers that call handlers. `scan` takes the text apart, `dtd` keeps what is declared, `input` decodes.
//!
//! The events, their order and texts are expat's as far as programs rely on them. On purpose otherwise: a document is not parsed again
//! from the start of an unfinished token (`SetReparseDeferralEnabled` is remembered and changes nothing), and
//! `GetInputContext` gives what of the document waits, in UTF-8.

use std::cell::{Cell, RefCell};

use input::Input;
use scan::{Event, Item, Machine, Place, code};

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{GetSet, TypeSpec, getset, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

pub mod dtd;
pub mod input;
pub mod scan;

/// Names of the handlers, in the order of `Parser::handlers`.
const HANDLERS: [&str; 22] = [
    "StartElementHandler",
    "EndElementHandler",
    "ProcessingInstructionHandler",
    "CharacterDataHandler",
    "UnparsedEntityDeclHandler",
    "NotationDeclHandler",
    "StartNamespaceDeclHandler",
    "EndNamespaceDeclHandler",
    "CommentHandler",
    "StartCdataSectionHandler",
    "EndCdataSectionHandler",
    "DefaultHandler",
    "DefaultHandlerExpand",
    "NotStandaloneHandler",
    "ExternalEntityRefHandler",
    "StartDoctypeDeclHandler",
    "EndDoctypeDeclHandler",
    "EntityDeclHandler",
    "XmlDeclHandler",
    "ElementDeclHandler",
    "AttlistDeclHandler",
    "SkippedEntityHandler",
];

mod handler {
    pub const START: usize = 0;
    pub const END: usize = 1;
    pub const INSTRUCTION: usize = 2;
    pub const TEXT: usize = 3;
    pub const UNPARSED: usize = 4;
    pub const NOTATION: usize = 5;
    pub const START_NAMESPACE: usize = 6;
    pub const END_NAMESPACE: usize = 7;
    pub const COMMENT: usize = 8;
    pub const START_CDATA: usize = 9;
    pub const END_CDATA: usize = 10;
    pub const DEFAULT: usize = 11;
    pub const DEFAULT_EXPAND: usize = 12;
    pub const NOT_STANDALONE: usize = 13;
    pub const EXTERNAL: usize = 14;
    pub const START_DOCTYPE: usize = 15;
    pub const END_DOCTYPE: usize = 16;
    pub const ENTITY: usize = 17;
    pub const XML_DECL: usize = 18;
    pub const ELEMENT: usize = 19;
    pub const ATTLIST: usize = 20;
    pub const SKIPPED: usize = 21;
}

/// Constant and words of each error number from 1 on.
#[rustfmt::skip]
const ERRORS: [(&str, &str); 44] = [
    ("NO_MEMORY", "out of memory"), ("SYNTAX", "syntax error"), ("NO_ELEMENTS", "no element found"),
    ("INVALID_TOKEN", "not well-formed (invalid token)"), ("UNCLOSED_TOKEN", "unclosed token"),
    ("PARTIAL_CHAR", "partial character"), ("TAG_MISMATCH", "mismatched tag"), ("DUPLICATE_ATTRIBUTE", "duplicate attribute"),
    ("JUNK_AFTER_DOC_ELEMENT", "junk after document element"), ("PARAM_ENTITY_REF", "illegal parameter entity reference"),
    ("UNDEFINED_ENTITY", "undefined entity"), ("RECURSIVE_ENTITY_REF", "recursive entity reference"),
    ("ASYNC_ENTITY", "asynchronous entity"), ("BAD_CHAR_REF", "reference to invalid character number"),
    ("BINARY_ENTITY_REF", "reference to binary entity"),
    ("ATTRIBUTE_EXTERNAL_ENTITY_REF", "reference to external entity in attribute"),
    ("MISPLACED_XML_PI", "XML or text declaration not at start of entity"), ("UNKNOWN_ENCODING", "unknown encoding"),
    ("INCORRECT_ENCODING", "encoding specified in XML declaration is incorrect"),
    ("UNCLOSED_CDATA_SECTION", "unclosed CDATA section"),
    ("EXTERNAL_ENTITY_HANDLING", "error in processing external entity reference"), ("NOT_STANDALONE", "document is not standalone"),
    ("UNEXPECTED_STATE", "unexpected parser state - please send a bug report"),
    ("ENTITY_DECLARED_IN_PE", "entity declared in parameter entity"),
    ("FEATURE_REQUIRES_XML_DTD", "requested feature requires XML_DTD support in Expat"),
    ("CANT_CHANGE_FEATURE_ONCE_PARSING", "cannot change setting once parsing has begun"), ("UNBOUND_PREFIX", "unbound prefix"),
    ("UNDECLARING_PREFIX", "must not undeclare prefix"), ("INCOMPLETE_PE", "incomplete markup in parameter entity"),
    ("XML_DECL", "XML declaration not well-formed"), ("TEXT_DECL", "text declaration not well-formed"),
    ("PUBLICID", "illegal character(s) in public id"), ("SUSPENDED", "parser suspended"), ("NOT_SUSPENDED", "parser not suspended"),
    ("ABORTED", "parsing aborted"), ("FINISHED", "parsing finished"),
    ("SUSPEND_PE", "cannot suspend in external parameter entity"),
    ("RESERVED_PREFIX_XML", "reserved prefix (xml) must not be undeclared or bound to another namespace name"),
    ("RESERVED_PREFIX_XMLNS", "reserved prefix (xmlns) must not be declared or undeclared"),
    ("RESERVED_NAMESPACE_URI", "prefix must not be bound to one of the reserved namespace names"),
    ("INVALID_ARGUMENT", "invalid argument"), ("NO_BUFFER", "a successful prior call to function XML_GetBuffer is required"),
    ("AMPLIFICATION_LIMIT_BREACH", "limit on input amplification factor (from DTD and entities) breached"),
    ("NOT_STARTED", "parser not started"),
];

/// The version of expat whose behaviour this is.
pub const VERSION: [i64; 3] = [2, 9, 0];

/// The error number of a parser that is used while it calls a handler.
const UNEXPECTED_STATE: u8 = 23;

/// A parser.
pub struct Parser {
    machine: RefCell<Machine>,
    input: RefCell<Input>,
    handlers: RefCell<[Value; 22]>,
    /// Character data that is kept together.
    text: RefCell<String>,
    buffer_text: Cell<bool>,
    buffer_size: Cell<usize>,
    ordered: Cell<bool>,
    specified: Cell<bool>,
    deferral: Cell<bool>,
    /// Bytes of the token that was not whole when it was last looked at.
    partial: Cell<usize>,
    base: LockCell<Value>,
    intern: LockCell<Value>,
    place: Cell<Place>,
    problem: Cell<u8>,
    is_parsing: Cell<bool>,
    is_finished: Cell<bool>,
    in_handler: Cell<bool>,
}

crate::payload!(Parser, "xmlparser", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Ok(handlers) = self.handlers.try_borrow() {
            handlers.iter().for_each(&mut *visit);
        }
        visit(self.base.get());
        visit(self.intern.get());
    }
    fn clear(&self) {
        let old = self.handlers.try_borrow_mut().map(|mut all| std::mem::replace(&mut *all, NO_HANDLERS)).ok();
        drop(old);
        drop(self.intern.replace(Value::NONE));
    }
});

const NO_HANDLERS: [Value; 22] = [const { Value::NONE }; 22];

fn this<'a>(vm: &Vm, parser: &'a Value) -> PyResult<&'a Obj<Parser>> {
    vm.cast::<Parser>(parser)
}

fn get_handler<const AT: usize>(vm: &Vm, parser: &Value) -> PyResult<Value> {
    Ok(this(vm, parser)?.handlers.borrow()[AT].clone())
}

fn set_handler<const AT: usize>(vm: &Vm, parser: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.runtime_error("Cannot delete attribute")) };
    let this = this(vm, parser)?;
    if AT == handler::TEXT {
        this.flush(vm)?;
    }
    let old = std::mem::replace(&mut this.handlers.borrow_mut()[AT], value.clone());
    drop(old);
    let plain = this.has(handler::DEFAULT) && !this.has(handler::DEFAULT_EXPAND);
    if let Ok(mut machine) = this.machine.try_borrow_mut() {
        machine.expand = !plain;
    }
    Ok(())
}

macro_rules! on {
    ($at:literal) => {
        getset(HANDLERS[$at], get_handler::<$at>, set_handler::<$at>, "")
    };
}

macro_rules! switch {
    ($name:literal, $field:ident) => {
        getset(
            $name,
            |vm, parser| Ok(Value::bool(this(vm, parser)?.$field.get())),
            |vm, parser, value| {
                let Some(value) = value else { return Err(vm.runtime_error("Cannot delete attribute")) };
                let on = vm.truth(value)?;
                this(vm, parser)?.$field.set(on);
                Ok(())
            },
            "",
        )
    };
}

fn place_number(vm: &Vm, number: usize) -> Value {
    vm.int(number as i64)
}

static ATTRIBUTES: &[GetSet] = &[
    on!(0),
    on!(1),
    on!(2),
    on!(3),
    on!(4),
    on!(5),
    on!(6),
    on!(7),
    on!(8),
    on!(9),
    on!(10),
    on!(11),
    on!(12),
    on!(13),
    on!(14),
    on!(15),
    on!(16),
    on!(17),
    on!(18),
    on!(19),
    on!(20),
    on!(21),
    switch!("ordered_attributes", ordered),
    switch!("specified_attributes", specified),
    getset(
        "buffer_text",
        |vm, parser| Ok(Value::bool(this(vm, parser)?.buffer_text.get())),
        |vm, parser, value| {
            let Some(value) = value else { return Err(vm.runtime_error("Cannot delete attribute")) };
            let on = vm.truth(value)?;
            let this = this(vm, parser)?;
            if !on {
                this.flush(vm)?;
            }
            this.buffer_text.set(on);
            Ok(())
        },
        "",
    ),
    getset(
        "buffer_size",
        |vm, parser| Ok(place_number(vm, this(vm, parser)?.buffer_size.get())),
        |vm, parser, value| {
            let Some(value) = value else { return Err(vm.runtime_error("Cannot delete attribute")) };
            if !vm.is_int(value) {
                return Err(vm.type_error("buffer_size must be an integer"));
            }
            let size = vm.to_i64(value)?;
            if size <= 0 {
                return Err(vm.value_error("buffer_size must be greater than zero"));
            }
            let this = this(vm, parser)?;
            this.flush(vm)?;
            this.buffer_size.set(size as usize);
            Ok(())
        },
        "",
    ),
    getset(
        "namespace_prefixes",
        |vm, parser| Ok(Value::bool(this(vm, parser)?.machine.try_borrow().is_ok_and(|m| m.with_prefixes))),
        |vm, parser, value| {
            let Some(value) = value else { return Err(vm.runtime_error("Cannot delete attribute")) };
            let on = vm.truth(value)?;
            if let Ok(mut machine) = this(vm, parser)?.machine.try_borrow_mut() {
                machine.with_prefixes = on;
            }
            Ok(())
        },
        "",
    ),
    member("buffer_used", |vm, p| Ok(place_number(vm, this(vm, p)?.text.borrow().len())), ""),
    member("intern", |vm, p| Ok(this(vm, p)?.intern.cloned()), ""),
    member("ErrorCode", |vm, p| Ok(vm.int(this(vm, p)?.problem.get().into())), ""),
    member("ErrorLineNumber", |vm, p| Ok(place_number(vm, this(vm, p)?.place.get().line)), ""),
    member("ErrorColumnNumber", |vm, p| Ok(place_number(vm, this(vm, p)?.place.get().column)), ""),
    member("ErrorByteIndex", |vm, p| Ok(place_number(vm, this(vm, p)?.place.get().byte)), ""),
    member("CurrentLineNumber", |vm, p| Ok(place_number(vm, this(vm, p)?.place.get().line)), ""),
    member("CurrentColumnNumber", |vm, p| Ok(place_number(vm, this(vm, p)?.place.get().column)), ""),
    member("CurrentByteIndex", |vm, p| Ok(place_number(vm, this(vm, p)?.place.get().byte)), ""),
];

static PARSER: TypeSpec = TypeSpec::new("pyexpat.xmlparser", Parser::layout)
    .flags(crate::runtime::gc::heap::type_flag::NO_NEW)
    .doc("", "XML parser")
    .methods(&[
        native(
            "Parse(self, data, isfinal=False, /)",
            |vm, args| {
                let is_final = args[2].given().map_or(Ok(false), |flag| vm.truth(flag))?;
                let this = this(vm, &args[0])?;
                this.not_in_handler(vm, "Parse")?;
                if let Some(text) = args[1].as_str() {
                    let text = text.to_string_lossy().into_owned();
                    this.input.borrow_mut().take_text();
                    return this.parse(vm, text.as_bytes(), is_final);
                }
                let data = vm.with_buffer(&args[1], <[u8]>::to_vec)?;
                this.parse(vm, &data, is_final)
            },
            "Parse XML data; isfinal says that no more will come.\n\nRaises ExpatError for what is no XML, and whatever a handler raises.",
        ),
        native(
            "ParseFile(self, file, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                this.not_in_handler(vm, "ParseFile")?;
                let Some(read) = vm.getattr_opt(&args[1], vm.intern("read").value())? else {
                    return Err(vm.type_error("argument must have 'read' attribute"));
                };
                loop {
                    const PIECE: i64 = 1 << 16;
                    let piece = vm.call1(&read, &vm.int(PIECE))?;
                    let Some(bytes) = vm.bytes_of(&piece).map(<[u8]>::to_vec) else {
                        return Err(vm.type_error(format!(
                            "read() did not return a bytes object (type={})",
                            piece.type_name(vm)
                        )));
                    };
                    let result = this.parse(vm, &bytes, bytes.is_empty())?;
                    if bytes.is_empty() {
                        return Ok(result);
                    }
                }
            },
            "Parse XML data of a file-like object.",
        ),
        native(
            "SetBase(self, base, /)",
            |vm, args| {
                if args[1].as_str().is_none() {
                    return Err(vm.type_error(format!(
                        "SetBase() argument must be str, not {}",
                        args[1].type_name(vm)
                    )));
                }
                drop(this(vm, &args[0])?.base.replace(args[1].clone()));
                Ok(Value::NONE)
            },
            "Set the base URL for the parser.",
        ),
        native("GetBase(self, /)", |vm, args| Ok(this(vm, &args[0])?.base.cloned()), "Return the base URL of the parser."),
        native(
            "GetInputContext(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                if !this.in_handler.get() {
                    return Ok(Value::NONE);
                }
                let context = this.machine.borrow().waiting().as_bytes().to_vec();
                Ok(vm.bytes(&context))
            },
            "Return the text of the input that waits behind the current event, as bytes; None outside of handlers.",
        ),
        native(
            "ExternalEntityParserCreate(self, context, encoding=None, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                let context = match args[1].some() {
                    Some(context) => Some(vm.text(context, "context")?.to_string_lossy().into_owned()),
                    None => None,
                };
                let machine = this.machine.borrow().external(context.as_deref());
                let encoding = match args[2].given().and_then(Value::some) {
                    Some(name) => Some(vm.to_string(name)?),
                    None => None,
                };
                let new = parser_of(machine, encoding, this.intern.cloned());
                new.buffer_text.set(this.buffer_text.get());
                new.buffer_size.set(this.buffer_size.get());
                new.ordered.set(this.ordered.get());
                new.specified.set(this.specified.get());
                new.deferral.set(this.deferral.get());
                drop(new.base.replace(this.base.cloned()));
                let handlers = this.handlers.borrow().clone();
                *new.handlers.borrow_mut() = handlers;
                Ok(vm.alloc_spec(&PARSER, new))
            },
            "Create a parser for an external entity of this one's document.",
        ),
        native(
            "SetParamEntityParsing(self, flag, /)",
            |vm, args| {
                let flag = vm.to_i64(&args[1])?;
                let this = this(vm, &args[0])?;
                let mut machine = this.machine.borrow_mut();
                if machine.begun {
                    return Ok(vm.int(0));
                }
                machine.parameter_entities = flag;
                Ok(vm.int(1))
            },
            "Say which parameter entities are read, the external subset among them: one of the XML_PARAM_ENTITY_PARSING_ constants.\n\nReturns whether it could be set.",
        ),
        native(
            "UseForeignDTD(self, flag=True, /)",
            |vm, args| {
                let on = args[1].given().map_or(Ok(true), |flag| vm.truth(flag))?;
                let this = this(vm, &args[0])?;
                if this.machine.borrow().begun {
                    return Err(this.error(vm, code::CANT_CHANGE_FEATURE));
                }
                this.machine.borrow_mut().foreign_dtd = on;
                Ok(Value::NONE)
            },
            "Let the application provide an external subset even if none is named in the document.",
        ),
        native(
            "SetBillionLaughsAttackProtectionActivationThreshold(self, threshold, /)",
            |vm, args| {
                let threshold = vm.to_i64(&args[1])?;
                let Ok(threshold) = usize::try_from(threshold) else {
                    return Err(vm.value_error("can't convert negative int to unsigned"));
                };
                let this = this(vm, &args[0])?;
                if this.machine.borrow().is_entity {
                    return Err(this.failed(vm, "parser must be a root parser"));
                }
                this.machine.borrow_mut().free_expansion = threshold;
                Ok(Value::NONE)
            },
            "Set how many bytes entities may make before the amplification is looked at; 8 MiB by default.",
        ),
        native(
            "SetBillionLaughsAttackProtectionMaximumAmplification(self, max_factor, /)",
            |vm, args| {
                let factor = vm.to_f64(&args[1])?;
                let this = this(vm, &args[0])?;
                if this.machine.borrow().is_entity {
                    return Err(this.failed(vm, "parser must be a root parser"));
                }
                if factor.is_nan() || factor < 1.0 {
                    return Err(this.failed(vm, "'max_factor' must be at least 1.0"));
                }
                this.machine.borrow_mut().amplification = factor;
                Ok(Value::NONE)
            },
            "Set how many times its own size a document's entities may make of it; 100 by default.",
        ),
        native(
            "GetReparseDeferralEnabled(self, /)",
            |vm, args| Ok(Value::bool(this(vm, &args[0])?.deferral.get())),
            "Return what SetReparseDeferralEnabled was told.",
        ),
        native(
            "SetReparseDeferralEnabled(self, enabled, /)",
            |vm, args| {
                let on = vm.truth(&args[1])?;
                this(vm, &args[0])?.deferral.set(on);
                Ok(Value::NONE)
            },
            "Remember whether unfinished tokens are parsed again later; here none is parsed again from its start.",
        ),
    ])
    .getset(ATTRIBUTES);

fn parser_of(machine: Machine, encoding: Option<String>, intern: Value) -> Parser {
    const BUFFER: usize = 8192;
    Parser {
        place: Cell::new(machine.place()),
        machine: RefCell::new(machine),
        input: RefCell::new(Input::new(encoding)),
        handlers: RefCell::new(NO_HANDLERS),
        text: RefCell::default(),
        buffer_text: Cell::new(false),
        buffer_size: Cell::new(BUFFER),
        ordered: Cell::new(false),
        specified: Cell::new(false),
        deferral: Cell::new(true),
        partial: Cell::new(0),
        base: LockCell::new(Value::NONE),
        intern: LockCell::new(intern),
        problem: Cell::new(0),
        is_parsing: Cell::new(false),
        is_finished: Cell::new(false),
        in_handler: Cell::new(false),
    }
}

/// Decodes bytes and gives them to the scanner. What stands before the name of a coding that cannot be one of XML is the inner error.
pub fn feed(
    vm: &Vm,
    machine: &RefCell<Machine>,
    input: &RefCell<Input>,
    data: &[u8],
    is_final: bool,
) -> PyResult<Result<(), String>> {
    input.borrow_mut().push(data);
    let wanted = input.borrow_mut().wanted(is_final);
    if let Some((name, place)) = wanted {
        // A coding of Python's, by what it makes of each byte.
        let all: Vec<u8> = (0..=255).collect();
        let decoded = vm.call_method_str(&vm.bytes(&all), "decode", &[vm.str(&name), vm.str("replace")])?;
        let letters: Vec<char> = vm.to_string(&decoded)?.chars().collect();
        match <[char; 256]>::try_from(letters) {
            Ok(table) => {
                if !input.borrow_mut().set_table(Box::new(table)) {
                    return Ok(Err(input.borrow().head(place)));
                }
            }
            Err(_) => return Err(vm.value_error("multi-byte encodings are not supported")),
        }
    }
    let text = input.borrow_mut().decode(is_final);
    machine.borrow_mut().feed(&text);
    Ok(Ok(()))
}

/// The words of an error number.
pub fn words(number: u8) -> &'static str {
    ERRORS.get(usize::from(number).wrapping_sub(1)).map_or("unknown error", |error| error.1)
}

fn optional(vm: &Vm, text: Option<&str>) -> Value {
    text.map_or(Value::NONE, |text| vm.str(text))
}

/// The tokens of a document type's head: the default handler gets them one by one.
fn pieces(raw: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = raw;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |at| at + 2),
            '[' | ']' | '>' => 1,
            first if scan::is_space(first) => scan::spaces(rest),
            _ => {
                let ends = |l: char| scan::is_space(l) || matches!(l, '"' | '\'' | '[' | ']' | '>');
                rest.find(ends).unwrap_or(rest.len())
            }
        };
        all.push(&rest[..length]);
        rest = &rest[length..];
    }
    all
}

fn optional_text(vm: &Vm, value: &Value, name: &str) -> PyResult<String> {
    match value.as_str() {
        Some(text) => Ok(text.to_string_lossy().into_owned()),
        None => Err(vm.type_error(format!(
            "ParserCreate() argument '{name}' must be str or None, not {}",
            value.type_name(vm)
        ))),
    }
}

fn model_value(vm: &Vm, model: &dtd::Model) -> Value {
    let children = model.children.iter().map(|child| model_value(vm, child)).collect();
    vm.tuple(vec![
        vm.int(model.kind),
        vm.int(model.quantity),
        optional(vm, model.name.as_deref()),
        vm.tuple(children),
    ])
}

impl Parser {
    fn has(&self, at: usize) -> bool {
        !self.handlers.borrow()[at].is_none()
    }

    /// The exception for an error at the current place.
    #[cold]
    fn error(&self, vm: &Vm, number: u8) -> Raised {
        self.problem.set(number);
        let place = self.place.get();
        let words = words(number);
        let made = (|| {
            let class = vm.exception_class("xml.parsers.expat.ExpatError", &exc::EXCEPTION)?;
            let text = vm.str(format!("{words}: line {}, column {}", place.line, place.column));
            let exception = vm.call1(&class, &text)?;
            let numbers =
                [("code", i64::from(number)), ("offset", place.column as i64), ("lineno", place.line as i64)];
            for (name, number) in numbers {
                vm.setattr(&exception, vm.intern(name).value(), Some(&vm.int(number)))?;
            }
            Ok(exception)
        })();
        match made {
            Ok(exception) => vm.raise_value(exception),
            Err(raised) => raised,
        }
    }

    /// ExpatError with words of its own.
    #[cold]
    fn failed(&self, vm: &Vm, words: &str) -> Raised {
        let class = vm.exception_class("xml.parsers.expat.ExpatError", &exc::EXCEPTION);
        match class.and_then(|class| vm.call1(&class, &vm.str(words))) {
            Ok(exception) => vm.raise_value(exception),
            Err(raised) => raised,
        }
    }

    fn not_in_handler(&self, vm: &Vm, method: &str) -> PyResult<()> {
        match self.is_parsing.get() {
            true => Err(vm.runtime_error(format!("cannot call {method}() from within a handler"))),
            false => Ok(()),
        }
    }

    fn parse(&self, vm: &Vm, data: &[u8], is_final: bool) -> PyResult<Value> {
        if self.is_parsing.replace(true) {
            return Err(self.error(vm, UNEXPECTED_STATE));
        }
        let result = self.parse_here(vm, data, is_final);
        self.is_parsing.set(false);
        if is_final || result.is_err() {
            self.is_finished.set(true);
        }
        result.map(|()| vm.int(1))
    }

    fn parse_here(&self, vm: &Vm, data: &[u8], is_final: bool) -> PyResult<()> {
        if self.is_finished.get() {
            return Err(self.error(vm, code::FINISHED));
        }
        if let Err(head) = feed(vm, &self.machine, &self.input, data, is_final)? {
            self.place.set(scan::moved(self.place.get(), &head));
            return Err(self.error(vm, code::UNKNOWN_ENCODING));
        }
        // A token that was not whole is looked at again when there is twice as much of it: its pieces may be small.
        let waiting = self.machine.borrow().waiting().len();
        if self.deferral.get() && !is_final && waiting < self.partial.get().saturating_mul(2) {
            return Ok(());
        }
        loop {
            let step = self.machine.borrow_mut().next(is_final);
            match step {
                Ok(Some(item)) => {
                    self.place.set(item.place);
                    self.tell(vm, item)?;
                }
                Ok(None) => break,
                Err(problem) => {
                    self.flush(vm)?;
                    self.place.set(problem.place);
                    return Err(match problem.code {
                        code::TOO_DEEP => vm.too_deep(""),
                        number => self.error(vm, number),
                    });
                }
            }
        }
        let left = self.machine.borrow().waiting().len();
        self.partial.set(if left == waiting { left } else { 0 });
        let place = self.machine.borrow().place();
        self.place.set(place);
        self.flush(vm)
    }

    /// Gives the character data that was kept to its handler.
    fn flush(&self, vm: &Vm) -> PyResult<()> {
        let text = std::mem::take(&mut *self.text.borrow_mut());
        if text.is_empty() {
            return Ok(());
        }
        self.call(vm, handler::TEXT, &[vm.str(text)]).map(drop)
    }

    fn call(&self, vm: &Vm, at: usize, args: &[Value]) -> PyResult<Value> {
        let callable = self.handlers.borrow()[at].clone();
        if callable.is_none() {
            return Ok(Value::NONE);
        }
        let was = self.in_handler.replace(true);
        let result = vm.call_args(&callable, args);
        self.in_handler.set(was);
        result
    }

    fn default(&self, vm: &Vm, raw: &str) -> PyResult<()> {
        if raw.is_empty() {
            return Ok(());
        }
        let at = if self.has(handler::DEFAULT_EXPAND) { handler::DEFAULT_EXPAND } else { handler::DEFAULT };
        if self.has(at) {
            self.flush(vm)?;
            self.call(vm, at, &[vm.str(raw)])?;
        }
        Ok(())
    }

    /// A name that is the same object each time.
    fn name(&self, vm: &Vm, name: &str) -> PyResult<Value> {
        let text = vm.str(name);
        let known = self.intern.cloned();
        let Some(dict) = known.as_dict() else { return Ok(text) };
        if let Some(found) = dict.get(vm, &text)? {
            return Ok(found);
        }
        drop(dict.insert(vm, text.clone(), text.clone())?);
        Ok(text)
    }

    fn tell(&self, vm: &Vm, item: Item) -> PyResult<()> {
        let Item { event, raw, .. } = item;
        let at = match &event {
            Event::Text(_) => handler::TEXT,
            Event::Start { .. } => handler::START,
            Event::End { .. } => handler::END,
            Event::XmlDecl { .. } => handler::XML_DECL,
            Event::StartDoctype { .. } => handler::START_DOCTYPE,
            Event::EndDoctype => handler::END_DOCTYPE,
            Event::Instruction { .. } => handler::INSTRUCTION,
            Event::Comment(_) => handler::COMMENT,
            Event::StartCdata => handler::START_CDATA,
            Event::EndCdata => handler::END_CDATA,
            Event::StartNamespace { .. } => handler::START_NAMESPACE,
            Event::EndNamespace { .. } => handler::END_NAMESPACE,
            Event::Declaration(dtd::Declaration::Entity { entity, .. }) => {
                if entity.notation.is_some() && self.has(handler::UNPARSED) {
                    handler::UNPARSED
                } else {
                    handler::ENTITY
                }
            }
            Event::Declaration(dtd::Declaration::Notation { .. }) => handler::NOTATION,
            Event::Declaration(dtd::Declaration::Element { .. }) => handler::ELEMENT,
            Event::Declaration(dtd::Declaration::Attribute { .. }) => handler::ATTLIST,
            Event::External { .. } => handler::EXTERNAL,
            Event::Skipped { .. } => handler::SKIPPED,
            Event::NotStandalone => handler::NOT_STANDALONE,
            Event::Other => return self.default(vm, &raw),
        };
        if !self.has(at) {
            if matches!(event, Event::StartDoctype { .. } | Event::EndDoctype) {
                return pieces(&raw).into_iter().try_for_each(|piece| self.default(vm, piece));
            }
            return self.default(vm, &raw);
        }
        if let Event::Text(text) = event {
            if !self.buffer_text.get() {
                return self.call(vm, at, &[vm.str(text)]).map(drop);
            }
            let size = self.buffer_size.get();
            if self.text.borrow().len() + text.len() > size {
                self.flush(vm)?;
                // The handler may be another one now.
                if text.len() > size || !self.has(at) {
                    return self.call(vm, at, &[vm.str(text)]).map(drop);
                }
            }
            self.text.borrow_mut().push_str(&text);
            return Ok(());
        }
        self.flush(vm)?;
        let base = self.base.cloned();
        let text = |text: &Option<String>| optional(vm, text.as_deref());
        let args = match event {
            Event::Start { name, attributes, specified } => {
                let count = if self.specified.get() { specified } else { attributes.len() };
                let given = attributes.into_iter().take(count);
                let attributes = if self.ordered.get() {
                    let mut all = Vec::with_capacity(2 * count);
                    for (name, value) in given {
                        all.extend([self.name(vm, &name)?, vm.str(value)]);
                    }
                    vm.list(all)
                } else {
                    let dict = vm.new_dict();
                    for (name, value) in given {
                        drop(dict.insert(vm, self.name(vm, &name)?, vm.str(value))?);
                    }
                    dict.into_value()
                };
                vec![self.name(vm, &name)?, attributes]
            }
            Event::End { name } => vec![self.name(vm, &name)?],
            Event::XmlDecl { version, encoding, standalone } => {
                vec![text(&version), text(&encoding), vm.int(standalone.into())]
            }
            Event::StartDoctype { name, system, public, internal } => {
                vec![self.name(vm, &name)?, text(&system), text(&public), vm.int(internal.into())]
            }
            Event::Instruction { target, data } => vec![self.name(vm, &target)?, vm.str(data)],
            Event::Comment(comment) => vec![vm.str(comment)],
            Event::StartNamespace { prefix, uri } => vec![text(&prefix), text(&uri)],
            Event::EndNamespace { prefix } => vec![text(&prefix)],
            Event::Declaration(declaration) => match declaration {
                dtd::Declaration::Entity { name, is_parameter, entity } => {
                    let (system, public) = (text(&entity.system), text(&entity.public));
                    let notation = text(&entity.notation);
                    let name = self.name(vm, &name)?;
                    if at == handler::UNPARSED {
                        vec![name, base, system, public, notation]
                    } else {
                        let kind = vm.int(is_parameter.into());
                        vec![name, kind, text(&entity.value), base, system, public, notation]
                    }
                }
                dtd::Declaration::Notation { name, system, public } => {
                    vec![self.name(vm, &name)?, base, text(&system), text(&public)]
                }
                dtd::Declaration::Element { name, model } => {
                    vec![self.name(vm, &name)?, model_value(vm, &model)]
                }
                dtd::Declaration::Attribute { element, name, kind, default, required } => {
                    let (element, name) = (self.name(vm, &element)?, self.name(vm, &name)?);
                    vec![element, name, vm.str(kind), text(&default), vm.int(required.into())]
                }
            },
            Event::External { context, system, public } => {
                vec![text(&context), base, text(&system), text(&public)]
            }
            Event::Skipped { name, is_parameter } => {
                vec![self.name(vm, &name)?, vm.int(is_parameter.into())]
            }
            _ => Vec::new(),
        };
        let result = self.call(vm, at, &args)?;
        let refusal = match at {
            handler::EXTERNAL => code::EXTERNAL_ENTITY_HANDLING,
            handler::NOT_STANDALONE => code::NOT_STANDALONE,
            _ => return Ok(()),
        };
        if vm.to_i64(&result)? == 0 {
            return Err(self.error(vm, refusal));
        }
        Ok(())
    }
}

/// `pyexpat`
pub static MODULE: NativeModule = NativeModule {
    name: "pyexpat",
    doc: "Parsers of XML that call handlers.",
    functions: &[
        native(
            "ParserCreate(encoding=None, namespace_separator=None, intern=<unrepresentable>)",
            |vm, args| {
                let encoding = match args[0].given().and_then(Value::some) {
                    Some(name) => Some(optional_text(vm, name, "encoding")?),
                    None => None,
                };
                let separator = match args[1].given().and_then(Value::some) {
                    Some(text) => Some(optional_text(vm, text, "namespace_separator")?),
                    None => None,
                };
                if separator.as_ref().is_some_and(|text| text.chars().count() > 1) {
                    return Err(
                        vm.value_error("namespace_separator must be at most one character, omitted, or None")
                    );
                }
                let intern = match args[2].given() {
                    None => vm.new_dict().into_value(),
                    Some(given) if given.is_none() || given.as_dict().is_some() => given.clone(),
                    Some(_) => return Err(vm.type_error("intern must be a dictionary")),
                };
                Ok(vm.alloc_spec(&PARSER, parser_of(Machine::new(separator), encoding, intern)))
            },
            "Return a new XML parser object.\n\nencoding overrides what the document says; with namespace_separator names are those of namespaces, the separator between them; intern is a dict for names.",
        ),
        native(
            "ErrorString(code, /)",
            |vm, args| {
                let number = vm.to_i64(&args[0])?;
                let words = usize::try_from(number).ok().and_then(|n| ERRORS.get(n.wrapping_sub(1)));
                Ok(words.map_or(Value::NONE, |words| vm.str(words.1)))
            },
            "Return the words for an error number; None if there is no such error.",
        ),
    ],
    init,
};

fn init(vm: &Vm, dict: &Ref<Dict>) -> PyResult<()> {
    let class = vm.exception_class("xml.parsers.expat.ExpatError", &exc::EXCEPTION)?;
    vm.set_in(dict, "ExpatError", class.clone());
    vm.set_in(dict, "error", class);
    vm.set_in(dict, "XMLParserType", vm.typ(&PARSER).value().clone());
    let [major, minor, micro] = VERSION;
    vm.set_in(dict, "EXPAT_VERSION", vm.str(format!("expat_{major}.{minor}.{micro}")));
    vm.set_in(dict, "version_info", vm.tuple(VERSION.map(|n| vm.int(n)).to_vec()));
    vm.set_in(dict, "native_encoding", vm.str("UTF-8"));
    let features = [
        ("sizeof(XML_Char)", 1),
        ("sizeof(XML_LChar)", 1),
        ("XML_DTD", 0),
        ("XML_NS", 0),
        ("XML_BLAP_MAX_AMP", 100),
        ("XML_BLAP_ACT_THRES", 8 << 20),
        ("XML_GE", 0),
    ];
    let features = features.iter().map(|(name, n)| vm.tuple(vec![vm.str(*name), vm.int(*n)])).collect();
    vm.set_in(dict, "features", vm.list(features));
    let parsing = [("NEVER", 0), ("UNLESS_STANDALONE", 1), ("ALWAYS", 2)];
    for (name, number) in parsing {
        vm.set_in(dict, &format!("XML_PARAM_ENTITY_PARSING_{name}"), vm.int(number));
    }
    let (codes, messages) = (vm.new_dict(), vm.new_dict());
    let errors = vm.new_dict();
    for (at, (name, words)) in ERRORS.iter().enumerate() {
        let (number, words) = (vm.int(at as i64 + 1), vm.str(*words));
        vm.set_in(&errors, &format!("XML_ERROR_{name}"), words.clone());
        drop(codes.insert(vm, words.clone(), number.clone())?);
        drop(messages.insert(vm, number, words)?);
    }
    vm.set_in(&errors, "codes", codes.into_value());
    vm.set_in(&errors, "messages", messages.into_value());
    let model = vm.new_dict();
    let kinds = [("EMPTY", 1), ("ANY", 2), ("MIXED", 3), ("NAME", 4), ("CHOICE", 5), ("SEQ", 6)];
    for (name, number) in kinds {
        vm.set_in(&model, &format!("XML_CTYPE_{name}"), vm.int(number));
    }
    for (number, name) in ["NONE", "OPT", "REP", "PLUS"].into_iter().enumerate() {
        vm.set_in(&model, &format!("XML_CQUANT_{name}"), vm.int(number as i64));
    }
    let modules = vm.interp().modules.cloned();
    let parts = [
        ("errors", "Constants used to describe error conditions.", errors),
        ("model", "Constants used to interpret content model information.", model),
    ];
    for (name, doc, part) in parts {
        let full = format!("pyexpat.{name}");
        let module = vm.module_with(&full, doc, part);
        drop(modules.insert_str(&vm.intern(&full), module.clone()));
        vm.set_in(dict, name, module);
    }
    Ok(())
}
