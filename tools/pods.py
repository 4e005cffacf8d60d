"""The pods that the examples' first releases have, by digest: what must not change unless the format of their kind does."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from function.kubernetes.names import Keys
from function.releases import RELEASE_FORMATS
from tools.examples import ROOT, Example, all_examples

FILE = ROOT / "tests/golden/pods.json"


def digests() -> dict[str, dict[str, str]]:
    """Return a digest of all that is in the first release of each example that has nothing observed, by kind."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in RELEASE_FORMATS}
    for example in all_examples():
        if not (example.folder / "observed.yaml").exists() and (made := _digest(example)):
            kind, digest = made
            found[kind][example.folder.name] = digest
    return found


def _digest(example: Example) -> tuple[str, str] | None:
    rendered = example.rendered()
    secret = next((manifest for key, manifest in rendered.composed.items() if key.startswith(Keys.RELEASE)), None)
    if secret is None:
        return None
    name = secret["metadata"]["name"].rpartition("-")[2]
    texts = [base64.b64decode(value).decode().replace(name, "<hash>") for _, value in sorted(secret["data"].items())]
    return rendered.composite["kind"].removeprefix("X"), hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def recorded(path: Path = FILE) -> dict[str, Any]:
    """Return what was recorded: the formats, and the digests under them."""
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"formats": {}, "pods": {}}
    return found


def record() -> None:
    """Record the digests: all of a kind after its format was raised, else only those of new examples."""
    before = recorded()
    pods = {}
    for kind, now in digests().items():
        kept = before["pods"].get(kind, {}) if before["formats"].get(kind) == RELEASE_FORMATS[kind] else {}
        pods[kind] = {name: kept.get(name, digest) for name, digest in now.items()}
    FILE.write_text(json.dumps({"formats": RELEASE_FORMATS, "pods": pods}, indent=2, sort_keys=True) + "\n")
