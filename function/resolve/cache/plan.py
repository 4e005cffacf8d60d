"""The Plan of a Cache."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from function.api.cache import CacheSpec
from function.kubernetes import duration, quantity
from function.record import record
from function.releases.release import fingerprint
from function.resolve import images, own, plan
from function.resolve.cache.facts import CacheFacts
from function.resolve.cache.upstreams import Upstream
from function.resolve.images import Dialect
from function.resolve.owner import Owner
from function.resolve.plan import METRICS_PORT, Plan, decided
from function.resolve.written import Written

JANITOR_PORT = 5002
DEFAULT_SIZE = "20Gi"
DEFAULT_MODE = "ReadWriteOnce"


@record(kw_only=True)
class CachePlan(Plan):
    """A Cache, decided. `limit` is how many bytes a replica may keep; `ttl` for how many seconds, 0 for ever."""

    spec: CacheSpec
    facts: CacheFacts
    upstream: Upstream
    limit: int
    ttl: int

    @property
    def zero_downtime(self) -> bool:
        """A volume that belongs to one pod is let go of before the next one has it."""
        return not (self.stateful and self.single)

    @property
    def size(self) -> int | str:
        """The size of a volume."""
        return size(self.spec)


def size(spec: CacheSpec) -> int | str:
    """Return how large a volume is meant to be."""
    return DEFAULT_SIZE if spec.volume.size is None else spec.volume.size


def make(owner: Owner, written: Written[CacheSpec], facts: CacheFacts, upstream: Upstream, dialect: Dialect) -> CachePlan:
    """Decide. The spec is known to be right."""
    spec = written.readable()
    replicas = spec.replicas or 2
    room = int(quantity.parse(size(spec)))
    made = CachePlan(
        owner=owner,
        spec=spec,
        facts=facts,
        image=images.parse(spec.image or images.DEFAULT),
        dialect=dialect,
        replicas=replicas,
        single=replicas == 1,
        stateful=spec.volume.type == "persistentVolumeClaim",
        # Each replica keeps its own: a node that stays with one finds there what it pulled before.
        sticky=True,
        metrics_ports=(METRICS_PORT, JANITOR_PORT),
        upstream=upstream,
        limit=room if spec.max_cache_size is None else min(room, int(quantity.parse(spec.max_cache_size))),
        ttl=duration.parse(spec.cache_ttl or 0),
        template=written.template_name,
        own=own.told(written.raw, {}) if spec.upgrade.spread_seconds else "",
    )
    return decided(replace(made, release_hash=fingerprint("Cache", _inputs(made)) if made.ready_to_run else facts.wanted))


def _inputs(made: CachePlan) -> dict[str, Any]:
    return {
        "owner": [made.owner.kind, made.owner.name],
        "spec": plan.shape(made.spec, plan.SHAPING),
        "upstream": made.upstream.url,
        "credentials": made.spec.credentials_secret_name,
        "stateful": made.stateful,
        "room": None if made.stateful else str(quantity.parse(made.size)),
        "limit": made.limit,
        "ttl": made.ttl,
        "contents": list(made.facts.digests),
    }
