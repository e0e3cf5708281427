//! Tuples with named fields, CPython's struct sequences: `os.stat_result`, `time.struct_time`, `sys.flags`.
//!
//! The items of the tuple are the visible fields. Those beyond are kept as a second tuple in the one slot word that
//! such a type adds to its instances. A field is read through a descriptor of its own.

use crate::runtime::builtins::tuples::TUPLE;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::{type_flag, word_at};
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, getter, kind, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Payload, Value};

/// Name of a field that is reached by its index alone.
pub const UNNAMED: &str = "unnamed field";

/// Static description of a struct sequence type.
pub struct StructSpec {
    ty: TypeSpec,
    fields: &'static [(&'static str, &'static str)],
    visible: usize,
}

impl StructSpec {
    /// A type with these fields, name and documentation each, all of them visible.
    pub const fn new(
        name: &'static str,
        doc: &'static str,
        fields: &'static [(&'static str, &'static str)],
    ) -> StructSpec {
        let ty = TypeSpec::new(name, Tuple::layout).base(&TUPLE).doc("(iterable=(), /)", doc).slots(|s| {
            s.new = Some(struct_new);
            s.repr = Some(struct_repr);
        });
        StructSpec { ty: ty.methods(&[REDUCE, REPLACE]), fields, visible: fields.len() }
    }
    /// Only the first `visible` fields are items of the tuple.
    pub const fn visible(mut self, visible: usize) -> StructSpec {
        self.visible = visible;
        self
    }
    /// Programs cannot make instances.
    pub const fn closed(mut self) -> StructSpec {
        self.ty = self.ty.flags(type_flag::NO_NEW);
        self
    }
}

/// The payload of a field's descriptor.
pub struct StructField {
    owner: TypeRef,
    name: &'static str,
    doc: &'static str,
    index: usize,
    visible: usize,
}

crate::payload!(StructField, "member_descriptor", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.owner.value());
    }
});

/// `member_descriptor` of a field.
pub static STRUCT_FIELD: TypeSpec = TypeSpec::new("member_descriptor", StructField::layout)
    .slots(|s| {
        s.get = Some(|vm, descriptor, object, _| {
            let Some(object) = object else { return Ok(descriptor.clone()) };
            let this = vm.cast::<StructField>(descriptor)?;
            if !object.ty(vm).is_subtype(&this.owner) {
                return Err(vm.type_error(format!(
                    "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                    this.name,
                    this.owner.name(),
                    object.type_name(vm)
                )));
            }
            Ok(field(object, this.index, this.visible))
        });
        s.set = Some(|vm, _, _, _| Err(vm.attribute_error("readonly attribute")));
        s.repr = Some(|vm, descriptor| {
            let this = vm.cast::<StructField>(descriptor)?;
            Ok(vm.str(format!("<member '{}' of '{}' objects>", this.name, vm.full_class_name(&this.owner))))
        });
    })
    .getset(&[
        getter("__name__", |vm, d| Ok(vm.str(vm.cast::<StructField>(d)?.name)), ""),
        getter("__objclass__", |vm, d| Ok(vm.cast::<StructField>(d)?.owner.clone().into_value()), ""),
        getter(
            "__qualname__",
            |vm, d| {
                let this = vm.cast::<StructField>(d)?;
                Ok(vm.str(format!("{}.{}", this.owner.name(), this.name)))
            },
            "",
        ),
        getter(
            "__doc__",
            |vm, d| {
                let doc = vm.cast::<StructField>(d)?.doc;
                Ok(if doc.is_empty() { Value::NONE } else { vm.str(doc) })
            },
            "",
        ),
    ]);

/// A field of an instance.
fn field(object: &Value, index: usize, visible: usize) -> Value {
    if index < visible {
        return object.as_tuple().and_then(|t| t.items().get(index).cloned()).unwrap_or(Value::NONE);
    }
    hidden(object).get(index - visible).cloned().unwrap_or(Value::NONE)
}

/// The fields that are no items.
fn hidden(object: &Value) -> Vec<Value> {
    let word = word_at(object, Tuple::layout().size).cloned();
    word.as_tuple().map_or_else(Vec::new, |t| t.items().to_vec())
}

/// Names and number of visible ones of a type's fields, as its dict says.
struct Shape {
    names: Vec<Option<String>>,
    visible: usize,
}

