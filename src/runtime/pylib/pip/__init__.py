"""`python -m pip` is dx's installer. A real pip that is installed stands before it: then this package becomes that one."""

import sys

# The pip whose options, output and exit codes dx's installer has.
_DX_FOLLOWS = "26.3"


def _installed():
    """The spec of a pip that is installed behind the library on `sys.path`."""
    from importlib.machinery import PathFinder
    here = __file__.removesuffix("/pip/__init__.py").removesuffix("\\pip\\__init__.py")
    return PathFinder.find_spec("pip", [folder for folder in sys.path if folder != here])


def _become(spec):
    module = sys.modules[__name__]
    module.__spec__, module.__loader__ = spec, spec.loader
    module.__file__, module.__path__ = spec.origin, spec.submodule_search_locations
    if spec.cached is not None:
        module.__cached__ = spec.cached
    spec.loader.exec_module(module)


_spec = _installed()
if _spec is not None and _spec.loader is not None:
    _become(_spec)
else:
    __version__ = _DX_FOLLOWS

    def main(args=None):
        """Runs the installer in a process of its own and answers its exit code."""
        import subprocess
        from pip.__main__ import command
        return subprocess.run(command(sys.argv[1:] if args is None else args), executable=sys._base_executable).returncode
