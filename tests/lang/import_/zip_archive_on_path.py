"""Modules and packages are imported out of an archive on sys.path, and their source lines are found."""
import linecache
import os
import sys
import tempfile
import zipfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "stuff.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("alone.py", "value = 1\n")
        archive.writestr("pack/__init__.py", "")
        archive.writestr("pack/inner.py", "def f():\n    return __name__\n")
    sys.path.insert(0, path)
    import alone
    from pack import inner
    print(alone.value, inner.f(), type(inner.__loader__).__name__)
    print(os.path.relpath(inner.__file__, folder))
    print(linecache.getline(inner.__file__, 2), end="")
# stdout:
#| 1 pack.inner zipimporter
#| stuff.zip/pack/inner.py
#|     return __name__
