"""See that `kubectl explain` has a text for every field of the kinds: it reads the document that this reads."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

GROUP = "apis/registry-operator.dev/v1alpha1"
# What Kubernetes and Crossplane add to every kind, mostly without a text.
THEIRS = re.compile(
    r"(apiVersion|kind|metadata|spec\.(composit\w+|resourceRefs?|claimRef|crossplane|writeConnectionSecretToRef)"
    r"|status\.(conditions|claimConditionTypes|connectionDetails))(\.|$)"
)


def fields(schema: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield every field below a schema, with its text."""
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}", field.get("description", "")
        yield from fields(field, f"{path}.{name}")
    if items := schema.get("items"):
        yield from fields(items, path)


def main() -> int:
    out = subprocess.run(["kubectl", "get", "--raw", f"/openapi/v3/{GROUP}"], capture_output=True, check=True).stdout
    found = missing = 0
    for schema in json.loads(out)["components"]["schemas"].values():
        for kind in schema.get("x-kubernetes-group-version-kind", []):
            if kind["kind"].endswith("List") or kind["group"] != "registry-operator.dev":
                continue
            for path, text in fields(schema, kind["kind"]):
                if not THEIRS.match(path.partition(".")[2]):
                    found += 1
                    if not text.strip():
                        missing += 1
                        print(f"{path} has no text")
    print(f"{found} fields, {missing} without a text")
    return 1 if missing or not found else 0


if __name__ == "__main__":
    sys.exit(main())
