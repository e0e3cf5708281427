def __getattr__(name):
    if name == "no": raise AttributeError("module says no")
    return f"lazy {name}"
def __dir__(): return ["b", "a"]
