# args: -bb
try: b"a" == "a"
except BytesWarning as e: print(e)
try: str(b"a")
except BytesWarning as e: print(e)
# stdout:
#| Comparison between bytes and string
#| str() on a bytes instance
