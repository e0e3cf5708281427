"""Extension modules cannot be compiled for dx: setuptools is told so where it would begin to.

It is told in the way in which a platform without a compiler is: a project whose extensions are optional goes on without them. What was
refused is kept in REFUSED and, where DX_BUILD_NATIVE names a file, in that file, for builds in processes of their own.
"""

import os
import sys

REFUSED = []

_BUILD = ("setuptools._distutils.command.build_ext", "distutils.command.build_ext")
_WHEEL = ("setuptools.command.bdist_wheel", "wheel._bdist_wheel", "wheel.bdist_wheel")


def _refuse(what):
    if what not in REFUSED:
        REFUSED.append(what)
        path = os.environ.get("DX_BUILD_NATIVE")
        if path:
            with open(path, "a", encoding="utf-8") as file:
                file.write(what + "\n")


def _change_wheel(module):
    finalize_options = module.bdist_wheel.finalize_options

    def finalize(self):
        finalize_options(self)
        # A build that gets to a wheel has left its extensions out: what there is runs anywhere.
        if not self.distribution.has_c_libraries():
            self.root_is_pure = True

    module.bdist_wheel.finalize_options = finalize


def _change_build(module):
    build_ext = module.build_ext

    def run(self):
        if not self.extensions:
            return
        # The customary changes of a compiler's options find a compiler; nothing asks it for work.
        self.compiler = module.new_compiler(compiler=self.compiler)
        self.build_extensions()

    def build_extension(self, ext):
        _refuse(ext.name)
        raise module.DistutilsPlatformError(f"dx loads no extension modules: '{ext.name}' is not compiled")

    build_ext.run = run
    build_ext.build_extension = build_extension


class _Finder:
    """Finds nothing itself: it has the module loaded as ever and changes it afterwards."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        change = _change_build if name in _BUILD else _change_wheel if name in _WHEEL else None
        if change is None:
            return None
        for finder in sys.meta_path:
            if finder is _Finder or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, change)
                return spec
        return None


class _Loader:
    def __init__(self, loader, change):
        self._loader = loader
        self._change = change

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        self._change(module)


def watch():
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
