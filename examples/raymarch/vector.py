"""Points and directions in space."""

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Vector:
    x: float
    y: float
    z: float

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def __matmul__(self, other):
        """The dot product."""
        return self.x * other.x + self.y * other.y + self.z * other.z

    def __abs__(self):
        return sqrt(self @ self)

    def unit(self):
        return self * (1 / abs(self))
