//! `__annotations__` and `__annotate__` of classes (PEP 649).

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Type, TypeRef};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Ref, Value};

fn class_of(vm: &Vm, class: &Value) -> PyResult<TypeRef> {
    Ok(vm.cast::<Type>(class)?.to_ref())
}

fn mutable(vm: &Vm, ty: &TypeRef, name: &str) -> PyResult<()> {
    if ty.has(type_flag::IMMUTABLE) {
        return Err(
            vm.type_error(format!("cannot set '{name}' attribute of immutable type '{}'", ty.tp_name()))
        );
    }
    Ok(())
}

impl Vm {
    fn own(&self, ty: &TypeRef, names: [&Ref<Str>; 2]) -> PyResult<Option<Value>> {
        for name in names {
            if let Some(found) = ty.dict.get_str(name) {
                if found.is_object()
                    && let Some(get) = found.ty(self).slots.get().get
                    && !found.ty(self).has(type_flag::METHOD_DESCRIPTOR)
                {
                    return get(self, &found, None, Some(ty.value())).map(Some);
                }
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// `cls.__annotations__`
    pub fn type_annotations(&self, class: &Value) -> PyResult<Value> {
        let ty = class_of(self, class)?;
        let n = self.names();
        if !ty.is_heap() {
            return Err(self.attribute_error_on(
                class,
                n.__annotations__.value(),
                format!("type object '{}' has no attribute '__annotations__'", ty.tp_name()),
            ));
        }
        if let Some(found) = self.own(&ty, [&n.__annotations__, &n.__annotations_cache__])? {
            return Ok(found);
        }
        let annotate = self.type_annotate(class)?;
        let made = if self.is_callable(&annotate) {
            let made = self.call1(&annotate, &self.int(1))?;
            if made.as_dict().is_none() {
                return Err(self
                    .type_error(format!("__annotate__() must return a dict, not {}", made.type_name(self))));
            }
            made
        } else {
            self.new_dict().into_value()
        };
        drop(ty.dict.insert_str(&n.__annotations_cache__, made.clone()));
        ty.modified(self);
        Ok(made)
    }

    /// Sets or deletes `cls.__annotations__`.
    pub fn set_type_annotations(&self, class: &Value, value: Option<&Value>) -> PyResult<()> {
        let ty = class_of(self, class)?;
        let n = self.names();
        mutable(self, &ty, "__annotations__")?;
        match value {
            Some(value) => {
                let name = if ty.dict.get_str(&n.__annotations__).is_some() {
                    &n.__annotations__
                } else {
                    &n.__annotations_cache__
                };
                drop(ty.dict.insert_str(name, value.clone()));
            }
            None => {
                let old = ty
                    .dict
                    .remove_str(&n.__annotations__)
                    .or_else(|| ty.dict.remove_str(&n.__annotations_cache__));
                if old.is_none() {
                    return Err(self.raise(&exc::ATTRIBUTE_ERROR, "__annotations__"));
                }
            }
        }
        for name in [&n.__annotate_func__, &n.__annotate__] {
            drop(ty.dict.remove_str(name));
        }
        ty.modified(self);
        Ok(())
    }

    /// `cls.__annotate__`
    pub fn type_annotate(&self, class: &Value) -> PyResult<Value> {
        let ty = class_of(self, class)?;
        let n = self.names();
        if !ty.is_heap() {
            return Err(self.attribute_error_on(
                class,
                n.__annotate__.value(),
                format!("type object '{}' has no attribute '__annotate__'", ty.tp_name()),
            ));
        }
        Ok(self.own(&ty, [&n.__annotate_func__, &n.__annotate__])?.unwrap_or(Value::NONE))
    }

    /// Sets `cls.__annotate__`.
    pub fn set_type_annotate(&self, class: &Value, value: Option<&Value>) -> PyResult<()> {
        let ty = class_of(self, class)?;
        let n = self.names();
        let Some(value) = value else { return Err(self.type_error("cannot delete __annotate__ attribute")) };
        mutable(self, &ty, "__annotate__")?;
        if !value.is_none() && !self.is_callable(value) {
            return Err(self.type_error("__annotate__ must be callable or None"));
        }
        drop(ty.dict.insert_str(&n.__annotate_func__, value.clone()));
        if !value.is_none() {
            drop(ty.dict.remove_str(&n.__annotations_cache__));
            drop(ty.dict.remove_str(&n.__annotations__));
        }
        ty.modified(self);
        Ok(())
    }
}
