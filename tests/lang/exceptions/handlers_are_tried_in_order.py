def f(e):
    try:
        raise e
    except (KeyError, IndexError) as x:
        return "first", type(x).__name__
    except LookupError:
        return "second"
    except Exception:
        return "third"
    except:
        return "bare"
print(f(KeyError()), f(LookupError()), f(ValueError()), f(KeyboardInterrupt()))
# stdout:
#| ('first', 'KeyError') second third bare
