import attr, attrs
from attrs import define, field, validators, Factory
@define(order=True)
class Point:
    x: int = field(validator=validators.instance_of(int), converter=int)
    y: int = field(default=3, validator=[validators.ge(0), validators.lt(100)])
    tags: list = Factory(list)
@attrs.frozen(slots=False)
class Base:
    name: str
    @name.validator
    def check(self, attribute, value):
        if not value:
            raise ValueError(attribute.name)
@attrs.frozen
class Child(Base):
    age: int = 0
    other: "Child | None" = field(default=None, repr=False, eq=False, kw_only=True)
p = Point("4")
print(p, attrs.asdict(p), attrs.evolve(p, y=9), Point(1) < Point(2), attrs.fields(Point).x.validator)
for wrong in (lambda: Point(1, -1), lambda: Point("z"), lambda: Child(""), lambda: setattr(Child("a"), "age", 3), lambda: Point(1, nope=2), lambda: setattr(p, "zz", 1)):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[0])
print(Child("n", 4, other=Child("m")), hash(Child("a")) == hash(Child("a")), attr.astuple(Child("q")), Point.__slots__, Point.__match_args__)
print(attrs.make_class("Made", {"a": field(type=int), "b": field(default=2)})(1), attr.has(Point), attrs.resolve_types(Child).__name__)
