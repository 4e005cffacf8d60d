"""What is installed is all that is needed."""

import tomllib
from pathlib import Path

from tools.examples import ROOT


def test_every_file_that_is_no_module_is_installed_too():
    """A checkout finds such a file also where an image would lack it."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    others = [path for path in Path(ROOT, "function").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert others
    assert not [path.name for path in others if not any(path.match(pattern) for pattern in patterns)]
