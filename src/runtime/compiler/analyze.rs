//! Second pass over the symbol tables: decides where every name lives.

use std::collections::BTreeSet;

use super::names::NameId;
use super::problem::{Outcome, SyntaxProblem};
use super::scope::{Binding, CompKind, ScopeId, ScopeKind, ScopeTable, uses};
use super::source::Source;

type Set = BTreeSet<NameId>;

/// Names with a meaning of their own in class bodies.
struct Special {
    class: NameId,
    classdict: NameId,
    conditional: NameId,
}

struct Analyzer<'t, 's> {
    table: &'t mut ScopeTable,
    source: &'s Source<'s>,
    special: Special,
}

/// Decides the binding of every symbol.
pub fn analyze(table: &mut ScopeTable, source: &Source) -> Outcome<()> {
    let special = Special {
        class: table.names.intern("__class__"),
        classdict: table.names.intern("__classdict__"),
        conditional: table.names.intern("__conditional_annotations__"),
    };
    let mut analyzer = Analyzer { table, source, special };
    analyzer.block(ScopeId(0), None, &mut Set::new(), None)?;
    Ok(())
}

/// The names bound in `id` itself, found by its pass over its own symbols.
#[derive(Default)]
struct Found {
    local: Set,
    free: Set,
}

impl Analyzer<'_, '_> {
    fn at_directive(&self, id: ScopeId, name: NameId, message: String) -> Box<SyntaxProblem> {
        let scope = self.table.scope(id);
        let span = scope.directives.iter().find(|d| d.0 == name).map_or(scope.span, |d| d.1);
        SyntaxProblem::compiled(self.source, span, message)
    }

    fn name(
        &mut self,
        id: ScopeId,
        at: usize,
        bound: Option<&mut Set>,
        found: &mut Found,
        params: &mut Set,
        class_entry: Option<ScopeId>,
    ) -> Outcome<()> {
        let symbol = &self.table.scope(id).symbols[at];
        let (name, flags) = (symbol.name, symbol.flags);
        let text = |me: &Self| me.table.names.text(name);
        let binding = if flags & uses::GLOBAL != 0 {
            if flags & uses::NONLOCAL != 0 {
                return Err(self.at_directive(
                    id,
                    name,
                    format!("name '{}' is nonlocal and global", text(self)),
                ));
            }
            if let Some(bound) = bound {
                bound.remove(&name);
            }
            Binding::GlobalExplicit
        } else if flags & uses::NONLOCAL != 0 {
            let Some(bound) = bound else {
                let message = "nonlocal declaration not allowed at module level".to_owned();
                return Err(self.at_directive(id, name, message));
            };
            if !bound.contains(&name) {
                let message = format!("no binding for nonlocal '{}' found", text(self));
                return Err(self.at_directive(id, name, message));
            }
            if params.contains(&name) {
                let message = format!("nonlocal binding not allowed for type parameter '{}'", text(self));
                return Err(self.at_directive(id, name, message));
            }
            found.free.insert(name);
            Binding::Free
        } else if flags & uses::BOUND != 0 {
            found.local.insert(name);
            if flags & uses::TYPE_PARAM != 0 {
                params.insert(name);
            } else {
                params.remove(&name);
            }
            Binding::Local
        } else {
            let class_flags = class_entry.map_or(0, |class| self.table.scope(class).flags(name));
            if class_flags & uses::GLOBAL != 0 {
                Binding::GlobalExplicit
            } else if class_flags & uses::BOUND != 0 && class_flags & uses::NONLOCAL == 0 {
                Binding::GlobalImplicit
            } else if bound.is_some_and(|b| b.contains(&name)) {
                found.free.insert(name);
                Binding::Free
            } else {
                Binding::GlobalImplicit
            }
        };
        self.table.scope_mut(id).symbols[at].binding = binding;
        Ok(())
    }

