for s in ("hello world", "h\xe9llo", b"hello", bytearray(b"hello"), (1, 2, 3, 4), [1, 2, 3, 4]):
    for start in (None, -100, -3, 0, 1, 100):
        print(*[s[start:stop] for stop in (None, -100, -2, 0, 2, 4, 100)])
    print(s[::2], s[::-1], s[1:][:0], s[True:3], s[1:3:1])
class X:
    def __index__(self): return 1
print("abc"[X():], (1, 2, 3)[:X()], (1, 2)[:][0:])
for wrong in (slice(1.5, None), slice(None, None, 0), slice(None, "a")):
    for s in ("abc", (1, 2), b"abc", [1]):
        try: s[wrong]
        except (TypeError, ValueError) as e: print(e)
# stdout:
#| hello world  hello wor  he hell hello world
#| hello world  hello wor  he hell hello world
#| rld  r    rld
#| hello world  hello wor  he hell hello world
#| ello world  ello wor  e ell ello world
#|       
#| hlowrd dlrow olleh  el el
#| héllo  hél  hé héll héllo
#| héllo  hél  hé héll héllo
#| llo  l   ll llo
#| héllo  hél  hé héll héllo
#| éllo  él  é éll éllo
#|       
#| hlo olléh  él él
#| b'hello' b'' b'hel' b'' b'he' b'hell' b'hello'
#| b'hello' b'' b'hel' b'' b'he' b'hell' b'hello'
#| b'llo' b'' b'l' b'' b'' b'll' b'llo'
#| b'hello' b'' b'hel' b'' b'he' b'hell' b'hello'
#| b'ello' b'' b'el' b'' b'e' b'ell' b'ello'
#| b'' b'' b'' b'' b'' b'' b''
#| b'hlo' b'olleh' b'' b'el' b'el'
#| bytearray(b'hello') bytearray(b'') bytearray(b'hel') bytearray(b'') bytearray(b'he') bytearray(b'hell') bytearray(b'hello')
#| bytearray(b'hello') bytearray(b'') bytearray(b'hel') bytearray(b'') bytearray(b'he') bytearray(b'hell') bytearray(b'hello')
#| bytearray(b'llo') bytearray(b'') bytearray(b'l') bytearray(b'') bytearray(b'') bytearray(b'll') bytearray(b'llo')
#| bytearray(b'hello') bytearray(b'') bytearray(b'hel') bytearray(b'') bytearray(b'he') bytearray(b'hell') bytearray(b'hello')
#| bytearray(b'ello') bytearray(b'') bytearray(b'el') bytearray(b'') bytearray(b'e') bytearray(b'ell') bytearray(b'ello')
#| bytearray(b'') bytearray(b'') bytearray(b'') bytearray(b'') bytearray(b'') bytearray(b'') bytearray(b'')
#| bytearray(b'hlo') bytearray(b'olleh') bytearray(b'') bytearray(b'el') bytearray(b'el')
#| (1, 2, 3, 4) () (1, 2) () (1, 2) (1, 2, 3, 4) (1, 2, 3, 4)
#| (1, 2, 3, 4) () (1, 2) () (1, 2) (1, 2, 3, 4) (1, 2, 3, 4)
#| (2, 3, 4) () (2,) () (2,) (2, 3, 4) (2, 3, 4)
#| (1, 2, 3, 4) () (1, 2) () (1, 2) (1, 2, 3, 4) (1, 2, 3, 4)
#| (2, 3, 4) () (2,) () (2,) (2, 3, 4) (2, 3, 4)
#| () () () () () () ()
#| (1, 3) (4, 3, 2, 1) () (2, 3) (2, 3)
#| [1, 2, 3, 4] [] [1, 2] [] [1, 2] [1, 2, 3, 4] [1, 2, 3, 4]
#| [1, 2, 3, 4] [] [1, 2] [] [1, 2] [1, 2, 3, 4] [1, 2, 3, 4]
#| [2, 3, 4] [] [2] [] [2] [2, 3, 4] [2, 3, 4]
#| [1, 2, 3, 4] [] [1, 2] [] [1, 2] [1, 2, 3, 4] [1, 2, 3, 4]
#| [2, 3, 4] [] [2] [] [2] [2, 3, 4] [2, 3, 4]
#| [] [] [] [] [] [] []
#| [1, 3] [4, 3, 2, 1] [] [2, 3] [2, 3]
#| bc (1,) (1, 2)
#| slice indices must be integers or None or have an __index__ method
#| slice indices must be integers or None or have an __index__ method
#| slice indices must be integers or None or have an __index__ method
#| slice indices must be integers or None or have an __index__ method
#| slice step cannot be zero
#| slice step cannot be zero
#| slice step cannot be zero
#| slice step cannot be zero
#| slice indices must be integers or None or have an __index__ method
#| slice indices must be integers or None or have an __index__ method
#| slice indices must be integers or None or have an __index__ method
#| slice indices must be integers or None or have an __index__ method
