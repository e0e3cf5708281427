//! Answers asked for by several threads: the first one finds it out, the others wait for that.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub(super) struct Slots<K, V>(Mutex<HashMap<K, Arc<OnceLock<V>>>>);

impl<K, V> Default for Slots<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V: Clone> Slots<K, V> {
    /// Whether the answer is there.
    pub fn has(&self, key: &K) -> bool {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.get(key).is_some_and(|slot| slot.get().is_some())
    }

    /// The answer for a key; `make` is called by one thread alone, once.
    pub fn get<Q>(&self, key: &Q, make: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match slots.get(key) {
                Some(slot) => slot.clone(),
                None => slots.entry(key.to_owned()).or_default().clone(),
            }
        };
        slot.get_or_init(make).clone()
    }
}
