"""A Cache: from its spec and the observed state to a Plan, or to all problems at once."""

from __future__ import annotations

from function.api.cache import CacheSpec
from function.observed import Observed, Selector
from function.resolve import images, rules, written
from function.resolve.cache import facts as facts_
from function.resolve.cache import plan, upstreams
from function.resolve.cache.facts import CacheFacts
from function.resolve.cache.plan import CachePlan
from function.resolve.cache.rules import RULES, CacheCase
from function.resolve.owner import Owner
from function.resolve.written import Written


def read(observed: Observed) -> Written[CacheSpec]:
    """Return the spec as it was written."""
    return written.read(CacheSpec, observed)


def requirements(spec: Written[CacheSpec], owner: Owner, observed: Observed) -> dict[str, Selector]:
    """Return what Crossplane shall bring with the next call."""
    return {**spec.requirements(), **(facts_.requirements(spec.spec, owner, observed) if spec.spec else {})}


def facts(spec: Written[CacheSpec], owner: Owner, observed: Observed) -> CacheFacts:
    """Return what the Plan takes from the observed state; InvalidSpec where nothing of the spec can be read."""
    return facts_.read(spec.readable(), owner, observed)


def resolve(written: Written[CacheSpec], owner: Owner, facts: CacheFacts) -> CachePlan:
    """Return the Plan; InvalidSpec with all that is wrong."""
    spec = written.readable()
    dialect = images.dialect(spec.image, spec.version)
    if found := rules.broken(RULES, CacheCase(spec, dialect, facts, owner), written.problems):
        raise written.refuse(found)
    assert spec.upstream_registry_url and dialect  # noqa: S101, PT018  the rules have seen to it
    return plan.make(owner, written, facts, upstreams.parse(spec.upstream_registry_url), dialect)
