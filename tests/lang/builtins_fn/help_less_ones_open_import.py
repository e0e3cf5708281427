import os, tempfile
p = os.path.join(tempfile.mkdtemp(), "f.txt")
with open(p, "w", encoding="utf-8") as f:
    print(f.write("héllo\nworld\n"), f.closed)
with open(p, encoding="utf-8") as f:
    print(f.readline(), list(f), f.read() == "")
with open(p, "rb") as f: print(f.read(3), f.seek(0), f.tell())
print(__import__("os.path").__name__)
try: open("/no/such/file")
except FileNotFoundError as e: print(e)
for m in ("q", "rw", "", "rb+x"):
    try: open(p, m)
    except ValueError as e: print(e)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| 12 False
#| héllo
#|  ['world\n'] True
#| b'h\xc3\xa9' 0 0
#| os
#| [Errno 2] No such file or directory: '/no/such/file'
#| invalid mode: 'q'
#| must have exactly one of create/read/write/append mode
#| Must have exactly one of create/read/write/append mode and at most one plus
#| must have exactly one of create/read/write/append mode
