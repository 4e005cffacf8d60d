"""Kubernetes quantities: `10Gi`, `500m`, `1e3`, `1.5Gi`.

Source: k8s.io/apimachinery pkg/api/resource, whose grammar PATTERN repeats without the sign: nothing of ours may be negative.
"""

from __future__ import annotations

import re
from decimal import Decimal

PATTERN = r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?[0-9]{1,2}))?$"

_MATCH = re.compile(PATTERN)
_MORE_THAN_NOTHING = re.compile(r"[0.]*[1-9]")
_SUFFIXES = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal("1e3"),
    "M": Decimal("1e6"),
    "G": Decimal("1e9"),
    "T": Decimal("1e12"),
    "P": Decimal("1e15"),
    "E": Decimal("1e18"),
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", start=1)},
}


def positive(text: str | int) -> bool:
    """Tell whether this is a quantity greater than 0."""
    if isinstance(text, int):
        return text > 0
    return bool(_MATCH.fullmatch(text) and _MORE_THAN_NOTHING.match(text))


def parse(text: str | int) -> Decimal:
    """Return the quantity as a number of its base unit (bytes, cores); ValueError where it is none or negative."""
    match = _MATCH.fullmatch(str(text))
    if match is None:
        raise ValueError(text)
    suffix = match.group(3) or ""
    if suffix in _SUFFIXES:
        return Decimal(match.group(1)) * _SUFFIXES[suffix]
    return Decimal(match.group(1)) * Decimal(10) ** int(suffix[1:])
