//! The environment variables that dx reads at the start, as a table: the help page and `config` both follow it.
//!
//! Which of them the library reads by itself (`PYTHONBREAKPOINT`, `PYTHON_COLORS`, ...) shows in `Reader`; those never reach
//! `Config`. `config::Environment` answers only for names that stand here, so a variable that isn't listed can't be read.

/// Who looks at a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// `cli::config`, before the run.
    Front,
    /// The Python library, through `os.environ`.
    Library,
    /// Nobody: accepted so that scripts written for CPython keep working.
    Nobody,
}

/// One variable.
pub struct Variable {
    pub name: &'static str,
    pub help: &'static str,
    pub reader: Reader,
    /// It has an equal on the command line.
    pub has_flag: bool,
}

const fn alone(name: &'static str, reader: Reader, help: &'static str) -> Variable {
    Variable { name, help, reader, has_flag: false }
}

const fn flag(name: &'static str, help: &'static str) -> Variable {
    Variable { name, help, reader: Reader::Front, has_flag: true }
}

/// First those without a flag, then those with one; each part sorted by name, underscores aside.
pub const VARIABLES: &[Variable] = &[
    alone("PYTHONASYNCIODEBUG", Reader::Library, "debug mode of asyncio"),
    alone("PYTHON_BASIC_REPL", Reader::Library, "use the plain prompt without line editing"),
    alone("PYTHONBREAKPOINT", Reader::Library, "what breakpoint() calls; 0 switches it off"),
    alone("PYTHONCASEOK", Reader::Library, "ignore case in import statements, where file systems do"),
    alone(
        "PYTHONCOERCECLOCALE",
        Reader::Nobody,
        "accepted: dx reads and writes UTF-8 in the C locale anyway",
    ),
    alone("PYTHON_COLORS", Reader::Library, "1 colours output, 0 never does"),
    alone(
        "PYTHONHASHSEED",
        Reader::Front,
        "'random', or a number up to 4294967295 that fixes the hashes of str and bytes",
    ),
    alone("PYTHON_HISTORY", Reader::Library, "where the interactive prompt keeps its history"),
    alone(
        "PYTHONHOME",
        Reader::Front,
        "the prefix that sysconfig reports; the library is inside the executable",
    ),
    alone("PYTHONIOENCODING", Reader::Front, "encoding[:errors] of stdin, stdout and stderr"),
    alone("PYTHONMALLOC", Reader::Front, "checked and otherwise ignored: dx has one allocator"),
    alone("PYTHONMALLOCSTATS", Reader::Nobody, "accepted, no effect"),
    alone("PYTHONPATH", Reader::Front, "directories that come first on the module search path"),
    alone("PYTHONPLATLIBDIR", Reader::Nobody, "accepted, no effect"),
    alone("PYTHONSTARTUP", Reader::Front, "a file that the interactive prompt runs first"),
    alone("PYTHONUSERBASE", Reader::Library, "the user's base directory"),
    flag(
        "PYTHON_CONTEXT_AWARE_WARNINGS",
        "keep warning filters in a context variable (-X context_aware_warnings)",
    ),
    flag("PYTHON_CPU_COUNT", "what os.cpu_count() answers (-X cpu_count)"),
    flag("PYTHONDEBUG", "debug the parser (-d)"),
    flag("PYTHONDEVMODE", "development mode (-X dev)"),
    flag("PYTHONDONTWRITEBYTECODE", "write no .pyc files (-B)"),
    flag("PYTHONFAULTHANDLER", "print tracebacks on fatal signals (-X faulthandler)"),
    flag("PYTHON_FROZEN_MODULES", "import the library from the executable (-X frozen_modules)"),
    flag("PYTHON_GIL", "the interpreter lock, always 1 (-X gil)"),
    flag("PYTHONINSPECT", "stay at a prompt after the program (-i)"),
    flag("PYTHONINTMAXSTRDIGITS", "limit of int and str conversions (-X int_max_str_digits)"),
    flag("PYTHONNODEBUGRANGES", "keep no columns in code objects (-X no_debug_ranges)"),
    flag("PYTHONNOUSERSITE", "leave the user's site directory out (-s)"),
    flag("PYTHONOPTIMIZE", "leave out assert statements (-O)"),
    flag("PYTHONPROFILEIMPORTTIME", "print what each import takes (-X importtime)"),
    flag("PYTHONPYCACHEPREFIX", "a tree of its own for .pyc files (-X pycache_prefix)"),
    flag("PYTHONSAFEPATH", "put no unsafe path first on sys.path (-P)"),
    flag(
        "PYTHON_THREAD_INHERIT_CONTEXT",
        "threads start with a copy of the context (-X thread_inherit_context)",
    ),
    flag("PYTHONTRACEMALLOC", "trace allocations (-X tracemalloc)"),
    flag("PYTHONUNBUFFERED", "write stdout and stderr through at once (-u)"),
    flag("PYTHONUTF8", "UTF-8 mode (-X utf8)"),
    flag("PYTHONVERBOSE", "trace imports (-v)"),
    flag(
        "PYTHONWARNDEFAULTENCODING",
        "warn where a text file's encoding is left open (-X warn_default_encoding)",
    ),
    flag("PYTHONWARNINGS", "warning filters, separated by commas (-W)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_sorted() {
        let parts: Vec<&[Variable]> = VARIABLES.chunk_by(|a, b| a.has_flag == b.has_flag).collect();
        assert_eq!(parts.len(), 2);
        for part in parts {
            assert!(part.is_sorted_by_key(|variable| variable.name.replace('_', "").to_lowercase()));
        }
    }
}
