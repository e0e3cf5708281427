//! `termios`: attributes of terminals. Speeds are in baud, whatever the system's codes are.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::{self, Sys, terminal};
use crate::runtime::value::Value;

fn error(vm: &Vm, number: i32) -> Raised {
    let args = [vm.int(number.into()), vm.str(sys::strerror(number))];
    match vm.exception_class("termios.error", &exc::EXCEPTION).and_then(|class| vm.call_args(&class, &args)) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

fn checked<T>(vm: &Vm, result: Sys<T>) -> PyResult<T> {
    result.map_err(|number| error(vm, number))
}

fn tcgetattr(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = vm.file_descriptor(&args[0])?;
    let found = checked(vm, terminal::attributes(fd))?;
    let lines = found.local & libc::ICANON as u32 != 0;
    let characters = found
        .characters
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            // Without line editing these two are numbers, and may share their places with characters.
            if !lines && (at == libc::VMIN || at == libc::VTIME) {
                vm.int(i64::from(*byte))
            } else {
                vm.bytes(&[*byte])
            }
        })
        .collect();
    let numbers =
        [found.input, found.output, found.control, found.local, found.input_speed, found.output_speed];
    let mut items: Vec<Value> = numbers.iter().map(|n| vm.int(i64::from(*n))).collect();
    items.push(vm.list(characters));
    Ok(vm.list(items))
}

fn tcsetattr(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = vm.file_descriptor(&args[0])?;
    let when = vm.c_int(&args[1])?;
    let items = match vm.list_items(&args[2]) {
        Some(items) if items.get().len() == 7 => items.cloned(),
        _ => return Err(vm.type_error("tcsetattr, arg 3: must be 7 element list")),
    };
    let old = checked(vm, terminal::attributes(fd))?;
    let mut numbers = [0u32; 6];
    for (place, item) in numbers.iter_mut().zip(&items) {
        *place = vm.to_i64(item)? as u32;
    }
    let count = old.characters.len();
    let characters = match vm.list_items(&items[6]) {
        Some(characters) if characters.get().len() == count => characters.cloned(),
        _ => {
            return Err(vm.type_error(format!("tcsetattr: attributes[6] must be {count} element list")));
        }
    };
    let mut bytes = Vec::with_capacity(count);
    for character in &characters {
        if let Some([byte]) = vm.bytes_of(character) {
            bytes.push(*byte);
        } else if vm.is_int(character) {
            bytes.push(vm.to_i64(character)? as u8);
        } else {
            return Err(vm.type_error("tcsetattr: elements of attributes must be characters or integers"));
        }
    }
    let [input, output, control, local, input_speed, output_speed] = numbers;
    let new =
        terminal::Attributes { input, output, control, local, input_speed, output_speed, characters: bytes };
    checked(vm, vm.blocking(|| terminal::set_attributes(fd, when, &new)))?;
    Ok(Value::NONE)
}

fn tcsetwinsize(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = vm.file_descriptor(&args[0])?;
    let wrong = || vm.type_error("tcsetwinsize, arg 2: must be a two-item sequence");
    if args[1].ty(vm).slots.get().len.is_none() || args[1].ty(vm).slots.get().getitem.is_none() {
        return Err(wrong());
    }
    if vm.len(&args[1])? != 2 {
        return Err(wrong());
    }
    let mut numbers = [0; 2];
    for (at, place) in numbers.iter_mut().enumerate() {
        *place = vm.to_i64(&vm.getitem(&args[1], &vm.int_usize(at))?)?;
    }
    checked(vm, terminal::window_size(fd))?;
    let [Ok(rows), Ok(columns)] = numbers.map(u16::try_from) else {
        return Err(vm.overflow_error("winsize value(s) out of range."));
    };
    checked(vm, terminal::set_window_size(fd, rows, columns))?;
    Ok(Value::NONE)
}

