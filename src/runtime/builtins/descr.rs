//! Descriptors of native types and the callables behind them: native functions, method, getset and member
//! descriptors, slot wrappers, bound methods.

use std::borrow::Cow;

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::slots::SlotWrapper;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{
    Binding, Body, Cmp, GetSet, Native, Type, TypeRef, TypeSpec, getset, getter, kind, native,
};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// `builtin_function_or_method`: a native function, with what it is bound to.
pub struct NativeFunction {
    /// What it runs.
    pub def: &'static Native,
    /// Instance, class or module; unbound for none. Passed as first argument if `passes_self`.
    pub receiver: Value,
    /// Is the receiver an argument?
    pub passes_self: bool,
    /// Name of the module, or `None`.
    pub module: LockCell<Value>,
}
crate::payload!(NativeFunction, "builtin_function_or_method", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.receiver);
        visit(self.module.get());
    }
});

/// `method_descriptor`, `classmethod_descriptor`
pub struct MethodDescriptor {
    /// What it runs.
    pub def: &'static Native,
    /// The type it belongs to.
    pub owner: TypeRef,
}
crate::payload!(MethodDescriptor, "method_descriptor", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.owner.value());
    }
});

/// `getset_descriptor`
pub struct GetSetDescriptor {
    /// The functions.
    pub def: &'static GetSet,
    /// The type it belongs to.
    pub owner: TypeRef,
}
crate::payload!(GetSetDescriptor, "getset_descriptor", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.owner.value());
    }
});

/// `member_descriptor`: a `__slots__` word, or a native attribute that is a member of CPython's struct.
pub struct MemberDescriptor {
    /// The attribute.
    pub name: Ref<Str>,
    /// The class it belongs to.
    pub owner: TypeRef,
    /// Offset of the word in bytes from the header.
    pub offset: usize,
    /// The native attribute, if it is one.
    pub native: Option<&'static GetSet>,
}
crate::payload!(MemberDescriptor, "member_descriptor", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.owner.value());
    }
});

/// `method`: a callable bound to an object.
pub struct BoundMethod {
    /// `__func__`
    pub function: Value,
    /// `__self__`
    pub receiver: Value,
}
crate::payload!(BoundMethod, "method", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.function);
        visit(&self.receiver);
    }
});

/// `method-wrapper`: a slot wrapper bound to an object.
pub struct MethodWrapper {
    /// The wrapper.
    pub wrapper: Ref<SlotWrapper>,
    /// The object.
    pub receiver: Value,
}
crate::payload!(MethodWrapper, "method-wrapper", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.wrapper.value());
        visit(&self.receiver);
    }
});

/// Runs a native function on arguments that include the receiver.
#[inline]
pub fn run(vm: &Vm, def: &'static Native, args: Args, skip: usize) -> PyResult<Value> {
    match def.body {
        Body::Bound(body) => {
            if args.names.is_empty()
                && let Some(outcome) = def.run_positional(vm, args.values)
            {
                return outcome;
            }
            run_bound(vm, def, body, args, skip)
        }
        Body::Raw(body) => body(vm, args),
    }
}

#[inline(never)]
fn run_bound(
    vm: &Vm,
    def: &'static Native,
    body: fn(&Vm, &[Value]) -> PyResult<Value>,
    args: Args,
    skip: usize,
) -> PyResult<Value> {
    let signature = &def.signature;
    let total = signature.total();
    let mut small: [Value; 8] = [const { Value::UNBOUND }; 8];
    let mut large;
    let bound: &mut [Value] = if total <= 8 {
        &mut small[..total]
    } else {
        large = vec![Value::UNBOUND; total];
        &mut large
    };
    signature.bind(vm, args, bound, skip)?;
    body(vm, bound)
}

