//! `tzinfo`, which subclasses fill, and `timezone`, a fixed offset from UTC.

use super::delta::{self, Delta, fields};
use super::stamp::{self, Stamp};
use super::{DAY, shown_type};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{Cmp, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

/// The payload of `tzinfo`: nothing.
#[repr(C)]
pub struct Zone;
crate::payload!(Zone, "tzinfo");

/// The payload of `timezone`.
#[repr(C)]
pub struct Fixed {
    zone: Zone,
    offset: Value,
    /// Unbound if there is none.
    name: Value,
}
crate::payload!(Fixed, "timezone", gc, extends Zone {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        let Zone = self.zone;
        visit(&self.offset);
        visit(&self.name);
    }
});

/// Is it a tzinfo?
pub fn is_zone(_: &Vm, value: &Value) -> bool {
    value.downcast::<Zone>().is_some()
}

/// ValueError unless an offset is shorter than a day.
fn check_offset(vm: &Vm, offset: Delta, value: &Value) -> PyResult<()> {
    let micros = offset.total();
    let day = i128::from(super::DAY_MICROS);
    if -day < micros && micros < day {
        return Ok(());
    }
    Err(vm.value_error(format!(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {}",
        vm.repr_text(value)?
    )))
}

/// `zone.utcoffset(argument)` or `dst`: `None` or a timedelta shorter than a day.
pub fn offset_of(vm: &Vm, zone: &Value, method: &str, argument: &Value) -> PyResult<Value> {
    if zone.is_none() {
        return Ok(Value::NONE);
    }
    if let Some(fixed) = zone.downcast::<Fixed>() {
        return Ok(if method == "utcoffset" { fixed.offset.clone() } else { Value::NONE });
    }
    let found = vm.call_method_str(zone, method, std::slice::from_ref(argument))?;
    match fields(&found) {
        Some(offset) => check_offset(vm, offset, &found)?,
        None if found.is_none() => {}
        None => {
            return Err(vm.type_error(format!(
                "tzinfo.{method}() must return None or timedelta, not '{}'",
                found.type_name(vm)
            )));
        }
    }
    Ok(found)
}

/// `zone.tzname(argument)`: `None` or a text.
pub fn name_of(vm: &Vm, zone: &Value, argument: &Value) -> PyResult<Value> {
    if zone.is_none() {
        return Ok(Value::NONE);
    }
    if let Some(fixed) = zone.downcast::<Fixed>() {
        return fixed_name(vm, fixed);
    }
    let found = vm.call_method_str(zone, "tzname", std::slice::from_ref(argument))?;
    if found.is_none() || found.as_str().is_some() {
        return Ok(found);
    }
    Err(vm.type_error(format!("tzinfo.tzname() must return None or a string, not '{}'", found.type_name(vm))))
}

/// `timezone.utc`
pub fn utc(vm: &Vm) -> Value {
    // Making the type makes it.
    let ty = vm.typ(&TIMEZONE);
    vm.state("datetime.utc", |vm| {
        let offset = vm.alloc_spec(&delta::TIMEDELTA, Delta { days: 0, seconds: 0, micros: 0 });
        vm.alloc(ty, Fixed { zone: Zone, offset, name: Value::UNBOUND }).into_value()
    })
}

/// A fixed offset; UTC itself for none without name.
pub fn fixed(vm: &Vm, offset: Value, name: Value) -> PyResult<Value> {
    let Some(delta) = fields(&offset) else { return Err(vm.type_error("offset must be a timedelta")) };
    if delta.is_zero() && name.is_unbound() {
        return Ok(utc(vm));
    }
    check_offset(vm, delta, &offset)?;
    Ok(vm.alloc_spec(&TIMEZONE, Fixed { zone: Zone, offset, name }))
}

fn fixed_name(vm: &Vm, fixed: &Obj<Fixed>) -> PyResult<Value> {
    if let Some(name) = fixed.name.given() {
        return Ok(name.clone());
    }
    let micros = fields(&fixed.offset).map_or(0, |offset| offset.total() as i64);
    if micros == 0 {
        return Ok(vm.str("UTC"));
    }
    Ok(vm.str(format!("UTC{}", super::iso::offset_text(micros, ":"))))
}

/// TypeError unless an argument is a datetime or `None`.
fn check_argument(vm: &Vm, value: &Value, method: &str) -> PyResult<()> {
    if value.is_none() || value.downcast::<Stamp>().is_some() {
        return Ok(());
    }
    Err(vm.type_error(format!(
        "{method}(dt) argument must be a datetime instance or None, not {}",
        value.type_name(vm)
    )))
}

/// The datetime whose zone is the receiver, for `fromutc`.
fn check_utc<'a>(vm: &Vm, zone: &Value, value: &'a Value) -> PyResult<&'a Obj<Stamp>> {
    let Some(stamp) = value.downcast::<Stamp>() else {
        return Err(vm.type_error("fromutc: argument must be a datetime"));
    };
    if !stamp.zone.get().is(zone) {
        return Err(vm.value_error("fromutc: dt.tzinfo is not self"));
    }
    Ok(stamp)
}

/// `tzinfo.fromutc`, for zones whose standard offset is constant.
fn from_utc(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (zone, value) = (&args[0], &args[1]);
    check_utc(vm, zone, value)?;
    let offset = offset_of(vm, zone, "utcoffset", value)?;
    let Some(whole) = fields(&offset) else {
        return Err(vm.value_error("fromutc: non-None utcoffset() result required"));
    };
    let dst = offset_of(vm, zone, "dst", value)?;
    let Some(summer) = fields(&dst) else {
        return Err(vm.value_error("fromutc: non-None dst() result required"));
    };
    let standard = stamp::add(vm, value, whole.total() - summer.total())?;
    // The offset may be another one at that time.
    let dst = offset_of(vm, zone, "dst", &standard)?;
    let Some(summer) = fields(&dst) else {
        return Err(vm.value_error("fromutc: tz.dst() gave inconsistent results; cannot convert"));
    };
    if summer.is_zero() { Ok(standard) } else { stamp::add(vm, &standard, summer.total()) }
}

