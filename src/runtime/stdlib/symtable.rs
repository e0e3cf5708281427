//! `_symtable`: the compiler's symbol tables, which the library's `symtable` shows.
//!
//! As in CPython, an inlined comprehension has no table of its own: its names are among those of the block around it.

use crate::runtime::compiler::scope::{Binding, CompKind, Scope, ScopeId, ScopeKind, ScopeTable, uses};
use crate::runtime::compiler::{self, Mode, Options, Source};
use crate::runtime::error::PyResult;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Payload, Value};

/// How far left of the uses of a name its scope stands.
const SCOPE_OFF: u32 = 12;
/// The bits of the scope.
const SCOPE_MASK: u32 = 15;

/// `symtable entry`
struct Entry {
    name: Value,
    symbols: Value,
    varnames: Value,
    children: LockCell<Value>,
    kind: i64,
    nested: bool,
    line: u32,
}

crate::payload!(Entry, "symtable entry", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.name);
        visit(&self.symbols);
        visit(&self.varnames);
        visit(self.children.get());
    }
});

static ENTRY: TypeSpec = TypeSpec::new("symtable entry", Entry::layout)
    .slots(|s| {
        s.repr = Some(|vm, entry| {
            let this = vm.cast::<Entry>(entry)?;
            let (name, id) = (vm.to_string(&this.name)?, id_of(vm, entry)?);
            Ok(vm.str(format!("<symtable entry {name}({}), line {}>", vm.repr_text(&id)?, this.line)))
        });
    })
    .getset(&[
        getter("id", id_of, ""),
        getter("name", |vm, e| Ok(vm.cast::<Entry>(e)?.name.clone()), ""),
        getter("symbols", |vm, e| Ok(vm.cast::<Entry>(e)?.symbols.clone()), ""),
        getter("varnames", |vm, e| Ok(vm.cast::<Entry>(e)?.varnames.clone()), ""),
        getter("children", |vm, e| Ok(vm.cast::<Entry>(e)?.children.cloned()), ""),
        getter("nested", |vm, e| Ok(vm.int(i64::from(vm.cast::<Entry>(e)?.nested))), ""),
        getter("type", |vm, e| Ok(vm.int(vm.cast::<Entry>(e)?.kind)), ""),
        getter("lineno", |vm, e| Ok(vm.int(i64::from(vm.cast::<Entry>(e)?.line))), ""),
    ]);

fn id_of(vm: &Vm, entry: &Value) -> PyResult<Value> {
    Ok(vm.int_u64(entry.to_bits()))
}

fn kind_number(kind: ScopeKind) -> i64 {
    match kind {
        ScopeKind::Function => 0,
        ScopeKind::Class => 1,
        ScopeKind::Module => 2,
        ScopeKind::Annotation => 3,
        ScopeKind::TypeAlias => 4,
        ScopeKind::TypeParams => 5,
        ScopeKind::TypeVariable => 6,
    }
}

fn scope_number(binding: Binding) -> u32 {
    match binding {
        Binding::Unknown => 0,
        Binding::Local => 1,
        Binding::GlobalExplicit => 2,
        Binding::GlobalImplicit => 3,
        Binding::Free => 4,
        Binding::Cell => 5,
    }
}

/// Makes the entries of a table.
struct Maker<'a> {
    vm: &'a Vm,
    table: &'a ScopeTable,
    source: &'a Source<'a>,
    /// The inlined comprehensions of each block.
    inlined: Vec<Vec<ScopeId>>,
    /// Names that `global` statements name.
    declared: Vec<u32>,
}

impl Maker<'_> {
    /// The names of a block with their flags, those of inlined comprehensions behind its own.
    fn symbols(&self, id: ScopeId) -> PyResult<Vec<(u32, u32)>> {
        self.vm.check_native()?;
        let scope = self.table.scope(id);
        let mut all = Vec::with_capacity(scope.symbols.len());
        for symbol in &scope.symbols {
            let mut flags = symbol.flags;
            if flags & (uses::BOUND | uses::GLOBAL) == 0 || scope.kind != ScopeKind::Class {
                flags &= !uses::FREE_CLASS;
            }
            let mut binding = symbol.binding;
            // What a function declares global is so in the module, too.
            if scope.kind == ScopeKind::Module && self.declared.contains(&symbol.name.0) {
                flags |= uses::GLOBAL;
                binding = Binding::GlobalExplicit;
            }
            all.push((symbol.name.0, flags | scope_number(binding) << SCOPE_OFF));
        }
        if scope.kind == ScopeKind::Module {
            for &name in &self.declared {
                if !all.iter().any(|(known, _)| *known == name) {
                    all.push((name, uses::GLOBAL | scope_number(Binding::GlobalExplicit) << SCOPE_OFF));
                }
            }
        }
        for &inner in &self.inlined[id.0 as usize] {
            for (name, mut flags) in self.symbols(inner)? {
                if flags & uses::PARAM != 0 {
                    continue;
                }
                if flags >> SCOPE_OFF == scope_number(Binding::Cell) {
                    flags |= uses::COMP_CELL;
                }
                match all.iter_mut().find(|(known, _)| *known == name) {
                    // A use of the name of the block around; those of a class are not seen.
                    Some((_, known)) if flags & uses::BOUND == 0 && scope.kind != ScopeKind::Class => {
                        *known |= flags & uses::USE;
                    }
                    Some(_) => {}
                    None => all.push((name, flags)),
                }
            }
        }
        Ok(all)
    }

    fn name(&self, scope: &Scope) -> Value {
        let text = match (scope.kind, scope.comp) {
            (ScopeKind::Module, _) => "top",
            (_, CompKind::List) => "listcomp",
            (_, CompKind::Set) => "setcomp",
            (_, CompKind::Dict) => "dictcomp",
            (_, CompKind::Generator) => "genexpr",
            _ => {
                let name = self.table.names.text(scope.name);
                let plain = if &*name == "<lambda>" { "lambda" } else { &*name };
                return self.vm.intern(plain).into_value();
            }
        };
        self.vm.intern(text).into_value()
    }

    fn entry(&self, id: ScopeId) -> PyResult<Value> {
        self.vm.check_native()?;
        let vm = self.vm;
        let scope = self.table.scope(id);
        let text = |name| vm.intern(&self.table.names.text(name)).into_value();
        let symbols = vm.dict(Dict::with_capacity(scope.symbols.len()));
        for (name, flags) in self.symbols(id)? {
            let name = text(crate::runtime::compiler::names::NameId(name));
            if let Some(name) = name.as_str() {
                drop(symbols.insert_str(name, vm.int(i64::from(flags))));
            }
        }
        let mut children = Vec::new();
        for &child in &scope.children {
            children.push(self.entry(child)?);
        }
        let is_module = scope.kind == ScopeKind::Module;
        let entry = Entry {
            name: self.name(scope),
            symbols: symbols.into_value(),
            varnames: vm.list(scope.params.iter().map(|&name| text(name)).collect()),
            children: LockCell::new(vm.list(children)),
            kind: kind_number(scope.kind),
            nested: scope.nested,
            line: if is_module { 0 } else { self.source.line(scope.span.start) },
        };
        Ok(vm.alloc_spec(&ENTRY, entry))
    }
}

