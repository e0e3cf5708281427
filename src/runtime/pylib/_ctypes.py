"""C's data types, pointers and functions: what the library's `ctypes` is made of.

Memory by address, libraries and the calls themselves are those of `_foreign`; the classes are here. The metaclasses keep what is
known of a type in an attribute of the class, `__c_info__`, an `_Info`; an instance knows its memory (`_c_memory`), where it is
(`_c_address`), and the instance whose part it is (`_b_base_`, `_index`).

Mirrors CPython's `_ctypes`. Differs on purpose: the platform's own long double is read and written with the precision of a double; a
`bytes` given as a `char *` is copied, so that it ends with a zero.
"""

import sys
import _foreign
from _collections import deque
from _operator import index as operator_index
from _foreign import Memory as _Memory, RTLD_LOCAL, RTLD_GLOBAL, get_errno, set_errno

__version__ = "1.1.0"
SIZEOF_TIME_T = 8
FUNCFLAG_HRESULT = 0x2
FUNCFLAG_CDECL = 0x1
FUNCFLAG_PYTHONAPI = 0x4
FUNCFLAG_USE_ERRNO = 0x8
FUNCFLAG_USE_LASTERROR = 0x10
TYPEFLAG_ISPOINTER = 0x100
TYPEFLAG_HASPOINTER = 0x200
TYPEFLAG_HASUNION = 0x400
TYPEFLAG_HASBITFIELD = 0x800
CTYPES_MAX_ARGCOUNT = 1024

_LITTLE = sys.byteorder == "little"
_MASK = (1 << 64) - 1
_load, _store = _foreign.load, _foreign.store


class ArgumentError(Exception):
    pass


class _Info:
    """What is known of a type: size, alignment, format of its buffer, and by its kind what it consists of."""

    def __init__(self, kind, size, align, format, **more):
        self.kind, self.size, self.align, self.format = kind, size, align, format
        self.shape = ()
        self.length = 0
        self.item = None
        self.code = None
        self.swapped = False
        self.fields = None
        self.is_final = False
        self.has_pointer = False
        self.has_bits = False
        self.has_union = False
        self.classes = None
        self.__dict__.update(more)


def _place_of(cls, namespace):
    """A class that was made by a call belongs to the module that called."""
    if "__module__" not in namespace:
        cls.__module__ = sys._getframe(2).f_globals.get("__name__", "_ctypes")


def _info(cls):
    found = getattr(cls, "__c_info__", None)
    if found is None or not isinstance(cls, CType_Type):
        raise TypeError("abstract class")
    return found


def _name(cls):
    return cls.__name__


# ---------------------------------------------------------------------------------------------- the types of types

class CType_Type(type):
    """What the types of C types have in common."""

    def __sizeof__(cls):
        return type.__sizeof__(cls)

    @property
    def __pointer_type__(cls):
        found = cls.__dict__.get("__c_pointer__")
        if found is None:
            raise AttributeError(f"type object '{cls.__name__}' has no attribute '__pointer_type__'")
        return found

    @__pointer_type__.setter
    def __pointer_type__(cls, value):
        type.__setattr__(cls, "__c_pointer__", value)

    def __mul__(cls, length):
        try:
            length = length.__index__()
        except AttributeError:
            raise TypeError(f"can't multiply sequence by non-int of type '{type(length).__name__}'") from None
        return _array_type(cls, length)

    def __rmul__(cls, length):
        return cls.__mul__(length)

    def from_address(cls, address):
        if not isinstance(address, int):
            raise TypeError("integer expected")
        sys.audit("ctypes.cdata", address)
        return _at(cls, address & _MASK)

    def from_buffer(cls, source, offset=0):
        info = _concrete(cls)
        if not memoryview(source).c_contiguous:
            raise TypeError("underlying buffer is not C contiguous")
        view, address, size = _foreign.address(source, True)
        _check_room(offset, size, info.size)
        made = _at(cls, address + offset)
        made._c_extra = view
        made._objects = {"ffffffff": view} if info.length or info.kind in ("array", "struct", "union") else view
        return made

    def from_buffer_copy(cls, source, offset=0):
        info = _concrete(cls)
        view, address, size = _foreign.address(source, False)
        _check_room(offset, size, info.size)
        made = _fresh(cls)
        _foreign.move(made._c_address, address + offset, info.size)
        return made

    def in_dll(cls, library, name):
        if not isinstance(name, str):
            raise TypeError(f"in_dll() argument 2 must be str, not {type(name).__name__}")
        sys.audit("ctypes.dlsym", library, name)
        handle = library._handle
        if not isinstance(handle, int):
            raise TypeError("the _handle attribute of the second argument must be an integer")
        try:
            address = _foreign.find_symbol(handle, name)
        except OSError as error:
            raise ValueError(_loader_message(error, "symbol", name)) from None
        return _at(cls, address)

    def from_param(cls, value):
        if isinstance(value, cls):
            return value
        if isinstance(value, CArgObject) and value.obj is not None and isinstance(value.obj, cls) and value.tag == "V":
            return value
        return _as_parameter(cls, value)


def _loader_message(error, what, name):
    """What the loader said; it says nothing of a name that stands for no address."""
    message = str(error)
    return message if message != "dlerror" else f"{what} '{name}' not found"


def _as_parameter(cls, value):
    try:
        given = value._as_parameter_
    except AttributeError:
        raise TypeError(f"expected {cls.__name__} instance instead of {type(value).__name__}") from None
    return cls.from_param(given)


def _check_room(offset, size, needed):
    if offset < 0:
        raise ValueError("offset cannot be negative")
    if needed > size - offset:
        raise ValueError(f"Buffer size too small ({size} instead of at least {needed + offset} bytes)")


def _concrete(cls):
    info = _info(cls)
    if info.size is None:
        raise TypeError("abstract class")
    info.is_final = True
    return info


def _fresh(cls):
    info = _concrete(cls)
    made = object.__new__(cls)
    _give_memory(made, _Memory(info.size))
    return made


def _at(cls, address, base=None, index=0):
    info = _concrete(cls)
    made = object.__new__(cls)
    _give_memory(made, _Memory(info.size, address))
    made._b_base_ = base
    made._index = index
    return made


def _give_memory(made, memory):
    made._c_memory = memory
    made._c_address = memory.address
    made._b_base_ = None
    made._objects = None
    made._c_extra = None
    made._index = 0


# code: size, code of struct (None: read specially), letter of the buffer's format
_CODES = {
    "b": (1, "b", "b"), "B": (1, "B", "B"), "c": (1, "c", "c"), "?": (1, "?", "?"),
    "h": (2, "h", "h"), "H": (2, "H", "H"), "i": (4, "i", "i"), "I": (4, "I", "I"),
    "l": (8, "l", "q"), "L": (8, "L", "Q"), "q": (8, "q", "q"), "Q": (8, "Q", "Q"),
    "f": (4, "f", "f"), "d": (8, "d", "d"), "g": (16, None, "g"),
    "F": (8, None, "Zf"), "D": (16, None, "Zd"), "G": (32, None, "Zg"),
    "v": (2, None, "h"), "u": (4, None, "u"),
    "z": (8, None, "z"), "Z": (8, None, "Z"), "P": (8, None, "P"), "O": (8, None, "O"),
}
_ALIGN = {"F": 4, "D": 8, "G": 16}
_INTEGERS = "bBhHiIlLqQ"
_SWAPPABLE = "hHiIlLqQfd?DF"
_LETTERS = "cbBhHiIlLdDFGfuzZqQPOv?g"


