//! `string.templatelib`: `Template` and `Interpolation`, what a t-string makes.
//!
//! A template has one string more than interpolations; they alternate, beginning and ending with a string.

use std::cell::Cell;

use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Payload, Value};

/// A template.
pub struct Template {
    /// Tuple of the strings.
    pub strings: Value,
    /// Tuple of the interpolations.
    pub interpolations: Value,
}

crate::payload!(Template, "Template", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.strings);
        visit(&self.interpolations);
    }
});

/// A field of a template, evaluated but not formatted.
pub struct Interpolation {
    /// Its value.
    pub value: Value,
    /// Its source text.
    pub expression: Value,
    /// `'s'`, `'r'`, `'a'` or `None`.
    pub conversion: Value,
    /// What stands after the colon.
    pub format_spec: Value,
}

crate::payload!(Interpolation, "Interpolation", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.value);
        visit(&self.expression);
        visit(&self.conversion);
        visit(&self.format_spec);
    }
});

impl Vm {
    /// A field of a t-string.
    pub fn interpolation(
        &self,
        value: Value,
        expression: Value,
        conversion: Value,
        spec: Value,
    ) -> PyResult<Value> {
        let this = Interpolation { value, expression, conversion, format_spec: spec };
        Ok(self.alloc_spec(&INTERPOLATION, this))
    }

    /// A t-string of its alternating parts.
    pub fn template(&self, strings: Value, interpolations: Value) -> PyResult<Value> {
        Ok(self.alloc_spec(&TEMPLATE, Template { strings, interpolations }))
    }
}

fn items(tuple: &Value) -> &[Value] {
    tuple.as_tuple().map_or(&[], |tuple| tuple.items())
}

/// `Template`
pub static TEMPLATE: TypeSpec = TypeSpec::new("string.templatelib.Template", Template::layout)
    .doc("", "Template object")
    .slots(|s| {
        s.new = Some(template_new);
        s.repr = Some(|vm, value| {
            let this = vm.cast::<Template>(value)?;
            let mut out = b"Template(strings=".to_vec();
            out.extend(vm.repr_string(&this.strings)?);
            out.extend(b", interpolations=");
            out.extend(vm.repr_string(&this.interpolations)?);
            out.push(b')');
            Ok(vm.str_bytes(&out))
        });
        s.iter = Some(|vm, value| {
            Ok(vm.alloc_spec(
                &TEMPLATE_ITER,
                TemplateIter { template: LockCell::new(value.clone()), at: Cell::new(0) },
            ))
        });
        s.concat = Some(concat);
    })
    .methods(&[
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let this = vm.cast::<Template>(&args[0])?;
                let module = vm.import("string.templatelib")?;
                // `import` gives the package.
                let module = match vm.getattr_opt(&module, vm.intern("templatelib").value())? {
                    Some(inner) => inner,
                    None => module,
                };
                let function = vm.getattr_str(&module, "_template_unpickle")?;
                let parts = vm.tuple(vec![this.strings.clone(), this.interpolations.clone()]);
                Ok(vm.tuple(vec![function, parts]))
            },
            "",
        ),
        native(
            "__class_getitem__(cls, object, /)",
            |vm, args| vm.generic_alias(&args[0], &args[1]),
            "See PEP 585",
        )
        .class(),
    ])
    .getset(&[
        getter("strings", |vm, t| Ok(vm.cast::<Template>(t)?.strings.clone()), "Strings"),
        getter(
            "interpolations",
            |vm, t| Ok(vm.cast::<Template>(t)?.interpolations.clone()),
            "Interpolations",
        ),
        getter(
            "values",
            |vm, t| {
                let this = vm.cast::<Template>(t)?;
                let values = items(&this.interpolations).iter();
                let values = values.filter_map(|i| Some(i.downcast::<Interpolation>()?.value.clone()));
                Ok(vm.tuple(values.collect()))
            },
            "Values of interpolations",
        ),
    ]);

fn template_new(vm: &Vm, _: &TypeRef, args: Args) -> PyResult<Value> {
    if !args.names.is_empty() {
        return Err(vm.type_error("Template.__new__ only accepts *args arguments"));
    }
    let (mut strings, mut interpolations) = (Vec::new(), Vec::new());
    // The string that is being put together of neighbours.
    let mut open: Option<Value> = None;
    for part in args.values {
        if let Some(text) = part.as_str() {
            open = Some(match open {
                None => vm.plain_str(part),
                Some(before) => match before.as_str() {
                    Some(before) => vm.str_concat(before, text),
                    None => vm.plain_str(part),
                },
            });
        } else if part.downcast::<Interpolation>().is_some() {
            strings.push(open.take().unwrap_or_else(|| vm.interp().empty_str.clone()));
            interpolations.push(part.clone());
        } else {
            return Err(vm.type_error(format!(
                "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {}",
                part.type_name(vm)
            )));
        }
    }
    strings.push(open.unwrap_or_else(|| vm.interp().empty_str.clone()));
    vm.template(vm.tuple(strings), vm.tuple(interpolations))
}

fn concat(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (Some(x), Some(y)) = (a.downcast::<Template>(), b.downcast::<Template>()) else {
        return Err(vm.type_error(format!(
            "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
            b.type_name(vm)
        )));
    };
    let (before, after) = (items(&x.strings), items(&y.strings));
    let (Some((last, init)), Some((first, rest))) = (before.split_last(), after.split_first()) else {
        return Err(vm.system_error("a template without strings"));
    };
    let mut strings = init.to_vec();
    strings.push(match (last.as_str(), first.as_str()) {
        (Some(last), Some(first)) => vm.str_concat(last, first),
        _ => last.clone(),
    });
    strings.extend_from_slice(rest);
    let interpolations = [items(&x.interpolations), items(&y.interpolations)].concat();
    vm.template(vm.tuple(strings), vm.tuple(interpolations))
}

