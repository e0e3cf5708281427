import sys
import _helpers.noisy
import _helpers.noisy as again
from _helpers import noisy
print(again is noisy, noisy.__name__, "_helpers.noisy" in sys.modules, noisy.__spec__.name, noisy.__package__)
# stdout:
#| noisy runs
#| True _helpers.noisy True _helpers.noisy _helpers
