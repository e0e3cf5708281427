it = iter([1, 2, 0, 3].pop, 0)
print(list(it), list(it))
import io
print(list(iter(lambda f=io.StringIO("abcdef"): f.read(4), "")))
# stdout:
#| [3] []
#| ['abcd', 'ef']