fn symtable(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let filename = vm.filename_text(&args[1])?;
    let mode = match vm.to_string(&args[2])?.as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(vm.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
    };
    let text = vm.source_text(&args[0], "symtable", &filename)?;
    if text.contains('\0') {
        return Err(vm.plain_syntax_error("source code string cannot contain null bytes"));
    }
    let source = Source::new(&text);
    let options = Options { mode, ..Options::default() };
    let table = match compiler::symbols(&source, &options) {
        Ok(table) => table,
        Err(problem) => return Err(vm.syntax_error(&problem, &filename)),
    };
    let mut inlined = vec![Vec::new(); table.scopes.len()];
    for (at, scope) in table.scopes.iter().enumerate() {
        if let (true, Some(parent)) = (scope.inlined, scope.parent) {
            inlined[parent.0 as usize].push(ScopeId(at as u32));
        }
    }
    let mut declared = Vec::new();
    for scope in &table.scopes {
        for symbol in &scope.symbols {
            if symbol.flags & uses::GLOBAL != 0 && !declared.contains(&symbol.name.0) {
                declared.push(symbol.name.0);
            }
        }
    }
    Maker { vm, table: &table, source: &source, inlined, declared }.entry(ScopeId(0))
}

/// `_symtable`
pub static MODULE: NativeModule = NativeModule {
    name: "_symtable",
    doc: "",
    functions: &[native(
        "symtable(source, filename, startstr, /)",
        symtable,
        "Return symbol and scope dictionaries used internally by compiler.",
    )],
    init: |vm, dict| {
        let bits = |bits: u32| i64::from(bits);
        let numbers = [
            ("USE", bits(uses::USE)),
            ("DEF_GLOBAL", bits(uses::GLOBAL)),
            ("DEF_NONLOCAL", bits(uses::NONLOCAL)),
            ("DEF_LOCAL", bits(uses::LOCAL)),
            ("DEF_PARAM", bits(uses::PARAM)),
            ("DEF_TYPE_PARAM", bits(uses::TYPE_PARAM)),
            ("DEF_FREE_CLASS", bits(uses::FREE_CLASS)),
            ("DEF_IMPORT", bits(uses::IMPORT)),
            ("DEF_BOUND", bits(uses::LOCAL | uses::PARAM | uses::IMPORT)),
            ("DEF_ANNOT", bits(uses::ANNOT)),
            ("DEF_COMP_ITER", bits(uses::COMP_ITER)),
            ("DEF_COMP_CELL", bits(uses::COMP_CELL)),
            ("TYPE_FUNCTION", kind_number(ScopeKind::Function)),
            ("TYPE_CLASS", kind_number(ScopeKind::Class)),
            ("TYPE_MODULE", kind_number(ScopeKind::Module)),
            ("TYPE_ANNOTATION", kind_number(ScopeKind::Annotation)),
            ("TYPE_TYPE_ALIAS", kind_number(ScopeKind::TypeAlias)),
            ("TYPE_TYPE_PARAMETERS", kind_number(ScopeKind::TypeParams)),
            ("TYPE_TYPE_VARIABLE", kind_number(ScopeKind::TypeVariable)),
            ("LOCAL", bits(scope_number(Binding::Local))),
            ("GLOBAL_EXPLICIT", bits(scope_number(Binding::GlobalExplicit))),
            ("GLOBAL_IMPLICIT", bits(scope_number(Binding::GlobalImplicit))),
            ("FREE", bits(scope_number(Binding::Free))),
            ("CELL", bits(scope_number(Binding::Cell))),
            ("SCOPE_OFF", bits(SCOPE_OFF)),
            ("SCOPE_MASK", bits(SCOPE_MASK)),
        ];
        vm.set_ints_in(dict, &numbers);
        Ok(())
    },
};
