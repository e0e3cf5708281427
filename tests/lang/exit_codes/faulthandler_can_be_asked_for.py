# args: -X faulthandler
import faulthandler
import sys

print(faulthandler.is_enabled(), "faulthandler" in sys.modules)
# stdout:
#| True True