class PyCSimpleType(CType_Type):
    def __new__(metacls, name, bases, namespace, **keywords):
        cls = super().__new__(metacls, name, bases, namespace, **keywords)
        _place_of(cls, namespace)
        if name == "_SimpleCData" and "_type_" not in namespace:
            return cls
        try:
            code = cls._type_
        except AttributeError:
            raise AttributeError("class must define a '_type_' attribute") from None
        if not isinstance(code, str):
            raise TypeError("class must define a '_type_' string attribute")
        if len(code) != 1:
            raise ValueError("class must define a '_type_' attribute which must be a string of length 1")
        if code not in _CODES:
            raise AttributeError("class must define a '_type_' attribute which must be\n"
                                 f"a single character string containing one of '{_LETTERS}'.")
        inherited = getattr(cls, "__c_info__", None)
        swapped = inherited is not None and inherited.swapped and "_type_" not in namespace
        swapped = swapped or namespace.get("__c_swapped__", False)
        size, plain, letter = _CODES[code]
        order = "<" if _LITTLE != swapped else ">"
        info = _Info("simple", size, _ALIGN.get(code, size), order + letter, code=code, plain=plain, swapped=swapped)
        info.has_pointer = code in "zZPO"
        type.__setattr__(cls, "__c_info__", info)
        # What a field or a function gives is the value itself, unless somebody made a class of his own.
        info.gives_value = bases[0] is _SimpleCData
        if code == "?" or code in _SWAPPABLE:
            if metacls is PyCSimpleType and not swapped and info.gives_value:
                other = "_be" if _LITTLE else "_le"
                twin = super().__new__(metacls, name + other, (cls,), {"_type_": code})
                twin_info = _Info("simple", size, info.align, (">" if _LITTLE else "<") + letter, code=code,
                                  plain=plain, swapped=True, gives_value=True)
                type.__setattr__(twin, "__c_info__", twin_info)
                little, big = (cls, twin) if _LITTLE else (twin, cls)
                for each in (cls, twin):
                    type.__setattr__(each, "__ctype_le__", little)
                    type.__setattr__(each, "__ctype_be__", big)
        return cls

    def from_param(cls, value):
        if isinstance(value, cls):
            return value
        code = _info(cls).code
        if code in "zZP":
            found = _pointer_param(cls, code, value)
            if found is not None:
                return found
        else:
            try:
                made = _fresh(cls)
                _set_simple(made, value)
                return CArgObject(code, made, made)
            except (TypeError, OverflowError):
                if not hasattr(value, "_as_parameter_"):
                    raise
        try:
            given = value._as_parameter_
        except AttributeError:
            raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer" if code in "zZP" else
                            f"expected {cls.__name__} instance instead of {type(value).__name__}") from None
        return cls.from_param(given)


def _pointer_param(cls, code, value):
    """A parameter for c_char_p, c_wchar_p or c_void_p; None if the value is none."""
    if value is None:
        return CArgObject("P", 0, None)
    texts = {"z": (bytes,), "Z": (str,), "P": (bytes, str)}[code]
    if isinstance(value, texts):
        made = object.__new__(c_char_p if isinstance(value, bytes) else c_wchar_p)
        _give_memory(made, _Memory(8))
        _set_simple(made, value)
        return CArgObject("z" if isinstance(value, bytes) else "Z", made, value)
    if code == "P" and isinstance(value, int):
        return CArgObject("P", value & _MASK, None)
    letter = {"z": "c", "Z": "u", "P": None}[code]
    if isinstance(value, (Array, _Pointer)):
        item = type(value).__c_info__.item
        item_info = getattr(item, "__c_info__", None)
        if letter is None or (item_info is not None and item_info.code == letter):
            return value
    if isinstance(value, CArgObject):
        if letter is None and value.tag == "P":
            return value
        inner = getattr(type(value.obj), "__c_info__", None)
        if value.tag == "P" and inner is not None and inner.code == letter:
            return value
    if code == "P":
        if isinstance(value, CFuncPtr):
            return CArgObject("P", value._pointer(), value)
        if isinstance(value, _SimpleCData) and type(value).__c_info__.code in "zZ":
            return CArgObject("Z", value, value)
    return None


class _Composite(CType_Type):
    """Structures and unions."""

    def __new__(metacls, name, bases, namespace, **keywords):
        cls = super().__new__(metacls, name, bases, namespace, **keywords)
        _place_of(cls, namespace)
        if namespace.get("_abstract_") is not None or name in ("Structure", "Union") and "_fields_" not in namespace \
                and bases and bases[0] is _CData:
            return cls
        base = getattr(cls, "__c_info__", None)
        kind = metacls._kind
        info = _Info(kind, 0, 1, "B", fields=[])
        if base is not None:
            for each in ("size", "align", "format", "length", "has_pointer", "has_bits", "has_union"):
                setattr(info, each, getattr(base, each))
            info.fields = list(base.fields)
            base.is_final = True
        type.__setattr__(cls, "__c_info__", info)
        if "_fields_" in namespace:
            # By way of the class: one of the other byte order changes them.
            type.__delattr__(cls, "_fields_")
            cls._fields_ = namespace["_fields_"]
        return cls

    def __setattr__(cls, name, value):
        if name == "_fields_":
            _set_fields(cls, value)
        super().__setattr__(name, value)


class PyCStructType(_Composite):
    _kind = "struct"


class UnionType(_Composite):
    _kind = "union"


def _set_fields(cls, fields):
    info = cls.__dict__.get("__c_info__")
    if info is None:
        raise TypeError("abstract class")
    if info.is_final:
        raise AttributeError("_fields_ is final")
    base = next((each for each in cls.__mro__[1:] if each.__dict__.get("__c_info__") is not None), None)
    from ctypes._layout import get_layout
    try:
        fields = tuple(fields)
    except TypeError:
        raise TypeError("_fields_ must be a sequence of pairs") from None
    layout = get_layout(cls, fields, info.kind == "struct", base)
    before = [] if base is None else list(base.__c_info__.fields)
    for each in layout.fields:
        item = _info(each.type)
        item.is_final = True
        info.has_pointer |= item.has_pointer or item.kind in ("pointer", "func")
        info.has_bits |= each.is_bitfield or item.has_bits
        info.has_union |= item.kind == "union" or item.has_union
        type.__setattr__(cls, each.name, each)
    if info.is_final:
        raise AttributeError("Structure or union cannot contain itself")
    info.size, info.align, info.format = layout.size, layout.align, layout.format_spec
    info.fields = before + list(layout.fields)
    info.length = len(info.fields)
    info.is_final = True
    _spread(cls)


def _spread(cls):
    """Fields of the fields named in _anonymous_ are fields too."""
    names = cls.__dict__.get("_anonymous_", None)
    if names is None:
        return
    try:
        names = tuple(names)
    except TypeError:
        raise TypeError("_anonymous_ must be a sequence") from None
    for name in names:
        field = getattr(cls, name)
        if not isinstance(field, CField):
            raise AttributeError(f"'{name}' is specified in _anonymous_ but not in _fields_")
        field.is_anonymous = True
        for place in field.type.__mro__[::-1]:
            for key, inner in list(place.__dict__.items()):
                if isinstance(inner, CField) and not isinstance(cls.__dict__.get(key), CField):
                    _spread_one(cls, field, inner)


def _spread_one(cls, field, inner):
    made = object.__new__(CField)
    for each in CField.__slots__:
        setattr(made, each, getattr(inner, each))
    made.byte_offset = field.byte_offset + inner.byte_offset
    made.index = field.index + inner.index
    type.__setattr__(cls, inner.name, made)


class PyCArrayType(CType_Type):
    def __new__(metacls, name, bases, namespace, **keywords):
        cls = super().__new__(metacls, name, bases, namespace, **keywords)
        _place_of(cls, namespace)
        if name == "Array" and bases and bases[0] is _CData:
            return cls
        inherited = getattr(cls, "__c_info__", None)
        try:
            length = cls._length_
        except AttributeError:
            raise AttributeError("class must define a '_length_' attribute") from None
        if not isinstance(length, int):
            raise TypeError("The '_length_' attribute must be an integer")
        if length < 0:
            raise ValueError("The '_length_' attribute must not be negative")
        if length > sys.maxsize:
            raise OverflowError("The '_length_' attribute is too large")
        try:
            item = cls._type_
        except AttributeError:
            raise AttributeError("class must define a '_type_' attribute") from None
        try:
            inner = _info(item)
        except TypeError:
            raise TypeError("_type_ must have storage info") from None
        if inner.size and length * inner.size > sys.maxsize:
            raise OverflowError("array too large")
        info = _Info("array", inner.size * length, inner.align, inner.format, item=item, length=length)
        info.shape = (length,) + inner.shape
        info.has_pointer = inner.has_pointer or inner.kind in ("pointer", "func")
        info.has_bits, info.has_union = inner.has_bits, inner.has_union
        inner.is_final = True
        type.__setattr__(cls, "__c_info__", info)
        if inner.code == "c":
            if "value" not in namespace:
                type.__setattr__(cls, "value", property(_char_array_value, _set_char_array_value, _no_deletion, "string value"))
            if "raw" not in namespace:
                type.__setattr__(cls, "raw", property(_array_raw, _set_array_raw, doc="value"))
        elif inner.code == "u" and "value" not in namespace:
            type.__setattr__(cls, "value", property(_wide_array_value, _set_wide_array_value, _no_deletion, "string value"))
        return cls

    def from_param(cls, value):
        if isinstance(value, cls):
            return value
        info = _info(cls)
        letter = getattr(info.item.__c_info__, "code", None)
        # A text in the place of an array of its characters.
        if letter in ("c", "u") and isinstance(value, bytes if letter == "c" else str):
            if len(value) > info.length:
                raise ValueError("Invalid length")
            return cls(*value)
        return super().from_param(value)


