import yaml
text = """
a: &x {b: [1, 2.5, 0x1F, 1e3, ~, true, off], c: 2001-12-14t21:59:43.10-05:00, d: 2002-12-14}
e: *x
f: |
  block
   text
g: >-
  folded
  text

h: !!binary aGVsbG8=
i: !!set {p, q}
j: [! "x", 'it''s', "\\u00e9\\x41"]
k: {<<: *x, z: 1}
? [complex, key]
: value
"""
for loader in (yaml.SafeLoader, yaml.BaseLoader):
    try:
        data = yaml.load(text, Loader=loader)
        print(data)
    except yaml.YAMLError as error:
        print(error)
data = {"list": [1, [2, {"x": None}]], "text": "a: b\nc", "unicode": "é☃", "float": 1.5, "big": 10**30, "set": {"s"}, "empty": {}, "date": __import__("datetime").date(2020, 1, 2)}
print(yaml.safe_dump(data), yaml.dump(data, default_flow_style=True, allow_unicode=True, sort_keys=False))
for wrong in ("a: [1", "a: b: c", "\tx", "&a", "- *nope", "%YAML 3\n---\n", "'x", "!!python/object:os.system {}"):
    try:
        print(yaml.safe_load(wrong))
    except yaml.YAMLError as error:
        print(type(error).__name__, error)
for event in yaml.parse("a: [1, {b: c}]"):
    print(event)
