def f(e):
    try:
        raise e
    except ValueError, KeyError:
        return "both"
    except TypeError, \
           OSError:
        return "others"
print(f(ValueError()), f(KeyError()), f(OSError()))
# stdout:
#| both both others