_arrays = {}


def _array_type(item, length):
    if length < 0:
        raise ValueError(f"Array length must be >= 0, not {length}")
    found = _arrays.get((item, length))
    if found is None:
        found = PyCArrayType(f"{item.__name__}_Array_{length}", (Array,), {"_length_": length, "_type_": item})
        found.__module__ = sys._getframe(2).f_globals.get("__name__", "_ctypes")
        _arrays[item, length] = found
    return found


class PyCPointerType(CType_Type):
    def __new__(metacls, name, bases, namespace, **keywords):
        cls = super().__new__(metacls, name, bases, namespace, **keywords)
        _place_of(cls, namespace)
        if name == "_Pointer" and bases and bases[0] is _CData:
            return cls
        info = _Info("pointer", 8, 8, "&B", length=1, has_pointer=True)
        type.__setattr__(cls, "__c_info__", info)
        item = namespace.get("_type_", getattr(cls, "_type_", None))
        if item is not None:
            _set_pointed(cls, info, item)
            if "__c_pointer__" not in item.__dict__ and "_type_" in namespace:
                type.__setattr__(item, "__c_pointer__", cls)
        return cls

    def set_type(cls, item):
        _set_pointed(cls, _info(cls), item)
        type.__setattr__(cls, "_type_", item)
        type.__setattr__(item, "__c_pointer__", cls)

    def __setattr__(cls, name, value):
        if name == "_type_" and isinstance(value, CType_Type):
            _set_pointed(cls, _info(cls), value)
        super().__setattr__(name, value)

    def from_param(cls, value):
        if value is None:
            return None
        item = _info(cls).item
        if isinstance(value, cls):
            return value
        if item is not None:
            if isinstance(value, item):
                return byref(value)
            if isinstance(value, CArgObject) and value.tag == "P" and isinstance(value.obj, item):
                return value
            if isinstance(value, (Array, _Pointer)):
                other = type(value).__c_info__.item
                if other is not None and issubclass(other, item):
                    return value
        return super().from_param(value)


def _set_pointed(cls, info, item):
    if not isinstance(item, CType_Type):
        raise TypeError("_type_ must have storage info")
    inner = getattr(item, "__c_info__", None)
    info.item = item
    if inner is not None:
        shape = "(" + ",".join(map(str, inner.shape)) + ")" if inner.shape else ""
        info.format = "&" + shape + inner.format


class PyCFuncPtrType(CType_Type):
    def __new__(metacls, name, bases, namespace, **keywords):
        cls = super().__new__(metacls, name, bases, namespace, **keywords)
        _place_of(cls, namespace)
        if name == "CFuncPtr" and bases and bases[0] is _CData:
            return cls
        info = _Info("func", 8, 8, "X{}", length=1, has_pointer=True)
        flags = getattr(cls, "_flags_", None)
        if not isinstance(flags, int):
            raise TypeError("class must define _flags_ which must be an integer")
        info.flags = flags
        types = getattr(cls, "_argtypes_", None)
        info.argtypes = None if types is None else _parameter_types(types, "_argtypes_")
        restype = getattr(cls, "_restype_", None)
        if restype is not None and not isinstance(restype, CType_Type) and not callable(restype):
            raise TypeError("_restype_ must be a type, a callable, or None")
        info.restype = restype
        type.__setattr__(cls, "__c_info__", info)
        return cls


def _parameter_types(types, what):
    if not isinstance(types, (tuple, list)):
        raise TypeError(f"{what} must be a sequence of types")
    types = tuple(types)
    if len(types) > CTYPES_MAX_ARGCOUNT:
        raise ArgumentError(f"{what} has too many arguments ({len(types)}), maximum is {CTYPES_MAX_ARGCOUNT}")
    for number, each in enumerate(types):
        if not hasattr(each, "from_param"):
            raise TypeError(f"item {number + 1} in {what} has no from_param method")
    return types


# ---------------------------------------------------------------------------------------------- data

class _CData(metaclass=CType_Type):
    __slots__ = ("_c_memory", "_c_address", "_b_base_", "_objects", "_c_extra", "_index", "__weakref__")
    __module__ = "_ctypes"

    @property
    def _b_needsfree_(self):
        return int(self._c_memory.owned)

    def __buffer__(self, flags):
        info = type(self).__c_info__
        return self._c_memory.view(info.format, _innermost(type(self)).size, info.shape)

    def __hash__(self):
        return object.__hash__(self)

    def __reduce__(self):
        if type(self).__c_info__.has_pointer or type(self).__c_info__.kind in ("pointer", "func"):
            raise ValueError("ctypes objects containing pointers cannot be pickled")
        content = _foreign.read(self._c_address, self._c_memory.size)
        return _unpickle, (type(self), (getattr(self, "__dict__", {}), content))

    def __setstate__(self, state):
        attributes, content = state
        size = min(len(content), self._c_memory.size)
        _foreign.write(self._c_address, content[:size])
        self.__dict__.update(attributes)

    def __ctypes_from_outparam__(self):
        return self


def _innermost(cls):
    info = cls.__c_info__
    while info.kind == "array":
        info = info.item.__c_info__
    return info


def _unpickle(cls, state):
    made = cls.__new__(cls)
    made.__setstate__(state)
    return made


def _keep(owner, index, what, extra=None):
    """Keeps what a part of the memory points to as long as the memory's owner lives."""
    if what is None and extra is None:
        return
    key = format(index, "x")
    while owner._b_base_ is not None:
        key += ":" + format(owner._index, "x")
        owner = owner._b_base_
    if extra is not None:
        if not isinstance(owner._c_extra, dict):
            owner._c_extra = {"": owner._c_extra}
        owner._c_extra[key] = extra
    if type(owner).__c_info__.length or isinstance(owner._objects, dict):
        if owner._objects is None:
            owner._objects = {}
        owner._objects[key] = what
    else:
        owner._objects = what


def _kept(value):
    """What keeps alive what a value points to."""
    if value._b_base_ is None and value._objects is None and type(value).__c_info__.length:
        value._objects = {}
    return value._objects


def _get_item(cls, address, base, index):
    """What is at a place in an instance's memory."""
    info = _info(cls)
    if info.kind == "simple" and info.gives_value:
        return _read_simple(info, address)
    return _at(cls, address, base, index)


def _set_item(cls, address, base, index, value):
    """Sets what is at a place in an instance's memory."""
    info = _info(cls)
    if isinstance(value, _CData):
        given = type(value).__c_info__
        if isinstance(value, cls):
            _foreign.move(address, value._c_address, info.size)
            _keep(base, index, _kept(value), value._c_extra)
            return
        if info.kind == "pointer" and given.kind == "array" and given.item is not None \
                and issubclass(given.item, info.item):
            _store(address, "P", value._c_address)
            _keep(base, index, value, value)
            return
        if info.kind == "func" and isinstance(value, CFuncPtr):
            _store(address, "P", value._pointer())
            _keep(base, index, value)
            return
        if info.kind != "simple" or not info.gives_value and info.code not in "zZPO":
            raise TypeError(f"incompatible types, {type(value).__name__} instance instead of {cls.__name__} instance")
    if info.kind == "simple":
        kept, extra = _write_simple(info, address, value)
        _keep(base, index, kept, extra)
        return
    if info.kind == "pointer" and value is None:
        _store(address, "P", 0)
        return
    if info.kind == "func" and value is None:
        _store(address, "P", 0)
        return
    if isinstance(value, tuple) and info.kind in ("struct", "union", "array"):
        try:
            made = cls(*value)
        except Exception as error:
            raise RuntimeError(f"({cls.__name__}) {type(error).__name__}: {error}") from None
        _set_item(cls, address, base, index, made)
        return
    if info.kind == "array":
        code = info.item.__c_info__.code
        target = _at(cls, address, base, index)
        if code == "c" and isinstance(value, bytes):
            if len(value) > info.length:
                raise ValueError(f"bytes too long ({len(value)}, maximum length {info.length})")
            value = value.partition(b"\0")[0]
            _foreign.write(address, value + (b"\0" if len(value) < info.length else b""))
            return
        if code == "u" and isinstance(value, str):
            if len(value) > info.length:
                raise ValueError(f"string too long ({len(value)}, maximum length {info.length})")
            _foreign.write(address, _wide(value + ("\0" if len(value) < info.length else "")))
            return
        if code == "c":
            raise TypeError(f"bytes expected instead of {type(value).__name__} instance")
        if code == "u":
            raise TypeError(f"unicode string expected instead of {type(value).__name__} instance")
    raise TypeError(f"expected {cls.__name__} instance, got {type(value).__name__}"
                    if info.kind in ("pointer", "func") or not isinstance(value, _CData) else "incompatible types")


