"""The pods that the examples' first releases have, by digest: what must not change unless RELEASE_FORMAT does."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from function.kubernetes.names import Keys
from function.releases import RELEASE_FORMAT
from tools.examples import ROOT, Example, all_examples

FILE = ROOT / "tests/golden/pods.json"


def digests() -> dict[str, str]:
    """Return a digest of pod template and config.yml for each example that has nothing observed: its release is newly made."""
    examples = [example for example in all_examples() if not (example.folder / "observed.yaml").exists()]
    return {example.folder.name: digest for example in examples if (digest := _digest(example))}


def _digest(example: Example) -> str:
    composed = example.rendered().composed
    secret = next((manifest for key, manifest in composed.items() if key.startswith(Keys.RELEASE)), None)
    if secret is None:
        return ""
    name = secret["metadata"]["name"].rpartition("-")[2]
    texts = [base64.b64decode(value).decode().replace(name, "<hash>") for _, value in sorted(secret["data"].items())]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def recorded(path: Path = FILE) -> dict[str, Any]:
    """Return what was recorded: the format, and the digests under it."""
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"format": 0, "pods": {}}
    return found


def record() -> None:
    """Record the digests: all of them after RELEASE_FORMAT was raised, else only those of new examples."""
    before = recorded()
    now = digests()
    kept = before["pods"] if before["format"] == RELEASE_FORMAT else {}
    pods = {name: kept.get(name, digest) for name, digest in now.items()}
    FILE.write_text(json.dumps({"format": RELEASE_FORMAT, "pods": pods}, indent=2, sort_keys=True) + "\n")
