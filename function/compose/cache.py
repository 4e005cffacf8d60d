"""A Cache: what it composes."""

from __future__ import annotations

from typing import Any

from function.api.cache import CacheSpec
from function.components import access, egress, resilience, server, service
from function.components.cache import hosts, janitor, upstream, volume
from function.compose.running import Running
from function.kubernetes.names import Keys
from function.observed import Observed
from function.releases.release import Release
from function.resolve.cache import resolution
from function.resolve.cache.facts import CacheFacts
from function.resolve.cache.plan import CachePlan


def _held(_plan: CachePlan, key: str) -> bool:
    """Tell whether pods of the good release may use what is under this key: those of the other kind of workload too."""
    return key in (Keys.DEPLOYMENT, Keys.STATEFUL_SET, Keys.SERVICE_ACCOUNT) or key.startswith(Keys.CACHE_VOLUME)


def _status(plan: CachePlan, observed: Observed, _wanted: Release | None) -> dict[str, Any]:
    toml = hosts.toml(plan, observed.composed.get(Keys.SERVICE))
    return {"upstream": plan.upstream.url, **({"hostsTOML": toml} if toml else {})}


CACHE: Running[CacheSpec, CacheFacts, CachePlan] = Running(
    kind="Cache",
    read=resolution.read,
    requirements=resolution.requirements,
    facts=resolution.facts,
    resolve=resolution.resolve,
    components=(
        server.build,
        volume.build,
        upstream.build,
        janitor.build,
        egress.build,
        service.build,
        access.service_account,
        access.network_policy,
        resilience.disruption_budget,
        resilience.deletion_protection,
    ),
    judge_storage=volume.judge,
    workloads=(Keys.DEPLOYMENT, Keys.STATEFUL_SET),
    held=_held,
    status=_status,
    conditions=upstream.conditions,
    own_types=(upstream.UPSTREAM_CONFIGURED,),
)
"""A new capability is a room in components/ and a row here."""