/// Checks that a method's receiver is of its type.
#[inline]
pub fn check_receiver(vm: &Vm, def: &Native, owner: &TypeRef, args: Args) -> PyResult<()> {
    let Some(receiver) = args.pos().first() else {
        return Err(vm.type_error(format!(
            "unbound method {}.{}() needs an argument",
            owner.name(),
            def.name()
        )));
    };
    let ty = receiver.ty(vm);
    if ty.address() == owner.address() || ty.is_subtype(owner) {
        return Ok(());
    }
    Err(vm.type_error(format!(
        "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
        def.name(),
        owner.tp_name(),
        ty.tp_name()
    )))
}

fn native_call(vm: &Vm, callable: &Value, args: Args) -> PyResult<Value> {
    vm.check_native()?;
    let this = vm.cast::<NativeFunction>(callable)?;
    if !this.passes_self {
        return run(vm, this.def, args, 0);
    }
    with_first(&this.receiver, args, |args| run(vm, this.def, args, 1))
}

/// Calls with one more argument in front.
#[inline]
pub fn with_first<R>(first: &Value, args: Args, body: impl FnOnce(Args) -> R) -> R {
    if args.values.len() < 6 {
        let mut all: [Value; 6] = [const { Value::UNBOUND }; 6];
        all[0] = first.clone();
        all[1..=args.values.len()].clone_from_slice(args.values);
        return body(Args { values: &all[..=args.values.len()], names: args.names });
    }
    let mut all = Vec::with_capacity(args.values.len() + 1);
    all.push(first.clone());
    all.extend_from_slice(args.values);
    body(Args { values: &all, names: args.names })
}

fn text_signature(vm: &Vm, def: &Native) -> Value {
    let text = &def.signature.text[def.signature.name..];
    if text.is_empty() {
        return Value::NONE;
    }
    let text = match def.binding {
        Binding::Instance => text.replacen("(self", "($self", 1),
        Binding::Class => text.replacen("(cls", "($type", 1),
        Binding::Static => text.to_owned(),
    };
    vm.str(text)
}

fn doc_or_none(vm: &Vm, doc: &str) -> Value {
    if doc.is_empty() { Value::NONE } else { vm.str(doc) }
}

/// `builtin_function_or_method`
pub static NATIVE_FUNCTION: TypeSpec = TypeSpec::new("builtin_function_or_method", NativeFunction::layout)
    .kind(kind::NATIVE_FUNCTION)
    .flags(type_flag::WEAKREF)
    .slots(|s| {
        s.call = Some(native_call);
        s.repr = Some(|vm, f| {
            let this = vm.cast::<NativeFunction>(f)?;
            if this.receiver.is_unbound() || this.receiver.kind() == kind::MODULE {
                return Ok(vm.str(format!("<built-in function {}>", this.def.name())));
            }
            Ok(vm.str(format!(
                "<built-in method {} of {} object at 0x{:x}>",
                this.def.name(),
                this.receiver.type_name(vm),
                this.receiver.to_bits()
            )))
        });
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<NativeFunction>(), b.downcast::<NativeFunction>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            let same = std::ptr::eq(x.def, y.def) && x.receiver.is(&y.receiver);
            let _ = vm;
            Ok(match op {
                Cmp::Eq => Value::bool(same),
                Cmp::Ne => Value::bool(!same),
                _ => Value::NOT_IMPLEMENTED,
            })
        });
        s.hash = Some(|_, f| {
            let Some(this) = f.downcast::<NativeFunction>() else { return Ok(0) };
            Ok(((std::ptr::from_ref(this.def) as u64 ^ this.receiver.to_bits()) >> 4) as i64)
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<NativeFunction>(&args[0])?;
            let name = vm.str(this.def.name());
            if this.receiver.is_unbound() || this.receiver.kind() == kind::MODULE {
                return Ok(name);
            }
            let getattr = vm.builtin("getattr")?;
            let pair = vm.tuple(vec![this.receiver.clone(), name]);
            Ok(vm.tuple(vec![getattr, pair]))
        },
        "",
    )])
    .getset(&[
        getter("__name__", |vm, f| Ok(vm.str(vm.cast::<NativeFunction>(f)?.def.name())), ""),
        getter(
            "__qualname__",
            |vm, f| {
                let this = vm.cast::<NativeFunction>(f)?;
                let name = this.def.name();
                if this.receiver.is_unbound() || this.receiver.kind() == kind::MODULE {
                    return Ok(vm.str(name));
                }
                let ty = match this.receiver.as_type() {
                    Some(ty) => ty.to_ref(),
                    None => this.receiver.type_ref(vm),
                };
                Ok(vm.str(format!("{}.{name}", ty.qualname.get().to_string_lossy())))
            },
            "",
        ),
        getter("__doc__", |vm, f| Ok(doc_or_none(vm, vm.cast::<NativeFunction>(f)?.def.doc)), ""),
        getset(
            "__module__",
            |vm, f| Ok(vm.cast::<NativeFunction>(f)?.module.cloned()),
            |vm, f, v| {
                vm.cast::<NativeFunction>(f)?.module.set(v.cloned().unwrap_or(Value::NONE));
                Ok(())
            },
            "",
        ),
        getter(
            "__self__",
            |vm, f| {
                let receiver = vm.cast::<NativeFunction>(f)?.receiver.clone();
                Ok(if receiver.is_unbound() { Value::NONE } else { receiver })
            },
            "",
        ),
        getter("__text_signature__", |vm, f| Ok(text_signature(vm, vm.cast::<NativeFunction>(f)?.def)), ""),
    ]);

