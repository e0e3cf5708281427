"""Makes the installer's commands: links to dx, which is the installer. Nothing is unpacked and nothing downloaded.

Takes the place of CPython's module, with its functions and options; `--root` and `--user` choose where the links are made.
"""

import os
import sys
import sysconfig


def version():
    """The version of pip whose behaviour dx follows."""
    import pip
    return pip._DX_FOLLOWS


def bootstrap(*, root=None, upgrade=False, user=False, altinstall=False, default_pip=False, verbosity=0):
    """Makes the commands of the installer in the current environment, or in another root or the user's folder."""
    _bootstrap(root=root, user=user, altinstall=altinstall, default_pip=default_pip, verbosity=verbosity)


def _bootstrap(*, root=None, upgrade=False, user=False, altinstall=False, default_pip=False, verbosity=0):
    if altinstall and default_pip:
        raise ValueError("Cannot use altinstall and default_pip together")
    sys.audit("ensurepip.bootstrap", root)
    names = [f"pip{sys.version_info[0]}.{sys.version_info[1]}"]
    if not altinstall:
        names.append(f"pip{sys.version_info[0]}")
    if default_pip:
        names.append("pip")
    scheme = sysconfig.get_preferred_scheme("user") if user else sysconfig.get_default_scheme()
    folder = sysconfig.get_path("scripts", scheme)
    if root is not None:
        folder = os.path.join(root, os.path.relpath(folder, os.path.abspath(os.sep)))
    inside = root is None and not user and sys.prefix != sys.base_prefix
    os.makedirs(folder, exist_ok=True)
    for name in names:
        _link(os.path.join(folder, name), inside, verbosity)
    return 0


def _link(path, inside, verbosity):
    if os.name == "nt":
        path += ".exe"
    if os.path.lexists(path):
        return
    target = os.path.realpath(sys._base_executable)
    try:
        # An environment's commands lead to its python, so that one link tells what they run.
        os.symlink(os.path.basename(sys.executable) if inside else target, path)
    except (OSError, NotImplementedError):
        import shutil
        shutil.copy2(target, path)
    if verbosity >= 0:
        print(f"Made {path}, which is dx")


def _uninstall_helper(*, verbosity=0):
    """CPython removes pip here; dx's commands go with their environment."""


def _main(argv=None):
    import argparse
    parser = argparse.ArgumentParser(color=True, prog=f"{os.path.basename(sys.executable)} -m ensurepip")
    parser.add_argument("--version", action="version", version=f"pip {version()}",
                        help="Show the version of pip whose behaviour dx follows.")
    parser.add_argument("-v", "--verbose", action="count", default=0, dest="verbosity",
                        help="Give more output. Option is additive, and can be used up to 3 times.")
    parser.add_argument("-U", "--upgrade", action="store_true", default=False,
                        help="Accepted for CPython's sake: the installer is as new as dx.")
    parser.add_argument("--user", action="store_true", default=False, help="Make the commands in the user's folder.")
    parser.add_argument("--root", default=None, help="Make the commands relative to this root directory.")
    parser.add_argument("--altinstall", action="store_true", default=False,
                        help="Make only the command with Python's version, pip3.14.")
    parser.add_argument("--default-pip", action="store_true", default=False,
                        help="Make the command without a version, pip, too.")
    args = parser.parse_args(argv)
    return _bootstrap(root=args.root, upgrade=args.upgrade, user=args.user, verbosity=args.verbosity,
                      altinstall=args.altinstall, default_pip=args.default_pip)
