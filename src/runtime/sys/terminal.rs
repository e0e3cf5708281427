//! Terminal attributes (POSIX.1-2017, chapter 11).

use super::{Sys, checked};

/// What `tcgetattr` tells, with speeds in baud.
#[allow(missing_docs)]
pub struct Attributes {
    pub input: u32,
    pub output: u32,
    pub control: u32,
    pub local: u32,
    pub input_speed: u32,
    pub output_speed: u32,
    pub characters: Vec<u8>,
}

/// Codes of speeds that are not their number.
const SPEEDS: &[(libc::speed_t, u32)] = &[
    (libc::B0, 0),
    (libc::B50, 50),
    (libc::B75, 75),
    (libc::B110, 110),
    (libc::B134, 134),
    (libc::B150, 150),
    (libc::B200, 200),
    (libc::B300, 300),
    (libc::B600, 600),
    (libc::B1200, 1200),
    (libc::B1800, 1800),
    (libc::B2400, 2400),
    (libc::B4800, 4800),
    (libc::B9600, 9600),
    (libc::B19200, 19200),
    (libc::B38400, 38400),
    (libc::B57600, 57600),
    (libc::B115200, 115200),
    (libc::B230400, 230400),
    #[cfg(target_os = "linux")]
    (libc::B460800, 460800),
    #[cfg(target_os = "linux")]
    (libc::B500000, 500000),
    #[cfg(target_os = "linux")]
    (libc::B576000, 576000),
    #[cfg(target_os = "linux")]
    (libc::B921600, 921600),
    #[cfg(target_os = "linux")]
    (libc::B1000000, 1000000),
    #[cfg(target_os = "linux")]
    (libc::B1152000, 1152000),
    #[cfg(target_os = "linux")]
    (libc::B1500000, 1500000),
    #[cfg(target_os = "linux")]
    (libc::B2000000, 2000000),
    #[cfg(target_os = "linux")]
    (libc::B2500000, 2500000),
    #[cfg(target_os = "linux")]
    (libc::B3000000, 3000000),
    #[cfg(target_os = "linux")]
    (libc::B3500000, 3500000),
    #[cfg(target_os = "linux")]
    (libc::B4000000, 4000000),
];

fn baud(code: libc::speed_t) -> u32 {
    SPEEDS.iter().find(|(other, _)| *other == code).map_or(code as u32, |(_, baud)| *baud)
}

fn code(baud: u32) -> Sys<libc::speed_t> {
    SPEEDS.iter().find(|(_, other)| *other == baud).map(|(code, _)| *code).ok_or(libc::EINVAL)
}

fn raw(fd: i32) -> Sys<libc::termios> {
    // SAFETY: all-zero is a termios; the call fills it.
    unsafe {
        let mut raw: libc::termios = std::mem::zeroed();
        checked(libc::tcgetattr(fd, &raw mut raw).into())?;
        Ok(raw)
    }
}

/// `tcgetattr`
pub fn attributes(fd: i32) -> Sys<Attributes> {
    let raw = raw(fd)?;
    // SAFETY: reads from a termios.
    let (input_speed, output_speed) =
        unsafe { (libc::cfgetispeed(&raw const raw), libc::cfgetospeed(&raw const raw)) };
    Ok(Attributes {
        input: raw.c_iflag as u32,
        output: raw.c_oflag as u32,
        control: raw.c_cflag as u32,
        local: raw.c_lflag as u32,
        input_speed: baud(input_speed),
        output_speed: baud(output_speed),
        characters: raw.c_cc.to_vec(),
    })
}

/// `tcsetattr`
pub fn set_attributes(fd: i32, when: i32, new: &Attributes) -> Sys<()> {
    let mut raw = raw(fd)?;
    raw.c_iflag = new.input as libc::tcflag_t;
    raw.c_oflag = new.output as libc::tcflag_t;
    raw.c_cflag = new.control as libc::tcflag_t;
    raw.c_lflag = new.local as libc::tcflag_t;
    for (place, character) in raw.c_cc.iter_mut().zip(&new.characters) {
        *place = *character;
    }
    let (input, output) = (code(new.input_speed)?, code(new.output_speed)?);
    // SAFETY: all calls get a termios that the first one has filled.
    unsafe {
        checked(libc::cfsetispeed(&raw mut raw, input).into())?;
        checked(libc::cfsetospeed(&raw mut raw, output).into())?;
        checked(libc::tcsetattr(fd, when, &raw const raw).into())?;
    }
    Ok(())
}

/// `tcsendbreak`
pub fn send_break(fd: i32, duration: i32) -> Sys<()> {
    // SAFETY: takes numbers alone.
    checked(unsafe { libc::tcsendbreak(fd, duration) }.into()).map(drop)
}
/// `tcdrain`
pub fn drain(fd: i32) -> Sys<()> {
    // SAFETY: takes a number alone.
    checked(unsafe { libc::tcdrain(fd) }.into()).map(drop)
}
/// `tcflush`
pub fn flush(fd: i32, queue: i32) -> Sys<()> {
    // SAFETY: takes numbers alone.
    checked(unsafe { libc::tcflush(fd, queue) }.into()).map(drop)
}
/// `tcflow`
pub fn flow(fd: i32, action: i32) -> Sys<()> {
    // SAFETY: takes numbers alone.
    checked(unsafe { libc::tcflow(fd, action) }.into()).map(drop)
}
/// Rows and columns.
pub fn window_size(fd: i32) -> Sys<(u16, u16)> {
    // SAFETY: the call fills a winsize.
    unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        checked(libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size).into())?;
        Ok((size.ws_row, size.ws_col))
    }
}
/// Sets rows and columns, and keeps the rest.
pub fn set_window_size(fd: i32, rows: u16, columns: u16) -> Sys<()> {
    // SAFETY: the first call fills a winsize, the second one reads it.
    unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        checked(libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size).into())?;
        (size.ws_row, size.ws_col) = (rows, columns);
        checked(libc::ioctl(fd, libc::TIOCSWINSZ, &raw const size).into())?;
    }
    Ok(())
}
