//! Native modules of the standard library: one file each, and the sorted list of them.
//!
//! A module is a `static MODULE: NativeModule` with a const table of functions; adding one is its file and a line in
//! [`MODULES`].

use crate::runtime::error::PyResult;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::Native;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Ref, Value};

pub mod abc;
pub mod accounts;
pub mod array;
pub mod ast;
pub mod asyncio;
pub mod atexit;
pub mod binascii;
pub mod bisect;
pub mod builtins;
pub mod bz2;
pub mod cmath;
pub mod codecs;
pub mod collections;
pub mod compiling;
pub mod contextvars;
pub mod csv;
pub mod datetime;
pub mod decimal;
pub mod errno;
pub mod etree;
pub mod expat;
pub mod faulthandler;
pub mod fcntl;
pub mod foreign;
pub mod functools;
pub mod gc;
pub mod hashes;
pub mod heapq;
pub mod imp;
pub mod io;
pub mod itertools;
pub mod json;
pub mod marshal;
pub mod math;
pub mod mmap;
pub mod monitoring;
pub mod opcode;
pub mod operator;
pub mod pickle;
pub mod posix;
pub mod posixsubprocess;
pub mod prompt;
pub mod queue;
pub mod random;
pub mod select;
pub mod signal;
pub mod socket;
pub mod socket_names;
pub mod source_bytes;
pub mod sre;
pub mod stat;
pub mod statistics;
pub mod string;
pub mod strukt;
pub mod symtable;
pub mod sys;
pub mod sysinfo;
pub mod system;
pub mod termios;
pub mod thread;
pub mod time;
pub mod tokenize;
pub mod type_names;
pub mod typing;
pub mod unicodedata;
pub mod warnings;
pub mod weakref;
pub mod zlib;

/// A native module.
pub struct NativeModule {
    /// Its name.
    pub name: &'static str,
    /// `__doc__`
    pub doc: &'static str,
    /// Its functions.
    pub functions: &'static [Native],
    /// Adds types and constants to its namespace.
    pub init: fn(&Vm, &Ref<Dict>) -> PyResult<()>,
}

/// All native modules, sorted by name.
pub static MODULES: &[&NativeModule] = &[
    &abc::MODULE,
    &ast::MODULE,
    &asyncio::MODULE,
    &bisect::MODULE,
    &hashes::MODULE_BLAKE2,
    &bz2::MODULE,
    &codecs::MODULE,
    &collections::MODULE,
    &contextvars::MODULE,
    &csv::MODULE,
    &datetime::MODULE,
    &decimal::MODULE,
    &etree::MODULE,
    &foreign::MODULE,
    &functools::MODULE,
    &heapq::MODULE,
    &imp::MODULE,
    &io::MODULE,
    &json::MODULE,
    &hashes::MODULE_MD5,
    &opcode::MODULE,
    &operator::MODULE,
    &pickle::MODULE,
    &posixsubprocess::MODULE,
    &queue::MODULE,
    &random::MODULE,
    &hashes::MODULE_SHA1,
    &hashes::MODULE_SHA2,
    &hashes::MODULE_SHA3,
    &signal::MODULE,
    &socket::MODULE,
    &sre::MODULE,
    &stat::MODULE,
    &statistics::MODULE,
    &string::MODULE,
    &strukt::MODULE,
    &type_names::SUGGESTIONS,
    &symtable::MODULE,
    &thread::MODULE,
    &tokenize::MODULE,
    &type_names::TYPES,
    &typing::MODULE,
    &warnings::MODULE,
    &weakref::MODULE,
    &array::MODULE,
    &atexit::MODULE,
    &binascii::MODULE,
    &builtins::MODULE,
    &cmath::MODULE,
    &errno::MODULE,
    &faulthandler::MODULE,
    &fcntl::MODULE,
    &gc::MODULE,
    &accounts::GRP,
    &itertools::MODULE,
    &marshal::MODULE,
    &math::MODULE,
    &mmap::MODULE,
    &posix::MODULE,
    &accounts::PWD,
    &expat::MODULE,
    &fcntl::RESOURCE,
    &select::MODULE,
    &sys::MODULE,
    &termios::MODULE,
    &time::MODULE,
    &unicodedata::MODULE,
    &zlib::MODULE,
];

/// The native module of a name.
pub fn find(name: &str) -> Option<&'static NativeModule> {
    MODULES.binary_search_by(|module| module.name.cmp(name)).ok().map(|at| MODULES[at])
}

/// Fills a module's namespace: functions, then what `init` adds.
pub fn fill(vm: &Vm, native: &NativeModule, module: &Value, dict: &Ref<Dict>) -> PyResult<()> {
    let name = vm.intern(native.name).into_value();
    dict.reserve(native.functions.len());
    for def in native.functions {
        let function = vm.native_function(def, module, name.clone());
        dict.insert_str(&vm.intern(def.name()), function);
    }
    (native.init)(vm, dict)
}

impl Vm {
    /// Sets a name in a module's namespace.
    pub fn set_in(&self, dict: &Ref<Dict>, name: &str, value: Value) {
        drop(dict.insert_str(&self.intern(name), value));
    }
    /// Sets a type in a module's namespace, under its own name.
    pub fn set_type_in(&self, dict: &Ref<Dict>, spec: &'static crate::runtime::object::typedef::TypeSpec) {
        let ty = self.typ(spec).value().clone();
        self.set_in(dict, spec.short_name(), ty);
    }
    /// Sets small ints in a module's namespace.
    pub fn set_ints_in(&self, dict: &Ref<Dict>, numbers: &[(&str, i64)]) {
        dict.reserve(numbers.len());
        for (name, number) in numbers {
            self.set_in(dict, name, self.int(*number));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn modules_are_sorted_by_name() {
        assert!(super::MODULES.is_sorted_by(|a, b| a.name < b.name));
    }
}
