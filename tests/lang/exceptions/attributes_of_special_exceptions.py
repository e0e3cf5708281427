try: undefined_name
except NameError as e: print(e.name)
try: (1).nothing
except AttributeError as e: print(e.name, e.obj)
try: import not_there_at_all
except ImportError as e: print(type(e).__name__, e.name, e.path, e.msg)
try: {}[1, 2]
except KeyError as e: print(e.args)
try: next(iter([]))
except StopIteration as e: print(e.value, e.args)
try: "\ud800".encode()
except UnicodeEncodeError as e: print(e.encoding, e.start, e.end, e.reason, ascii(e.object))
try: b"\xff".decode()
except UnicodeDecodeError as e: print(e)
print(SystemExit(3).code, SystemExit().code, SystemExit(1, 2).code)
# stdout:
#| undefined_name
#| nothing 1
#| ModuleNotFoundError not_there_at_all None No module named 'not_there_at_all'
#| ((1, 2),)
#| None ()
#| utf-8 0 1 surrogates not allowed '\ud800'
#| 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte
#| 3 None (1, 2)
