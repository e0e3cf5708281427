//! `_posixsubprocess`: what `subprocess` starts programs with.

use std::ffi::CString;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::stdlib::posix::processes::{after_fork_child, run_at_fork};
use crate::runtime::sys::process::{self, ChildPlan, Texts};
use crate::runtime::value::Value;

fn byte_texts(vm: &Vm, value: &Value) -> PyResult<Vec<CString>> {
    let mut all = Vec::new();
    for item in vm.collect(value)? {
        let path = vm.fspath(&item)?;
        match CString::new(vm.fs_encode(&path)?) {
            Ok(text) => all.push(text),
            Err(_) => return Err(vm.value_error("embedded null byte")),
        }
    }
    Ok(all)
}

fn optional_id(vm: &Vm, value: &Value, what: &str) -> PyResult<Option<u32>> {
    match value.some() {
        None => Ok(None),
        Some(value) => Ok(Some(crate::runtime::stdlib::posix::paths::id_argument(vm, value, what)?)),
    }
}

fn fork_exec(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let [
        argv,
        programs,
        close_fds,
        keep,
        folder,
        environment,
        p2cread,
        p2cwrite,
        c2pread,
        c2pwrite,
        errread,
        errwrite,
        errpipe_read,
        errpipe_write,
        restore,
        session,
        group,
        gid,
        groups,
        uid,
        umask,
        preexec,
    ] = args
    else {
        return Err(vm.type_error("fork_exec expected 22 arguments"));
    };
    let close_fds = vm.truth(close_fds)?;
    let mut kept = Vec::new();
    let Some(fds) = keep.as_tuple() else { return Err(vm.type_error("fds_to_keep must be a tuple")) };
    for fd in fds.items() {
        let n = vm.to_i64(fd)?;
        if n < 0 || n > i64::from(i32::MAX) || kept.last().is_some_and(|last| i64::from(*last) >= n) {
            return Err(vm.value_error("bad value(s) in fds_to_keep"));
        }
        kept.push(n as i32);
    }
    let mut pipes = [0; 8];
    for (place, value) in pipes.iter_mut().zip([
        p2cread,
        p2cwrite,
        c2pread,
        c2pwrite,
        errread,
        errwrite,
        errpipe_read,
        errpipe_write,
    ]) {
        *place = vm.c_int(value)?;
    }
    if close_fds && pipes[7] < 3 {
        return Err(vm.value_error("errpipe_write must be >= 3"));
    }
    let groups = match groups.some() {
        None => None,
        Some(list) => {
            let mut all = Vec::new();
            for group in vm.collect(list)? {
                all.push(crate::runtime::stdlib::posix::paths::id_argument(vm, &group, "gid")?);
            }
            Some(all)
        }
    };
    let arguments = byte_texts(vm, argv)?;
    let plan = ChildPlan {
        programs: byte_texts(vm, programs)?,
        args: Texts::new(arguments),
        environment: match environment.some() {
            None => None,
            Some(list) => Some(Texts::new(byte_texts(vm, list)?)),
        },
        close_fds,
        keep: kept,
        folder: match folder.some() {
            None => None,
            Some(folder) => byte_texts(vm, &vm.tuple(vec![folder.clone()]))?.into_iter().next(),
        },
        pipes,
        restore_signals: vm.truth(restore)?,
        session: vm.truth(session)?,
        group: vm.c_int(group)?,
        gid: optional_id(vm, gid, "gid")?,
        groups,
        uid: optional_id(vm, uid, "uid")?,
        umask: vm.c_int(umask)?,
    };
    let hook = preexec.some();
    if hook.is_some() {
        if vm.interp().finalizing.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(
                vm.raise(&exc::PYTHON_FINALIZATION_ERROR, "preexec_fn not supported at interpreter shutdown")
            );
        }
        run_at_fork(vm, "before fork", true);
    }
    let result = vm.interp().gil.around_fork(process::fork);
    if result == Ok(0) {
        match hook {
            None => process::run_child(&plan, None),
            Some(hook) => {
                after_fork_child(vm);
                run_at_fork(vm, "after fork in child", false);
                process::run_child(
                    &plan,
                    Some(&mut || match vm.call0(hook) {
                        Ok(_) => true,
                        Err(raised) => {
                            drop(vm.take_raised(raised));
                            false
                        }
                    }),
                )
            }
        }
    }
    if hook.is_some() {
        run_at_fork(vm, "after fork in parent", false);
    }
    Ok(vm.int(vm.os(result)?.into()))
}

/// `_posixsubprocess`
pub static MODULE: NativeModule = NativeModule {
    name: "_posixsubprocess",
    doc: "A POSIX helper for the subprocess module.",
    functions: &[native(
        "fork_exec(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)",
        fork_exec,
        "Spawn a fresh new child process.",
    )],
    init: |_, _| Ok(()),
};