def _wide(text):
    return text.encode("utf-32-le" if _LITTLE else "utf-32-be", "surrogatepass")


def _narrow(numbers):
    return "".join(map(chr, numbers))


# ---------------------------------------------------------------------------------------------- simple data

def _read_simple(info, address):
    plain = info.plain
    if plain is not None:
        if not info.swapped:
            return _load(address, plain)
        memory = _Memory(8)
        _foreign.write(memory.address, _foreign.read(address, info.size)[::-1])
        return _load(memory.address, plain)
    code = info.code
    if code == "P":
        return _load(address, "P") or None
    if code == "z":
        at = _load(address, "P")
        return _foreign.text(at) if at else None
    if code == "Z":
        at = _load(address, "P")
        return _narrow(_foreign.wide_text(at)) if at else None
    if code == "u":
        return chr(_load(address, "I"))
    if code == "O":
        return _foreign.object(_load(address, "P"))
    if code == "v":
        return _load(address, "h") != 0
    if code == "g":
        return _long_double(_foreign.read(address, 16))
    if code == "G":
        return complex(_long_double(_foreign.read(address, 16)), _long_double(_foreign.read(address + 16, 16)))
    letter, size = ("f", 4) if code == "F" else ("d", 8)
    if info.swapped:
        memory = _Memory(2 * size)
        for at in (0, size):
            _foreign.write(memory.address + at, _foreign.read(address + at, size)[::-1])
        address = memory.address
    return complex(_load(address, letter), _load(address + size, letter))


def _long_double(content):
    """The double nearest to an 80-bit float."""
    from math import ldexp
    mantissa = int.from_bytes(content[:8], "little")
    top = int.from_bytes(content[8:10], "little")
    exponent, negative = top & 0x7FFF, top >> 15
    if exponent == 0x7FFF:
        value = float("inf") if mantissa << 1 & _MASK == 0 else float("nan")
    else:
        try:
            value = ldexp(mantissa, exponent - 16383 - 63)
        except OverflowError:
            value = float("inf")
    return -value if negative else value


def _to_long_double(value):
    from math import copysign, frexp, isinf, isnan
    sign = 0x8000 if copysign(1.0, value) < 0 else 0
    if isnan(value):
        mantissa, exponent = 0xC000000000000000, 0x7FFF
    elif isinf(value):
        mantissa, exponent = 1 << 63, 0x7FFF
    elif value == 0:
        mantissa = exponent = 0
    else:
        fraction, power = frexp(abs(value))
        mantissa, exponent = int(fraction * (1 << 64)), power + 16382
    return mantissa.to_bytes(8, "little") + (sign | exponent).to_bytes(2, "little") + bytes(6)


def _write_simple(info, address, value):
    """Sets a value: what has to be kept alive for it, as the user sees it and as it is."""
    code, plain = info.code, info.plain
    if isinstance(value, _SimpleCData) and code == "O":
        pass
    if code in _INTEGERS:
        if not isinstance(value, int):
            value = operator_index(value)
        _put(info, address, plain, value)
    elif code == "?":
        _put(info, address, "?", value)
    elif code in "fd":
        if not isinstance(value, float):
            value = _float(value)
        _put(info, address, plain, value)
    elif code == "c":
        _store(address, "B", _character(value))
    elif code == "P":
        if value is None:
            value = 0
        if not isinstance(value, int):
            raise TypeError("cannot be converted to pointer")
        _store(address, "P", value)
    elif code == "z":
        if isinstance(value, bytes):
            memory = _Memory(len(value) + 1)
            _foreign.write(memory.address, value)
            _store(address, "P", memory.address)
            _recent.append(memory)
            return value, memory
        if value is not None and not isinstance(value, int):
            raise TypeError(f"bytes or integer address expected instead of {type(value).__name__} instance")
        _store(address, "P", value or 0)
    elif code == "Z":
        if isinstance(value, str):
            content = _wide(value)
            memory = _Memory(len(content) + 4)
            _foreign.write(memory.address, content)
            _store(address, "P", memory.address)
            return memory, memory
        if value is not None and not isinstance(value, int):
            raise TypeError(f"unicode string or integer address expected instead of {type(value).__name__} instance")
        _store(address, "P", value or 0)
    elif code == "u":
        if not isinstance(value, str):
            raise TypeError(f"a unicode character expected, not instance of {type(value).__name__}")
        if len(value) != 1:
            raise TypeError(f"a unicode character expected, not a string of length {len(value)}")
        _store(address, "I", ord(value))
    elif code == "O":
        _store(address, "P", id(value))
        return value, value
    elif code == "v":
        _store(address, "h", -1 if value else 0)
    elif code == "g":
        _foreign.write(address, _to_long_double(_float(value)))
    else:
        try:
            value = complex(value) if not isinstance(value, str) else complex.__complex__(value)
        except TypeError:
            raise TypeError(f"must be complex number, not {type(value).__name__}") from None
        if code == "G":
            _foreign.write(address, _to_long_double(value.real) + _to_long_double(value.imag))
        else:
            letter, size = ("f", 4) if code == "F" else ("d", 8)
            _store(address, letter, value.real)
            _store(address + size, letter, value.imag)
            if info.swapped:
                for at in (address, address + size):
                    _foreign.write(at, _foreign.read(at, size)[::-1])
    return None, None


# Copies of texts that calls were given: what C found in one may be looked at after the call.
_recent = deque(maxlen=256)


def _float(value):
    if isinstance(value, (float, int)) or hasattr(value, "__float__") or hasattr(value, "__index__"):
        return float(value)
    raise TypeError(f"must be real number, not {type(value).__name__}")


def _put(info, address, plain, value):
    if not info.swapped:
        _store(address, plain, value)
        return
    memory = _Memory(8)
    _store(memory.address, plain, value)
    _foreign.write(address, _foreign.read(memory.address, info.size)[::-1])


def _character(value):
    if isinstance(value, (bytes, bytearray)):
        if len(value) == 1:
            return value[0]
        raise TypeError("one character bytes, bytearray, or an integer in range(256) expected, "
                        f"not {type(value).__name__} of length {len(value)}")
    if isinstance(value, int):
        if 0 <= value < 256:
            return value
        raise TypeError("integer not in range(256)")
    raise TypeError("one character bytes, bytearray, or an integer in range(256) expected, "
                    f"not {type(value).__name__}")


def _set_simple(self, value):
    info = type(self).__c_info__
    kept, extra = _write_simple(info, self._c_address, value)
    if info.code in "zZO":
        self._objects = None
        _keep(self, 0, kept, extra)


class _SimpleCData(_CData, metaclass=PyCSimpleType):
    """XXX to be provided"""
    __module__ = "_ctypes"
    __slots__ = ()

    def __new__(cls, *args, **keywords):
        return _fresh(cls)

    def __init__(self, *value):
        if value:
            if len(value) > 1:
                raise TypeError(f"{type(self).__name__} expected at most 1 argument, got {len(value)}")
            _set_simple(self, value[0])

    @property
    def value(self):
        """current value"""
        return _read_simple(type(self).__c_info__, self._c_address)

    @value.setter
    def value(self, value):
        _set_simple(self, value)

    @value.deleter
    def value(self):
        raise TypeError("can't delete attribute")

    def __bool__(self):
        return any(_foreign.read(self._c_address, type(self).__c_info__.size))

    def __repr__(self):
        if not type(self).__c_info__.gives_value:
            return f"<{type(self).__name__} object at {id(self):#x}>"
        return f"{type(self).__name__}({self.value!r})"

    def __ctypes_from_outparam__(self):
        return self.value if type(self).__c_info__.gives_value else self


class c_char_p(_SimpleCData):
    """Stands for a parameter that is a text."""
    _type_ = "z"


class c_wchar_p(_SimpleCData):
    """Stands for a parameter that is a wide text."""
    _type_ = "Z"


# ---------------------------------------------------------------------------------------------- structures

