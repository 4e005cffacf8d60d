"""Waiting for what comes in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_SECONDS = 60
"""How long to wait before a test has failed; nothing waits for this long when all is well."""

T = TypeVar("T")


def eventually(condition: Callable[[], T], what: str) -> T:
    """Return what the condition gives once that is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.02)
    return value
