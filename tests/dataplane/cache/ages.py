"""Makes what is in a store older, so that nobody has to wait for it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.dataplane.cache.registries import Registry


def fetched(registry: Registry, seconds: int, *digests: str) -> None:
    """Let blobs have been fetched, and used last, so long ago."""
    at = time.time() - seconds
    for named in digests:
        folder = registry.folder_of(named)
        os.utime(folder / "data", (at - 10, at))
        os.utime(folder, (at, at))


def changed(folder: Path, seconds: int) -> None:
    """Let all in a directory have changed last so long ago."""
    at = time.time() - seconds
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (at, at))
