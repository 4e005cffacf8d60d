"""What a team did itself. It takes effect at once, whereas what is changed for many may have to wait for its turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from function.kubernetes.names import digest


def told(spec: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """Return in a line what the team wrote, and what the Secrets hold that are used, of which there are salted digests by name.

    A workload remembers it, so its form stays: with another one, each registry would seem to have been edited.
    """
    contents = (f"{name}:{digest(value)}" for name, value in sorted(secrets.items()))
    return " ".join([digest(json.dumps(spec, sort_keys=True)), *contents])


def edited(now: str, then: str) -> bool:
    """Tell whether the team has done something since; that another Secret is used now, or none, may be the template's doing."""
    spec, contents = _read(now)
    spec_then, contents_then = _read(then)
    return spec != spec_then or any(contents.get(name, value) != value for name, value in contents_then.items())


def _read(line: str) -> tuple[str, dict[str, str]]:
    spec, *words = line.split() or [""]
    return spec, {name: value for name, _, value in (word.partition(":") for word in words)}
