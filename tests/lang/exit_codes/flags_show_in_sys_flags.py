# args: -O -B -q -s -W error -X dev -X abc=1
import sys
f = sys.flags
print(f.optimize, f.dont_write_bytecode, f.quiet, f.no_user_site, f.dev_mode, sys.warnoptions, sys._xoptions)
# stdout:
#| 1 1 1 1 True ['default', 'error'] {'dev': True, 'abc': '1'}