fn method_descriptor_call(vm: &Vm, callable: &Value, args: Args) -> PyResult<Value> {
    vm.check_native()?;
    let this = vm.cast::<MethodDescriptor>(callable)?;
    check_receiver(vm, this.def, &this.owner, args)?;
    run(vm, this.def, args, 1)
}

fn descriptor_repr(vm: &Vm, what: &str, name: &str, owner: &TypeRef) -> Value {
    vm.str(format!("<{what} '{name}' of '{}' objects>", owner.tp_name()))
}

#[inline]
fn check_instance<'a>(
    vm: &Vm,
    name: impl FnOnce() -> Cow<'a, str>,
    owner: &TypeRef,
    object: &Value,
) -> PyResult<()> {
    let ty = object.ty(vm);
    if ty.address() == owner.address() || ty.is_subtype(owner) {
        return Ok(());
    }
    Err(wrong_instance(vm, &name(), owner, object))
}

#[cold]
#[inline(never)]
fn wrong_instance(vm: &Vm, name: &str, owner: &TypeRef, object: &Value) -> Raised {
    vm.type_error(format!(
        "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
        owner.tp_name(),
        object.ty(vm).tp_name()
    ))
}

fn qualname(vm: &Vm, owner: &TypeRef, name: &str) -> Value {
    vm.str(format!("{}.{name}", owner.qualname.get().to_string_lossy()))
}

fn reduce_descriptor(vm: &Vm, owner: &TypeRef, name: &str) -> PyResult<Value> {
    let getattr = vm.builtin("getattr")?;
    let pair = vm.tuple(vec![owner.clone().into_value(), vm.str(name)]);
    Ok(vm.tuple(vec![getattr, pair]))
}

/// `method_descriptor`
pub static METHOD_DESCRIPTOR: TypeSpec = TypeSpec::new("method_descriptor", MethodDescriptor::layout)
    .kind(kind::METHOD_DESCRIPTOR)
    .flags(type_flag::METHOD_DESCRIPTOR)
    .slots(|s| {
        s.call = Some(method_descriptor_call);
        s.get = Some(|vm, descriptor, object, _| {
            let Some(object) = object else { return Ok(descriptor.clone()) };
            let this = vm.cast::<MethodDescriptor>(descriptor)?;
            check_instance(vm, || this.def.name().into(), &this.owner, object)?;
            Ok(vm.native_method(this.def, object.clone()))
        });
        s.repr = Some(|vm, d| {
            let this = vm.cast::<MethodDescriptor>(d)?;
            Ok(descriptor_repr(vm, "method", this.def.name(), &this.owner))
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<MethodDescriptor>(&args[0])?;
            reduce_descriptor(vm, &this.owner, this.def.name())
        },
        "",
    )])
    .getset(&[
        getter("__name__", |vm, d| Ok(vm.str(vm.cast::<MethodDescriptor>(d)?.def.name())), ""),
        getter("__objclass__", |vm, d| Ok(vm.cast::<MethodDescriptor>(d)?.owner.clone().into_value()), ""),
        getter(
            "__qualname__",
            |vm, d| {
                let this = vm.cast::<MethodDescriptor>(d)?;
                Ok(qualname(vm, &this.owner, this.def.name()))
            },
            "",
        ),
        getter("__doc__", |vm, d| Ok(doc_or_none(vm, vm.cast::<MethodDescriptor>(d)?.def.doc)), ""),
        getter("__text_signature__", |vm, d| Ok(text_signature(vm, vm.cast::<MethodDescriptor>(d)?.def)), ""),
    ]);

