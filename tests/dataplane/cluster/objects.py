"""The objects of a namespace that a pod refers to."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from function.kubernetes.document import Manifest


class Objects:
    """Manifests by kind and name."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._found = {(one["kind"], one["metadata"]["name"]): one for one in manifests}

    def get(self, kind: str, name: str) -> Manifest | None:
        """Return the object, if it exists."""
        return self._found.get((kind, name))

    def data(self, kind: str, name: str, optional: bool = False) -> dict[str, bytes]:
        """Return what a Secret or a ConfigMap holds; a pod that names one which does not exist cannot start."""
        found = self.get(kind, name)
        if found is None:
            if optional:
                return {}
            raise KeyError(f"{kind.lower()} {name} not found")
        return _decoded(found)


def _decoded(found: Any) -> dict[str, bytes]:
    if found["kind"] == "Secret":
        return {key: base64.b64decode(value) for key, value in found.get("data", {}).items()}
    texts = {key: value.encode() for key, value in found.get("data", {}).items()}
    return texts | {key: base64.b64decode(value) for key, value in found.get("binaryData", {}).items()}
