from itertools import *
print(list(chain("ab", [1])), list(islice(count(2, 3), 3)), list(takewhile(lambda x: x < 3, range(9))), list(accumulate([1, 2, 3])), list(product("ab", repeat=2))[:3], list(permutations([1, 2, 3], 2))[:3], list(combinations("abc", 2)), [(k, list(g)) for k, g in groupby("aabc")], list(zip_longest("ab", "c", fillvalue="-")), list(pairwise("abc")), list(batched("abcde", 2)), list(islice(cycle("ab"), 5)), list(starmap(pow, [(2, 3)])), list(compress("abc", [1, 0, 1])), list(dropwhile(str.isalpha, "ab1c")), list(repeat(1, 2)))
a, b = tee([1, 2]); print(next(a), list(b), list(a))
# stdout:
#| ['a', 'b', 1] [2, 5, 8] [0, 1, 2] [1, 3, 6] [('a', 'a'), ('a', 'b'), ('b', 'a')] [(1, 2), (1, 3), (2, 1)] [('a', 'b'), ('a', 'c'), ('b', 'c')] [('a', ['a', 'a']), ('b', ['b']), ('c', ['c'])] [('a', 'c'), ('b', '-')] [('a', 'b'), ('b', 'c')] [('a', 'b'), ('c', 'd'), ('e',)] ['a', 'b', 'a', 'b', 'a'] [8] ['a', 'c'] ['1', 'c'] [1, 1]
#| 1 [1, 2] [2]
