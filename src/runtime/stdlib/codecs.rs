//! `_codecs`: the registry of codecs and of error handlers, and the functions of the codecs that are native.
//!
//! The registry lives in the interpreter's module state: a list of search functions, a dict from normalised names to
//! what they gave, and a dict of error handlers. `encodings`, which registers the search function for everything else,
//! is imported at the first lookup.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::lists::List;
use crate::runtime::builtins::strs::codecs::{Handler, Native, decode_native, encode_native};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{Native as NativeDef, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::text::codec::wide::{self, Order};
use crate::runtime::text::codec::{Policy, Replacement, charmap, escapes};
use crate::runtime::text::wtf8;
use crate::runtime::value::{Payload, Ref, Value};

macro_rules! encoder {
    ($signature:literal, $codec:expr) => {
        native($signature, |vm, args| encode_with(vm, args, $codec), "")
    };
}
macro_rules! decoder {
    ($signature:literal, $codec:expr, $last:expr) => {
        native($signature, |vm, args| decode_with(vm, args, $codec, $last), "")
    };
}

/// `_codecs`
pub static MODULE: NativeModule = NativeModule {
    name: "_codecs",
    doc: "",
    functions: &[
        native(
            "register(search_function, /)",
            |vm, args| {
                if !vm.is_callable(&args[0]) {
                    return Err(vm.type_error("argument must be callable"));
                }
                search_path(vm)?.push(args[0].clone());
                Ok(Value::NONE)
            },
            "Register a codec search function.\n\nSearch functions are expected to take one argument, the encoding name in\nall lower case letters, and either return None, or a tuple of functions\n(encoder, decoder, stream_reader, stream_writer) (or a CodecInfo object).",
        ),
        native(
            "unregister(search_function, /)",
            |vm, args| {
                let path = search_path(vm)?;
                let found = path.items.get().iter().position(|item| item.is(&args[0]));
                if let Some(found) = found {
                    cache(vm).clear();
                    let old = path.items.get_mut().remove(found);
                    drop(old);
                }
                Ok(Value::NONE)
            },
            "Unregister a codec search function and clear the registry's cache.\n\nIf the search function is not registered, do nothing.",
        ),
        native(
            "lookup(encoding, /)",
            |vm, args| {
                let name = text_argument(vm, &args[0], "lookup() argument")?;
                lookup(vm, &name)
            },
            "Looks up a codec tuple in the Python codec registry and returns a CodecInfo object.",
        ),
        native(
            "encode(obj, encoding='utf-8', errors='strict')",
            |vm, args| run_codec(vm, args, 0),
            "Encodes obj using the codec registered for encoding.\n\nThe default encoding is 'utf-8'.  errors may be given to set a\ndifferent error handling scheme.  Default is 'strict' meaning that encoding\nerrors raise a ValueError.  Other possible values are 'ignore', 'replace'\nand 'backslashreplace' as well as any other name registered with\ncodecs.register_error that can handle ValueErrors.",
        ),
        native(
            "decode(obj, encoding='utf-8', errors='strict')",
            |vm, args| run_codec(vm, args, 1),
            "Decodes obj using the codec registered for encoding.\n\nDefault encoding is 'utf-8'.  errors may be given to set a\ndifferent error handling scheme.  Default is 'strict' meaning that encoding\nerrors raise a ValueError.  Other possible values are 'ignore', 'replace'\nand 'backslashreplace' as well as any other name registered with\ncodecs.register_error that can handle ValueErrors.",
        ),
        native(
            "register_error(errors, handler, /)",
            |vm, args| {
                let name = text_argument(vm, &args[0], "register_error() argument 1")?;
                if !vm.is_callable(&args[1]) {
                    return Err(vm.type_error("handler must be callable"));
                }
                let handlers = handlers(vm)?;
                vm.set_in(&handlers, &name, args[1].clone());
                Ok(Value::NONE)
            },
            "Register the specified error handler under the name errors.\n\nhandler must be a callable object, that\nwill be called with an exception instance containing\ninformation about the location of the encoding/decoding\nerror and must return a (replacement, new position) tuple.",
        ),
        native(
            "_unregister_error(errors, /)",
            |vm, args| {
                let name = text_argument(vm, &args[0], "_unregister_error() argument")?;
                if Policy::from_name(name.as_bytes()).is_some() {
                    return Err(vm.value_error(format!("cannot un-register built-in error handler '{name}'")));
                }
                let handlers = handlers(vm)?;
                let old = handlers.remove(vm, &args[0])?;
                Ok(Value::bool(old.is_some()))
            },
            "Un-register the specified error handler for the error handling `errors'.\n\nOnly custom handlers can be un-registered. An exception is raised\nif the error handling is a built-in one (e.g., 'strict'), or if an error\noccurs.\n\nOtherwise, this returns True if a custom handler has been successfully\nun-registered, and False if no custom handler for the specified error\nhandling exists.",
        ),
        native(
            "lookup_error(name, /)",
            |vm, args| {
                let name = text_argument(vm, &args[0], "lookup_error() argument")?;
                let handlers = handlers(vm)?;
                match handlers.get(vm, &vm.str(&name))? {
                    Some(handler) => Ok(handler),
                    None => Err(vm.lookup_error(format!("unknown error handler name '{name}'"))),
                }
            },
            "lookup_error(errors) -> handler\n\nReturn the error handler for the specified error handling name or raise a\nLookupError, if no handler exists under this name.",
        ),
        encoder!("utf_8_encode(str, errors=None, /)", Native::Utf8),
        encoder!("utf_7_encode(str, errors=None, /)", Native::Utf7),
        encoder!("ascii_encode(str, errors=None, /)", Native::Ascii),
        encoder!("latin_1_encode(str, errors=None, /)", Native::Latin1),
        encoder!("utf_16_le_encode(str, errors=None, /)", Native::Utf16(Order::Little)),
        encoder!("utf_16_be_encode(str, errors=None, /)", Native::Utf16(Order::Big)),
        encoder!("utf_32_le_encode(str, errors=None, /)", Native::Utf32(Order::Little)),
        encoder!("utf_32_be_encode(str, errors=None, /)", Native::Utf32(Order::Big)),
        encoder!("raw_unicode_escape_encode(str, errors=None, /)", Native::RawUnicodeEscape),
        native(
            "utf_16_encode(str, errors=None, byteorder=0, /)",
            |vm, args| {
                let order = order_argument(vm, &args[2])?;
                encode_with(vm, &args[..2], Native::Utf16(order))
            },
            "",
        ),
        native(
            "utf_32_encode(str, errors=None, byteorder=0, /)",
            |vm, args| {
                let order = order_argument(vm, &args[2])?;
                encode_with(vm, &args[..2], Native::Utf32(order))
            },
            "",
        ),
        native(
            "unicode_escape_encode(str, errors=None, /)",
            |vm, args| {
                let text = vm.text(&args[0], "unicode_escape_encode() argument 1")?;
                let bytes = escapes::encode_unicode_escape(text.bytes());
                Ok(vm.tuple(vec![vm.bytes(&bytes), vm.int_usize(text.len())]))
            },
            "",
        ),
        decoder!("utf_8_decode(data, errors=None, final=False, /)", Native::Utf8, false),
        decoder!("utf_7_decode(data, errors=None, final=False, /)", Native::Utf7, false),
        decoder!("ascii_decode(data, errors=None, /)", Native::Ascii, true),
        decoder!("latin_1_decode(data, errors=None, /)", Native::Latin1, true),
        decoder!("utf_16_decode(data, errors=None, final=False, /)", Native::Utf16(Order::Marked), false),
        decoder!("utf_16_le_decode(data, errors=None, final=False, /)", Native::Utf16(Order::Little), false),
        decoder!("utf_16_be_decode(data, errors=None, final=False, /)", Native::Utf16(Order::Big), false),
        decoder!("utf_32_decode(data, errors=None, final=False, /)", Native::Utf32(Order::Marked), false),
        decoder!("utf_32_le_decode(data, errors=None, final=False, /)", Native::Utf32(Order::Little), false),
        decoder!("utf_32_be_decode(data, errors=None, final=False, /)", Native::Utf32(Order::Big), false),
        native(
            "raw_unicode_escape_decode(data, errors=None, final=True, /)",
            |vm, args| {
                let data = text_or_buffer(vm, &args[0])?;
                decode_bytes(vm, &data, args, Native::RawUnicodeEscape, true)
            },
            "",
        ),
        native(
            "utf_16_ex_decode(data, errors=None, byteorder=0, final=False, /)",
            |vm, args| {
                let (data, errors) = (vm.buffer_bytes(&args[0])?, errors_argument(vm, args)?);
                let (order, last) = (order_argument(vm, &args[2])?, last_argument(vm, args.get(3), false)?);
                let found = wide::decode_utf16(&data, order, last, &mut Handler::decoding(vm, &errors))?;
                Ok(wide_result(vm, &found))
            },
            "",
        ),
        native(
            "utf_32_ex_decode(data, errors=None, byteorder=0, final=False, /)",
            |vm, args| {
                let (data, errors) = (vm.buffer_bytes(&args[0])?, errors_argument(vm, args)?);
                let (order, last) = (order_argument(vm, &args[2])?, last_argument(vm, args.get(3), false)?);
                let found = wide::decode_utf32(&data, order, last, &mut Handler::decoding(vm, &errors))?;
                Ok(wide_result(vm, &found))
            },
            "",
        ),
        native(
            "unicode_escape_decode(data, errors=None, final=True, /)",
            |vm, args| {
                let (data, errors) = (text_or_buffer(vm, &args[0])?, errors_argument(vm, args)?);
                let last = last_argument(vm, args.get(2), true)?;
                let (decoded, invalid) =
                    escapes::decode_unicode_escape(&data, last, &mut Handler::decoding(vm, &errors))?;
                if let Some(invalid) = invalid {
                    vm.warn(&exc::DEPRECATION_WARNING, &invalid.message(""), 1)?;
                }
                Ok(vm.tuple(vec![vm.str_bytes(&decoded.text), vm.int_usize(decoded.consumed)]))
            },
            "",
        ),
        native(
            "escape_decode(data, errors=None, /)",
            |vm, args| {
                let (data, errors) = (text_or_buffer(vm, &args[0])?, errors_argument(vm, args)?);
                let (bytes, invalid) =
                    escapes::decode_bytes_escape(&data, &errors).map_err(|fault| vm.fault(fault))?;
                if let Some(invalid) = invalid {
                    vm.warn(&exc::DEPRECATION_WARNING, &invalid.message("b"), 1)?;
                }
                Ok(vm.tuple(vec![vm.bytes(&bytes), vm.int_usize(data.len())]))
            },
            "",
        ),
        native(
            "escape_encode(data, errors=None, /)",
            |vm, args| {
                let Some(bytes) = vm.bytes_of(&args[0]) else {
                    return Err(vm.type_error(format!(
                        "escape_encode() argument 1 must be bytes, not {}",
                        args[0].type_name(vm)
                    )));
                };
                let out = escapes::encode_bytes_escape(bytes);
                Ok(vm.tuple(vec![vm.bytes(&out), vm.int_usize(bytes.len())]))
            },
            "",
        ),
        native(
            "readbuffer_encode(data, errors=None, /)",
            |vm, args| {
                let data = text_or_buffer(vm, &args[0])?;
                Ok(vm.tuple(vec![vm.bytes(&data), vm.int_usize(data.len())]))
            },
            "",
        ),
        native(
            "charmap_build(map, /)",
            |vm, args| {
                let text = vm.text(&args[0], "charmap_build() argument")?;
                let table: Vec<u32> = wtf8::code_points(text.bytes()).take(256).collect();
                Ok(vm.alloc_spec(&ENCODING_MAP, EncodingMap(charmap::EncodingMap::new(&table))))
            },
            "",
        ),
        native("charmap_decode(data, errors=None, mapping=None, /)", charmap_decode, ""),
        native("charmap_encode(str, errors=None, mapping=None, /)", charmap_encode, ""),
    ],
    init: |_, _| Ok(()),
};

/// The way back of a decoding table.
pub struct EncodingMap(charmap::EncodingMap);

crate::payload!(EncodingMap, "EncodingMap");

/// `EncodingMap`
pub static ENCODING_MAP: TypeSpec = TypeSpec::new("EncodingMap", EncodingMap::layout)
    .flags(crate::runtime::gc::heap::type_flag::NO_NEW)
    .methods(&[native(
        "size(self, /)",
        |vm, args| Ok(vm.int_usize(vm.object_size(&args[0]))),
        "Return the size (in bytes) of this object.",
    )]);

// ------------------------------------------------------------------------------------------------ arguments

fn text_argument(vm: &Vm, value: &Value, what: &str) -> PyResult<String> {
    vm.text(value, what)?;
    let text = vm.utf8(value)?;
    if text.contains('\0') {
        return Err(vm.value_error("embedded null character"));
    }
    Ok(text.to_owned())
}

fn errors_argument(vm: &Vm, args: &[Value]) -> PyResult<String> {
    match args.get(1).and_then(Value::some) {
        Some(errors) => text_argument(vm, errors, "argument 2"),
        None => Ok("strict".to_owned()),
    }
}

fn last_argument(vm: &Vm, value: Option<&Value>, default: bool) -> PyResult<bool> {
    match value.and_then(Value::given) {
        Some(value) => vm.truth(value),
        None => Ok(default),
    }
}

fn order_argument(vm: &Vm, value: &Value) -> PyResult<Order> {
    Ok(match value.given().map(|value| vm.to_i32(value)).transpose()? {
        None | Some(0) => Order::Marked,
        Some(n) if n < 0 => Order::Little,
        Some(_) => Order::Big,
    })
}

fn text_or_buffer(vm: &Vm, value: &Value) -> PyResult<Vec<u8>> {
    match value.as_str() {
        Some(_) => Ok(vm.utf8(value)?.as_bytes().to_vec()),
        None => vm.buffer_bytes(value),
    }
}

fn wide_result(vm: &Vm, found: &wide::WideDecoded) -> Value {
    let order = match found.order {
        Order::Little => -1,
        Order::Marked => 0,
        Order::Big => 1,
    };
    vm.tuple(vec![vm.str_bytes(&found.decoded.text), vm.int_usize(found.decoded.consumed), vm.int(order)])
}

fn encode_with(vm: &Vm, args: &[Value], codec: Native) -> PyResult<Value> {
    let text = vm.text(&args[0], "encode() argument 1")?;
    let errors = errors_argument(vm, args)?;
    let bytes = if text.is_ascii() && matches!(codec, Native::Utf8 | Native::Ascii | Native::Latin1) {
        vm.bytes(text.bytes())
    } else {
        vm.bytes(&encode_native(codec, text.bytes(), &mut Handler::encoding(vm, &errors, &args[0]))?)
    };
    Ok(vm.tuple(vec![bytes, vm.int_usize(text.len())]))
}

fn decode_with(vm: &Vm, args: &[Value], codec: Native, last: bool) -> PyResult<Value> {
    let data = vm.buffer_bytes(&args[0])?;
    decode_bytes(vm, &data, args, codec, last)
}

fn decode_bytes(vm: &Vm, data: &[u8], args: &[Value], codec: Native, last: bool) -> PyResult<Value> {
    let errors = errors_argument(vm, args)?;
    let last = last_argument(vm, args.get(2), last)?;
    if data.is_ascii() && matches!(codec, Native::Utf8 | Native::Ascii | Native::Latin1) {
        return Ok(vm.tuple(vec![vm.str_ascii(data), vm.int_usize(data.len())]));
    }
    let decoded = decode_native(codec, data, last, &mut Handler::decoding(vm, &errors))?;
    Ok(vm.tuple(vec![vm.str_bytes(&decoded.text), vm.int_usize(decoded.consumed)]))
}

// ------------------------------------------------------------------------------------------------ charmap

fn charmap_decode(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (data, errors) = (vm.buffer_bytes(&args[0])?, errors_argument(vm, args)?);
    let Some(mapping) = args[2].some() else {
        return decode_bytes(vm, &data, &args[..2], Native::Latin1, true);
    };
    let mut handler = Handler::decoding(vm, &errors);
    let decoded = if let Some(table) = mapping.as_str() {
        let table: Vec<u32> = wtf8::code_points(table.bytes()).collect();
        charmap::decode(&data, |byte, text| Ok(charmap::table_lookup(&table, byte, text)), &mut handler)?
    } else {
        charmap::decode(&data, |byte, text| map_byte(vm, mapping, byte, text), &mut handler)?
    };
    Ok(vm.tuple(vec![vm.str_bytes(&decoded.text), vm.int_usize(data.len())]))
}

fn map_byte(vm: &Vm, mapping: &Value, byte: u8, text: &mut Vec<u8>) -> PyResult<bool> {
    let found = vm.getitem(mapping, &vm.int(byte.into()));
    let Some(found) = vm.catch(found, &exc::LOOKUP_ERROR)? else { return Ok(false) };
    if found.is_none() {
        return Ok(false);
    }
    if let Some(found) = found.as_str() {
        if found.bytes() == "\u{fffe}".as_bytes() {
            return Ok(false);
        }
        text.extend_from_slice(found.bytes());
        return Ok(true);
    }
    if !vm.is_int(&found) {
        return Err(vm.type_error("character mapping must return integer, None or str"));
    }
    match found
        .as_int()
        .and_then(|view| view.small())
        .and_then(|i| u32::try_from(i).ok())
        .filter(|i| *i <= wtf8::MAX)
    {
        Some(charmap::UNDEFINED) => Ok(false),
        Some(point) => {
            wtf8::push(text, point);
            Ok(true)
        }
        None => Err(vm.type_error("character mapping must be in range(0x110000)")),
    }
}

fn charmap_encode(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let text = vm.text(&args[0], "charmap_encode() argument 1")?;
    let errors = errors_argument(vm, args)?;
    let Some(mapping) = args[2].some() else { return encode_with(vm, &args[..2], Native::Latin1) };
    let mut handler = Handler::encoding(vm, &errors, &args[0]);
    let bytes = if let Some(map) = mapping.downcast::<EncodingMap>() {
        charmap::encode(text.bytes(), |point, out| Ok(map.0.lookup(point, out)), &mut handler)?
    } else {
        charmap::encode(text.bytes(), |point, out| map_point(vm, mapping, point, out), &mut handler)?
    };
    Ok(vm.tuple(vec![vm.bytes(&bytes), vm.int_usize(text.len())]))
}

fn map_point(vm: &Vm, mapping: &Value, point: u32, out: &mut Vec<u8>) -> PyResult<bool> {
    let found = vm.getitem(mapping, &vm.int(point.into()));
    let Some(found) = vm.catch(found, &exc::LOOKUP_ERROR)? else { return Ok(false) };
    if found.is_none() {
        return Ok(false);
    }
    if let Some(bytes) = vm.bytes_of(&found) {
        out.extend_from_slice(bytes);
        return Ok(true);
    }
    if !vm.is_int(&found) {
        return Err(vm.type_error(format!(
            "character mapping must return integer, bytes or None, not {}",
            found.type_name(vm)
        )));
    }
    match found.as_int().and_then(|view| view.small()).and_then(|i| u8::try_from(i).ok()) {
        Some(byte) => {
            out.push(byte);
            Ok(true)
        }
        None => Err(vm.type_error("character mapping must be in range(256)")),
    }
}

// ------------------------------------------------------------------------------------------------ registry

fn state<T: Payload>(vm: &Vm, key: &'static str, make: impl FnOnce() -> Value) -> Ref<T> {
    let known = vm.interp().module_state.borrow().get(key).cloned();
    let value = known.unwrap_or_else(|| {
        let new = make();
        vm.interp().module_state.borrow_mut().insert(key, new.clone());
        new
    });
    match value.downcast_ref::<T>() {
        Some(value) => value,
        None => unreachable!("the state under a key has one type"),
    }
}

/// The search functions; `encodings` has put its own first.
fn search_path(vm: &Vm) -> PyResult<Ref<List>> {
    let path: Ref<List> = state(vm, "codec search path", || vm.list(Vec::new()));
    let importing: Ref<List> = state(vm, "codec import", || vm.list(Vec::new()));
    if importing.is_empty() {
        importing.push(Value::TRUE);
        let imported = vm.import("encodings");
        drop(vm.catch(imported, &exc::IMPORT_ERROR)?);
    }
    Ok(path)
}

fn cache(vm: &Vm) -> Ref<Dict> {
    state(vm, "codec cache", || vm.new_dict().into_value())
}

/// Lower case, with runs of punctuation as one underscore.
fn normalize(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !normal.is_empty() {
                normal.push('_');
            }
            gap = false;
            normal.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    normal
}

/// The codec of a name.
pub fn lookup(vm: &Vm, encoding: &str) -> PyResult<Value> {
    let path = search_path(vm)?;
    let name = vm.str(normalize(encoding));
    let cache = cache(vm);
    if let Some(found) = cache.get(vm, &name)? {
        return Ok(found);
    }
    if path.is_empty() {
        return Err(vm.lookup_error("no codec search functions registered: can't find encoding"));
    }
    let mut at = 0;
    while let Some(search) = path.get(at) {
        let found = vm.call1(&search, &name)?;
        at += 1;
        if found.is_none() {
            continue;
        }
        if found.as_tuple().is_none_or(|tuple| tuple.len() != 4) {
            return Err(vm.type_error("codec search functions must return 4-tuples"));
        }
        drop(cache.insert(vm, name, found.clone())?);
        return Ok(found);
    }
    Err(vm.lookup_error(format!("unknown encoding: {encoding}")))
}

/// Adds a note that tells which codec failed.
pub fn note_failure(vm: &Vm, raised: Raised, operation: &str, encoding: &str) -> Raised {
    let exception = vm.take_raised(raised);
    let note = vm.str(format!("{operation} with '{encoding}' codec failed"));
    match vm.call_method_str(&exception, "add_note", &[note]) {
        Ok(_) => vm.set_raised(exception),
        Err(raised) => raised,
    }
}

fn run_codec(vm: &Vm, args: &[Value], at: i64) -> PyResult<Value> {
    let function = if at == 0 { "encode" } else { "decode" };
    let encoding = match args[1].given() {
        Some(encoding) => text_argument(vm, encoding, &format!("{function}() argument 'encoding'"))?,
        None => "utf-8".to_owned(),
    };
    let codec = lookup(vm, &encoding)?;
    let call = vm.getitem(&codec, &vm.int(at))?;
    let result = match args[2].given() {
        Some(errors) => {
            vm.text(errors, format_args!("{function}() argument 'errors'"))?;
            vm.call_args(&call, &[args[0].clone(), errors.clone()])
        }
        None => vm.call1(&call, &args[0]),
    };
    let result = result.map_err(|raised| {
        note_failure(vm, raised, if at == 0 { "encoding" } else { "decoding" }, &encoding)
    })?;
    match result.as_tuple().map(|tuple| tuple.items()) {
        Some([found, _]) => Ok(found.clone()),
        _ if at == 0 => Err(vm.type_error("encoder must return a tuple (object, integer)")),
        _ => Err(vm.type_error("decoder must return a tuple (object,integer)")),
    }
}

// ------------------------------------------------------------------------------------------------ error handlers

static HANDLERS: &[(&str, NativeDef)] = &[
    (
        "strict",
        native(
            "strict_errors(exception, /)",
            |vm, args| {
                if !args[0].ty(vm).has(crate::runtime::gc::heap::type_flag::EXCEPTION) {
                    return Err(vm.type_error("codec must pass exception instance"));
                }
                Err(vm.raise_value(args[0].clone()))
            },
            "Implements the 'strict' error handling, which raises a UnicodeError on coding errors.",
        ),
    ),
    (
        "ignore",
        native(
            "ignore_errors(exception, /)",
            |vm, args| handle(vm, &args[0], Policy::Ignore),
            "Implements the 'ignore' error handling, which ignores malformed data and continues.",
        ),
    ),
    (
        "replace",
        native(
            "replace_errors(exception, /)",
            |vm, args| handle(vm, &args[0], Policy::Replace),
            "Implements the 'replace' error handling, which replaces malformed data with a replacement marker.",
        ),
    ),
    (
        "xmlcharrefreplace",
        native(
            "xmlcharrefreplace_errors(exception, /)",
            |vm, args| handle(vm, &args[0], Policy::XmlCharRefReplace),
            "Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the appropriate XML character reference.",
        ),
    ),
    (
        "backslashreplace",
        native(
            "backslashreplace_errors(exception, /)",
            |vm, args| handle(vm, &args[0], Policy::BackslashReplace),
            "Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed escape sequence.",
        ),
    ),
    (
        "namereplace",
        native(
            "namereplace_errors(exception, /)",
            |vm, args| handle(vm, &args[0], Policy::NameReplace),
            "Implements the 'namereplace' error handling, which replaces an unencodable character with a \\N{...} escape sequence.",
        ),
    ),
    (
        "surrogatepass",
        native("surrogatepass(exception, /)", |vm, args| handle(vm, &args[0], Policy::SurrogatePass), ""),
    ),
    (
        "surrogateescape",
        native("surrogateescape(exception, /)", |vm, args| handle(vm, &args[0], Policy::SurrogateEscape), ""),
    ),
];

fn handlers(vm: &Vm) -> PyResult<Ref<Dict>> {
    let handlers: Ref<Dict> = state(vm, "codec error handlers", || vm.new_dict().into_value());
    if handlers.is_empty() {
        for (name, def) in HANDLERS {
            let function = vm.native_function(def, &Value::NONE, Value::NONE);
            vm.set_in(&handlers, name, function);
        }
    }
    Ok(handlers)
}

/// What a builtin handler answers to an exception.
fn handle(vm: &Vm, exception: &Value, policy: Policy) -> PyResult<Value> {
    let is = |spec: &'static TypeSpec| vm.is_instance(exception, vm.typ(spec));
    let (encode, decode, translate) =
        (is(&exc::UNICODE_ENCODE_ERROR), is(&exc::UNICODE_DECODE_ERROR), is(&exc::UNICODE_TRANSLATE_ERROR));
    let refuse = || {
        if exception.ty(vm).has(crate::runtime::gc::heap::type_flag::EXCEPTION) {
            vm.type_error(format!("don't know how to handle {} in error callback", exception.type_name(vm)))
        } else {
            vm.type_error("codec must pass exception instance")
        }
    };
    if !(encode || decode || translate) {
        return Err(refuse());
    }
    let object = vm.getattr_str(exception, "object")?;
    let place = |name: &str| -> PyResult<isize> { vm.to_ssize(&vm.getattr_str(exception, name)?) };
    let (start, end) = (place("start")?, place("end")?);
    let strict = || vm.raise_value(exception.clone());
    let result = |text: Value, at: usize| vm.tuple(vec![text, vm.int_usize(at)]);
    if decode {
        let Some(input) = vm.bytes_of(&object) else {
            return Err(vm.type_error("UnicodeError 'object' attribute must be a bytes"));
        };
        let (start, end) = clamp(start, end, input.len());
        if matches!(policy, Policy::XmlCharRefReplace | Policy::NameReplace) {
            return Err(refuse());
        }
        let encoding = vm.to_string(&vm.getattr_str(exception, "encoding")?)?;
        return match policy.on_decode(&encoding, input, start, end) {
            Some((text, at)) => Ok(result(vm.str_bytes(&text), at)),
            None => Err(strict()),
        };
    }
    let Some(text) = object.as_str() else {
        return Err(vm.type_error("UnicodeError 'object' attribute must be a str"));
    };
    let (start, end) = clamp(start, end, text.len());
    let part = &text.bytes()[text.offset(start)..text.offset(end)];
    if translate {
        if policy == Policy::Ignore {
            return Ok(result(vm.str(""), end));
        }
        if !matches!(policy, Policy::Replace | Policy::BackslashReplace) {
            return Err(refuse());
        }
        return match policy.on_translate(part) {
            Some(text) => Ok(result(vm.str_bytes(&text), end)),
            None => Err(strict()),
        };
    }
    let encoding = vm.to_string(&vm.getattr_str(exception, "encoding")?)?;
    match policy.on_encode(&encoding, part) {
        Some(Replacement::Text(text)) => Ok(result(vm.str_bytes(&text), end)),
        Some(Replacement::Bytes(bytes)) => Ok(result(vm.bytes(&bytes), end)),
        None => Err(strict()),
    }
}

fn clamp(start: isize, end: isize, length: usize) -> (usize, usize) {
    let start = start.clamp(0, (length as isize - 1).max(0)) as usize;
    let end = end.clamp(start as isize, length as isize) as usize;
    (start, end)
}
