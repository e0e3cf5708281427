import _helpers.package as pkg
import os
print(pkg.__name__, [os.path.basename(p) for p in pkg.__path__], pkg.value, hasattr(pkg, "__file__"))
import _helpers
print(_helpers.__file__ if hasattr(_helpers, "__file__") else "namespace", _helpers.__spec__.origin)
# stdout:
#| _helpers.package ['package'] package value True
#| None None
