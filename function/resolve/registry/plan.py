"""The Plan of a Registry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from function.api.registry import RegistrySpec
from function.api.storage import Storage
from function.kubernetes.names import BucketNames
from function.record import record
from function.releases.release import fingerprint
from function.resolve import images, own, plan, references
from function.resolve.images import Dialect
from function.resolve.owner import Owner
from function.resolve.plan import Plan, decided
from function.resolve.registry.facts import RegistryFacts, bucket_names
from function.resolve.registry.stores import Store, claim_modes
from function.resolve.written import Written


@record(kw_only=True)
class RegistryPlan(Plan):
    """A Registry, decided."""

    spec: RegistrySpec
    facts: RegistryFacts
    store: Store

    @property
    def storage(self) -> Storage:
        """The storage block; there is one, or there were no plan."""
        assert self.spec.storage is not None  # noqa: S101  checked by the rules
        return self.spec.storage

    @property
    def bucket_names(self) -> BucketNames:
        """The names of the COSI objects."""
        return bucket_names(self.owner, self.storage)

    @property
    def zero_downtime(self) -> bool:
        """See Plan."""
        return self.store.shared and not self.exclusive

    @property
    def unshareable(self) -> bool:
        """See Plan."""
        claim = self.storage.persistent_volume_claim
        return claim is not None and "ReadWriteOncePod" in claim_modes(claim, self.facts.claim_modes)

    @property
    def identity(self) -> str:
        """What holds the images: of the good release until the wanted one is good, so that there is always a way back."""
        if not self.ready_to_run or self.facts.good not in ("", self.release_hash):
            return self.facts.storage
        return self.store.identity

    @property
    def ready_to_run(self) -> bool:
        """See Plan."""
        return _ready_to_run(self.facts, self.store)


def _ready_to_run(facts: RegistryFacts, store: Store) -> bool:
    return not facts.gaps and (store.kind != "cosi" or facts.bucket is not None)


def make(owner: Owner, written: Written[RegistrySpec], facts: RegistryFacts, store: Store, dialect: Dialect) -> RegistryPlan:
    """Decide. The spec is known to be right."""
    spec = written.readable()
    scaling = spec.autoscaling if spec.autoscaling and spec.autoscaling.enabled else None
    fixed = spec.replicas or (2 if store.shared else 1)
    if scaling is None:
        replicas: int | None = fixed
    elif facts.replicas is None:
        replicas = scaling.min_replicas
    else:
        replicas = facts.replicas if facts.replicas_are_ours else None
    single = scaling is None and fixed == 1
    ready = _ready_to_run(facts, store)
    made = decided(
        RegistryPlan(
            owner=owner,
            spec=spec,
            facts=facts,
            image=images.parse(spec.image or images.DEFAULT),
            dialect=dialect,
            store=store,
            replicas=replicas,
            single=single,
            exclusive=store.exclusive,
            release_hash=fingerprint("Registry", _inputs(owner, spec, facts, store, single=single)) if ready else facts.wanted,
            template=written.template_name,
            own=own.told(written.raw, _secrets(owner, spec, facts)) if spec.upgrade.spread_seconds else "",
        )
    )
    if ready:
        # One that has to be alone goes on alone; the trial, and the release that is wanted, are made for as many as are asked for.
        return replace(made, replicas=1) if made.alone else made
    if facts.held is None:
        return made
    # The release that goes on may use a storage that the new number of replicas, or way of replacing them, does not suit.
    count, exclusive = facts.held
    return replace(made, replicas=count if facts.replicas_are_ours else None, single=count == 1, exclusive=exclusive)


def _secrets(owner: Owner, spec: RegistrySpec, facts: RegistryFacts) -> dict[str, str]:
    """Return the salted digests of what the Secrets hold that are used, by their names."""
    digests = dict(facts.digests)
    found = {
        one.name: digests[one.path] for one in references.of_storage(spec.storage) if one.kind == "Secret" and one.path in digests
    }
    if spec.storage and facts.bucket:
        found[bucket_names(owner, spec.storage).credentials] = facts.bucket_contents
    return {**found, owner.names("http"): facts.http_contents}


SHAPING: dict[str, Any] = {
    **plan.SHAPING,
    "read_only": True,
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


def _inputs(owner: Owner, spec: RegistrySpec, facts: RegistryFacts, store: Store, *, single: bool) -> dict[str, Any]:
    return {
        "owner": [owner.kind, owner.name],
        "spec": plan.shape(spec, SHAPING),
        "store": store.kind,
        "single": single,
        "bucket": facts.bucket_contents,
        "contents": list(facts.digests),
        # Pods that do not share it refuse each other's uploads.
        "http": facts.http_contents,
    }
