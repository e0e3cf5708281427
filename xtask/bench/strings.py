# String building: concatenation, f-strings, join, replace and split.
from time import perf_counter


def loop(n):
    text = ""
    parts = []
    for i in range(n):
        text += "x"
        parts.append(f"{i}:{i * 2:>6}")
    joined = ",".join(parts)
    fields = joined.replace(":", "=").split(",")
    return len(text), len(fields), sum(len(field.strip()) for field in fields)


start = perf_counter()
result = loop(1_000_000)
taken = perf_counter() - start
assert result[:2] == (1_000_000, 1_000_000)
print(taken)
