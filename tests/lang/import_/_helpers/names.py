__all__ = ["public", "star_only"]
public = 1
star_only = 2
hidden = 3
_private = 4