/// `classmethod_descriptor`
pub static CLASS_METHOD_DESCRIPTOR: TypeSpec =
    TypeSpec::new("classmethod_descriptor", MethodDescriptor::layout)
        .slots(|s| {
            s.call = Some(|vm, callable, args| {
                let this = vm.cast::<MethodDescriptor>(callable)?;
                let Some(first) = args.pos().first() else {
                    return Err(vm.type_error(format!(
                        "descriptor '{}' of '{}' object needs an argument",
                        this.def.name(),
                        this.owner.tp_name()
                    )));
                };
                let Some(class) = first.as_type() else {
                    return Err(vm.type_error(format!(
                        "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                        this.def.name(),
                        this.owner.tp_name(),
                        first.type_name(vm)
                    )));
                };
                if !class.is_subtype(&this.owner) {
                    return Err(vm.type_error(format!(
                        "descriptor '{}' requires a subtype of '{}' but received '{}'",
                        this.def.name(),
                        this.owner.tp_name(),
                        class.name()
                    )));
                }
                run(vm, this.def, args, 1)
            });
            s.get = Some(|vm, descriptor, object, owner| {
                let this = vm.cast::<MethodDescriptor>(descriptor)?;
                let class = match (owner, object) {
                    (Some(owner), _) => owner.clone(),
                    (None, Some(object)) => object.ty(vm).to_value(),
                    (None, None) => return Ok(descriptor.clone()),
                };
                let Some(found) = class.as_type() else {
                    return Err(vm.type_error(format!(
                        "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                        this.def.name(),
                        this.owner.tp_name(),
                        class.type_name(vm)
                    )));
                };
                if !found.is_subtype(&this.owner) {
                    return Err(vm.type_error(format!(
                        "descriptor '{}' requires a subtype of '{}' but received '{}'",
                        this.def.name(),
                        this.owner.tp_name(),
                        found.name()
                    )));
                }
                Ok(vm.native_method(this.def, class.clone()))
            });
            s.repr = Some(|vm, d| {
                let this = vm.cast::<MethodDescriptor>(d)?;
                Ok(descriptor_repr(vm, "method", this.def.name(), &this.owner))
            });
        })
        .getset(METHOD_DESCRIPTOR.getset);

/// What reads a computed attribute that was found on the type of an object, if it is one of that type or a base.
#[inline(always)]
pub fn computed(ty: &Obj<Type>, found: &Value) -> Option<fn(&Vm, &Value) -> PyResult<Value>> {
    if found.kind() != kind::GETSET {
        return None;
    }
    let this = found.downcast::<GetSetDescriptor>()?;
    (ty.address() == this.owner.address() || ty.is_subtype(&this.owner)).then_some(this.def.get)
}