fn shape(vm: &Vm, ty: &TypeRef) -> PyResult<Shape> {
    let number = |name: &str| -> PyResult<usize> {
        Ok(vm.getattr_str(ty.value(), name)?.as_small().unwrap_or(0) as usize)
    };
    let (total, visible) = (number("n_fields")?, number("n_sequence_fields")?);
    let mut names = vec![None; total];
    for (_, value) in ty.dict.entries() {
        if let Some(field) = value.downcast::<StructField>() {
            names[field.index] = Some(field.name.to_owned());
        }
    }
    Ok(Shape { names, visible })
}

fn make(
    vm: &Vm,
    ty: &TypeRef,
    fields: impl IntoIterator<IntoIter: ExactSizeIterator<Item = Value>>,
    visible: usize,
) -> Value {
    let mut fields = fields.into_iter();
    let object = vm.tuple_from(ty, fields.by_ref().take(visible));
    let rest = match fields.len() {
        0 => vm.interp().empty_tuple.clone(),
        _ => vm.tuple_from(&vm.interp().tuple_type, fields),
    };
    word_at(&object, Tuple::layout().size).set(rest);
    object
}

impl Vm {
    /// The type of a struct sequence.
    pub fn struct_type(&self, spec: &'static StructSpec) -> &TypeRef {
        let ty = self.typ(&spec.ty);
        if ty.fast.slots_count.get() == 0 {
            self.finish_struct_type(ty, spec);
        }
        ty
    }

    #[cold]
    fn finish_struct_type(&self, ty: &TypeRef, spec: &'static StructSpec) {
        let head = &ty.fast;
        let start = Tuple::layout().size;
        head.slots_offset.set(start as u16);
        head.slots_count.set(1);
        ty.clear_flags(type_flag::PLAIN);
        head.instance_size.set(start as u32 + 8);
        if ty.dict.is_made() {
            self.fill_struct_dict(ty, spec);
            ty.modified(self);
        } else {
            ty.dict.add_when_made(Box::new(move |vm, ty| vm.fill_struct_dict(ty, spec)));
        }
    }

    fn fill_struct_dict(&self, ty: &TypeRef, spec: &'static StructSpec) {
        let set = |name: &str, value: Value| drop(ty.dict.insert_str(&self.intern(name), value));
        let named = |fields: &[(&'static str, &str)]| -> Vec<Value> {
            fields
                .iter()
                .filter(|(name, _)| *name != UNNAMED)
                .map(|(name, _)| self.intern(name).into_value())
                .collect()
        };
        let unnamed = spec.fields.iter().filter(|(name, _)| *name == UNNAMED).count();
        set("n_sequence_fields", self.int(spec.visible as i64));
        set("n_fields", self.int(spec.fields.len() as i64));
        set("n_unnamed_fields", self.int(unnamed as i64));
        set("__match_args__", self.tuple(named(&spec.fields[..spec.visible])));
        for (index, (name, doc)) in spec.fields.iter().enumerate() {
            if *name != UNNAMED {
                let field = StructField { owner: ty.clone(), name, doc, index, visible: spec.visible };
                set(name, self.alloc_spec(&STRUCT_FIELD, field));
            }
        }
    }

    /// An instance of a struct sequence; missing last fields are `None`.
    pub fn struct_value(&self, spec: &'static StructSpec, mut fields: Vec<Value>) -> PyResult<Value> {
        fields.resize(spec.fields.len(), Value::NONE);
        let ty = self.struct_type(spec).clone();
        Ok(make(self, &ty, fields, spec.visible))
    }

    /// As [`Vm::struct_value`], all fields at hand.
    pub fn struct_of<const N: usize>(&self, spec: &'static StructSpec, fields: [Value; N]) -> Value {
        debug_assert_eq!(N, spec.fields.len());
        make(self, self.struct_type(spec), fields, spec.visible)
    }

    /// As [`Vm::struct_value`].
    pub fn struct_sequence(&self, spec: &'static StructSpec, fields: Vec<Value>) -> PyResult<Value> {
        self.struct_value(spec, fields)
    }
}

fn struct_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    if ty.has(type_flag::NO_NEW) {
        return Err(vm.type_error(format!("cannot create '{}' instances", vm.full_class_name(ty))));
    }
    static SIGNATURE: Signature = Signature::parse("structseq(sequence, dict={})");
    let [sequence, dict] = vm.bind_args(&SIGNATURE, args)?;
    let name = vm.full_class_name(ty);
    let items = match vm.collect(&sequence) {
        Ok(items) => items,
        Err(raised) => {
            let slots = sequence.ty(vm).slots.get();
            if slots.iter.is_some() || slots.getitem.is_some() {
                return Err(raised);
            }
            drop(vm.take_raised(raised));
            return Err(vm.type_error("constructor requires a sequence"));
        }
    };
    let table = match dict.given() {
        None => None,
        Some(dict) => match dict.as_dict() {
            Some(table) => Some(table),
            None => return Err(vm.type_error(format!("{name}() takes a dict as second arg, if any"))),
        },
    };
    let Shape { names, visible } = shape(vm, ty)?;
    let count = items.len();
    let exactly = |what: &str, n: usize| {
        vm.type_error(format!("{name}() takes {what} {n}-sequence ({count}-sequence given)"))
    };
    if visible == names.len() && count != visible {
        return Err(exactly("a", visible));
    }
    if count < visible {
        return Err(exactly("an at least", visible));
    }
    if count > names.len() {
        return Err(exactly("an at most", names.len()));
    }
    let mut fields = items;
    let mut used = 0;
    for name in &names[count..] {
        let given = match (table, name) {
            (Some(table), Some(name)) => table.get_str(&vm.intern(name)),
            _ => None,
        };
        used += usize::from(given.is_some());
        fields.push(given.unwrap_or(Value::NONE));
    }
    if table.is_some_and(|table| table.len() > used) {
        return Err(vm.type_error(format!("{name}() got duplicate or unexpected field name(s)")));
    }
    Ok(make(vm, ty, fields, visible))
}

