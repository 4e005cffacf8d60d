"""Where each replica keeps what it has fetched: a directory of its node, or a volume of its own."""

from __future__ import annotations

import math

from function.components import volumes
from function.components.part import Part, manifest
from function.distribution.merge import disjoint
from function.kubernetes import quantity
from function.kubernetes.document import Manifest
from function.kubernetes.names import VOLUME, Keys
from function.observed import Observed, Verdict
from function.resolve.cache.plan import DEFAULT_MODE, CachePlan

GAP = 1.25
"""An emptyDir may be this much larger than the cache: kubelet evicts a pod whose directory is larger, janitor or not."""

_MEBIBYTE = 1024**2
# Deleting is how a registry that is a cache replaces what it finds broken; clients cannot. The janitor sees to broken uploads.
_SECTION: Manifest = {"storage": {"delete": {"enabled": True}, "maintenance": {"uploadpurging": {"enabled": False}}}}


def build(plan: CachePlan) -> Part:
    """Return the mounted volume; and the claims behind it, so that they can grow, which a StatefulSet's template cannot."""
    if not plan.stateful:
        limit = math.ceil(float(quantity.parse(plan.size)) * GAP / _MEBIBYTE)
        return _stored(volumes.mounted({"emptyDir": {"sizeLimit": f"{limit}Mi"}}))
    wanted = plan.spec.volume
    modes = [wanted.access_mode or DEFAULT_MODE]
    there = dict(plan.facts.claims)
    made = {
        f"{Keys.CACHE_VOLUME}{ordinal}": manifest(
            plan,
            "v1",
            "PersistentVolumeClaim",
            plan.names.volume(ordinal),
            spec=volumes.spec(plan.size, wanted.storage_class_name, modes, there.get(ordinal)),
        )
        for ordinal in range(plan.replicas or 0)
    }
    return _stored(volumes.mounted())._replace(manifests=made, volume_templates=[_template(plan, modes)])


def _stored(part: Part) -> Part:
    return part._replace(config=disjoint([part.config, _SECTION]))


def _template(plan: CachePlan, modes: list[str]) -> Manifest:
    """Return the template of the claims as it was when the StatefulSet was made: Kubernetes does not let it change."""
    first = plan.facts.made_for
    size, storage_class = plan.size, plan.spec.volume.storage_class_name
    if first and first.size:
        size, storage_class = first.size, first.storage_class
    spec: Manifest = {"accessModes": modes, "resources": {"requests": {"storage": str(size)}}}
    if storage_class:
        spec["storageClassName"] = storage_class
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": VOLUME}, "spec": spec}


def judge(plan: CachePlan, observed: Observed) -> Verdict:
    """Say whether all volumes are there."""
    if not plan.stateful:
        return Verdict(True, "EmptyDir", "what is fetched is kept in the pod, and fetched again when another takes its place")
    verdicts = []
    for ordinal in range(plan.replicas or 0):
        claim = observed.composed.get(f"{Keys.CACHE_VOLUME}{ordinal}")
        if claim is None:
            name = f"{plan.owner.namespace}/{plan.names.volume(ordinal)}"
            return Verdict(False, "Creating", f"PersistentVolumeClaim {name} is being created")
        verdicts.append(volumes.judge(claim, observed))
    # What is missing comes before what only takes its time.
    for verdict in sorted(verdicts, key=lambda verdict: (verdict.ready, verdict.reason == "ClaimBound")):
        if verdict.reason != "ClaimBound":
            return verdict
    return verdicts[0] if len(verdicts) == 1 else Verdict(True, "ClaimBound", f"all {len(verdicts)} volumes are bound")
