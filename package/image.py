"""Collect into a directory what a virtual environment needs to run: it, its interpreter, and the libraries they load.

It runs inside the build (see the Dockerfile), with the interpreter that is collected: python image.py /app /image
"""

from __future__ import annotations

import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

# Of the standard library: what no server needs, and what would let somebody install things.
UNUSED = ("__pycache__", "config-*", "dist-packages", "distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data")
UNUSED += ("site-packages", "test", "tests", "tkinter", "turtledemo", "*.pyi", "*.pyx", "*.pxd", "*.a")
# Where the loader looks for libraries that lie in no default directory, such as /usr/local/lib.
LOADER = (Path("/etc/ld.so.cache"), Path("/etc/ld.so.conf"))


def interpreter() -> Path:
    """Return the program itself, which may lie behind links."""
    return Path(sys.executable).resolve()


def binaries(root: Path) -> Iterator[Path]:
    """Yield the programs and libraries below a directory."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def libraries(binary: Path) -> Iterator[Path]:
    """Yield what the loader loads for a program or library, the loader itself included."""
    out = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False).stdout  # noqa: S603, S607
    yield from (Path(word) for word in re.findall(r"(?:^|\s)(/\S+)", out) if Path(word).is_file())


def copy(source: Path, root: Path) -> None:
    """Copy a file to the same place below another root; a link is copied as what it leads to."""
    target = root / source.relative_to("/")
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source.resolve(), target)


def collect(venv: Path, root: Path) -> None:
    """Write all of it below `root`, and compile it: nothing is compiled, nor written, at run time."""
    ignore = shutil.ignore_patterns(*UNUSED)
    for path in {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}:
        shutil.copytree(path, root / path.relative_to("/"), ignore=ignore, ignore_dangling_symlinks=True)
    packages = next(venv.glob("lib/python*/site-packages"))
    shutil.copytree(packages, root / packages.relative_to("/"), ignore=shutil.ignore_patterns("__pycache__", "*.pyi", "*.pyx"))
    copy(interpreter(), root)
    copy(venv / "pyvenv.cfg", root)
    program = root / venv.relative_to("/") / "bin/python"
    program.parent.mkdir()
    program.symlink_to(interpreter())
    for binary in list(binaries(root)):
        for library in libraries(binary):
            copy(library, root)
    for path in LOADER:
        if path.exists():
            copy(path, root)
    # Times of files may differ from those that were compiled; the sources do not change.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(root, quiet=2, stripdir=root, prependdir="/", invalidation_mode=mode, workers=os.cpu_count() or 1)


if __name__ == "__main__":
    collect(Path(sys.argv[1]), Path(sys.argv[2]))
