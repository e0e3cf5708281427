from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError, TemplateSyntaxError
env = Environment(loader=DictLoader({
    "base": "<h1>{% block title %}base{% endblock %}</h1>{% block body scoped %}{% endblock %}",
    "child": "{% extends 'base' %}{% import 'macros' as m %}{% block title %}{{ super() }}+{{ title|upper }}{% endblock %}{% block body %}{% for r in rows recursive %}{{ loop.index }}:{{ m.cell(r.name, n=loop.length) }}{% if r.kids %}[{{ loop(r.kids) }}]{% endif %}{% else %}none{% endfor %}{% endblock %}",
    "macros": "{% macro cell(t, n=1) %}<td n={{ n }}>{{ t|e }}{{ caller() if caller }}</td>{% endmacro %}",
}), autoescape=True, trim_blocks=True, undefined=StrictUndefined)
rows = [{"name": "<a>", "kids": [{"name": "b", "kids": []}]}, {"name": "c & d", "kids": ()}]
print(env.get_template("child").render(title="t<", rows=rows))
for source in ("{{ [3,1,2]|sort|join(', ') }} {{ 'x'.center(5)|replace(' ', '.') }} {{ 3.14159|round(2) }} {{ {'a':1}|tojson }} {{ 'abc'|batch(2)|list }}",
               "{% set ns = namespace(n=0) %}{% for i in range(5) if i is odd %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }} {{ 'a b c'.split()|map('upper')|list }}",
               "{{ missing }}", "{% if %}", "{{ 1 +", "{% for x in y %}", "{{ rows|groupby('g')|list }}", "{{ 'safe <b>'|safe ~ '<i>' }} {{ lipsum is defined }} {{ (1,2)|sum }} {{ 'é'|urlencode }} {{ 'a\nb'|indent(2) }}"):
    try:
        print(env.from_string(source).render(rows=[{"g": 1, "v": 2}, {"g": 2, "v": 1}]))
    except (UndefinedError, TemplateSyntaxError) as error:
        print(type(error).__name__, error)
print(env.compile("{% for a in b %}{{ a }}{% endfor %}", raw=True))
