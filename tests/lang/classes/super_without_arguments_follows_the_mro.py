class Base:
    def hi(self):
        return ["Base"]
class Left(Base):
    def hi(self):
        return ["Left"] + super().hi()
class Right(Base):
    def hi(self):
        return ["Right"] + super().hi()
class Bottom(Left, Right):
    def hi(self):
        return ["Bottom"] + super().hi()
print(Bottom().hi())
print([c.__name__ for c in Bottom.__mro__])
# stdout:
#| ['Bottom', 'Left', 'Right', 'Base']
#| ['Bottom', 'Left', 'Right', 'Base', 'object']