fn abstract_method(vm: &Vm, name: &str) -> PyResult<Value> {
    Err(vm.not_implemented_error(format!("a tzinfo subclass must implement {name}()")))
}

/// `tzinfo`
pub static TZINFO: TypeSpec = TypeSpec::new("datetime.tzinfo", Zone::layout)
    .flags(type_flag::BASE)
    .doc("", "Abstract base class of time zones.")
    .slots(|s| s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Zone).into_value())))
    .methods(&[
        native(
            "tzname(self, object, /)",
            |vm, _| abstract_method(vm, "tzname"),
            "The name of the zone at a datetime.",
        ),
        native(
            "utcoffset(self, object, /)",
            |vm, _| abstract_method(vm, "utcoffset"),
            "The offset from UTC at a datetime, as a timedelta; positive east of UTC.",
        ),
        native(
            "dst(self, object, /)",
            |vm, _| abstract_method(vm, "dst"),
            "How much summer time adds at a datetime, as a timedelta.",
        ),
        native(
            "fromutc(self, object, /)",
            from_utc,
            "Convert a datetime in UTC, with this zone as its tzinfo, to local time.",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let name = vm.intern("__getinitargs__");
                let init = match vm.getattr_opt(&args[0], name.value())? {
                    Some(method) => vm.call0(&method)?,
                    None => vm.tuple(vec![]),
                };
                let state = vm.call_method(&args[0], &vm.names().__getstate__, &[])?;
                Ok(vm.tuple(vec![args[0].ty(vm).to_value(), init, state]))
            },
            "-> (cls, state)",
        ),
    ]);

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Fixed>> {
    vm.cast::<Fixed>(value)
}

/// `timezone`
pub static TIMEZONE: TypeSpec = TypeSpec::new("datetime.timezone", Fixed::layout)
    .base(&TZINFO)
    .doc("", "A time zone with a fixed offset from UTC: timezone(offset[, name]).")
    .slots(|s| {
        s.new = Some(|vm, _, args| {
            const SIGNATURE: Signature = Signature::parse("timezone(offset, name=<unrepresentable>)");
            let [offset, name] = vm.bind_args(&SIGNATURE, args)?;
            if fields(&offset).is_none() {
                return Err(vm.type_error(format!(
                    "timezone() argument 1 must be datetime.timedelta, not {}",
                    offset.type_name(vm)
                )));
            }
            if name.given().is_some_and(|name| name.as_str().is_none()) {
                return Err(
                    vm.type_error(format!("timezone() argument 2 must be str, not {}", name.type_name(vm)))
                );
            }
            fixed(vm, offset, name)
        });
        s.repr = Some(|vm, value| {
            let this = this(vm, value)?;
            if value.is(&utc(vm)) {
                return Ok(vm.str("datetime.timezone.utc"));
            }
            let mut inner = vm.repr_text(&this.offset)?;
            if let Some(name) = this.name.given() {
                inner = format!("{inner}, {}", vm.repr_text(name)?);
            }
            Ok(vm.str(format!("{}({inner})", shown_type(vm, value))))
        });
        s.str = Some(|vm, value| fixed_name(vm, this(vm, value)?));
        s.hash = Some(|vm, value| vm.hash(&this(vm, value)?.offset));
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<Fixed>(), b.downcast::<Fixed>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            vm.compare(&x.offset, &y.offset, op)
        });
    })
    .methods(&[
        native(
            "tzname(self, object, /)",
            |vm, args| {
                check_argument(vm, &args[1], "tzname")?;
                fixed_name(vm, this(vm, &args[0])?)
            },
            "The name of the zone: the given one, or UTC with the offset.",
        ),
        native(
            "utcoffset(self, object, /)",
            |vm, args| {
                check_argument(vm, &args[1], "utcoffset")?;
                Ok(this(vm, &args[0])?.offset.clone())
            },
            "The fixed offset.",
        ),
        native(
            "dst(self, object, /)",
            |vm, args| {
                check_argument(vm, &args[1], "dst")?;
                Ok(Value::NONE)
            },
            "None.",
        ),
        native(
            "fromutc(self, object, /)",
            |vm, args| {
                check_utc(vm, &args[0], &args[1])?;
                let offset = fields(&this(vm, &args[0])?.offset).map_or(0, Delta::total);
                stamp::add(vm, &args[1], offset)
            },
            "Convert a datetime in UTC, with this zone as its tzinfo, to local time.",
        ),
        native(
            "__getinitargs__(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                let mut items = vec![this.offset.clone()];
                items.extend(this.name.given().cloned());
                Ok(vm.tuple(items))
            },
            "pickle support",
        ),
    ])
    .extra(|vm, ty| {
        let last = DAY as i32 - 60;
        let make = |days, seconds| {
            let offset = vm.alloc_spec(&delta::TIMEDELTA, Delta { days, seconds, micros: 0 });
            vm.alloc(ty, Fixed { zone: Zone, offset, name: Value::UNBOUND }).into_value()
        };
        vm.set_in(&ty.dict, "max", make(0, last));
        vm.set_in(&ty.dict, "min", make(-1, 60));
        let zero = make(0, 0);
        let utc = vm.state("datetime.utc", |_| zero);
        vm.set_in(&ty.dict, "utc", utc);
    });
