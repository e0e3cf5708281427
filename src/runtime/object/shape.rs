//! Shapes: which inline attribute of an instance stands where.
//!
//! A shape is a list of names; adding an attribute leads to a child shape. An instance's attribute word holds the
//! shape's number in its upper half; an instance whose attributes do not fit a shape (too many, deleted, looked at as
//! `__dict__`) holds a dictionary's address instead.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::runtime::gc::heap::{AddressHasher, FIRST_SHAPE};
use crate::runtime::object::str::Str;
use crate::runtime::value::{LockCell, Obj, Ref};

/// Attribute word of an instance without attributes.
pub const EMPTY_WORD: u64 = (FIRST_SHAPE as u64) << 32 | 1;

/// Most attributes a shape holds.
pub const MOST_ATTRS: usize = 120;
/// Most children a shape has; a program that invents names gets dictionaries.
const MOST_CHILDREN: usize = 64;
/// Most shapes an interpreter has.
const MOST_SHAPES: usize = 1 << 20;

struct Shape {
    names: Box<[Ref<Str>]>,
    index: Option<HashMap<u64, u16, BuildHasherDefault<AddressHasher>>>,
    children: Vec<(u64, u32)>,
}

/// All shapes of an interpreter.
pub struct Shapes {
    all: LockCell<Vec<Shape>>,
}

impl Default for Shapes {
    fn default() -> Self {
        Shapes { all: LockCell::new(vec![Shape { names: Box::new([]), index: None, children: Vec::new() }]) }
    }
}

/// The attribute word of a shape.
#[inline(always)]
pub const fn word(shape: u32) -> u64 {
    (shape as u64) << 32 | 1
}

impl Shapes {
    #[inline(always)]
    fn shape(&self, shape: u32) -> &Shape {
        &self.all.get()[(shape - FIRST_SHAPE) as usize]
    }

    /// Place of an interned name.
    #[inline]
    pub fn find(&self, shape: u32, name: &Obj<Str>) -> Option<usize> {
        let shape = self.shape(shape);
        if let Some(index) = &shape.index {
            return index.get(&name.address()).map(|at| *at as usize);
        }
        shape.names.iter().position(|n| n.value().to_bits() == name.address())
    }

    /// The names of a shape, in order of their places.
    pub fn names(&self, shape: u32) -> &[Ref<Str>] {
        &self.shape(shape).names
    }

    /// The shape with one more attribute, an interned name; `None`: use a dictionary.
    #[inline]
    pub fn child(&self, shape: u32, name: &Obj<Str>) -> Option<u32> {
        let parent = self.shape(shape);
        if let Some((_, child)) = parent.children.iter().find(|(n, _)| *n == name.address()) {
            return Some(*child);
        }
        self.new_child(shape, name)
    }

    #[cold]
    fn new_child(&self, shape: u32, name: &Obj<Str>) -> Option<u32> {
        let all = self.all.get_mut();
        let parent = &mut all[(shape - FIRST_SHAPE) as usize];
        let count = parent.names.len() + 1;
        // The root has a child for every first attribute of a class, so it may have more.
        let most = if parent.names.is_empty() { 64 * MOST_CHILDREN } else { MOST_CHILDREN };
        if count > MOST_ATTRS || parent.children.len() >= most {
            return None;
        }
        let names: Box<[Ref<Str>]> = parent.names.iter().cloned().chain([name.to_ref()]).collect();
        let new = all.len() as u32 + FIRST_SHAPE;
        if all.len() >= MOST_SHAPES {
            return None;
        }
        let index = (count > 8)
            .then(|| names.iter().enumerate().map(|(at, n)| (n.value().to_bits(), at as u16)).collect());
        all[(shape - FIRST_SHAPE) as usize].children.push((name.address(), new));
        all.push(Shape { names, index, children: Vec::new() });
        Some(new)
    }
}
