import unicodedata as u
old = u.ucd_3_2_0
for c in "A½٣Ⅷ\u0301가ﬁ\U0001f600\u0378":
    print(ascii(c), u.category(c), u.bidirectional(c), u.combining(c), u.mirrored(c), u.east_asian_width(c), u.decomposition(c), u.name(c, None), u.numeric(c, None), u.digit(c, None), u.decimal(c, None), old.category(c))
print(u.lookup("snowman"), u.lookup("LINE FEED") == "\n", len(u.lookup("KEYCAP DIGIT ONE")), u.lookup("TANGUT IDEOGRAPH-17000") == "\U00017000")
for form in ("NFC", "NFD", "NFKC", "NFKD"):
    print(form, ascii(u.normalize(form, "e\u0301ﬁ각Å")), u.is_normalized(form, "é"))
for wrong in (lambda: u.name("\u0378"), lambda: u.lookup("NO SUCH"), lambda: u.category("ab"), lambda: u.category(1), lambda: u.decimal("a"), lambda: u.normalize("X", "é"), lambda: old.lookup("KEYCAP DIGIT ONE"), u.UCD):
    try: wrong()
    except Exception as error: print(type(error).__name__, error)
print(u.unidata_version, old.unidata_version, old.normalize("NFD", "\U0002f868") == u.normalize("NFD", "\U0002f868"))
# stdout:
#| 'A' Lu L 0 0 Na  LATIN CAPITAL LETTER A None None None Lu
#| '\xbd' No ON 0 0 A <fraction> 0031 2044 0032 VULGAR FRACTION ONE HALF 0.5 None None No
#| '\u0663' Nd AN 0 0 N  ARABIC-INDIC DIGIT THREE 3.0 3 3 Nd
#| '\u2167' Nl L 0 0 A <compat> 0056 0049 0049 0049 ROMAN NUMERAL EIGHT 8.0 None None Nl
#| '\u0301' Mn NSM 230 0 A  COMBINING ACUTE ACCENT None None None Mn
#| '\uac00' Lo L 0 0 W 1100 1161 HANGUL SYLLABLE GA None None None Lo
#| '\ufb01' Ll L 0 0 N <compat> 0066 0069 LATIN SMALL LIGATURE FI None None None Ll
#| '\U0001f600' So ON 0 0 W  GRINNING FACE None None None Cn
#| '\u0378' Cn  0 0 N  None None None None Cn
#| ☃ True 3 True
#| NFC '\xe9\ufb01\uac01\xc5' True
#| NFD 'e\u0301\ufb01\u1100\u1161\u11a8A\u030a' False
#| NFKC '\xe9fi\uac01\xc5' True
#| NFKD 'e\u0301fi\u1100\u1161\u11a8A\u030a' False
#| ValueError no such name
#| KeyError "undefined character name 'NO SUCH'"
#| TypeError category(): argument must be a unicode character, not a string of length 2
#| TypeError category() argument must be a unicode character, not int
#| ValueError not a decimal
#| ValueError invalid normalization form
#| KeyError "undefined character name 'KEYCAP DIGIT ONE'"
#| TypeError cannot create 'unicodedata.UCD' instances
#| 16.0.0 3.2.0 False