/// The numbers that Linux has on x86-64.
static NAMES: &[(&str, i64)] = &[
    ("B0", 0),
    ("B1000000", 1000000),
    ("B110", 110),
    ("B115200", 115200),
    ("B1152000", 1152000),
    ("B1200", 1200),
    ("B134", 134),
    ("B14400", 14400),
    ("B150", 150),
    ("B1500000", 1500000),
    ("B1800", 1800),
    ("B19200", 19200),
    ("B200", 200),
    ("B2000000", 2000000),
    ("B230400", 230400),
    ("B2400", 2400),
    ("B2500000", 2500000),
    ("B28800", 28800),
    ("B300", 300),
    ("B3000000", 3000000),
    ("B3500000", 3500000),
    ("B38400", 38400),
    ("B4000000", 4000000),
    ("B460800", 460800),
    ("B4800", 4800),
    ("B50", 50),
    ("B500000", 500000),
    ("B57600", 57600),
    ("B576000", 576000),
    ("B600", 600),
    ("B7200", 7200),
    ("B75", 75),
    ("B76800", 76800),
    ("B921600", 921600),
    ("B9600", 9600),
    ("BRKINT", 2),
    ("BS0", 0),
    ("BS1", 8192),
    ("BSDLY", 8192),
    ("CBAUD", 4111),
    ("CBAUDEX", 4096),
    ("CDSUSP", 25),
    ("CEOF", 4),
    ("CEOL", 0),
    ("CEOT", 4),
    ("CERASE", 127),
    ("CFLUSH", 15),
    ("CIBAUD", 269418496),
    ("CINTR", 3),
    ("CKILL", 21),
    ("CLNEXT", 22),
    ("CLOCAL", 2048),
    ("CQUIT", 28),
    ("CR0", 0),
    ("CR1", 512),
    ("CR2", 1024),
    ("CR3", 1536),
    ("CRDLY", 1536),
    ("CREAD", 128),
    ("CRPRNT", 18),
    ("CRTSCTS", 2147483648),
    ("CS5", 0),
    ("CS6", 16),
    ("CS7", 32),
    ("CS8", 48),
    ("CSIZE", 48),
    ("CSTART", 17),
    ("CSTOP", 19),
    ("CSTOPB", 64),
    ("CSUSP", 26),
    ("CWERASE", 23),
    ("ECHO", 8),
    ("ECHOCTL", 512),
    ("ECHOE", 16),
    ("ECHOK", 32),
    ("ECHOKE", 2048),
    ("ECHONL", 64),
    ("ECHOPRT", 1024),
    ("EXTA", 19200),
    ("EXTB", 38400),
    ("EXTPROC", 65536),
    ("FF0", 0),
    ("FF1", 32768),
    ("FFDLY", 32768),
    ("FIOASYNC", 21586),
    ("FIOCLEX", 21585),
    ("FIONBIO", 21537),
    ("FIONCLEX", 21584),
    ("FIONREAD", 21531),
    ("FLUSHO", 4096),
    ("HUPCL", 1024),
    ("IBSHIFT", 16),
    ("ICANON", 2),
    ("ICRNL", 256),
    ("IEXTEN", 32768),
    ("IGNBRK", 1),
    ("IGNCR", 128),
    ("IGNPAR", 4),
    ("IMAXBEL", 8192),
    ("INLCR", 64),
    ("INPCK", 16),
    ("IOCSIZE_MASK", 1073676288),
    ("IOCSIZE_SHIFT", 16),
    ("ISIG", 1),
    ("ISTRIP", 32),
    ("IUCLC", 512),
    ("IUTF8", 16384),
    ("IXANY", 2048),
    ("IXOFF", 4096),
    ("IXON", 1024),
    ("NCCS", 32),
    ("NL0", 0),
    ("NL1", 256),
    ("NLDLY", 256),
    ("NOFLSH", 128),
    ("N_MOUSE", 2),
    ("N_PPP", 3),
    ("N_SLIP", 1),
    ("N_STRIP", 4),
    ("N_TTY", 0),
    ("OCRNL", 8),
    ("OFDEL", 128),
    ("OFILL", 64),
    ("OLCUC", 2),
    ("ONLCR", 4),
    ("ONLRET", 32),
    ("ONOCR", 16),
    ("OPOST", 1),
    ("PARENB", 256),
    ("PARMRK", 8),
    ("PARODD", 512),
    ("PENDIN", 16384),
    ("TAB0", 0),
    ("TAB1", 2048),
    ("TAB2", 4096),
    ("TAB3", 6144),
    ("TABDLY", 6144),
    ("TCFLSH", 21515),
    ("TCGETS", 21505),
    ("TCIFLUSH", 0),
    ("TCIOFF", 2),
    ("TCIOFLUSH", 2),
    ("TCION", 3),
    ("TCOFLUSH", 1),
    ("TCOOFF", 0),
    ("TCOON", 1),
    ("TCSADRAIN", 1),
    ("TCSAFLUSH", 2),
    ("TCSANOW", 0),
    ("TCSBRK", 21513),
    ("TCSBRKP", 21541),
    ("TCSETS", 21506),
    ("TCSETSF", 21508),
    ("TCSETSW", 21507),
    ("TCXONC", 21514),
    ("TIOCCONS", 21533),
    ("TIOCEXCL", 21516),
    ("TIOCGETD", 21540),
    ("TIOCGICOUNT", 21597),
    ("TIOCGLCKTRMIOS", 21590),
    ("TIOCGPGRP", 21519),
    ("TIOCGSERIAL", 21534),
    ("TIOCGSOFTCAR", 21529),
    ("TIOCGWINSZ", 21523),
    ("TIOCINQ", 21531),
    ("TIOCLINUX", 21532),
    ("TIOCMBIC", 21527),
    ("TIOCMBIS", 21526),
    ("TIOCMGET", 21525),
    ("TIOCMIWAIT", 21596),
    ("TIOCMSET", 21528),
    ("TIOCM_CAR", 64),
    ("TIOCM_CD", 64),
    ("TIOCM_CTS", 32),
    ("TIOCM_DSR", 256),
    ("TIOCM_DTR", 2),
    ("TIOCM_LE", 1),
    ("TIOCM_RI", 128),
    ("TIOCM_RNG", 128),
    ("TIOCM_RTS", 4),
    ("TIOCM_SR", 16),
    ("TIOCM_ST", 8),
    ("TIOCNOTTY", 21538),
    ("TIOCNXCL", 21517),
    ("TIOCOUTQ", 21521),
    ("TIOCPKT", 21536),
    ("TIOCPKT_DATA", 0),
    ("TIOCPKT_DOSTOP", 32),
    ("TIOCPKT_FLUSHREAD", 1),
    ("TIOCPKT_FLUSHWRITE", 2),
    ("TIOCPKT_NOSTOP", 16),
    ("TIOCPKT_START", 8),
    ("TIOCPKT_STOP", 4),
    ("TIOCSCTTY", 21518),
    ("TIOCSERCONFIG", 21587),
    ("TIOCSERGETLSR", 21593),
    ("TIOCSERGETMULTI", 21594),
    ("TIOCSERGSTRUCT", 21592),
    ("TIOCSERGWILD", 21588),
    ("TIOCSERSETMULTI", 21595),
    ("TIOCSERSWILD", 21589),
    ("TIOCSER_TEMT", 1),
    ("TIOCSETD", 21539),
    ("TIOCSLCKTRMIOS", 21591),
    ("TIOCSPGRP", 21520),
    ("TIOCSSERIAL", 21535),
    ("TIOCSSOFTCAR", 21530),
    ("TIOCSTI", 21522),
    ("TIOCSWINSZ", 21524),
    ("TOSTOP", 256),
    ("VDISCARD", 13),
    ("VEOF", 4),
    ("VEOL", 11),
    ("VEOL2", 16),
    ("VERASE", 2),
    ("VINTR", 0),
    ("VKILL", 3),
    ("VLNEXT", 15),
    ("VMIN", 6),
    ("VQUIT", 1),
    ("VREPRINT", 12),
    ("VSTART", 8),
    ("VSTOP", 9),
    ("VSUSP", 10),
    ("VSWTC", 7),
    ("VSWTCH", 7),
    ("VT0", 0),
    ("VT1", 16384),
    ("VTDLY", 16384),
    ("VTIME", 5),
    ("VWERASE", 14),
    ("XCASE", 4),
    ("XTABS", 6144),
    ("_POSIX_VDISABLE", 0),
];

