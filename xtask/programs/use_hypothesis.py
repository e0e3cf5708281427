from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st
common = settings(database=None, max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False, phases=(Phase.generate, Phase.shrink))
seen = []
@common
@given(st.lists(st.integers(-100, 100)), st.text(max_size=5), st.dictionaries(st.booleans(), st.floats(allow_nan=False)))
def holds(numbers, text, table):
    seen.append((numbers, text, table))
    assert sorted(sorted(numbers)) == sorted(numbers)
holds()
print(len(seen), seen[:3])
@common
@given(st.lists(st.integers()))
def fails(numbers):
    assert sum(numbers) < 1000
try:
    fails()
except AssertionError as error:
    print("failed", getattr(error, "__notes__", None))
