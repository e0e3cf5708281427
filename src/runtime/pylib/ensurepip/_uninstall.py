"""CPython's uninstaller of its bundled pip: here there is none to remove."""

import sys


def _main(argv=None):
    return 0


if __name__ == "__main__":
    sys.exit(_main())
