"""Where the real parts are that these tests run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def program(name: str) -> Path:
    """Return the program of this name: from the directory that PROGRAMS names (default `.programs`), else from the PATH."""
    directory = Path(os.environ.get("PROGRAMS") or ROOT / ".programs")
    made = directory if directory.is_absolute() else ROOT / directory
    found = shutil.which(name, path=str(made)) or shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise FileNotFoundError(f"the program {name} is neither in {made} nor on the PATH: run `make programs`, it says what to do")
    return Path(found).absolute()