class CField:
    """A field of a structure or union."""
    __module__ = "ctypes"
    __slots__ = ("name", "type", "byte_size", "byte_offset", "bit_size", "bit_offset", "index", "is_bitfield",
                 "is_anonymous")

    def __init__(self, /, *, name, type, byte_size, byte_offset, index, _internal_use, bit_size=None, bit_offset=None):
        if not _internal_use:
            raise TypeError("CField is not intended to be used directly")
        if not isinstance(name, str):
            raise TypeError(f"field name must be str, not {_type(name).__name__}")
        info = _info(type)
        if info.size != byte_size:
            raise ValueError(f"byte_size does not match type size ({byte_size} != {info.size})")
        self.is_bitfield = bit_size is not None
        if self.is_bitfield:
            if info.code is None or info.code not in _INTEGERS + "?c" and info.code != "u":
                raise TypeError(f"bit fields not allowed for type {type.__name__}")
            if bit_size > 0 and bit_offset >= 0 and bit_offset + bit_size > byte_size * 8:
                raise ValueError(f"bit field {name!r} overflows its type ({bit_offset} + {bit_size} > {byte_size * 8})")
            if bit_size <= 0 or bit_offset < 0:
                raise ValueError(f"number of bits invalid for bit field {name!r}")
        self.name, self.type, self.byte_size, self.byte_offset, self.index = name, type, byte_size, byte_offset, index
        self.bit_size = bit_size if self.is_bitfield else byte_size * 8
        self.bit_offset = bit_offset if self.is_bitfield else 0
        self.is_anonymous = False

    @property
    def offset(self):
        """offset in bytes of this field (same as byte_offset)"""
        return self.byte_offset

    @property
    def size(self):
        """size in bytes of this field. For bitfields, this is a legacy packed value; use byte_size instead"""
        return self.bit_size << 16 | self.bit_offset if self.is_bitfield else self.byte_size

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if not isinstance(instance, _CData):
            raise TypeError("not a ctype instance")
        address = instance._c_address + self.byte_offset
        if not self.is_bitfield:
            # A text in an instance is the text.
            code = getattr(self.type.__c_info__.item, "__c_info__", _NO_INFO).code
            if code in ("c", "u") and self.type.__c_info__.kind == "array" and self.type.__bases__ == (Array,):
                return self.type.value.fget(_at(self.type, address))
            return _get_item(self.type, address, instance, self.index)
        info = self.type.__c_info__
        bits = int.from_bytes(_foreign.read(address, info.size), "little" if _LITTLE != info.swapped else "big")
        bits = bits >> self.bit_offset & (1 << self.bit_size) - 1
        if info.code in "bhilq" and bits >> self.bit_size - 1:
            bits -= 1 << self.bit_size
        return bits != 0 if info.code == "?" else chr(bits) if info.code == "u" else bits

    def __set__(self, instance, value):
        if not isinstance(instance, _CData):
            raise TypeError("not a ctype instance")
        address = instance._c_address + self.byte_offset
        if not self.is_bitfield:
            _set_item(self.type, address, instance, self.index, value)
            return
        info = self.type.__c_info__
        if isinstance(value, _SimpleCData):
            value = value.value
        if info.code == "?":
            value = bool(value)
        elif not isinstance(value, int):
            raise TypeError(f"int expected instead of {type(value).__name__} instance")
        order = "little" if _LITTLE != info.swapped else "big"
        old = int.from_bytes(_foreign.read(address, info.size), order)
        mask = (1 << self.bit_size) - 1 << self.bit_offset
        new = old & ~mask | value << self.bit_offset & mask
        _foreign.write(address, new.to_bytes(info.size, order))

    def __delete__(self, instance):
        raise TypeError("can't delete attribute")

    def __repr__(self):
        if self.is_bitfield:
            return (f"<{type(self).__module__}.CField {self.name!r} type={self.type.__name__}, "
                    f"ofs={self.byte_offset}, bit_size={self.bit_size}, bit_offset={self.bit_offset}>")
        return f"<{type(self).__module__}.CField {self.name!r} type={self.type.__name__}, ofs={self.byte_offset}, size={self.byte_size}>"


_type = type
_NO_INFO = _Info(None, 0, 0, "B")


class _CompositeData:
    __slots__ = ()

    def __init__(self, *args, **keywords):
        fields = type(self).__c_info__.fields
        if len(args) > len(fields):
            raise TypeError("too many initializers")
        given = set()
        for field, value in zip(fields, args):
            given.add(field.name)
            setattr(self, field.name, value)
        for name, value in keywords.items():
            if name in given:
                raise TypeError(f"duplicate values for field {name!r}")
            setattr(self, name, value)


class Structure(_CData, metaclass=PyCStructType):
    """Structure base class"""
    __module__ = "_ctypes"
    __slots__ = ()
    _abstract_ = 0

    def __new__(cls, *args, **keywords):
        return _fresh(cls)

    __init__ = _CompositeData.__init__


class Union(_CData, metaclass=UnionType):
    """Union base class"""
    __module__ = "_ctypes"
    __slots__ = ()
    _abstract_ = 0

    def __new__(cls, *args, **keywords):
        return _fresh(cls)

    __init__ = _CompositeData.__init__


# ---------------------------------------------------------------------------------------------- arrays

class Array(_CData, metaclass=PyCArrayType):
    """Abstract base class for arrays.

    The recommended way to create concrete array types is by multiplying any
    ctypes data type with a non-negative integer. Alternatively, you can subclass
    this type and define _length_ and _type_ class variables. Array elements can
    be read and written using standard subscript and slice accesses for slice
    reads, the resulting object is not itself an Array.
    """
    __module__ = "_ctypes"
    __slots__ = ()

    def __new__(cls, *args, **keywords):
        return _fresh(cls)

    def __init__(self, *args):
        if len(args) > type(self).__c_info__.length:
            raise IndexError("invalid index")
        for index, value in enumerate(args):
            self[index] = value

    def __len__(self):
        return type(self).__c_info__.length

    def _place(self, index):
        info = type(self).__c_info__
        try:
            index = index.__index__()
        except AttributeError:
            raise TypeError("indices must be integers") from None
        if index < 0:
            index += info.length
        if not 0 <= index < info.length:
            raise IndexError("invalid index")
        return index, self._c_address + index * info.item.__c_info__.size

    def __getitem__(self, index):
        item = type(self).__c_info__.item
        if isinstance(index, slice):
            return _slice(item, [self[each] for each in range(*index.indices(len(self)))])
        index, address = self._place(index)
        return _get_item(item, address, self, index)

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            places = range(*index.indices(len(self)))
            if len(value) != len(places):
                raise ValueError("Can only assign sequence of same size")
            for place, each in zip(places, value):
                self[place] = each
            return
        index, address = self._place(index)
        _set_item(type(self).__c_info__.item, address, self, index, value)

    def __delitem__(self, index):
        raise TypeError("Array does not support item deletion")

    def __iter__(self):
        at = 0
        while at < len(self):
            yield self[at]
            at += 1

    def __class_getitem__(cls, parameters):
        from types import GenericAlias
        return GenericAlias(cls, parameters)


def _slice(item, found):
    code = item.__c_info__.code
    if code == "c":
        return b"".join(found)
    if code == "u":
        return "".join(found)
    return found


def _no_deletion(self):
    raise TypeError("can't delete attribute")


def _array_raw(self):
    return _foreign.read(self._c_address, self._c_memory.size)


def _set_array_raw(self, value):
    content = bytes(memoryview(value))
    if len(content) > self._c_memory.size:
        raise ValueError("byte string too long")
    _foreign.write(self._c_address, content)


def _char_array_value(self):
    return _foreign.read(self._c_address, self._c_memory.size).partition(b"\0")[0]


def _set_char_array_value(self, value):
    if not isinstance(value, bytes):
        raise TypeError(f"bytes expected instead of {type(value).__name__} instance")
    if len(value) > self._c_memory.size:
        raise ValueError("byte string too long")
    _foreign.write(self._c_address, value + (b"\0" if len(value) < self._c_memory.size else b""))


