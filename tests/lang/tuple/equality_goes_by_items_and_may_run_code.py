# Items decide one after the other: identity first, then equality; subclasses keep their own.
from collections import namedtuple
P=namedtuple("P","a b"); nan=float("nan")
class Y:
    def __eq__(s,o): print("eq",end=" "); return True
    __hash__=None
class T(tuple):
    def __eq__(s,o): return "T"
    __hash__=tuple.__hash__
print((1,2)==(1,2),(1,2)!=(1,2),(1,2)==(1,2.0),(1,True)==(1,1),(0.0,)==(-0.0,),(nan,)==(nan,),(float("nan"),)==(nan,),P(1,"x")==(1,"x"),(1,"x")==P(1,"x"),P(1,2)!=(1,3))
print((Y(),1)==(2,2),(Y(),)==(2,3),(1,2)==(1,),()==(),((1,2),(3,"a"))==((1,2),(3,"a")),(1,)==[1],[1]==(1,))
print(T((1,))==(1,),(1,)==T((1,)),T((1,))!=(1,),(T((1,)),)==((2,),),((2,),)==(T((1,)),))
print((1,2)<(1,3),(1,"a")<(2,3),(2**70,)==(2**70,),("é",)==("é",),(None,)==(None,),(1,2,3)>=(1,2))
loop, other = [], []
loop.append((loop,))
other.append((other,))
try:
    print(loop == other)
except RecursionError:
    print("too deep")
d={(1,("a",2.5)):1,P(3,(4,)):2}
print(d[1,("a",2.5)],d[(3,(4,))],d.get((1,("a",2))))
class M:
    def __eq__(s,o): d.clear(); return True
    def __hash__(s): return hash(1)
print((M(),("a",2.5))==(1,("a",2.5)))
print(sorted([(2,"b"),(1,"z"),(1,"a")]),(1,2) in [(1,2)],[(1,2)].index((1,2)),{(1,2)}&{(1,2)})
# stdout:
#| True False True True True True False True True True
#| eq eq False False False True True False False
#| T T False True True
#| True True True True True True
#| too deep
#| 1 2 None
#| True
#| [(1, 'a'), (1, 'z'), (2, 'b')] True 0 {(1, 2)}
