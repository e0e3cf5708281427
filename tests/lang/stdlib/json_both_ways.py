import json, _json
for text in ('{"a": [1, -2.5e3, "x\\n\\u00e9\\ud83d\\ude00", null, true, NaN]}', "[1,]", '{"a":1,}', '{"a" 1}', '["\\x"]', '"a\tb"', "[1 2]",
             "", "tru", '"abc', "{1:2}", '"\\u12"', "[" * 3, "1" * 5000, "-", "01"):
    try: print(json.loads(text))
    except ValueError as error: print(type(error).__name__, error)
loop = []; loop.append(loop)
for value in ({"a": [1, 2.5, None, True, "é\x7f\"\\\n"]}, {1: 2, None: 3, 1.5: 4, False: 5}, float("inf"), [], {}, loop, {(1,): 2}, object(), {"a": [object]}):
    try: print(json.dumps(value), json.dumps(value, ensure_ascii=False))
    except Exception as error: print(type(error).__name__, str(error).split(" at 0x")[0], getattr(error, "__notes__", None))
print(json.dumps({"b": [1, {"c": 2}], "a": []}, indent=2, sort_keys=True), json.dumps([1, 2], separators=(",", ":")))
print(json.dumps({(1,): 2, "a": 1}, skipkeys=True), json.dumps([{1, }], default=list))
print(json.loads('[{"a": 1}, 1.5, 7]', object_hook=lambda d: list(d), parse_float=str, parse_int=float))
print(json.loads('{"a": 1, "a": 2}', object_pairs_hook=list), _json.scanstring('xx"b"', 3), _json.encode_basestring_ascii("é\U0001f600"))
deep = json.loads("[" * 100 + "]" * 100)
for text in ("[" * 1000000, '{"a":' * 1000000):
    try: json.loads(text)
    except RecursionError: print("too deep")
# stdout:
#| {'a': [1, -2500.0, 'x\né😀', None, True, nan]}
#| JSONDecodeError Illegal trailing comma before end of array: line 1 column 3 (char 2)
#| JSONDecodeError Illegal trailing comma before end of object: line 1 column 7 (char 6)
#| JSONDecodeError Expecting ':' delimiter: line 1 column 6 (char 5)
#| JSONDecodeError Invalid \escape: line 1 column 3 (char 2)
#| JSONDecodeError Invalid control character at: line 1 column 3 (char 2)
#| JSONDecodeError Expecting ',' delimiter: line 1 column 4 (char 3)
#| JSONDecodeError Expecting value: line 1 column 1 (char 0)
#| JSONDecodeError Expecting value: line 1 column 1 (char 0)
#| JSONDecodeError Unterminated string starting at: line 1 column 1 (char 0)
#| JSONDecodeError Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
#| JSONDecodeError Invalid \uXXXX escape: line 1 column 3 (char 2)
#| JSONDecodeError Expecting value: line 1 column 4 (char 3)
#| ValueError Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit
#| JSONDecodeError Expecting value: line 1 column 1 (char 0)
#| JSONDecodeError Extra data: line 1 column 2 (char 1)
#| {"a": [1, 2.5, null, true, "\u00e9\u007f\"\\\n"]} {"a": [1, 2.5, null, true, "é\"\\\n"]}
#| {"1": 2, "null": 3, "1.5": 4, "false": 5} {"1": 2, "null": 3, "1.5": 4, "false": 5}
#| Infinity Infinity
#| [] []
#| {} {}
#| ValueError Circular reference detected ['when serializing list item 0']
#| TypeError keys must be str, int, float, bool or None, not tuple None
#| TypeError Object of type object is not JSON serializable None
#| TypeError Object of type type is not JSON serializable ['when serializing list item 0', "when serializing dict item 'a'"]
#| {
#|   "a": [],
#|   "b": [
#|     1,
#|     {
#|       "c": 2
#|     }
#|   ]
#| } [1,2]
#| {"a": 1} [[1]]
#| [['a'], '1.5', 7.0]
#| [('a', 1), ('a', 2)] ('b', 5) "\u00e9\ud83d\ude00"
#| too deep
#| too deep
