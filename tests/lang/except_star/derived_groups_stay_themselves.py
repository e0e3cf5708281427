class MyGroup(ExceptionGroup):
    def derive(self, excs):
        return MyGroup(self.message, excs)
try:
    raise MyGroup("m", [ValueError(1), KeyError(2)])
except* ValueError as g:
    print(type(g).__name__)
except* KeyError as g:
    print(type(g).__name__, g.exceptions)
# stdout:
#| MyGroup
#| MyGroup (KeyError(2),)
