"""The Plan: every decision that more than one part needs, made once. All that is composed is a pure function of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from function.api.kubernetes import Resources
from function.api.registry import RegistrySpec
from function.api.storage import Storage
from function.kubernetes.names import BucketNames, Names
from function.releases.release import Release, fingerprint
from function.resolve import images
from function.resolve.facts import Facts
from function.resolve.images import Dialect, Image
from function.resolve.owner import Owner
from function.resolve.references import Gap
from function.resolve.stores import Store

DEFAULT_REQUESTS = {"cpu": "100m", "memory": "128Mi"}
PORT, METRICS_PORT = 5000, 5001
"""Where the container listens. The Service's port is the user's choice, this is not."""

DRAIN_SECONDS = 25
"""How long a registry that was told to stop lets running requests go on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A Registry, decided. `release` is None as long as what it needs is not there and nothing runs yet.

    `replicas` is None where an autoscaler has taken the number over.
    """

    owner: Owner
    spec: RegistrySpec
    facts: Facts
    image: Image
    dialect: Dialect
    store: Store
    replicas: int | None
    single: bool
    release_hash: str
    gaps: tuple[Gap, ...]

    @property
    def names(self) -> Names:
        """The names of the registry's objects."""
        return self.owner.names

    @property
    def storage(self) -> Storage:
        """The storage block; there is one, or there were no plan."""
        assert self.spec.storage is not None  # noqa: S101  checked by the rules
        return self.spec.storage

    @property
    def bucket_names(self) -> BucketNames:
        """The names of the COSI objects."""
        return BucketNames.of(self.names, self.storage.bucket_class_name, self.storage.bucket_access_class)

    @property
    def service_account(self) -> str:
        """The ServiceAccount of the pods."""
        return self.spec.service_account.name or self.names.base

    @property
    def zero_downtime(self) -> bool:
        """Whether pods can be replaced without a gap, and without losing what they hold."""
        return self.store.shared and not self.store.exclusive

    @property
    def moving(self) -> bool:
        """Whether the good release still runs while another is on its way: it may use what that one does not."""
        runs = self.facts.good or self.facts.running
        return bool(runs) and (runs != self.release_hash or not self.ready_to_run)

    @property
    def identity(self) -> str:
        """What holds the images: of the good release until the wanted one is good, so that there is always a way back."""
        if not self.ready_to_run or self.facts.good not in ("", self.release_hash):
            return self.facts.storage
        return self.store.identity

    @property
    def ready_to_run(self) -> bool:
        """Whether all that a new release needs is there."""
        return not self.gaps and (self.store.kind != "cosi" or self.facts.bucket is not None)

    def kept(self, name: str) -> Release | None:
        """Return the stored release of this hash."""
        return next((release for release in self.facts.releases if release.hash == name), None)


def make(owner: Owner, spec: RegistrySpec, facts: Facts, store: Store, dialect: Dialect) -> Plan:
    """Decide. The spec is known to be right."""
    image = images.parse(spec.image or images.DEFAULT)
    scaling = spec.autoscaling if spec.autoscaling and spec.autoscaling.enabled else None
    fixed = spec.replicas or (2 if store.shared else 1)
    if scaling is None:
        replicas: int | None = fixed
    elif facts.replicas is None:
        replicas = scaling.min_replicas
    else:
        replicas = facts.replicas if facts.replicas_are_ours else None
    single = scaling is None and fixed == 1
    plan = Plan(owner, spec, facts, image, dialect, store, replicas, single, "", facts.gaps)
    if plan.ready_to_run:
        return replace(plan, release_hash=fingerprint(inputs(plan)))
    plan = replace(plan, release_hash=facts.wanted)
    if facts.held is None:
        return plan
    # The release that goes on may use a storage that the new number of replicas, or way of replacing them, does not suit.
    count, exclusive = facts.held
    held = count if facts.replicas_are_ours else None
    return replace(plan, replicas=held, single=count == 1, store=replace(store, exclusive=exclusive))


def inputs(plan: Plan) -> dict[str, Any]:
    """Return all that shapes the pods: a release is named by it. What is left out here must not reach a pod, and a test says so.

    Only what the user wrote and what differs from the defaults counts, so that a new default, image or field restarts nobody.
    """
    spec = plan.spec.model_dump(mode="json", exclude_defaults=True, exclude_none=True, include=_SHAPING)
    for block in ("proxy", "caBundle"):
        if spec.get(block, {}).get("enabled") is False:
            del spec[block]
    bucket = plan.facts.bucket
    return {
        "owner": [plan.owner.kind, plan.owner.name],
        "spec": without_empty(spec),
        "store": plan.store.kind,
        "single": plan.single,
        "bucket": _salted(plan, list(bucket.data().values())) if bucket else "",
        "contents": list(plan.facts.digests),
    }


def without_empty(value: Any) -> Any:
    """Leave out objects that say nothing; an empty list may say something: no topology spread, for one."""
    if not isinstance(value, dict):
        return value
    parts = {key: without_empty(part) for key, part in value.items()}
    return {key: part for key, part in parts.items() if part != {}}


_SHAPING: Any = {
    "image": True,
    "version": True,
    "resources": True,
    "logging": True,
    "config": True,
    "read_only": True,
    "image_pull_secrets": True,
    "proxy": True,
    "ca_bundle": True,
    "service_account": {"name"},
    "scheduling": {"node_selector", "tolerations", "affinity", "topology_spread_constraints", "priority_class_name"},
    "storage": {
        "s3": True,
        "azure": True,
        "gcs": True,
        "persistent_volume_claim": {"claim_name"},
        "empty_dir": True,
        "delete_enabled": True,
        "redirect": True,
    },
}


def _salted(plan: Plan, values: list[str]) -> str:
    return fingerprint({"salt": plan.facts.http_secret, "values": values})


def resources(written: Resources | None) -> dict[str, Any]:
    """Return a container's resources: what was written, and a small request where nothing was."""
    block = written.written() if written else {}
    requests, limits = dict(block.get("requests", {})), block.get("limits", {})
    for name, value in DEFAULT_REQUESTS.items():
        if name not in requests and name not in limits:
            requests[name] = value
    return {"requests": requests, **({"limits": limits} if limits else {})}