def _wide_array_value(self):
    return _narrow(_foreign.wide_text(self._c_address, self._c_memory.size // 4)) if self._c_memory.size else ""


def _set_wide_array_value(self, value):
    if not isinstance(value, str):
        raise TypeError(f"unicode string expected instead of {type(value).__name__} instance")
    room = self._c_memory.size // 4
    if len(value) > room:
        raise ValueError("string too long")
    _foreign.write(self._c_address, _wide(value + ("\0" if len(value) < room else "")))


# ---------------------------------------------------------------------------------------------- pointers

class _Pointer(_CData, metaclass=PyCPointerType):
    """XXX to be provided"""
    __module__ = "_ctypes"
    __slots__ = ()

    def __new__(cls, *args, **keywords):
        if _info(cls).item is None:
            raise TypeError("Cannot create instance: has no _type_")
        return _fresh(cls)

    def __init__(self, value=None, /):
        if value is not None:
            self.contents = value

    def _pointed(self):
        address = _load(self._c_address, "P")
        if not address:
            raise ValueError("NULL pointer access")
        return address

    @property
    def contents(self):
        """the object this pointer points to (read-write)"""
        return _at(type(self).__c_info__.item, self._pointed(), self)

    @contents.setter
    def contents(self, value):
        item = type(self).__c_info__.item
        if not isinstance(value, item):
            given = type(value).__c_info__ if isinstance(value, _CData) else None
            if given is None or given.kind != "array" or not issubclass(given.item, item):
                raise TypeError(f"expected {item.__name__} instead of {type(value).__name__}")
        _store(self._c_address, "P", value._c_address)
        _keep(self, 1, value)
        _keep(self, 0, _kept(value))

    @contents.deleter
    def contents(self):
        raise TypeError("Pointer does not support item deletion")

    def __bool__(self):
        return _load(self._c_address, "P") != 0

    def __getitem__(self, index):
        item = type(self).__c_info__.item
        if isinstance(index, slice):
            return _slice(item, [self[each] for each in _unbounded(index)])
        index = _pointer_index(index)
        return _get_item(item, self._pointed() + index * item.__c_info__.size, self, index)

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            raise TypeError("Pointer indices must be integer")
        index = _pointer_index(index)
        item = type(self).__c_info__.item
        _set_item(item, self._pointed() + index * item.__c_info__.size, self, index, value)

    def __delitem__(self, index):
        raise TypeError("Pointer does not support item deletion")


def _pointer_index(index):
    try:
        return index.__index__()
    except AttributeError:
        raise TypeError("Pointer indices must be integer") from None


def _unbounded(index):
    step = 1 if index.step is None else index.step
    if step == 0:
        raise ValueError("slice step cannot be zero")
    start = index.start
    if start is None:
        if step < 0:
            raise ValueError("slice start is required for step < 0")
        start = 0
    if index.stop is None:
        raise ValueError("slice stop is required")
    return range(start, index.stop, step)


# ---------------------------------------------------------------------------------------------- parameters and calls

class CArgObject:
    """A parameter of a call: its tag, what it holds, and what it keeps alive."""
    __slots__ = ("tag", "held", "obj")

    def __init__(self, tag, held, obj):
        self.tag, self.held, self.obj = tag, held, obj

    @property
    def _obj(self):
        return self.obj

    def __repr__(self):
        if isinstance(self.held, _CData) and self.tag not in "zZP":
            shown = self.held.value
            if self.tag in "bBhHiIlLqQ":
                return f"<cparam '{self.tag}' ({shown})>"
            if self.tag in "fdg":
                return f"<cparam '{self.tag}' ({shown!r})>"
            if self.tag == "c":
                text = shown.decode("latin-1")
                return f"<cparam 'c' ('{text}')>" if text.isascii() and text.isprintable() and text not in "\\'" else f"<cparam 'c' ('\\x{shown[0]:02x}')>"
            return f"<cparam '{self.tag}' at {id(self):#x}>"
        held = _load(self.held._c_address, "P") if isinstance(self.held, _CData) else self.held
        return f"<cparam '{self.tag}' ({held:#x})>"


def byref(obj, offset=0):
    """byref(C instance[, offset=0]) -> byref-object

    Return a pointer lookalike to a C instance, only usable as function argument."""
    if not isinstance(obj, _CData):
        raise TypeError(f"byref() argument must be a ctypes instance, not '{type(obj).__name__}'")
    return CArgObject("P", obj._c_address + offset & _MASK, obj)


def _leaves(cls, offset=0):
    """The simple parts of a type: offset, size, is it a float?"""
    info = cls.__c_info__
    if info.kind == "array":
        step = info.item.__c_info__.size
        for index in range(info.length):
            yield from _leaves(info.item, offset + index * step)
    elif info.kind in ("struct", "union"):
        for field in info.fields:
            if field.is_bitfield:
                yield offset + field.byte_offset + field.bit_offset // 8, 1, False
            else:
                yield from _leaves(field.type, offset + field.byte_offset)
    elif info.code in ("F", "D"):
        half = info.size // 2
        yield offset, half, True
        yield offset + half, half, True
    elif info.code in ("g", "G"):
        yield offset, info.size, None
    else:
        yield offset, info.size, info.code in ("f", "d")


def _classes(cls):
    """How the platform passes values of a type: "I" and "F" for each word, or "M" over the stack."""
    info = _info(cls)
    if info.classes is None:
        words = [""] * ((info.size + 7) // 8)
        in_memory = info.size > 16
        if not in_memory:
            for offset, size, is_float in _leaves(cls):
                if is_float is None or size and offset % size:
                    in_memory = True
                    break
                if words[offset // 8] != "I":
                    words[offset // 8] = "F" if is_float else "I"
        info.classes = "M" if in_memory else "".join(word or "I" for word in words)
    return info.classes


class _Registers:
    """Sorts the words of arguments."""

    def __init__(self):
        self.integers, self.floats, self.stack, self.kept = [], [], [], []

    def integer(self, word):
        (self.integers if len(self.integers) < _foreign.INTEGERS else self.stack).append(word)

    def float(self, word):
        (self.floats if len(self.floats) < _foreign.FLOATS else self.stack).append(word)

    def value(self, value):
        """Passes an instance's memory by value."""
        cls = type(value)
        info = cls.__c_info__
        if info.kind == "array":
            self.kept.append(value)
            return self.integer(value._c_address)
        if info.kind in ("simple", "pointer", "func") and info.code not in ("g", "F", "D", "G"):
            if info.code == "f":
                return self.float(_load(value._c_address, "I"))
            if info.code == "d":
                return self.float(_load(value._c_address, "Q"))
            plain = {"pointer": "P", "func": "P"}.get(info.kind) or info.plain or {"u": "I", "v": "h"}.get(info.code, "P")
            if plain in "c?":
                plain = "B"
            if info.kind == "func":
                return self.integer(value._pointer())
            return self.integer(_load(value._c_address, plain))
        content = _foreign.read(value._c_address, info.size)
        content += bytes(-len(content) % 8)
        words = [int.from_bytes(content[at:at + 8], sys.byteorder) for at in range(0, len(content), 8)]
        classes = _classes(cls)
        fits = classes != "M" and len(self.integers) + classes.count("I") <= _foreign.INTEGERS \
            and len(self.floats) + classes.count("F") <= _foreign.FLOATS
        if not fits:
            if info.align >= 16 and len(self.stack) % 2:
                self.stack.append(0)
            return self.stack.extend(words)
        for word, kind in zip(words, classes):
            (self.integers if kind == "I" else self.floats).append(word)

    def parameter(self, value, number):
        """Passes what from_param gave, or what the program gave where there are no types."""
        if isinstance(value, _CData):
            self.kept.append(value)
            return self.value(value)
        if isinstance(value, CArgObject):
            self.kept.append(value)
            if isinstance(value.held, _CData):
                return self.value(value.held)
            return self.integer(value.held & _MASK)
        if value is None:
            return self.integer(0)
        if isinstance(value, int):
            if not -1 << 63 <= value < 1 << 64:
                raise OverflowError("int too long to convert")
            value &= 0xFFFFFFFF
            return self.integer(value if value < 1 << 31 else value | 0xFFFFFFFF00000000)
        if isinstance(value, (bytes, str)):
            content = value + b"\0" if isinstance(value, bytes) else _wide(value + "\0")
            memory = _Memory(len(content))
            _foreign.write(memory.address, content)
            self.kept.append(memory)
            return self.integer(memory.address)
        try:
            given = value._as_parameter_
        except AttributeError:
            raise TypeError(f"Don't know how to convert parameter {number}") from None
        return self.parameter(given, number)


def _take(cls, registers, result):
    """The instance of a type that is the next argument of a call back; `registers` are three iterators and their room left."""
    info = cls.__c_info__
    made = _fresh(cls)
    classes = "F" if info.code in ("f", "d") else "I" if info.kind in ("simple", "pointer", "func") \
        and info.code not in ("g", "F", "D", "G") else _classes(cls)
    words = registers.take(classes, (info.size + 7) // 8)
    content = b"".join(word.to_bytes(8, sys.byteorder) for word in words)
    _foreign.write(made._c_address, content[:info.size])
    return made


class _Incoming:
    def __init__(self, integers, floats, stack):
        self.integers, self.floats, self.stack = integers[::-1], floats[::-1], stack[::-1]

    def take(self, classes, count):
        if classes == "M" or classes.count("I") > len(self.integers) or classes.count("F") > len(self.floats):
            return [self.stack.pop() for _ in range(count)]
        return [self.integers.pop() if kind == "I" else self.floats.pop() for kind in classes]


class CFuncPtr(_CData, metaclass=PyCFuncPtrType):
    """Function Pointer"""
    __module__ = "_ctypes"
    __slots__ = ("_f_argtypes", "_f_restype", "_f_errcheck", "_f_flags", "_f_own", "_f_callable")

    def __new__(cls, *args, **keywords):
        made = _fresh(cls)
        made._f_argtypes = made._f_restype = made._f_errcheck = made._f_flags = made._f_own = made._f_callable = None
        return made

    def __init__(self, *args):
        if not args:
            return
        target = args[0]
        if isinstance(target, tuple):
            self._from_library(*args)
        elif isinstance(target, _Own):
            self._f_own = target.function
        elif isinstance(target, int):
            _store(self._c_address, "P", target)
        elif callable(target):
            self._from_callable(target)
        else:
            raise TypeError("argument must be callable or integer function address")

    def _from_library(self, target, paramflags=None):
        if len(target) != 2:
            raise TypeError(f"function takes exactly 2 arguments ({len(target)} given)")
        name, library = target
        if not isinstance(name, (str, bytes)):
            raise TypeError("function name must be string, bytes object or integer")
        sys.audit("ctypes.dlsym", library, name)
        handle = library._handle
        if not isinstance(handle, int):
            raise TypeError("the _handle attribute of the second argument must be an integer")
        try:
            address = _foreign.find_symbol(handle, name)
        except OSError as error:
            raise AttributeError(_loader_message(error, "function", name)) from None
        _store(self._c_address, "P", address)
        self._objects = {"0": library}
        if paramflags is not None:
            self._f_flags = _checked_flags(paramflags, self._types())

    def _from_callable(self, target):
        info = type(self).__c_info__
        if info.argtypes is None:
            raise TypeError("cannot construct instance of this class: no argtypes")
        restype = info.restype
        if restype is not None and (not isinstance(restype, CType_Type) or not _can_answer(restype)):
            raise TypeError("invalid result type for callback function")
        made = _foreign.Callback(_answering(target, info.argtypes, restype))
        _store(self._c_address, "P", made.address)
        self._c_extra = made
        self._f_callable = target
        self._objects = {"0": made}

    def _pointer(self):
        return _load(self._c_address, "P")

    def __bool__(self):
        return self._f_own is not None or self._pointer() != 0

    def __repr__(self):
        return f"<{type(self).__name__} object at {id(self):#x}>"

    def _types(self):
        return self._f_argtypes[0] if self._f_argtypes is not None else type(self).__c_info__.argtypes

    @property
    def argtypes(self):
        """specify the argument types"""
        return self._f_argtypes[1] if self._f_argtypes is not None else type(self).__c_info__.argtypes

    @argtypes.setter
    def argtypes(self, types):
        if types is None:
            self._f_argtypes = None
        else:
            self._f_argtypes = _parameter_types(types, "_argtypes_"), types

    @argtypes.deleter
    def argtypes(self):
        self._f_argtypes = None

    @property
    def restype(self):
        """specify the result type"""
        return self._f_restype[0] if self._f_restype is not None else type(self).__c_info__.restype

    @restype.setter
    def restype(self, restype):
        if restype is not None and not isinstance(restype, CType_Type) and not callable(restype):
            raise TypeError("restype must be a type, a callable, or None")
        self._f_restype = restype,

    @restype.deleter
    def restype(self):
        self._f_restype = None

    @property
    def errcheck(self):
        """a function to check for errors"""
        return self._f_errcheck

    @errcheck.setter
    def errcheck(self, check):
        if not callable(check):
            raise TypeError("the errcheck attribute must be callable")
        self._f_errcheck = check

    @errcheck.deleter
    def errcheck(self):
        self._f_errcheck = None

    def __call__(self, *args, **keywords):
        info = type(self).__c_info__
        types, restype = self._types(), self.restype
        outputs = None
        if self._f_flags is not None and types is not None:
            args, outputs = _with_flags(self._f_flags, types, args, keywords)
        if types is not None:
            needed = len(types)
            if len(args) < needed or len(args) > needed and not info.flags & FUNCFLAG_CDECL:
                s = "" if needed == 1 else "s"
                raise TypeError(f"this function takes at least {needed} argument{s} ({len(args)} given)")
        if len(args) > CTYPES_MAX_ARGCOUNT:
            raise ArgumentError(f"too many arguments ({len(args)}), maximum is {CTYPES_MAX_ARGCOUNT}")
        converted = []
        for number, each in enumerate(args):
            if types is not None and number < len(types):
                try:
                    each = types[number].from_param(each)
                except Exception as error:
                    raise ArgumentError(f"argument {number + 1}: {type(error).__name__}: {error}") from None
            converted.append(each)
        if self._f_own is not None:
            return self._f_own(*map(_plain, converted))
        result = self._call(info, converted, restype)
        if self._f_errcheck is not None:
            shown = tuple(args)
            checked = self._f_errcheck(result, self, shown)
            if checked is not shown or outputs is None:
                return checked
        if outputs:
            found = [args[each].__ctypes_from_outparam__() for each in outputs]
            return found[0] if len(found) == 1 else tuple(found)
        return result

    def _call(self, info, args, restype):
        registers = _Registers()
        answer, room = "I", None
        if isinstance(restype, CType_Type):
            inner = _info(restype)
            simple = inner.kind in ("simple", "pointer", "func") and inner.code not in ("g", "F", "D", "G")
            classes = ("F" if inner.code in ("f", "d") else "I") if simple else _classes(restype)
            if classes == "M":
                room = _fresh(restype)
                registers.integer(room._c_address)
            else:
                answer = {"II": "I", "FF": "F"}.get(classes, classes)
        for number, each in enumerate(args):
            try:
                registers.parameter(each, number + 1)
            except Exception as error:
                raise ArgumentError(f"argument {number + 1}: {type(error).__name__}: {error}") from None
        if len(registers.stack) > _foreign.STACK:
            raise ArgumentError(f"too many arguments ({len(args)}) for a C function here")
        address = self._pointer()
        sys.audit("ctypes.call_function", address, args)
        words = _foreign.call(address, registers.integers, registers.floats, registers.stack, answer,
                              info.flags & FUNCFLAG_PYTHONAPI, info.flags & FUNCFLAG_USE_ERRNO)
        if restype is None:
            return None
        if not isinstance(restype, CType_Type):
            return restype(words[0] & 0xFFFFFFFF if words[0] & 0x80000000 == 0 else (words[0] & 0xFFFFFFFF) - (1 << 32))
        if room is None:
            room = _fresh(restype)
            content = b"".join(word.to_bytes(8, sys.byteorder) for word in words)
            size = room._c_memory.size
            _foreign.write(room._c_address, content[:size])
        inner = restype.__c_info__
        check = getattr(restype, "_check_retval_", None)
        result = _read_simple(inner, room._c_address) if inner.kind == "simple" and inner.gives_value else room
        return result if check is None else check(result)


def _plain(value):
    """What an own function sees of a parameter."""
    if isinstance(value, CArgObject):
        if value.tag == "O":
            return value.held.value
        if isinstance(value.held, _CData):
            return value.held.value if value.tag not in "zZP" else _load(value.held._c_address, "P")
        return value.held
    if isinstance(value, _Pointer):
        return _load(value._c_address, "P")
    if isinstance(value, CFuncPtr):
        return value._pointer()
    if isinstance(value, _SimpleCData):
        code = type(value).__c_info__.code
        return _load(value._c_address, "P") if code in "zZP" else value.value
    if isinstance(value, _CData):
        return value._c_address
    return value


def _can_answer(restype):
    info = getattr(restype, "__c_info__", None)
    return info is not None and info.kind in ("simple", "pointer", "func") and info.code not in ("z", "Z", "g", "F", "D", "G")


def _answering(target, types, restype):
    """What a C function made for a Python function does with its words."""

    def answer(integers, floats, stack):
        incoming = _Incoming(integers, floats, stack)
        try:
            args = []
            for each in types:
                made = _take(each, incoming, restype)
                info = each.__c_info__
                args.append(made.value if info.kind == "simple" and info.gives_value else made)
            result = target(*args)
        except BaseException as error:
            _report(error, "calling ctypes callback function", target)
            return 0, 0
        if restype is None:
            return 0, 0
        try:
            memory = _fresh(restype)
            _set_item(restype, memory._c_address, memory, 0, result)
            _lasting(restype, result, memory)
        except BaseException as error:
            _report(error, "converting result of ctypes callback function", target)
            return 0, 0
        code = restype.__c_info__.code
        if code in ("f", "d"):
            return 0, _load(memory._c_address, "I" if code == "f" else "Q")
        plain = restype.__c_info__.plain or {"u": "I", "v": "h"}.get(code, "P")
        return _load(memory._c_address, "B" if plain in "c?" else plain) & _MASK, 0

    return answer


def _lasting(restype, result, memory):
    """An object that a callback hands out stays: nobody knows when C has done with it."""
    if restype.__c_info__.code == "O":
        _handed_out.append(result)


_handed_out = []


def _report(error, what, target):
    hook = sys.unraisablehook
    from types import SimpleNamespace
    hook(SimpleNamespace(exc_type=type(error), exc_value=error, exc_traceback=error.__traceback__,
                         err_msg=f"Exception ignored while {what} {target!r}", object=None))


def _checked_flags(flags, types):
    if not isinstance(flags, tuple):
        raise TypeError("paramflags must be a tuple or None")
    if types is not None and len(flags) != len(types):
        raise ValueError("paramflags must have the same length as argtypes")
    found = []
    for number, each in enumerate(flags):
        if not isinstance(each, tuple) or not 1 <= len(each) <= 3 or not isinstance(each[0], int) \
                or len(each) > 1 and each[1] is not None and not isinstance(each[1], str):
            raise TypeError("paramflags must be a sequence of (int [,string [,value]]) tuples")
        kind = each[0] & 7
        if kind not in (0, 1, 2, 3, 4, 5):
            raise TypeError(f"paramflag value {each[0]} not supported")
        if kind == 2 and types is not None:
            info = getattr(types[number], "__c_info__", None)
            if info is None or info.kind not in ("pointer", "array") and info.code not in ("P", "z", "Z"):
                raise TypeError(f"'out' parameter {number + 1} must be a pointer type, not {types[number].__name__}")
        found.append((kind,) + each[1:])
    return tuple(found)


def _with_flags(flags, types, args, keywords):
    """The arguments of a call by the flags of its parameters, and the numbers of those that come back."""
    used, made, outputs = 0, [], []
    for number, (flag, cls) in enumerate(zip(flags, types)):
        kind, name = flag[0], flag[1] if len(flag) > 1 else None
        has_default = len(flag) > 2
        if kind & 2 and not kind & 1:
            item = cls.__c_info__.item
            made.append(item() if cls.__c_info__.kind == "pointer" else cls())
            outputs.append(number)
            continue
        if kind == 4 or kind == 5:
            made.append(flag[2] if has_default else 0)
            continue
        if used < len(args):
            value = args[used]
            used += 1
        elif name is not None and name in keywords:
            value = keywords[name]
        elif has_default:
            value = flag[2]
        elif name is not None:
            raise TypeError(f"required argument '{name}' missing")
        else:
            raise TypeError("not enough arguments")
        if kind & 2:
            item = cls.__c_info__.item
            if item is not None and not isinstance(value, _CData):
                value = item(value)
            outputs.append(number)
        made.append(value)
    expected = sum(1 for flag in flags if flag[0] in (0, 1, 3))
    if len(args) > expected:
        raise TypeError(f"call takes exactly {expected} arguments ({len(args)} given)")
    return made, outputs


# ---------------------------------------------------------------------------------------------- functions

def sizeof(obj_or_type, /):
    """Return the size in bytes of a C instance."""
    if isinstance(obj_or_type, CType_Type) and getattr(obj_or_type, "__c_info__", None) is not None:
        return obj_or_type.__c_info__.size
    if isinstance(obj_or_type, _CData):
        return obj_or_type._c_memory.size
    raise TypeError("this type has no size")


def alignment(obj_or_type, /):
    """Return the alignment requirements of a C instance."""
    cls = obj_or_type if isinstance(obj_or_type, type) else type(obj_or_type)
    if isinstance(cls, CType_Type) and getattr(cls, "__c_info__", None) is not None:
        return cls.__c_info__.align
    raise TypeError("no alignment info")


def addressof(obj, /):
    """Return the address of the C instance internal buffer"""
    if not isinstance(obj, _CData):
        raise TypeError("invalid type")
    sys.audit("ctypes.addressof", obj)
    return obj._c_address


def resize(obj, size, /):
    if not isinstance(obj, _CData):
        raise TypeError("excepted ctypes instance")
    smallest = type(obj).__c_info__.size
    if size < smallest:
        raise ValueError(f"minimum size is {smallest}")
    if not obj._c_memory.owned:
        raise ValueError("Memory cannot be resized because this object doesn't own it")
    memory = _Memory(size)
    _foreign.move(memory.address, obj._c_address, min(size, obj._c_memory.size))
    obj._c_memory, obj._c_address = memory, memory.address


def buffer_info(type_or_obj, /):
    """Return buffer interface information"""
    cls = type_or_obj if isinstance(type_or_obj, type) else type(type_or_obj)
    info = getattr(cls, "__c_info__", None)
    if info is None:
        raise TypeError("not a ctypes type or object")
    return info.format, len(info.shape), info.shape


def POINTER(cls, /):
    from ctypes import POINTER as make
    return make(cls)


def pointer(obj, /):
    return POINTER(type(obj))(obj)


def dlopen(name, flag=RTLD_LOCAL, /):
    """dlopen(name, flag={RTLD_GLOBAL|RTLD_LOCAL}) open a shared library"""
    sys.audit("ctypes.dlopen", name)
    if name is not None and not isinstance(name, (str, bytes)):
        from os import fspath
        name = fspath(name)
    return _foreign.open_library(name, flag)


def dlclose(handle, /):
    """dlclose a library"""
    _foreign.close_library(handle)


def dlsym(handle, name, /):
    """find symbol in shared library"""
    sys.audit("ctypes.dlsym/handle", handle, name)
    return _foreign.find_symbol(handle, name)


def PyObj_FromPtr(address, /):
    sys.audit("ctypes.PyObj_FromPtr", address)
    return _foreign.object(address)


def Py_INCREF(obj, /):
    _handed_out.append(obj)
    return obj


def Py_DECREF(obj, /):
    for at, each in enumerate(_handed_out):
        if each is obj:
            del _handed_out[at]
            break
    return obj


def call_function(address, args, /):
    return _plain_call(address, args)


def call_cdeclfunction(address, args, /):
    return _plain_call(address, args)


def _plain_call(address, args):
    from ctypes import CFUNCTYPE, c_int
    return CFUNCTYPE(c_int)(address)(*args)


class _Own(int):
    """The address of a function that is Python here."""

    def __new__(cls, function):
        made = super().__new__(cls, id(function))
        made.function = function
        return made


def _cast(address, source, cls):
    if not isinstance(cls, CType_Type) or cls.__c_info__.kind not in ("pointer", "func") \
            and cls.__c_info__.code not in ("s", "P", "z", "U", "Z", "X"):
        shown = cls.__name__ if isinstance(cls, type) else repr(cls)
        raise TypeError(f"cast() argument 2 must be a pointer, not {shown}")
    made = cls()
    if isinstance(source, _CData):
        kept = _kept(source)
        if kept is None and type(source).__c_info__.kind in ("array", "struct", "union"):
            kept = source._objects = {}
        if isinstance(kept, dict):
            kept[id(source)] = source
        made._objects = kept
        made._c_extra = source, source._c_extra
    elif isinstance(source, (bytes, str)):
        content = source + b"\0" if isinstance(source, bytes) else _wide(source + "\0")
        memory = _Memory(len(content))
        _foreign.write(memory.address, content)
        made._c_extra = memory
        address = memory.address
    _store(made._c_address, "P", address or 0)
    return made


def _string_at(address, size=-1):
    sys.audit("ctypes.string_at", address, size)
    if not address:
        raise ValueError("NULL pointer access")
    return _foreign.text(address) if size < 0 else _foreign.read(address, size)


def _wstring_at(address, size=-1):
    sys.audit("ctypes.wstring_at", address, size)
    if size < 0:
        return _narrow(_foreign.wide_text(address))
    if size > sys.maxsize // 4:
        raise MemoryError
    return _foreign.read(address, size * 4).decode("utf-32-le" if _LITTLE else "utf-32-be", "surrogatepass")


def _memoryview_at(address, size, readonly):
    sys.audit("ctypes.memoryview_at", address, size, bool(readonly))
    if size < 0:
        raise ValueError("memoryview_at: size is negative (or overflowed)")
    return _Memory(size, address).view("B", 1, (size,), bool(readonly))


_memmove_addr, _memset_addr = _foreign.memmove, _foreign.memset
_cast_addr, _string_at_addr, _wstring_at_addr = _Own(_cast), _Own(_string_at), _Own(_wstring_at)
_memoryview_at_addr = _Own(_memoryview_at)
