"""A Registry: what it composes."""

from __future__ import annotations

from typing import Any

from function.api.registry import RegistrySpec
from function.components import access, egress, resilience, server, service, storage, uploads
from function.compose.running import Running
from function.kubernetes.names import Keys
from function.observed import Observed
from function.releases.release import Release
from function.resolve.registry import facts, resolution
from function.resolve.registry.facts import RegistryFacts
from function.resolve.registry.plan import RegistryPlan


def _held(plan: RegistryPlan, key: str) -> bool:
    """Tell whether pods of the good release may use what is under this key.

    Not the integration that this plan would compose: where it does not, COSI is gone.
    """
    used = key in (Keys.VOLUME_CLAIM, Keys.BUCKET_SECRET, Keys.SERVICE_ACCOUNT)
    return used or (key.startswith(Keys.COSI) and key != plan.bucket_names.key)


def _values(plan: RegistryPlan, observed: Observed) -> dict[str, dict[str, str]]:
    """Return what is in the Secrets of a Registry that pods share, by their keys."""
    found = {Keys.HTTP_SECRET: {"secret": facts.http_secret(observed)}}
    bucket, _ = facts.find_bucket(plan.spec, plan.owner, observed, plan.facts.storage)
    return found | ({Keys.BUCKET_SECRET: bucket.data()} if bucket else {})


def _status(plan: RegistryPlan, _observed: Observed, wanted: Release | None) -> dict[str, Any]:
    # Not before something uses it: until then the storage may still be another.
    return {"storage": {"identity": plan.identity}} if wanted and plan.identity else {}


REGISTRY: Running[RegistrySpec, RegistryFacts, RegistryPlan] = Running(
    kind="Registry",
    read=resolution.read,
    requirements=resolution.requirements,
    facts=resolution.facts,
    resolve=resolution.resolve,
    components=(
        server.build,
        storage.build,
        storage.settings,
        egress.build,
        service.build,
        access.service_account,
        access.network_policy,
        resilience.disruption_budget,
        resilience.autoscaler,
        resilience.deletion_protection,
        uploads.http_secret,
    ),
    judge_storage=storage.judge,
    workloads=(Keys.DEPLOYMENT,),
    held=_held,
    status=_status,
    values=_values,
)
"""A new capability is a room in components/ and a row here."""
