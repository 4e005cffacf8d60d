"""The deadline of a rollout by a StatefulSet, whose controller has none.

As with a Deployment, each pod that runs the release starts it anew.
"""

from __future__ import annotations

from function.components.workload import timer
from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.releases.machine import State
from function.releases.release import Release
from function.resolve.plan import Plan


def manifests(plan: Plan, wanted: Release | None) -> dict[str, Manifest]:
    """Return the Job, as long as the rollout goes on, or is left as it failed."""
    if wanted is None or not plan.stateful or plan.decision.state not in (State.ROLLING_OUT, State.ROLLOUT_FAILED):
        return {}
    about = {labels.ATTEMPT: plan.attempt, labels.STEP: str(_step(plan))}
    return timer.manifests(plan, Keys.DEADLINE, wanted.image, plan.spec.upgrade.progress_deadline_seconds, about)


def _step(plan: Plan) -> int:
    """Return how many pods have come to run it: a pod that goes for a while must not start the time anew."""
    facts = plan.facts
    run = facts.step if facts.running == plan.release_hash else 0
    return max([run, *(each.step for each in facts.deadlines if each.attempt == plan.attempt)])
