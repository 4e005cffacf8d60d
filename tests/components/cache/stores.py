"""Made-up stores, laid out as the registry's filesystem driver does."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

DAY = 86400


class Store:
    """A store; ages are in seconds before now."""

    def __init__(self, root: Path, now: int = 0) -> None:
        self.root = root
        self.v2 = root / "docker/registry/v2"
        self.now = now or int(time.time())

    def folder(self, named: str) -> Path:
        """Return the directory of a blob."""
        hexadecimal = named.removeprefix("sha256:")
        return self.v2 / "blobs/sha256" / hexadecimal[:2] / hexadecimal

    def blob(
        self, seed: str, size: int = 100_000, *, fetched: float = 1000, used: float | None = None, read: float | None = None
    ) -> str:
        """Make a blob that was fetched and last marked as used so long ago, read without being marked yet; return its digest."""
        named = f"sha256:{hashlib.sha256(seed.encode()).hexdigest()}"
        folder = self.folder(named)
        folder.mkdir(parents=True)
        (folder / "data").write_bytes(b"x" * size)
        used = fetched if used is None else used
        self.age(folder / "data", used, used + 10 if read is None else read)
        self.age(folder, fetched)
        return named

    def age(self, path: Path, modified: float, read: float | None = None) -> None:
        """Set how long ago a path was modified, and read."""
        os.utime(path, (self.now - (modified if read is None else read), self.now - modified))

    def file(self, path: str, content: str = "", age: float = 0) -> Path:
        """Make a file below docker/registry/v2, of this age, and its directory of the same."""
        file = self.v2 / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        self.age(file, age)
        self.age(file.parent, age)
        return file

    def link(self, path: str, named: str, age: float = 1 * DAY) -> Path:
        """Make a link to a blob."""
        return self.file(f"repositories/{path}/link", named, age)

    def blobs(self) -> set[str]:
        """Return the digests of the blobs that are there."""
        return {f"sha256:{file.parent.name}" for file in self.v2.glob("blobs/sha256/*/*/data")}

    def everything(self) -> set[str]:
        """Return all paths in the store."""
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*")}
