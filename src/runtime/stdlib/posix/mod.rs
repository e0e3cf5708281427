//! `posix`: the system calls that `os` gives on.

pub mod descriptors;
pub mod folders;
pub mod names;
pub mod paths;
pub mod processes;
pub mod stat;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

/// `posix`
pub static MODULE: NativeModule = NativeModule {
    name: "posix",
    doc: "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
    functions: &[],
    init: |vm, dict| {
        let module = vm.intern("posix").into_value();
        for table in [paths::FUNCTIONS, descriptors::FUNCTIONS, processes::FUNCTIONS] {
            for def in table {
                let function = vm.native_function(def, &Value::UNBOUND, module.clone());
                drop(dict.insert_str(&vm.intern(def.name()), function));
            }
        }
        vm.set_ints_in(dict, names::CONSTANTS);
        paths::add_types(vm, dict);
        for (name, spec) in [
            ("terminal_size", &descriptors::TERMINAL_SIZE),
            ("times_result", &processes::TIMES_RESULT),
            ("uname_result", &processes::UNAME_RESULT),
            ("waitid_result", &processes::WAITID_RESULT),
            ("sched_param", &processes::SCHED_PARAM),
        ] {
            vm.set_in(dict, name, vm.struct_type(spec).value().clone());
        }
        vm.set_in(dict, "DirEntry", vm.typ(&folders::DIR_ENTRY).value().clone());
        vm.set_in(dict, "error", vm.typ(&exc::OS_ERROR).value().clone());
        vm.set_in(dict, "environ", processes::environ(vm)?);
        vm.set_in(dict, "_have_functions", vm.list(names::HAVE.iter().map(|n| vm.str(*n)).collect()));
        for (name, table) in [
            ("sysconf_names", names::SYSCONF),
            ("pathconf_names", names::PATHCONF),
            ("confstr_names", names::CONFSTR),
        ] {
            vm.set_in(dict, name, names::names_dict(vm, table));
        }
        Ok(())
    },
};
