"""When it is a registry's turn to follow a change that its team did not make, as one of many that have the same template."""

from __future__ import annotations

from function.components.workload import timer
from function.kubernetes import labels, moments
from function.kubernetes.document import Manifest, text
from function.kubernetes.names import Keys, digest
from function.observed import Observed
from function.releases import machine
from function.releases.machine import State
from function.resolve.plan import Plan

SETTLED = (State.CURRENT, State.REFUSED, State.TRIAL_FAILED, State.ROLLED_BACK)
"""Only an edit ends these states: all that the team did before has had its effect."""


def manifests(plan: Plan) -> dict[str, Manifest]:
    """Return the Job that ends when it is its turn."""
    there = plan.attempt in {turn.attempt for turn in plan.facts.turns}
    if plan.decision.state is not State.SCHEDULED and not (there and _needed(plan)):
        return {}
    return timer.manifests(plan, Keys.TURN, plan.image.reference, seconds(plan), {labels.ATTEMPT: plan.attempt})


def _needed(plan: Plan) -> bool:
    """Tell whether it is not seen yet, elsewhere, that its turn has come: without the Job, the wait would begin anew."""
    facts = plan.facts
    match plan.decision.state:
        case State.WAITING | State.TRIAL:
            return True
        case State.TRIAL_FAILED:
            return machine.remembered(facts.failed)[0] != plan.attempt
        case State.ROLLING_OUT:
            return plan.release_hash not in (facts.running, facts.begun)
        case _:
            return False


def seconds(plan: Plan) -> int:
    """Return after how many seconds it is its turn: another number for each registry, and for each of its releases."""
    owner = plan.owner
    chosen = int(digest(f"{owner.kind}/{owner.namespace}/{owner.name}/{plan.attempt}", 10), 16)
    # In proportion: a shorter spread makes nobody later.
    return 1 + chosen * plan.spec.upgrade.spread_seconds // 16**10


def own(plan: Plan) -> str:
    """Return what to remember of what the team did itself, so that its next edit is told from the edits of others."""
    known = plan.facts.own
    return plan.own if plan.ready_to_run and (not known or plan.decision.state in SETTLED) else known


def when(plan: Plan, observed: Observed) -> str:
    """Say when it is its turn: at which moment, once its Job has begun to count."""
    jobs = [observed.composed[turn.key] for turn in plan.facts.turns if turn.attempt == plan.attempt]
    began = next((text(job.at("status", "startTime")) for job in jobs), "")
    moment = moments.after(began, seconds(plan))
    return f"at {moment}" if moment else f"within {seconds(plan)} s"
