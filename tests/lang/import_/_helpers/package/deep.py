from . import value as up
from .sibling import sibling_name
from .. import names
