"""Putting the parts of a config.yml together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Conflict(Exception):  # noqa: N818  a mistake of ours that a test finds; nobody catches it
    """Two parts write one key."""


def disjoint(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the parts as one; Conflict where two of them write the same key."""
    merged: dict[str, Any] = {}
    for part in parts:
        _add(merged, part, "")
    return merged


def _add(into: dict[str, Any], part: Mapping[str, Any], path: str) -> None:
    for key, value in part.items():
        here = f"{path}.{key}"
        if key not in into:
            into[key] = disjoint([value]) if isinstance(value, Mapping) else value
        elif isinstance(into[key], dict) and isinstance(value, Mapping):
            _add(into[key], value, here)
        else:
            raise Conflict(here)


def override(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return base with what over says: objects key by key, all else as a whole."""
    merged = dict(base)
    for key, value in over.items():
        mine = merged.get(key)
        merged[key] = override(mine, value) if isinstance(mine, Mapping) and isinstance(value, Mapping) else value
    return merged
