# Tuples of classes nested deeper and deeper end in RecursionError some time.
for test, subject in (isinstance, 1), (issubclass, int):
    classes = (str,)
    depth = 0
    try:
        while depth < 10 ** 6:
            for _ in range(5000):
                classes = (classes,)
            depth += 5000
            test(subject, classes)
    except RecursionError as error:
        print("RecursionError", depth > 10_000)
# stdout:
#| RecursionError True
#| RecursionError True
