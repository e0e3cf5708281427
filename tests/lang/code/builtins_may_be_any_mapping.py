"""__builtins__ of a namespace may be any mapping; what is none raises when a name is looked up."""
import types

code = compile("name", "test", "eval")
print(eval(code, {"__builtins__": types.MappingProxyType({"name": 1})}))
for builtins in (types.MappingProxyType({}), 123, {}):
    try:
        eval(code, {"__builtins__": builtins})
    except (NameError, TypeError) as error:
        print(type(error).__name__, error)
namespace = {}
exec("pass", namespace)
print(type(namespace["__builtins__"]).__name__)


class Frozen(dict):
    def __setitem__(self, key, value):
        raise KeyError("frozen")


try:
    exec("x = 1", Frozen())
except KeyError as error:
    print(error)
print(types.FunctionType((lambda s: len(s)).__code__, {})("abc"))
# stdout:
#| 1
#| NameError name 'name' is not defined
#| TypeError 'int' object is not subscriptable
#| NameError name 'name' is not defined
#| dict
#| 'frozen'
#| 3