/// `Interpolation`
pub static INTERPOLATION: TypeSpec = TypeSpec::new("string.templatelib.Interpolation", Interpolation::layout)
    .doc("", "Interpolation object")
    .slots(|s| {
        s.new = Some(interpolation_new);
        s.repr = Some(|vm, value| {
            let this = vm.cast::<Interpolation>(value)?;
            let mut out = b"Interpolation(".to_vec();
            for (at, part) in
                [&this.value, &this.expression, &this.conversion, &this.format_spec].iter().enumerate()
            {
                if at > 0 {
                    out.extend(b", ");
                }
                out.extend(vm.repr_string(part)?);
            }
            out.push(b')');
            Ok(vm.str_bytes(&out))
        });
    })
    .methods(&[
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let this = vm.cast::<Interpolation>(&args[0])?;
                let parts =
                    [&this.value, &this.expression, &this.conversion, &this.format_spec].map(Value::clone);
                Ok(vm.tuple(vec![vm.typ(&INTERPOLATION).clone().into_value(), vm.tuple_of(&parts)]))
            },
            "",
        ),
        native(
            "__class_getitem__(cls, object, /)",
            |vm, args| vm.generic_alias(&args[0], &args[1]),
            "See PEP 585",
        )
        .class(),
    ])
    .getset(&[
        getter("value", |vm, i| Ok(vm.cast::<Interpolation>(i)?.value.clone()), "Value"),
        getter("expression", |vm, i| Ok(vm.cast::<Interpolation>(i)?.expression.clone()), "Expression"),
        getter("conversion", |vm, i| Ok(vm.cast::<Interpolation>(i)?.conversion.clone()), "Conversion"),
        getter(
            "format_spec",
            |vm, i| Ok(vm.cast::<Interpolation>(i)?.format_spec.clone()),
            "Format specifier",
        ),
    ])
    .extra(|vm, ty| {
        let names =
            ["value", "expression", "conversion", "format_spec"].map(|name| vm.intern(name).into_value());
        ty.dict.insert_str(&vm.intern("__match_args__"), vm.tuple_of(&names));
    });

fn interpolation_new(vm: &Vm, _: &TypeRef, args: Args) -> PyResult<Value> {
    const NAMES: [&str; 4] = ["value", "expression", "conversion", "format_spec"];
    if args.values.len() > 4 {
        return Err(
            vm.type_error(format!("Interpolation() takes at most 4 arguments ({} given)", args.values.len()))
        );
    }
    let mut parts: [Option<Value>; 4] = [const { None }; 4];
    for (place, value) in parts.iter_mut().zip(args.pos()) {
        *place = Some(value.clone());
    }
    for (key, value) in args.keywords() {
        let name = key.as_str().map(|k| k.to_string_lossy()).unwrap_or_default();
        let Some(at) = NAMES.iter().position(|known| *known == name) else {
            return Err(vm.type_error(format!("Interpolation() got an unexpected keyword argument '{name}'")));
        };
        if parts[at].is_some() {
            return Err(vm.type_error(format!(
                "argument for Interpolation() given by name ('{name}') and position ({})",
                at + 1
            )));
        }
        parts[at] = Some(value.clone());
    }
    let [value, expression, conversion, spec] = parts;
    let Some(value) = value else {
        return Err(vm.type_error("Interpolation() missing required argument 'value' (pos 1)"));
    };
    let text = |part: Option<Value>, name: &str| match part {
        None => Ok(vm.interp().empty_str.clone()),
        Some(part) => {
            vm.text(&part, format_args!("Interpolation() argument '{name}'")).map(drop).map(|()| part)
        }
    };
    let expression = text(expression, "expression")?;
    let conversion = match conversion {
        None => Value::NONE,
        Some(none) if none.is_none() => none,
        Some(letter) => {
            let letter = text(Some(letter), "conversion")?;
            if !letter.as_str().is_some_and(|letter| matches!(letter.bytes(), b"s" | b"r" | b"a")) {
                return Err(
                    vm.value_error("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")
                );
            }
            letter
        }
    };
    let spec = text(spec, "format_spec")?;
    vm.interpolation(value, expression, conversion, spec)
}

/// An iterator over the strings that are not empty and the interpolations, in order.
pub struct TemplateIter {
    template: LockCell<Value>,
    /// Even: string number `at / 2` is next; odd: interpolation number `at / 2`.
    at: Cell<usize>,
}

crate::payload!(TemplateIter, "TemplateIter", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.template.get());
    }
});

/// `TemplateIter`
pub static TEMPLATE_ITER: TypeSpec = TypeSpec::new("string.templatelib.TemplateIter", TemplateIter::layout)
    .flags(crate::runtime::gc::heap::type_flag::NO_NEW)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<TemplateIter>(iter)?;
            let held = this.template.cloned();
            let Some(template) = held.downcast::<Template>() else { return Ok(None) };
            loop {
                let at = this.at.get();
                let source = if at % 2 == 0 { &template.strings } else { &template.interpolations };
                let Some(part) = items(source).get(at / 2) else {
                    this.template.set(Value::NONE);
                    return Ok(None);
                };
                this.at.set(at + 1);
                if !part.as_str().is_some_and(|text| text.is_empty()) {
                    return Ok(Some(part.clone()));
                }
            }
        });
    });
