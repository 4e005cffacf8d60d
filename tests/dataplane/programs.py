"""Where the real parts are that these tests run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def program(name: str) -> Path:
    """Return the program of this name: from the directory that PROGRAMS names (default `.programs`), else from the PATH."""
    directory = Path(os.environ.get("PROGRAMS") or ".programs")
    found = shutil.which(name, path=str(ROOT / directory)) or shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"the program {name} is neither in {ROOT / directory} nor on the PATH: run `make programs`")
    return Path(found).absolute()
