import gc
print(gc.isenabled(), gc.get_threshold()[0] > 0, len(gc.get_count()), gc.is_tracked([]), gc.is_tracked(1), gc.is_tracked("a"))
gc.disable(); print(gc.isenabled()); gc.enable()
a = []
b = [a]
print(any(x is b for x in gc.get_referrers(a)), gc.get_referents(b) == [a], any(o is b for o in gc.get_objects()))
def cb(phase, info): print(phase, sorted(info))
gc.callbacks.append(cb)
gc.collect()
gc.callbacks.clear()
print(gc.garbage)
# stdout:
#| True True 3 True False False
#| False
#| True True True
#| start ['collected', 'generation', 'uncollectable']
#| stop ['collected', 'generation', 'uncollectable']
#| []