/// `termios`
pub static MODULE: NativeModule = NativeModule {
    name: "termios",
    doc: "Attributes of terminals (POSIX.1-2017, General Terminal Interface).\n\nA terminal is a descriptor or an object with fileno(); failures are termios.error.",
    functions: &[
        native(
            "tcgetattr(fd, /)",
            tcgetattr,
            "The attributes of a terminal: [iflag, oflag, cflag, lflag, ispeed, ospeed, cc].\n\ncc is a list of bytes of length 1; without ICANON those at VMIN and VTIME are numbers.",
        ),
        native(
            "tcsetattr(fd, when, attributes, /)",
            tcsetattr,
            "Set the attributes of a terminal.\n\n  when\n    TCSANOW, TCSADRAIN (after all output) or TCSAFLUSH (and drop input).\n  attributes\n    As tcgetattr() gives them.",
        ),
        native(
            "tcsendbreak(fd, duration, /)",
            |vm, args| {
                let (fd, duration) = (vm.file_descriptor(&args[0])?, vm.c_int(&args[1])?);
                checked(vm, vm.blocking(|| terminal::send_break(fd, duration)))?;
                Ok(Value::NONE)
            },
            "Send a break; a duration of 0 is a quarter to half a second.",
        ),
        native(
            "tcdrain(fd, /)",
            |vm, args| {
                let fd = vm.file_descriptor(&args[0])?;
                checked(vm, vm.blocking(|| terminal::drain(fd)))?;
                Ok(Value::NONE)
            },
            "Wait until all output is sent.",
        ),
        native(
            "tcflush(fd, queue, /)",
            |vm, args| {
                let (fd, queue) = (vm.file_descriptor(&args[0])?, vm.c_int(&args[1])?);
                checked(vm, terminal::flush(fd, queue))?;
                Ok(Value::NONE)
            },
            "Drop what is queued: TCIFLUSH input, TCOFLUSH output, TCIOFLUSH both.",
        ),
        native(
            "tcflow(fd, action, /)",
            |vm, args| {
                let (fd, action) = (vm.file_descriptor(&args[0])?, vm.c_int(&args[1])?);
                checked(vm, terminal::flow(fd, action))?;
                Ok(Value::NONE)
            },
            "Suspend or resume: TCOOFF and TCOON output, TCIOFF and TCION input.",
        ),
        native(
            "tcgetwinsize(fd, /)",
            |vm, args| {
                let fd = vm.file_descriptor(&args[0])?;
                let (rows, columns) = checked(vm, terminal::window_size(fd))?;
                Ok(vm.tuple(vec![vm.int(rows.into()), vm.int(columns.into())]))
            },
            "The size of a terminal's window: (rows, columns).",
        ),
        native(
            "tcsetwinsize(fd, winsize, /)",
            tcsetwinsize,
            "Set the size of a terminal's window to (rows, columns).",
        ),
    ],
    init: |vm, dict| {
        vm.set_ints_in(dict, NAMES);
        vm.set_in(dict, "error", vm.exception_class("termios.error", &exc::EXCEPTION)?);
        Ok(())
    },
};