/// `getset_descriptor`
pub static GETSET_DESCRIPTOR: TypeSpec = TypeSpec::new("getset_descriptor", GetSetDescriptor::layout)
    .kind(kind::GETSET)
    .slots(|s| {
        s.get = Some(|vm, descriptor, object, _| {
            let Some(object) = object else { return Ok(descriptor.clone()) };
            let this = vm.cast::<GetSetDescriptor>(descriptor)?;
            check_instance(vm, || this.def.name.into(), &this.owner, object)?;
            (this.def.get)(vm, object)
        });
        s.set = Some(|vm, descriptor, object, value| {
            let this = vm.cast::<GetSetDescriptor>(descriptor)?;
            check_instance(vm, || this.def.name.into(), &this.owner, object)?;
            match this.def.set {
                Some(set) => set(vm, object, value),
                None => Err(vm.attribute_error(format!(
                    "attribute '{}' of '{}' objects is not writable",
                    this.def.name,
                    this.owner.tp_name()
                ))),
            }
        });
        s.repr = Some(|vm, d| {
            let this = vm.cast::<GetSetDescriptor>(d)?;
            Ok(descriptor_repr(vm, "attribute", this.def.name, &this.owner))
        });
    })
    .getset(&[
        getter("__name__", |vm, d| Ok(vm.str(vm.cast::<GetSetDescriptor>(d)?.def.name)), ""),
        getter("__objclass__", |vm, d| Ok(vm.cast::<GetSetDescriptor>(d)?.owner.clone().into_value()), ""),
        getter(
            "__qualname__",
            |vm, d| {
                let this = vm.cast::<GetSetDescriptor>(d)?;
                Ok(qualname(vm, &this.owner, this.def.name))
            },
            "",
        ),
        getter("__doc__", |vm, d| Ok(doc_or_none(vm, vm.cast::<GetSetDescriptor>(d)?.def.doc)), ""),
    ]);

/// `member_descriptor`
pub static MEMBER_DESCRIPTOR: TypeSpec = TypeSpec::new("member_descriptor", MemberDescriptor::layout)
    .kind(kind::MEMBER)
    .slots(|s| {
        s.get = Some(|vm, descriptor, object, _| {
            let Some(object) = object else { return Ok(descriptor.clone()) };
            let this = vm.cast::<MemberDescriptor>(descriptor)?;
            check_instance(vm, || this.name.to_string_lossy(), &this.owner, object)?;
            if let Some(native) = this.native {
                return (native.get)(vm, object);
            }
            match vm.slot_word(object, this.offset).cloned() {
                value if value.is_unbound() => Err(vm.attribute_error_on(
                    object,
                    this.name.value(),
                    format!(
                        "'{}' object has no attribute '{}'",
                        object.full_type_name(vm),
                        this.name.to_string_lossy()
                    ),
                )),
                value => Ok(value),
            }
        });
        s.set = Some(|vm, descriptor, object, value| {
            let this = vm.cast::<MemberDescriptor>(descriptor)?;
            check_instance(vm, || this.name.to_string_lossy(), &this.owner, object)?;
            if let Some(native) = this.native {
                return match native.set {
                    Some(set) => set(vm, object, value),
                    None => Err(vm.attribute_error("readonly attribute")),
                };
            }
            let word = vm.slot_word(object, this.offset);
            if value.is_none() && word.get().is_unbound() {
                return Err(vm.attribute_error_on(object, this.name.value(), this.name.to_string_lossy()));
            }
            word.set(value.cloned().unwrap_or(Value::UNBOUND));
            Ok(())
        });
        s.repr = Some(|vm, d| {
            let this = vm.cast::<MemberDescriptor>(d)?;
            Ok(descriptor_repr(vm, "member", &this.name.to_string_lossy(), &this.owner))
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<MemberDescriptor>(&args[0])?;
            reduce_descriptor(vm, &this.owner, &this.name.to_string_lossy())
        },
        "",
    )])
    .getset(&[
        getter("__name__", |vm, d| Ok(vm.cast::<MemberDescriptor>(d)?.name.clone().into_value()), ""),
        getter("__objclass__", |vm, d| Ok(vm.cast::<MemberDescriptor>(d)?.owner.clone().into_value()), ""),
        getter(
            "__qualname__",
            |vm, d| {
                let this = vm.cast::<MemberDescriptor>(d)?;
                Ok(qualname(vm, &this.owner, &this.name.to_string_lossy()))
            },
            "",
        ),
        getter(
            "__doc__",
            |vm, d| {
                Ok(vm.cast::<MemberDescriptor>(d)?.native.map_or(Value::NONE, |def| doc_or_none(vm, def.doc)))
            },
            "",
        ),
    ]);

