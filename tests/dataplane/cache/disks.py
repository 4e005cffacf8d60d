"""Small file systems in memory. They need the right to mount; without, a test that uses one fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def mounted(folder: Path, size: int, *options: str) -> Iterator[Path]:
    """Mount a file system of so many bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", ",".join((f"size={size}", "mode=0777", *options)), "cache-test", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"this test needs the right to mount: {run.stderr}"
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def used_percent(folder: Path) -> float:
    """Return how full the file system of a directory is."""
    state = os.statvfs(folder)
    return 100 * (1 - state.f_bavail / state.f_blocks)
