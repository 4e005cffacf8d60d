"""When it is a registry's turn to follow a change that its team did not make, as one of many that have the same template."""

from __future__ import annotations

from function.components.workload import timer
from function.kubernetes import labels
from function.kubernetes.document import Manifest, text
from function.kubernetes.names import Keys, digest
from function.observed import Observed
from function.releases.machine import State
from function.releases.release import Release
from function.resolve.plan import Plan


def manifests(plan: Plan, carried: Release | None) -> dict[str, Manifest]:
    """Return the Job that ends when it is its turn; and as long as what it allowed goes on, which could not be told otherwise."""
    state = plan.decision.state
    if carried is None or state not in (State.SCHEDULED, State.TRIAL, State.ROLLING_OUT):
        return {}
    if state is not State.SCHEDULED and plan.attempt not in {turn.attempt for turn in plan.facts.turns}:
        return {}
    # The image of what runs: the same while it waits, whatever is wanted.
    return timer.manifests(plan, Keys.TURN, carried.image(), seconds(plan), {labels.ATTEMPT: plan.attempt})


def own(plan: Plan) -> str:
    """Return the digest of the team's spec to remember: an edit of it is told by another one."""
    state, known = plan.decision.state, plan.facts.own
    if state is State.CURRENT and plan.ready_to_run:
        return plan.own
    # Not known where the spread came with the very edit that waits: then an edit from now on counts.
    return plan.own if state is State.SCHEDULED and not known else known


def seconds(plan: Plan) -> int:
    """Return after how many seconds it is its turn: another number for each registry, and for each of its releases."""
    owner = plan.owner
    chosen = int(digest(f"{owner.kind}/{owner.namespace}/{owner.name}/{plan.attempt}"), 16)
    return 1 + chosen % max(plan.spec.upgrade.spread_seconds, 1)


def when(plan: Plan, observed: Observed) -> str:
    """Say when it is its turn: after which time, once its Job has begun to count."""
    jobs = [observed.composed[turn.key] for turn in plan.facts.turns if turn.attempt == plan.attempt]
    began = next((text(job.at("status", "startTime")) for job in jobs), "")
    return f"{seconds(plan)} s after {began or 'its Job has started'}"
