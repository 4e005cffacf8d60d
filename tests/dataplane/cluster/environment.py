"""A container's environment, command and arguments, as kubelet makes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.dataplane.cluster.objects import Objects

Container = Mapping[str, Any]

_REFERENCE = re.compile(r"\$(\$|\([^)]*\))")


def expand(text: str, values: Mapping[str, str]) -> str:
    """Replace `$(NAME)` where it is set, and `$$` by `$`; all else stays as it is."""

    def replaced(match: re.Match[str]) -> str:
        found = match.group(1)
        return "$" if found == "$" else values.get(found[1:-1], match.group())

    return _REFERENCE.sub(replaced, text)


def environment(container: Container, objects: Objects, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the environment; a value may refer to what stands above it. `fields` are those of the pod that `fieldRef` names."""
    values: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        kind, reference = next((k, source[k]) for k in ("secretRef", "configMapRef") if k in source)
        found = objects.data("Secret" if kind == "secretRef" else "ConfigMap", reference["name"], reference.get("optional", False))
        values |= {source.get("prefix", "") + key: value.decode() for key, value in found.items()}
    for variable in container.get("env", ()):
        origin = variable.get("valueFrom")
        value = _origin(origin, objects, fields) if origin else expand(variable.get("value", ""), values)
        if value is not None:
            values[variable["name"]] = value
    return values


def _origin(origin: Mapping[str, Any], objects: Objects, fields: Mapping[str, str]) -> str | None:
    if "fieldRef" in origin:
        return fields[origin["fieldRef"]["fieldPath"]]
    kind, reference = next((k, origin[k]) for k in ("secretKeyRef", "configMapKeyRef") if k in origin)
    optional = reference.get("optional", False)
    data = objects.data("Secret" if kind == "secretKeyRef" else "ConfigMap", reference["name"], optional)
    if reference["key"] not in data:
        if optional:
            return None
        raise KeyError(f"couldn't find key {reference['key']} in {reference['name']}")
    return data[reference["key"]].decode()


def command(container: Container, entrypoint: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return the program and its arguments."""
    words = [*(container.get("command") or entrypoint), *container.get("args", ())]
    return [expand(word, values) for word in words]
