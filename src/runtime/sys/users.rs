//! Users and groups.

use std::ffi::CStr;

use super::Sys;

/// An entry of the user database.
#[allow(missing_docs)]
pub struct User {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    pub gecos: Vec<u8>,
    pub dir: Vec<u8>,
    pub shell: Vec<u8>,
}

/// An entry of the group database.
#[allow(missing_docs)]
pub struct Group {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub gid: u32,
    pub members: Vec<Vec<u8>>,
}

/// # Safety
/// Null, or a text that ends with a zero.
unsafe fn text(at: *const libc::c_char) -> Vec<u8> {
    // SAFETY: as promised.
    if at.is_null() { Vec::new() } else { unsafe { CStr::from_ptr(at) }.to_bytes().to_vec() }
}

/// # Safety
/// A valid entry.
unsafe fn user(raw: &libc::passwd) -> User {
    // SAFETY: texts of a valid entry.
    unsafe {
        User {
            name: text(raw.pw_name),
            password: text(raw.pw_passwd),
            uid: raw.pw_uid,
            gid: raw.pw_gid,
            gecos: text(raw.pw_gecos),
            dir: text(raw.pw_dir),
            shell: text(raw.pw_shell),
        }
    }
}

/// # Safety
/// A valid entry.
unsafe fn group(raw: &libc::group) -> Group {
    // SAFETY: texts of a valid entry; the list of members ends with a null.
    unsafe {
        let mut members = Vec::new();
        let mut at = raw.gr_mem;
        while !at.is_null() && !(*at).is_null() {
            members.push(text(*at));
            at = at.add(1);
        }
        Group { name: text(raw.gr_name), password: text(raw.gr_passwd), gid: raw.gr_gid, members }
    }
}

/// Who is asked for.
pub enum Who<'a> {
    /// By number.
    Id(u32),
    /// By name.
    Name(&'a CStr),
}

/// `getpwuid_r`, `getpwnam_r`
pub fn find_user(who: &Who) -> Sys<Option<User>> {
    let mut room = 4096;
    loop {
        let mut buffer = vec![0u8; room];
        // SAFETY: the system writes entry and texts into what it is given; the entry is read while the buffer lives.
        unsafe {
            let mut raw: libc::passwd = std::mem::zeroed();
            let mut found = std::ptr::null_mut();
            let at = buffer.as_mut_ptr().cast();
            let problem = match who {
                Who::Id(id) => libc::getpwuid_r(*id, &raw mut raw, at, room, &raw mut found),
                Who::Name(name) => libc::getpwnam_r(name.as_ptr(), &raw mut raw, at, room, &raw mut found),
            };
            match problem {
                libc::ERANGE if room < 1 << 22 => room *= 2,
                0 if !found.is_null() => return Ok(Some(user(&raw))),
                0 | libc::ENOENT | libc::ESRCH => return Ok(None),
                problem => return Err(problem),
            }
        }
    }
}

/// `getgrgid_r`, `getgrnam_r`
pub fn find_group(who: &Who) -> Sys<Option<Group>> {
    let mut room = 4096;
    loop {
        let mut buffer = vec![0u8; room];
        // SAFETY: as in `find_user`.
        unsafe {
            let mut raw: libc::group = std::mem::zeroed();
            let mut found = std::ptr::null_mut();
            let at = buffer.as_mut_ptr().cast();
            let problem = match who {
                Who::Id(id) => libc::getgrgid_r(*id, &raw mut raw, at, room, &raw mut found),
                Who::Name(name) => libc::getgrnam_r(name.as_ptr(), &raw mut raw, at, room, &raw mut found),
            };
            match problem {
                libc::ERANGE if room < 1 << 22 => room *= 2,
                0 if !found.is_null() => return Ok(Some(group(&raw))),
                0 | libc::ENOENT | libc::ESRCH => return Ok(None),
                problem => return Err(problem),
            }
        }
    }
}

/// All users.
pub fn all_users() -> Vec<User> {
    let mut all = Vec::new();
    // SAFETY: the interpreter lock is held, so nobody else walks the database.
    unsafe {
        libc::setpwent();
        loop {
            let at = libc::getpwent();
            if at.is_null() {
                break;
            }
            all.push(user(&*at));
        }
        libc::endpwent();
    }
    all
}
/// All groups.
pub fn all_groups() -> Vec<Group> {
    let mut all = Vec::new();
    // SAFETY: as in `all_users`.
    unsafe {
        libc::setgrent();
        loop {
            let at = libc::getgrent();
            if at.is_null() {
                break;
            }
            all.push(group(&*at));
        }
        libc::endgrent();
    }
    all
}
/// `getgrouplist`
pub fn groups_of(user: &CStr, group: u32) -> Sys<Vec<u32>> {
    let mut groups = vec![0u32; 256];
    loop {
        let mut n = groups.len() as i32;
        // SAFETY: the list is writable for `n` entries.
        if unsafe { libc::getgrouplist(user.as_ptr(), group, groups.as_mut_ptr(), &raw mut n) } >= 0 {
            groups.truncate(n as usize);
            return Ok(groups);
        }
        groups.resize((n as usize).max(groups.len() * 2), 0);
    }
}
/// `initgroups`
pub fn init_groups(user: &CStr, group: u32) -> Sys<()> {
    // SAFETY: the name ends with a zero.
    super::checked(i64::from(unsafe { libc::initgroups(user.as_ptr(), group) })).map(drop)
}
