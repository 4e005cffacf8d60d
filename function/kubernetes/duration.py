"""Durations as Go writes them: `24h`, `1h30m`, `90s`.

Source: time.ParseDuration, without signs and without the units below a second, which nothing of ours needs.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

PATTERN = r"^(0|([0-9]+(\.[0-9]+)?(h|m|s))+)$"

_MATCH = re.compile(PATTERN)
_PART = re.compile(r"([0-9.]+)([hms])")
_SECONDS = {"h": 3600, "m": 60, "s": 1}
LIMIT = 9_223_372_036
"""Go counts nanoseconds in int64: some 292 years."""


def parse(text: str | int) -> int:
    """Return the duration in whole seconds, rounded up; ValueError where it is none."""
    if not _MATCH.fullmatch(str(text)):
        raise ValueError(text)
    total = sum((Decimal(number) * _SECONDS[unit] for number, unit in _PART.findall(str(text))), Decimal(0))
    seconds = math.ceil(total)
    if seconds > LIMIT:
        raise ValueError(text)
    return seconds
