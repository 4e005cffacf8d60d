"""Print the commands of a document that are marked as steps, so that they can be run.

    python -m tools.steps docs/install.md [NAME...]

A step is a shell block below the comment `<!-- step: NAME -->`. Lines that set what the reader has to choose (export NAME=...)
are left out where the environment has NAME already.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

STEP = re.compile(r"^<!-- step: (?P<name>[a-z-]+) -->\n```sh\n(?P<commands>.*?)^```$", re.M | re.S)
CHOICE = re.compile(r"^export (?P<name>[A-Z]+)=")


def steps(document: Path) -> dict[str, str]:
    """Return the commands of each step, in order."""
    return {match["name"]: match["commands"] for match in STEP.finditer(document.read_text())}


def script(document: Path, environment: set[str], names: list[str]) -> str:
    """Return these steps, or else all, as one script."""
    found = steps(document)
    lines = []
    for name in names or found:
        commands = found[name]
        lines.append(f"# {name}")
        lines += [line for line in commands.splitlines() if not ((choice := CHOICE.match(line)) and choice["name"] in environment)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(script(Path(sys.argv[1]), set(os.environ), sys.argv[2:]))
