import importlib, inspect, json, json.decoder, pkgutil
from importlib.machinery import SourceFileLoader
from importlib.resources import files
for module in json, json.decoder:
    spec = module.__spec__
    print(spec.name, spec.has_location, spec.origin == module.__file__, isinstance(spec.loader, SourceFileLoader), spec.submodule_search_locations == getattr(module, "__path__", None))
print(inspect.getsource(json.loads).splitlines()[0], "def loads" in json.__loader__.get_source("json"))
print(files("json").joinpath("__init__.py").is_file(), sorted(entry.name for entry in files("json").iterdir() if entry.name.endswith("r.py")))
print(importlib.reload(json.decoder) is json.decoder, pkgutil.find_loader("json.tool") if hasattr(pkgutil, "find_loader") else "gone")
# stdout:
#| json True True True True
#| json.decoder True True True True
#| def loads(s, *, cls=None, object_hook=None, parse_float=None, True
#| True ['decoder.py', 'encoder.py', 'scanner.py']
#| True gone
