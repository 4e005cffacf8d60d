"""What a component contributes."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.resolve.plan import Plan

CONFIG_DIRECTORY = "/etc/distribution-registry"
"""Where the files of a release are mounted: config.yml, and what else its parts bring."""


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Part(NamedTuple):
    """A component's share: of config.yml, of the registry's container and pod, and whole manifests by their keys.

    `secrets` are Secrets without their data: the values are no part of a plan, and are put in at each call.
    `files` are programs, by their names in CONFIG_DIRECTORY: they are part of a release. `sidecars` run beside the
    registry, from before it starts until after it ended. `volume_templates` are of a StatefulSet.
    """

    config: Mapping[str, Any] = _NOTHING
    env: Sequence[Manifest] = ()
    volumes: Sequence[Manifest] = ()
    mounts: Sequence[Manifest] = ()
    manifests: Mapping[str, Manifest] = _NOTHING
    secrets: Mapping[str, Manifest] = _NOTHING
    files: Mapping[str, str] = _NOTHING
    sidecars: Sequence[Manifest] = ()
    volume_templates: Sequence[Manifest] = ()


def manifest(plan: Plan, api_version: str, kind: str, name: str, **body: object) -> Manifest:
    """Return a manifest in the registry's namespace with the registry's labels; annotations may be among the body."""
    annotations = body.pop("annotations", None)
    metadata: Manifest = {
        "name": name,
        "namespace": plan.owner.namespace,
        "labels": labels.selector(plan.names.kind, plan.owner.name),
    }
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}


def encoded(values: Mapping[str, str]) -> dict[str, str]:
    """Return a Secret's data; stringData would not be ours to take back, since the API server moves it into data."""
    return {key: base64.b64encode(value.encode("utf-8", "surrogateescape")).decode() for key, value in values.items()}
