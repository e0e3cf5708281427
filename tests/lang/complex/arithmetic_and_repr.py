a, b = 1 + 2j, 3 - 1j
print(a + b, a - b, a * b, a / b, a ** 2, -a, +a, abs(3 + 4j), a.conjugate(), a.real, a.imag, 1j ** 2, 2 ** 1j == complex(2) ** 1j)
print(complex(0, -0.0), complex(-0.0, 1), 1e50j, complex("nan+infj"), repr(1j), str(0j), -0j, 1 - 0j)
# stdout:
#| (4+1j) (-2+3j) (5+5j) (0.1+0.7000000000000001j) (-3+4j) (-1-2j) (1+2j) 5.0 (1-2j) 1.0 2.0 (-1+0j) True
#| -0j (-0+1j) 1e+50j (nan+infj) 1j 0j (-0-0j) (1-0j)
