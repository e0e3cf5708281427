"""What `sysconfig` reports of dx; `build.rs` embeds it under the name that the library derives from the target.

Only what is true of one executable without a C interface: there is no compiler, no header and no shared library to name. Extension
modules have no suffix (`EXT_SUFFIX` is there because installers ask for it; nothing loads a file of that name).
"""

import sys

_tag = f"{sys.implementation.cache_tag}-{sys.implementation._multiarch}"

build_time_vars = {
    "ABIFLAGS": "",
    "CONFIG_ARGS": "",
    "EXT_SUFFIX": f".{_tag}.so",
    "HAVE_GETENTROPY": 1,
    "MULTIARCH": sys.implementation._multiarch,
    "PLATLIBDIR": "lib",
    "Py_DEBUG": 0,
    "Py_ENABLE_SHARED": 0,
    "Py_GIL_DISABLED": 0,
    "SHLIB_SUFFIX": ".so",
    "SIZEOF_VOID_P": 8,
    "SOABI": _tag,
    "TZPATH": "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo",
    "VERSION": f"{sys.version_info[0]}.{sys.version_info[1]}",
    "WITH_DOC_STRINGS": 1,
    "prefix": sys.base_prefix,
    "exec_prefix": sys.base_exec_prefix,
}
