"""Becomes dx's installer, for the environment that runs this."""

import os
import sys


def command(arguments):
    """The installer's command line: the name of the environment's link says whose packages are meant."""
    name = "pip.exe" if os.name == "nt" else "pip"
    return [os.path.join(os.path.dirname(sys.executable), name), *arguments]


if __name__ == "__main__":
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        import subprocess
        sys.exit(subprocess.run(command(sys.argv[1:]), executable=sys._base_executable).returncode)
    os.execv(sys._base_executable, command(sys.argv[1:]))
