import json, random
from lark import Lark, Transformer, v_args
grammar = r"""
    ?start: value
    ?value: object | array | string | SIGNED_NUMBER -> number | "true" -> true | "false" -> false | "null" -> null
    array  : "[" [value ("," value)*] "]"
    object : "{" [pair ("," pair)*] "}"
    pair   : string ":" value
    string : ESCAPED_STRING
    %import common.ESCAPED_STRING
    %import common.SIGNED_NUMBER
    %import common.WS
    %ignore WS
"""
class TreeToJson(Transformer):
    @v_args(inline=True)
    def string(self, s):
        return s[1:-1].replace('\\"', '"')
    array = list
    pair = tuple
    object = dict
    number = v_args(inline=True)(float)
    null = lambda self, _: None
    true = lambda self, _: True
    false = lambda self, _: False
random.seed(3)
def make(d):
    if d == 0:
        return random.choice([1, 2.5, "text", True, None, False, -17])
    if random.random() < .5:
        return [make(d - 1) for _ in range(4)]
    return {f"k{i}": make(d - 1) for i in range(4)}
text = json.dumps(make(5))
for options in ({"parser": "lalr", "lexer": "basic", "transformer": TreeToJson()}, {"parser": "lalr", "maybe_placeholders": False}, {"parser": "earley"}):
    p = Lark(grammar, **options)
    t = p.parse(text if options["parser"] == "lalr" else text[:0] + json.dumps(make(2)))
    print(t if not hasattr(t, "pretty") else t.pretty()[:3000])
