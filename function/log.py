"""The log: a line of JSON for each event, at standard output."""

from __future__ import annotations

import json
import sys
import time
from enum import IntEnum


class Level(IntEnum):
    """How much is logged."""

    DEBUG = 10
    INFO = 20
    ERROR = 40
    DISABLED = 100


_from = Level.DISABLED


def configure(level: Level) -> None:
    """Log what is at least of this level; until then, nothing is."""
    global _from  # noqa: PLW0603  a process has one log
    _from = level


def write(level: Level, message: str, **details: object) -> None:
    """Log a message with its details."""
    if level >= _from:
        line = json.dumps({"ts": time.time(), "level": level.name.lower(), "msg": message, **details}, default=str)
        # One write for each line: lines of several processes do not mix.
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
