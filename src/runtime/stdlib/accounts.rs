//! `pwd` and `grp`: the user and group databases.

use crate::runtime::builtins::structs::StructSpec;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::users::{self, Group, User, Who};
use crate::runtime::value::Value;

static STRUCT_PASSWD: StructSpec = StructSpec::new(
    "pwd.struct_passwd",
    "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.",
    &[
        ("pw_name", "user name"),
        ("pw_passwd", "password"),
        ("pw_uid", "user id"),
        ("pw_gid", "group id"),
        ("pw_gecos", "real name"),
        ("pw_dir", "home directory"),
        ("pw_shell", "shell program"),
    ],
);

static STRUCT_GROUP: StructSpec = StructSpec::new(
    "grp.struct_group",
    "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n",
    &[
        ("gr_name", "group name"),
        ("gr_passwd", "password"),
        ("gr_gid", "group id"),
        ("gr_mem", "group members"),
    ],
);

fn user_value(vm: &Vm, user: &User) -> PyResult<Value> {
    let text = |bytes: &[u8]| vm.fs_decode(bytes);
    vm.struct_value(
        &STRUCT_PASSWD,
        vec![
            text(&user.name),
            text(&user.password),
            vm.int(user.uid.into()),
            vm.int(user.gid.into()),
            text(&user.gecos),
            text(&user.dir),
            text(&user.shell),
        ],
    )
}

fn group_value(vm: &Vm, group: &Group) -> PyResult<Value> {
    let members = group.members.iter().map(|m| vm.fs_decode(m)).collect();
    vm.struct_value(
        &STRUCT_GROUP,
        vec![
            vm.fs_decode(&group.name),
            vm.fs_decode(&group.password),
            vm.int(group.gid.into()),
            vm.list(members),
        ],
    )
}

fn not_found(vm: &Vm, text: String) -> Raised {
    let text = vm.str(text);
    vm.key_error(&text)
}

/// The number asked for; `None` for one that no entry can have.
fn id(vm: &Vm, value: &Value) -> PyResult<Option<u32>> {
    if value.ty(vm).slots.get().index.is_none() {
        return Err(
            vm.type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name(vm)))
        );
    }
    let index = vm.index(value)?;
    Ok(match index.as_small() {
        Some(-1) => Some(u32::MAX),
        Some(n) => u32::try_from(n).ok(),
        None => None,
    })
}

fn name(vm: &Vm, value: &Value, function: &str) -> PyResult<std::ffi::CString> {
    if value.as_str().is_none() {
        return Err(vm.type_error(format!("{function}() argument must be str, not {}", value.type_name(vm))));
    }
    match crate::runtime::sys::file::c_text(vm.fs_encode(value)?) {
        Some(name) => Ok(name),
        None => Err(vm.value_error("embedded null byte")),
    }
}

/// `pwd`
pub static PWD: NativeModule = NativeModule {
    name: "pwd",
    doc: "This module provides access to the Unix password database.\nIt is available on all Unix versions.",
    functions: &[
        native(
            "getpwuid(uidobj, /)",
            |vm, args| {
                let found = match id(vm, &args[0])? {
                    Some(id) => vm.os(vm.blocking(|| users::find_user(&Who::Id(id))))?,
                    None => None,
                };
                match found {
                    Some(user) => user_value(vm, &user),
                    None => {
                        let shown = vm.to_string(&vm.index(&args[0])?)?;
                        Err(not_found(vm, format!("getpwuid(): uid not found: {shown}")))
                    }
                }
            },
            "Return the password database entry for the given numeric user ID.",
        ),
        native(
            "getpwnam(name, /)",
            |vm, args| {
                let name = name(vm, &args[0], "getpwnam")?;
                match vm.os(vm.blocking(|| users::find_user(&Who::Name(&name))))? {
                    Some(user) => user_value(vm, &user),
                    None => {
                        let shown = vm.repr_text(&args[0])?;
                        Err(not_found(vm, format!("getpwnam(): name not found: {shown}")))
                    }
                }
            },
            "Return the password database entry for the given user name.",
        ),
        native(
            "getpwall()",
            |vm, _| {
                let all: PyResult<Vec<Value>> =
                    users::all_users().iter().map(|u| user_value(vm, u)).collect();
                Ok(vm.list(all?))
            },
            "Return a list of all available password database entries, in arbitrary order.",
        ),
    ],
    init: |vm, dict| {
        vm.set_in(dict, "struct_passwd", vm.struct_type(&STRUCT_PASSWD).value().clone());
        Ok(())
    },
};

/// `grp`
pub static GRP: NativeModule = NativeModule {
    name: "grp",
    doc: "Access to the Unix group database.",
    functions: &[
        native(
            "getgrgid(id)",
            |vm, args| {
                let found = match id(vm, &args[0])? {
                    Some(id) => vm.os(vm.blocking(|| users::find_group(&Who::Id(id))))?,
                    None => None,
                };
                match found {
                    Some(group) => group_value(vm, &group),
                    None => {
                        let shown = vm.to_string(&vm.index(&args[0])?)?;
                        Err(not_found(vm, format!("getgrgid(): gid not found: {shown}")))
                    }
                }
            },
            "Return the group database entry for the given numeric group ID.",
        ),
        native(
            "getgrnam(name)",
            |vm, args| {
                let name = name(vm, &args[0], "getgrnam")?;
                match vm.os(vm.blocking(|| users::find_group(&Who::Name(&name))))? {
                    Some(group) => group_value(vm, &group),
                    None => {
                        let shown = vm.repr_text(&args[0])?;
                        Err(not_found(vm, format!("getgrnam(): name not found: {shown}")))
                    }
                }
            },
            "Return the group database entry for the given group name.",
        ),
        native(
            "getgrall()",
            |vm, _| {
                let all: PyResult<Vec<Value>> =
                    users::all_groups().iter().map(|g| group_value(vm, g)).collect();
                Ok(vm.list(all?))
            },
            "Return a list of all available group entries, in arbitrary order.",
        ),
    ],
    init: |vm, dict| {
        vm.set_in(dict, "struct_group", vm.struct_type(&STRUCT_GROUP).value().clone());
        Ok(())
    },
};
