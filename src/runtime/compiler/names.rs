//! Interned identifiers of one compilation, and private-name mangling.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// Index of an interned name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// A fast, not collision-proof hash for maps that live for one compilation.
#[derive(Default)]
pub struct QuickHasher(u64);

impl Hasher for QuickHasher {
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }
    fn write_u8(&mut self, n: u8) {
        self.write_u64(n.into());
    }
    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

/// A map with [`QuickHasher`].
pub type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;
/// A set with [`QuickHasher`].
pub type QuickSet<K> = std::collections::HashSet<K, BuildHasherDefault<QuickHasher>>;

/// The table of names.
#[derive(Debug, Default)]
pub struct Names {
    map: QuickMap<Rc<str>, NameId>,
    list: Vec<Rc<str>>,
}

impl Names {
    /// The number of a name.
    pub fn intern(&mut self, name: &str) -> NameId {
        if let Some(&id) = self.map.get(name) {
            return id;
        }
        let id = NameId(self.list.len() as u32);
        let text: Rc<str> = name.into();
        self.list.push(text.clone());
        self.map.insert(text, id);
        id
    }

    /// The text of a name.
    pub fn text(&self, id: NameId) -> Rc<str> {
        self.list[id.0 as usize].clone()
    }

    /// Interns a name as it is known inside class `private`.
    pub fn intern_mangled(&mut self, private: Option<&str>, name: &str) -> NameId {
        match mangle(private, name) {
            Some(mangled) => self.intern(&mangled),
            None => self.intern(name),
        }
    }
}

/// The mangled form of a name inside class `private`; `None` if it stays as it is.
pub fn mangle(private: Option<&str>, name: &str) -> Option<String> {
    let class = private?;
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return None;
    }
    let class = class.trim_start_matches('_');
    if class.is_empty() {
        return None;
    }
    Some(format!("_{class}{name}"))
}
