import cmath
for f in (cmath.sqrt, cmath.log, cmath.acos, cmath.atanh, cmath.exp, cmath.tan):
    for z in (1 + 2j, -1, complex(-1, -0.0), complex("inf"), 0j):
        try: print(f.__name__, z, f(z))
        except (ValueError, OverflowError) as error: print(f.__name__, z, error)
print(cmath.polar(1j), cmath.rect(2, 0), cmath.phase(-1), cmath.log(8, 2), cmath.isclose(1, 1 + 1e-10j), cmath.isnan(cmath.nanj), cmath.infj, cmath.tau)
for wrong in (lambda: cmath.sqrt("x"), lambda: cmath.log(1, 1), lambda: cmath.isclose(1, 1, rel_tol=-1), lambda: cmath.rect(1)):
    try: print(wrong())
    except Exception as error: print(type(error).__name__, error)
# stdout:
#| sqrt (1+2j) (1.272019649514069+0.7861513777574233j)
#| sqrt -1 1j
#| sqrt (-1-0j) -1j
#| sqrt (inf+0j) (inf+0j)
#| sqrt 0j 0j
#| log (1+2j) (0.8047189562170503+1.1071487177940904j)
#| log -1 3.141592653589793j
#| log (-1-0j) -3.141592653589793j
#| log (inf+0j) (inf+0j)
#| log 0j math domain error
#| acos (1+2j) (1.1437177404024204-1.5285709194809982j)
#| acos -1 (3.141592653589793-0j)
#| acos (-1-0j) (3.141592653589793+0j)
#| acos (inf+0j) -infj
#| acos 0j (1.5707963267948966-0j)
#| atanh (1+2j) (0.17328679513998632+1.1780972450961724j)
#| atanh -1 math domain error
#| atanh (-1-0j) math domain error
#| atanh (inf+0j) 1.5707963267948966j
#| atanh 0j 0j
#| exp (1+2j) (-1.1312043837568135+2.4717266720048188j)
#| exp -1 (0.36787944117144233+0j)
#| exp (-1-0j) (0.36787944117144233-0j)
#| exp (inf+0j) (inf+0j)
#| exp 0j (1+0j)
#| tan (1+2j) (0.0338128260798967+1.0147936161466335j)
#| tan -1 (-1.5574077246549023+0j)
#| tan (-1-0j) (-1.5574077246549023-0j)
#| tan (inf+0j) math domain error
#| tan 0j 0j
#| (1.0, 1.5707963267948966) (2+0j) 3.141592653589793 (3+0j) True True infj 6.283185307179586
#| TypeError must be real number, not str
#| ValueError math domain error
#| ValueError tolerances must be non-negative
#| TypeError rect expected 2 arguments, got 1
