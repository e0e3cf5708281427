"""Shapes as distance functions: how far a point is from the surface, negative inside."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import reduce
from math import hypot

from vector import Vector


class Shape(ABC):
    """What can be marched against. Shapes combine with `|`, `&` and `-`."""

    @abstractmethod
    def distance(self, point: Vector) -> float: ...

    def __or__(self, other):
        return Union([self, other])

    def __and__(self, other):
        return Combined(self, other, max)

    def __sub__(self, other):
        return Combined(self, other, lambda a, b: max(a, -b))


@dataclass
class Sphere(Shape):
    center: Vector
    radius: float

    def distance(self, point):
        return abs(point - self.center) - self.radius


@dataclass
class Box(Shape):
    center: Vector
    half: Vector

    def distance(self, point):
        away = point - self.center
        x, y, z = (abs(a) - b for a, b in ((away.x, self.half.x), (away.y, self.half.y), (away.z, self.half.z)))
        outside = hypot(max(x, 0.0), max(y, 0.0), max(z, 0.0))
        return outside + min(max(x, y, z), 0.0)


@dataclass
class Torus(Shape):
    center: Vector
    ring: float
    tube: float

    def distance(self, point):
        away = point - self.center
        return hypot(hypot(away.x, away.z) - self.ring, away.y) - self.tube


@dataclass
class Floor(Shape):
    height: float = 0.0

    def distance(self, point):
        return point.y - self.height


@dataclass
class Combined(Shape):
    left: Shape
    right: Shape
    choose: object = field(repr=False)

    def distance(self, point):
        return self.choose(self.left.distance(point), self.right.distance(point))


@dataclass
class Union(Shape):
    parts: list[Shape]

    def distance(self, point):
        return min(part.distance(point) for part in self.parts)

    def __or__(self, other):
        return Union([*self.parts, other])


def union(shapes):
    return reduce(lambda a, b: a | b, shapes)
