"""A scene from JSON: a list of shapes, a camera, a light."""

import json
from dataclasses import dataclass
from pathlib import Path

from shapes import Box, Floor, Shape, Sphere, Torus, union
from vector import Vector


class SceneError(ValueError):
    """The description makes no sense; a note says where."""


@dataclass
class Scene:
    title: str
    shape: Shape
    eye: Vector
    light: Vector


def build(node) -> Shape:
    match node:
        case {"sphere": [*center], "radius": int() | float() as radius} if radius > 0:
            return Sphere(Vector(*center), radius)
        case {"box": [*center], "size": [w, h, d]}:
            return Box(Vector(*center), Vector(w / 2, h / 2, d / 2))
        case {"torus": [*center], "ring": ring, "tube": tube}:
            return Torus(Vector(*center), ring, tube)
        case {"floor": height}:
            return Floor(height)
        case {"union": [_, *_] as parts}:
            return union(build(part) for part in parts)
        case {"cut": whole, "by": tool}:
            return build(whole) - build(tool)
        case {"both": [first, second]}:
            return build(first) & build(second)
        case dict():
            raise SceneError(f"no shape with {', '.join(sorted(node)) or 'nothing'}")
        case _:
            raise SceneError(f"a shape cannot be {type(node).__name__}")


def load(path) -> Scene:
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    try:
        return Scene(data["title"], build({"union": data["shapes"]}), Vector(*data["eye"]), Vector(*data["light"]))
    except SceneError as error:
        error.add_note(f"in {path}")
        raise
