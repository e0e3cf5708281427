for s in ("straße", "ǆ", "İ", "ΑΣ", "ΑΣ Σ", "ﬁ", "ŉ", "hello World's x-ray", "ÀÉ"):
    print(ascii(s.upper()), ascii(s.lower()), ascii(s.title()), ascii(s.capitalize()), ascii(s.casefold()), ascii(s.swapcase()))
# stdout:
#| 'STRASSE' 'stra\xdfe' 'Stra\xdfe' 'Stra\xdfe' 'strasse' 'STRASSE'
#| '\u01c4' '\u01c6' '\u01c5' '\u01c5' '\u01c6' '\u01c4'
#| '\u0130' 'i\u0307' '\u0130' '\u0130' 'i\u0307' 'i\u0307'
#| '\u0391\u03a3' '\u03b1\u03c2' '\u0391\u03c2' '\u0391\u03c2' '\u03b1\u03c3' '\u03b1\u03c2'
#| '\u0391\u03a3 \u03a3' '\u03b1\u03c2 \u03c3' '\u0391\u03c2 \u03a3' '\u0391\u03c2 \u03c3' '\u03b1\u03c3 \u03c3' '\u03b1\u03c2 \u03c3'
#| 'FI' '\ufb01' 'Fi' 'Fi' 'fi' 'FI'
#| '\u02bcN' '\u0149' '\u02bcN' '\u02bcN' '\u02bcn' '\u02bcN'
#| "HELLO WORLD'S X-RAY" "hello world's x-ray" "Hello World'S X-Ray" "Hello world's x-ray" "hello world's x-ray" "HELLO wORLD'S X-RAY"
#| '\xc0\xc9' '\xe0\xe9' '\xc0\xe9' '\xc0\xe9' '\xe0\xe9' '\xe0\xe9'
