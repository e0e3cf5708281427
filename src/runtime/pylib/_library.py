"""How the modules of the embedded library are found: as the source files that they are elsewhere.

Modules that CPython keeps frozen too stay frozen modules. The others say that a source loader loads them from their file, which is
what programs ask `__spec__` and `__loader__` about; only their code comes out of the executable, and no file is touched for it.
"""

import _imp
from _frozen_importlib import FrozenImporter, _call_with_frames_removed
from _frozen_importlib_external import SourceFileLoader, spec_from_file_location


class LibraryLoader(SourceFileLoader):
    """Loads a module of the embedded library."""

    def get_code(self, fullname):
        return _imp.get_frozen_object(fullname)

    def exec_module(self, module):
        code = _imp.get_frozen_object(module.__spec__.name)
        _call_with_frames_removed(exec, code, module.__dict__)


_find_frozen = FrozenImporter.find_spec


def find_spec(fullname, path=None, target=None):
    """The spec of an embedded module, or None."""
    spec = _find_frozen(fullname, path, target)
    if spec is None or _imp.is_frozen_everywhere(fullname):
        return spec
    filename = spec.loader_state.filename
    if filename is None:
        return spec
    return spec_from_file_location(fullname, filename, loader=LibraryLoader(fullname, filename),
                                   submodule_search_locations=spec.submodule_search_locations)


FrozenImporter.find_spec = staticmethod(find_spec)
