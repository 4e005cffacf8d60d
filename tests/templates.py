"""A Registry or Cache on a template of the platform's, which spreads its edits; and what the platform and the team do."""

from __future__ import annotations

from typing import Any

from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import clusters, specs
from tests.clusters import Cluster
from tests.specs import Spec

SPREAD: Spec = {"upgrade": {"spreadSeconds": 1800}}
ERRORS: Spec = {"logging": {"level": "error"}}
"""An edit that replaces pods."""


def template(**spec: Any) -> Manifest:
    """Return the platform's template."""
    metadata = {"name": "shared", "generation": 1}
    return {"kind": "RegistryTemplate", "metadata": metadata, "spec": {"logging": {"level": "warn"}, **SPREAD, **spec}}


def edit(registry: Cluster, **spec: Any) -> None:
    """Let the platform edit the template, and Crossplane call until that is seen."""
    registry.users = [*(one for one in registry.users if one["kind"] != "RegistryTemplate"), template(**spec)]
    registry.reconcile()


def following(spec: Spec = specs.S3, *, kind: str = "Registry", name: str = clusters.NAME, **made: Any) -> Cluster:
    """Return a cluster where all is well, and whose trials go on."""
    registry = Cluster({**spec, "template": "shared"}, *specs.users(), template(**made), kind=kind, name=name)
    registry.settle()
    registry.report()
    registry.reconcile()
    registry.trial = ""
    return registry


def turns(registry: Cluster) -> list[Manifest]:
    """Return the Jobs that wait for its turn."""
    return [manifest for key, manifest in registry.composed.items() if key.startswith(Keys.TURN)]