fn wrapper_name(vm: &Vm, wrapper: &SlotWrapper) -> Ref<Str> {
    (wrapper.dunder().name)(vm.names()).clone()
}

/// A slot wrapper is called without a receiver or with one of another type.
#[cold]
#[inline(never)]
fn wrong_receiver(vm: &Vm, wrapper: &SlotWrapper, receiver: Option<&Value>) -> Raised {
    let name = wrapper_name(vm, wrapper);
    let (name, owner) = (name.to_string_lossy(), wrapper.owner.tp_name());
    vm.type_error(match receiver {
        None => format!("descriptor '{name}' of '{owner}' object needs an argument"),
        Some(receiver) => format!(
            "descriptor '{name}' requires a '{owner}' object but received a '{}'",
            receiver.type_name(vm)
        ),
    })
}

/// `wrapper_descriptor`
pub static SLOT_WRAPPER: TypeSpec = TypeSpec::new("wrapper_descriptor", SlotWrapper::layout)
    .kind(kind::SLOT_WRAPPER)
    .flags(type_flag::METHOD_DESCRIPTOR)
    .slots(|s| {
        s.call = Some(|vm, callable, args| {
            vm.check_native()?;
            let this = vm.cast::<SlotWrapper>(callable)?;
            match args.pos().first() {
                Some(receiver) if receiver.ty(vm).is_subtype(&this.owner) => {
                    this.call(vm, receiver, args.rest())
                }
                receiver => Err(wrong_receiver(vm, this, receiver)),
            }
        });
        s.get = Some(|vm, descriptor, object, _| {
            let Some(object) = object else { return Ok(descriptor.clone()) };
            let this = vm.cast::<SlotWrapper>(descriptor)?;
            check_instance(
                vm,
                || wrapper_name(vm, this).to_string_lossy().into_owned().into(),
                &this.owner,
                object,
            )?;
            Ok(vm.alloc_spec(
                &METHOD_WRAPPER,
                MethodWrapper { wrapper: this.to_ref(), receiver: object.clone() },
            ))
        });
        s.repr = Some(|vm, d| {
            let this = vm.cast::<SlotWrapper>(d)?;
            Ok(vm.str(format!(
                "<slot wrapper '{}' of '{}' objects>",
                wrapper_name(vm, this).to_string_lossy(),
                this.owner.tp_name()
            )))
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<SlotWrapper>(&args[0])?;
            reduce_descriptor(vm, &this.owner, &wrapper_name(vm, this).to_string_lossy())
        },
        "",
    )])
    .getset(&[
        getter("__name__", |vm, d| Ok(wrapper_name(vm, vm.cast::<SlotWrapper>(d)?).into_value()), ""),
        getter("__objclass__", |vm, d| Ok(vm.cast::<SlotWrapper>(d)?.owner.clone().into_value()), ""),
        getter(
            "__qualname__",
            |vm, d| {
                let this = vm.cast::<SlotWrapper>(d)?;
                Ok(qualname(vm, &this.owner, &wrapper_name(vm, this).to_string_lossy()))
            },
            "",
        ),
        getter("__doc__", |vm, d| Ok(doc_or_none(vm, vm.cast::<SlotWrapper>(d)?.dunder().doc)), ""),
        getter("__text_signature__", |vm, d| Ok(vm.str(vm.cast::<SlotWrapper>(d)?.dunder().signature)), ""),
    ]);

