"""Runs one hook of a build backend (PEP 517, PEP 660) in a process of its own.

Called with the path of a job, a JSON file; the answer is written to the path that the job names, beside it and then renamed. Nothing
is read from the output of the process, which belongs to the backend.
"""

import json
import os
import sys


def watch():
    """Ends this process when the one that started it is gone: then its end of the pipe on standard input closes."""
    import threading

    pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)

    def wait():
        while os.read(pipe, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def is_inside(path, folders):
    path = os.path.realpath(path)
    return any(os.path.commonpath([path, folder]) == folder for folder in folders)


class Unusable(Exception):
    """The backend cannot be had."""


def load(job):
    """The backend's object."""
    import importlib

    folders = [os.path.realpath(os.path.join(job["source"], folder)) for folder in job["path"]]
    sys.path[:0] = folders
    name, _, attributes = job["backend"].partition(":")
    try:
        backend = importlib.import_module(name)
    except ImportError as error:
        raise Unusable(f"cannot import the build backend '{job['backend']}': {error}") from error
    if folders and not is_inside(getattr(backend, "__file__", None) or os.sep, folders):
        raise Unusable(f"the build backend '{name}' does not come from the project's backend-path")
    for attribute in filter(None, attributes.split(".")):
        try:
            backend = getattr(backend, attribute)
        except AttributeError as error:
            raise Unusable(f"the build backend '{job['backend']}' does not exist: {error}") from error
    return backend


def run(job):
    backend = load(job)
    hook = getattr(backend, job["hook"], None)
    if hook is None:
        return {"missing": True}
    return {"value": hook(*job["arguments"])}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    # The folder of this file is no place for the backend's imports.
    del sys.path[0]
    watch()
    os.chdir(job["source"])
    del sys.argv[1:]
    native = sys.modules["dx_native"]
    try:
        answer = run(job)
    except Unusable as error:
        answer = {"unusable": str(error)}
    except BaseException as error:
        import traceback

        traceback.print_exc()
        words = traceback.format_exception_only(error)
        answer = {"raised": words[-1].strip() if words else type(error).__name__}
    answer["native"] = native.REFUSED
    temporary = job["result"] + ".new"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(temporary, job["result"])
    # What is to be done at the end is done, but threads that a backend leaves behind keep nobody waiting.
    try:
        import atexit

        atexit._run_exitfuncs()
    except BaseException:
        pass
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit(0)


if __name__ == "__main__":
    import dx_native

    dx_native.watch()
    main()
