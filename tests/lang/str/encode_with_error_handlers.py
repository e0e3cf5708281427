s = "aé漢\ud800"
for h in ("ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogatepass", "namereplace"):
    for enc in ("ascii", "latin-1", "utf-8"):
        try: print(h, enc, s.encode(enc, h))
        except (UnicodeError, LookupError) as e: print(h, enc, type(e).__name__, ascii(str(e)))
print("é".encode("utf-16-le"), "é".encode("utf-32-be"), "\udcff".encode("utf-8", "surrogateescape"))
try: "a".encode("nope")
except LookupError as e: print(e)
# stdout:
#| ignore ascii b'a'
#| ignore latin-1 b'a\xe9'
#| ignore utf-8 b'a\xc3\xa9\xe6\xbc\xa2'
#| replace ascii b'a???'
#| replace latin-1 b'a\xe9??'
#| replace utf-8 b'a\xc3\xa9\xe6\xbc\xa2?'
#| backslashreplace ascii b'a\\xe9\\u6f22\\ud800'
#| backslashreplace latin-1 b'a\xe9\\u6f22\\ud800'
#| backslashreplace utf-8 b'a\xc3\xa9\xe6\xbc\xa2\\ud800'
#| xmlcharrefreplace ascii b'a&#233;&#28450;&#55296;'
#| xmlcharrefreplace latin-1 b'a\xe9&#28450;&#55296;'
#| xmlcharrefreplace utf-8 b'a\xc3\xa9\xe6\xbc\xa2&#55296;'
#| surrogatepass ascii UnicodeEncodeError "'ascii' codec can't encode characters in position 1-3: ordinal not in range(128)"
#| surrogatepass latin-1 UnicodeEncodeError "'latin-1' codec can't encode characters in position 2-3: ordinal not in range(256)"
#| surrogatepass utf-8 b'a\xc3\xa9\xe6\xbc\xa2\xed\xa0\x80'
#| namereplace ascii b'a\\N{LATIN SMALL LETTER E WITH ACUTE}\\N{CJK UNIFIED IDEOGRAPH-6F22}\\ud800'
#| namereplace latin-1 b'a\xe9\\N{CJK UNIFIED IDEOGRAPH-6F22}\\ud800'
#| namereplace utf-8 b'a\xc3\xa9\xe6\xbc\xa2\\ud800'
#| b'\xe9\x00' b'\x00\x00\x00\xe9' b'\xff'
#| unknown encoding: nope
