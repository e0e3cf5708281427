class Bad:
    def __set_name__(self, owner, name):
        raise ValueError("no")
try:
    class A:
        x = Bad()
except ValueError as e:
    print(e, e.__notes__)
# stdout:
#| no ["Error calling __set_name__ on 'Bad' instance 'x' in 'A'"]