/// `method-wrapper`
pub static METHOD_WRAPPER: TypeSpec = TypeSpec::new("method-wrapper", MethodWrapper::layout)
    .slots(|s| {
        s.call = Some(|vm, callable, args| {
            vm.check_native()?;
            let this = vm.cast::<MethodWrapper>(callable)?;
            this.wrapper.call(vm, &this.receiver, args)
        });
        s.repr = Some(|vm, m| {
            let this = vm.cast::<MethodWrapper>(m)?;
            Ok(vm.str(format!(
                "<method-wrapper '{}' of {} object at 0x{:x}>",
                wrapper_name(vm, &this.wrapper).to_string_lossy(),
                this.receiver.type_name(vm),
                this.receiver.to_bits()
            )))
        });
        s.compare = Some(|_, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<MethodWrapper>(), b.downcast::<MethodWrapper>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            let same = x.wrapper.is(&y.wrapper) && x.receiver.is(&y.receiver);
            Ok(match op {
                Cmp::Eq => Value::bool(same),
                Cmp::Ne => Value::bool(!same),
                _ => Value::NOT_IMPLEMENTED,
            })
        });
        s.hash = Some(|_, m| {
            let Some(this) = m.downcast::<MethodWrapper>() else { return Ok(0) };
            Ok(((this.wrapper.address() ^ this.receiver.to_bits().rotate_left(7)) >> 4) as i64)
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<MethodWrapper>(&args[0])?;
            let getattr = vm.builtin("getattr")?;
            let pair = vm.tuple(vec![this.receiver.clone(), wrapper_name(vm, &this.wrapper).into_value()]);
            Ok(vm.tuple(vec![getattr, pair]))
        },
        "",
    )])
    .getset(&[
        getter("__self__", |vm, m| Ok(vm.cast::<MethodWrapper>(m)?.receiver.clone()), ""),
        getter(
            "__objclass__",
            |vm, m| Ok(vm.cast::<MethodWrapper>(m)?.wrapper.owner.clone().into_value()),
            "",
        ),
        getter(
            "__name__",
            |vm, m| Ok(wrapper_name(vm, &vm.cast::<MethodWrapper>(m)?.wrapper).into_value()),
            "",
        ),
        getter(
            "__qualname__",
            |vm, m| {
                let this = vm.cast::<MethodWrapper>(m)?;
                Ok(qualname(vm, &this.wrapper.owner, &wrapper_name(vm, &this.wrapper).to_string_lossy()))
            },
            "",
        ),
        getter("__doc__", |vm, m| Ok(doc_or_none(vm, vm.cast::<MethodWrapper>(m)?.wrapper.dunder().doc)), ""),
        getter(
            "__text_signature__",
            |vm, m| Ok(vm.str(vm.cast::<MethodWrapper>(m)?.wrapper.dunder().signature)),
            "",
        ),
    ]);

