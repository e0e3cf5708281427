class A:
    """Doc."""
class B(A): pass
print(A.__doc__, B.__doc__, A.__module__, A.__dict__["__doc__"])
A.__doc__ = "new"
print(A.__doc__)
print(A.__firstlineno__, A.__static_attributes__)
# stdout:
#| Doc. None __main__ Doc.
#| new
#| 1 ()
