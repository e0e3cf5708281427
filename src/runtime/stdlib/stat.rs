//! `_stat`: what the mode of a file says.

use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

fn mode(vm: &Vm, args: &[Value]) -> PyResult<u32> {
    let n = vm.to_u64(&args[0])?;
    match u32::try_from(n) {
        Ok(n) => Ok(n),
        Err(_) => Err(vm.overflow_error("mode out of range")),
    }
}

macro_rules! kinds {
    ($($name:literal $format:ident $doc:literal;)*) => { &[
        $(native($name, |vm, args| Ok(Value::bool(mode(vm, args)? & libc::S_IFMT == libc::$format)), $doc),)*
        native("S_ISDOOR(mode, /)", |vm, args| mode(vm, args).map(|_| Value::FALSE), "S_ISDOOR(mode) -> bool\n\nReturn True if mode is from a door."),
        native("S_ISPORT(mode, /)", |vm, args| mode(vm, args).map(|_| Value::FALSE), "S_ISPORT(mode) -> bool\n\nReturn True if mode is from an event port."),
        native("S_ISWHT(mode, /)", |vm, args| mode(vm, args).map(|_| Value::FALSE), "S_ISWHT(mode) -> bool\n\nReturn True if mode is from a whiteout."),
        native("S_IMODE(mode, /)", |vm, args| Ok(vm.int((mode(vm, args)? & 0o7777).into())), "Return the portion of the file's mode that can be set by os.chmod()."),
        native("S_IFMT(mode, /)", |vm, args| Ok(vm.int((mode(vm, args)? & libc::S_IFMT).into())), "Return the portion of the file's mode that describes the file type."),
        native("filemode(mode, /)", |vm, args| Ok(vm.str(filemode(mode(vm, args)?))), "Convert a file's mode to a string of the form '-rwxrwxrwx'"),
    ] };
}

fn filemode(mode: u32) -> String {
    let mut text = String::with_capacity(10);
    text.push(match mode & libc::S_IFMT {
        libc::S_IFREG => '-',
        libc::S_IFDIR => 'd',
        libc::S_IFLNK => 'l',
        libc::S_IFBLK => 'b',
        libc::S_IFCHR => 'c',
        libc::S_IFIFO => 'p',
        libc::S_IFSOCK => 's',
        _ => '?',
    });
    for (shift, special, set, unset) in [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')]
    {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (mode & special != 0, bits & 1 != 0) {
            (true, true) => set,
            (true, false) => unset,
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    text
}

/// `_stat`
pub static MODULE: NativeModule = NativeModule {
    name: "_stat",
    doc: "S_IFMT_: file type bits",
    functions: kinds! {
        "S_ISDIR(mode, /)" S_IFDIR "S_ISDIR(mode) -> bool\n\nReturn True if mode is from a directory.";
        "S_ISCHR(mode, /)" S_IFCHR "S_ISCHR(mode) -> bool\n\nReturn True if mode is from a character special device file.";
        "S_ISBLK(mode, /)" S_IFBLK "S_ISBLK(mode) -> bool\n\nReturn True if mode is from a block special device file.";
        "S_ISREG(mode, /)" S_IFREG "S_ISREG(mode) -> bool\n\nReturn True if mode is from a regular file.";
        "S_ISFIFO(mode, /)" S_IFIFO "S_ISFIFO(mode) -> bool\n\nReturn True if mode is from a FIFO (named pipe).";
        "S_ISLNK(mode, /)" S_IFLNK "S_ISLNK(mode) -> bool\n\nReturn True if mode is from a symbolic link.";
        "S_ISSOCK(mode, /)" S_IFSOCK "S_ISSOCK(mode) -> bool\n\nReturn True if mode is from a socket.";
    },
    init: |vm, dict| {
        vm.set_ints_in(dict, NAMES);
        Ok(())
    },
};

static NAMES: &[(&str, i64)] = &[
    ("SF_APPEND", 262144),
    ("SF_ARCHIVED", 65536),
    ("SF_DATALESS", 1073741824),
    ("SF_FIRMLINK", 8388608),
    ("SF_IMMUTABLE", 131072),
    ("SF_NOUNLINK", 1048576),
    ("SF_SETTABLE", 4294901760),
    ("SF_SNAPSHOT", 2097152),
    ("ST_ATIME", 7),
    ("ST_CTIME", 9),
    ("ST_DEV", 2),
    ("ST_GID", 5),
    ("ST_INO", 1),
    ("ST_MODE", 0),
    ("ST_MTIME", 8),
    ("ST_NLINK", 3),
    ("ST_SIZE", 6),
    ("ST_UID", 4),
    ("S_ENFMT", 1024),
    ("S_IEXEC", 64),
    ("S_IFBLK", 24576),
    ("S_IFCHR", 8192),
    ("S_IFDIR", 16384),
    ("S_IFDOOR", 0),
    ("S_IFIFO", 4096),
    ("S_IFLNK", 40960),
    ("S_IFPORT", 0),
    ("S_IFREG", 32768),
    ("S_IFSOCK", 49152),
    ("S_IFWHT", 0),
    ("S_IREAD", 256),
    ("S_IRGRP", 32),
    ("S_IROTH", 4),
    ("S_IRUSR", 256),
    ("S_IRWXG", 56),
    ("S_IRWXO", 7),
    ("S_IRWXU", 448),
    ("S_ISGID", 1024),
    ("S_ISUID", 2048),
    ("S_ISVTX", 512),
    ("S_IWGRP", 16),
    ("S_IWOTH", 2),
    ("S_IWRITE", 128),
    ("S_IWUSR", 128),
    ("S_IXGRP", 8),
    ("S_IXOTH", 1),
    ("S_IXUSR", 64),
    ("UF_APPEND", 4),
    ("UF_COMPRESSED", 32),
    ("UF_DATAVAULT", 128),
    ("UF_HIDDEN", 32768),
    ("UF_IMMUTABLE", 2),
    ("UF_NODUMP", 1),
    ("UF_NOUNLINK", 16),
    ("UF_OPAQUE", 8),
    ("UF_SETTABLE", 65535),
    ("UF_TRACKED", 64),
];