/// `method`
pub static METHOD: TypeSpec = TypeSpec::new("method", BoundMethod::layout)
    .kind(kind::METHOD)
    .flags(type_flag::WEAKREF)
    .doc("(function, instance, /)", "Create a bound instance method object.")
    .slots(|s| {
        s.call = Some(|vm, callable, args| {
            vm.check_native()?;
            let this = vm.cast::<BoundMethod>(callable)?;
            if args.names.is_empty()
                && let Some(outcome) = vm.call_exact(&this.function, &this.receiver, args.values)
            {
                return outcome;
            }
            with_first(&this.receiver, args, |args| vm.call(&this.function, args))
        });
        s.new = Some(|vm, _, args| {
            let args = args.count(vm, "method", 2, 2)?;
            if !vm.is_callable(&args[0]) {
                return Err(vm.type_error("first argument must be callable"));
            }
            if args[1].is_none() {
                return Err(vm.type_error("instance must not be None"));
            }
            Ok(vm.bound_method(args[0].clone(), args[1].clone()))
        });
        s.getattr = Some(|vm, method, name| {
            let this = vm.cast::<BoundMethod>(method)?;
            match vm.generic_getattr_opt(method, name)? {
                Some(found) => Ok(found),
                None => vm.getattr(&this.function, name),
            }
        });
        s.get = Some(|_, method, _, _| Ok(method.clone()));
        s.repr = Some(|vm, method| {
            let this = vm.cast::<BoundMethod>(method)?;
            let name = vm.getattr_opt(&this.function, vm.names().__qualname__.value())?;
            let name = match name {
                Some(name) => Some(name),
                None => vm.getattr_opt(&this.function, vm.names().__name__.value())?,
            };
            let name =
                name.filter(|n| n.as_str().is_some()).map_or(Ok("?".to_owned()), |n| vm.to_string(&n))?;
            let receiver = vm.repr_text(&this.receiver)?;
            Ok(vm.str(format!("<bound method {name} of {receiver}>")))
        });
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<BoundMethod>(), b.downcast::<BoundMethod>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let same = vm.equal(&x.function, &y.function)? && x.receiver.is(&y.receiver);
            Ok(Value::bool(same == (op == Cmp::Eq)))
        });
        s.hash = Some(|vm, method| {
            let this = vm.cast::<BoundMethod>(method)?;
            Ok((this.receiver.to_bits() >> 4) as i64 ^ vm.hash(&this.function)?)
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<BoundMethod>(&args[0])?;
            let getattr = vm.builtin("getattr")?;
            let name = vm.getattr(&this.function, vm.names().__name__.value())?;
            let pair = vm.tuple(vec![this.receiver.clone(), name]);
            Ok(vm.tuple(vec![getattr, pair]))
        },
        "",
    )])
    .getset(&[
        getter(
            "__func__",
            |vm, m| Ok(vm.cast::<BoundMethod>(m)?.function.clone()),
            "the function (or other callable) implementing a method",
        ),
        getter(
            "__self__",
            |vm, m| Ok(vm.cast::<BoundMethod>(m)?.receiver.clone()),
            "the instance to which a method is bound",
        ),
        getter(
            "__doc__",
            |vm, m| {
                let function = vm.cast::<BoundMethod>(m)?.function.clone();
                vm.getattr(&function, vm.names().__doc__.value())
            },
            "",
        ),
    ]);

impl Vm {
    /// A native function of a module.
    pub fn native_function(&self, def: &'static Native, module: &Value, module_name: Value) -> Value {
        self.alloc_spec(
            &NATIVE_FUNCTION,
            NativeFunction {
                def,
                receiver: module.clone(),
                passes_self: false,
                module: LockCell::new(module_name),
            },
        )
    }
    /// A native method bound to its receiver.
    pub fn native_method(&self, def: &'static Native, receiver: Value) -> Value {
        self.alloc_spec(
            &NATIVE_FUNCTION,
            NativeFunction { def, receiver, passes_self: true, module: LockCell::new(Value::NONE) },
        )
    }
    /// A method object.
    pub fn bound_method(&self, function: Value, receiver: Value) -> Value {
        self.alloc_spec(&METHOD, BoundMethod { function, receiver })
    }
    /// The function of the module `builtins`.
    pub fn builtin(&self, name: &str) -> PyResult<Value> {
        let name = self.intern(name);
        let builtins = self.interp().builtins.clone();
        match builtins.get(self, name.value())? {
            Some(found) => Ok(found),
            None => Err(self.attribute_error(name.to_string_lossy())),
        }
    }
    /// Is it the native `__getattribute__` of `object`?
    pub fn is_object_getattribute(&self, found: &Value) -> bool {
        found.downcast::<SlotWrapper>().is_some_and(|w| w.owner.is(&self.interp().object_type))
    }
    /// If it is a native `__new__`: the type whose it is.
    pub fn native_new_owner(&self, found: &Value) -> Option<TypeRef> {
        let function = found.downcast::<NativeFunction>()?;
        if std::ptr::eq(function.def, &crate::runtime::builtins::types::NEW) {
            return function.receiver.downcast_ref();
        }
        None
    }
}

/// The word of a slotted attribute.
impl Vm {
    /// The `__slots__` word at an offset, which a member descriptor of the object's class says.
    pub fn slot_word<'a>(&self, object: &'a Value, offset: usize) -> &'a LockCell<Value> {
        crate::runtime::gc::heap::word_at(object, offset)
    }
}
