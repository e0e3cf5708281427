"""Draws a scene in characters: `dx run examples/raymarch [--width N] [SCENE.json]`."""

import sys
from collections import Counter
from pathlib import Path

from march import render
from scene import SceneError, load

RAMP = ".,:;-=+*oxOX%#@"


def options(words):
    width, path = 78, Path(__file__).parent / "scene.json"
    words = iter(words)
    for word in words:
        match word.split("="):
            case ["--width", number]:
                width = int(number)
            case ["--width"]:
                width = int(next(words, "78"))
            case _:
                path = Path(word)
    return width, path


def main():
    width, path = options(sys.argv[1:])
    try:
        scene = load(path)
    except (OSError, SceneError) as error:
        sys.exit(f"{error}: {'; '.join(getattr(error, '__notes__', []))}")
    used = Counter()
    print(f"{scene.title:-^{width}}")
    for row in render(scene, width, round(width * 0.38)):
        cells = [" " if light is None else RAMP[min(int(light * len(RAMP)), len(RAMP) - 1)] for light in row]
        used.update(cells)
        print("".join(cells).rstrip())
    most = ", ".join(f"{cell!r} {times:,}" for cell, times in used.most_common(3))
    print(f"{f' {used.total():,} rays; most used: {most} ':-^{width}}")


main()