fn struct_repr(vm: &Vm, object: &Value) -> PyResult<Value> {
    let ty = object.type_ref(vm);
    let Shape { names, visible } = shape(vm, &ty)?;
    let mut text = format!("{}(", vm.full_class_name(&ty)).into_bytes();
    for (index, name) in names.iter().take(visible).enumerate() {
        if index > 0 {
            text.extend_from_slice(b", ");
        }
        if let Some(name) = name {
            text.extend_from_slice(name.as_bytes());
            text.push(b'=');
        }
        text.extend(vm.repr_string(&field(object, index, visible))?);
    }
    text.push(b')');
    Ok(vm.str_bytes(&text))
}

const REDUCE: crate::runtime::object::typedef::Native = crate::runtime::object::typedef::native(
    "__reduce__(self, /)",
    |vm, args| {
        let ty = args[0].type_ref(vm);
        let Shape { names, visible } = shape(vm, &ty)?;
        let items = args[0].as_tuple().map_or_else(Vec::new, |t| t.items().to_vec());
        let rest = vm.new_dict();
        for (name, value) in names[visible..].iter().zip(hidden(&args[0])) {
            if let Some(name) = name {
                drop(rest.insert_str(&vm.intern(name), value));
            }
        }
        let parts = vm.tuple(vec![vm.tuple(items), rest.into_value()]);
        Ok(vm.tuple(vec![ty.into_value(), parts]))
    },
    "",
);

const REPLACE: crate::runtime::object::typedef::Native = native_raw(
    "__replace__(self, /, **changes)",
    |vm, args| {
        let Some(object) = args.pos().first() else {
            return Err(vm.type_error("__replace__() needs an argument"));
        };
        if args.pos().len() > 1 {
            return Err(vm.type_error("__replace__() takes no positional arguments"));
        }
        let ty = object.type_ref(vm);
        let Shape { names, visible } = shape(vm, &ty)?;
        if names.iter().any(Option::is_none) {
            return Err(vm.type_error(format!(
                "__replace__() is not supported for {} because it has unnamed field(s)",
                vm.full_class_name(&ty)
            )));
        }
        let mut fields: Vec<Value> = (0..names.len()).map(|index| field(object, index, visible)).collect();
        let mut unknown = Vec::new();
        for (key, value) in args.keywords() {
            let found = names.iter().position(|name| {
                name.as_ref().is_some_and(|n| key.as_str().is_some_and(|k| k.bytes() == n.as_bytes()))
            });
            match found {
                Some(index) => fields[index] = value.clone(),
                None => unknown.push(key.clone()),
            }
        }
        if !unknown.is_empty() {
            let list = vm.list(unknown);
            return Err(vm.type_error(format!("Got unexpected field name(s): {}", vm.repr_text(&list)?)));
        }
        Ok(make(vm, &ty, fields, visible))
    },
    "Return a copy of the structure with new values for the specified fields.",
);

/// Is it an instance of a struct sequence type?
pub fn is_struct(vm: &Vm, value: &Value) -> bool {
    value.ty(vm).slots.get().repr.is_some_and(|f| f as usize == struct_repr as *const () as usize)
        && value.kind() == kind::OTHER
}