    /// Analyses a block and those in it; gives the names that are free in it.
    fn block(
        &mut self,
        id: ScopeId,
        mut bound: Option<Set>,
        params: &mut Set,
        class_entry: Option<ScopeId>,
    ) -> Outcome<Set> {
        let kind = self.table.scope(id).kind;
        let is_class = kind == ScopeKind::Class;
        let mut inner_bound = Set::new();
        if is_class {
            inner_bound.extend(bound.iter().flatten());
        }
        let mut found = Found::default();
        for at in 0..self.table.scope(id).symbols.len() {
            self.name(id, at, bound.as_mut(), &mut found, params, class_entry)?;
        }
        if is_class {
            inner_bound.extend([self.special.class, self.special.classdict, self.special.conditional]);
        } else {
            if kind.is_function_like() {
                inner_bound.extend(found.local.iter());
            }
            inner_bound.extend(bound.iter().flatten());
        }

        let mut free = Set::new();
        let children = self.table.scope(id).children.clone();
        let mut spliced = Vec::with_capacity(children.len());
        for child in children {
            let scope = self.table.scope(child);
            let child_class = match (scope.can_see_class_scope, is_class) {
                (true, true) => Some(id),
                (true, false) => class_entry,
                _ => None,
            };
            let inline = !matches!(scope.comp, CompKind::No | CompKind::Generator)
                && !self.table.scope(id).can_see_class_scope;
            let mut child_free =
                self.block(child, Some(inner_bound.clone()), &mut params.clone(), child_class)?;
            if inline {
                self.inline(id, child, &mut child_free);
                self.table.scope_mut(child).inlined = true;
                spliced.extend_from_slice(&self.table.scope(child).children);
            } else {
                spliced.push(child);
            }
            free.append(&mut child_free);
        }
        self.table.scope_mut(id).children = spliced;

        free.extend(found.free.iter());
        if kind.is_function_like() {
            for symbol in &mut self.table.scope_mut(id).symbols {
                if symbol.binding == Binding::Local && free.remove(&symbol.name) {
                    symbol.binding = Binding::Cell;
                }
            }
        } else if is_class {
            let scope = &mut self.table.scopes[id.0 as usize];
            scope.needs_class_closure |= free.remove(&self.special.class);
            scope.needs_classdict |= free.remove(&self.special.classdict);
            scope.has_conditional_annotations |= free.remove(&self.special.conditional);
        }
        let class_like = is_class || self.table.scope(id).can_see_class_scope;
        for &name in &free {
            let scope = self.table.scope_mut(id);
            if scope.get(name).is_some() {
                if class_like {
                    scope.entry(name).flags |= uses::FREE_CLASS;
                }
            } else if bound.as_ref().is_none_or(|b| b.contains(&name)) {
                scope.entry(name).binding = Binding::Free;
            }
        }
        Ok(free)
    }

    /// Names that are free in an inlined comprehension but bound in its parent need no cell.
    fn inline(&mut self, parent: ScopeId, comp: ScopeId, comp_free: &mut Set) {
        let is_class = self.table.scope(parent).kind == ScopeKind::Class;
        let symbols: Vec<(NameId, Binding)> =
            self.table.scope(comp).symbols.iter().map(|s| (s.name, s.binding)).collect();
        for (name, binding) in symbols {
            if binding != Binding::Free {
                continue;
            }
            let special =
                [self.special.class, self.special.classdict, self.special.conditional].contains(&name);
            if is_class && special && self.is_free_in_child(comp, name) {
                continue;
            }
            if is_class && special {
                self.table.scope_mut(comp).entry(name).binding = Binding::GlobalImplicit;
                comp_free.remove(&name);
                continue;
            }
            let existing = self.table.scope(parent).flags(name);
            if existing & uses::BOUND != 0 && !is_class && !self.is_free_in_child(comp, name) {
                comp_free.remove(&name);
            }
        }
    }

    fn is_free_in_child(&self, scope: ScopeId, name: NameId) -> bool {
        let children = &self.table.scope(scope).children;
        children.iter().any(|&child| self.table.scope(child).binding(name) == Binding::Free)
    }
}
