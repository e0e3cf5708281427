"""Sphere tracing: walk along a ray as far as the nearest surface allows, and shade what is hit."""

from itertools import takewhile

from vector import Vector

FAR = 18.0
NEAR = 0.004
STEP = 0.002


def walk(shape, origin, direction, start=0.0):
    """Yields (distance walked, distance left) until the ray hits or leaves."""
    walked = start
    for _ in range(70):
        left = shape.distance(origin + direction * walked)
        yield walked, left
        if left < NEAR or walked > FAR:
            return
        walked += left


def hit(shape, origin, direction):
    for walked, left in walk(shape, origin, direction):
        if left < NEAR:
            return origin + direction * walked
    return None


def normal(shape, point):
    here = shape.distance(point)
    axes = Vector(STEP, 0, 0), Vector(0, STEP, 0), Vector(0, 0, STEP)
    return Vector(*(shape.distance(point + axis) - here for axis in axes)).unit()


def shade(shape, point, light):
    """0 is dark, 1 is bright: the angle to the light, softened where something stands between."""
    outward = normal(shape, point)
    toward = light - point
    reach = abs(toward)
    toward = toward.unit()
    open_sky = 1.0
    between = walk(shape, point + outward * 0.02, toward)
    for walked, left in takewhile(lambda pair: pair[0] < reach, between):
        open_sky = min(open_sky, 9 * max(left, 0.0) / (walked + 0.05))
    return 0.12 + 0.88 * max(0.0, outward @ toward) * min(1.0, open_sky)


def rays(eye, width, height):
    """Row by row, the directions through the picture's cells; a cell is twice as high as wide."""
    for row in range(height):
        y = (0.5 - (row + 0.5) / height) * (2.0 * height / width) * 1.1
        yield [Vector((column + 0.5) / width - 0.5, y - 0.18, 1.0).unit() for column in range(width)]


def render(scene, width, height):
    """Yields rows of brightness, None for the sky."""
    for row in rays(scene.eye, width, height):
        points = (hit(scene.shape, scene.eye, direction) for direction in row)
        yield [None if point is None else shade(scene.shape, point, scene.light) for point in points]
