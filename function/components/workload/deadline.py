"""The deadline of a rollout by a StatefulSet, whose controller has none: a Job without pods, whose time Kubernetes keeps.

As with a Deployment, each pod that runs the release starts it anew.
"""

from __future__ import annotations

import json

from function.components.part import manifest
from function.kubernetes import containers, labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys, digest
from function.releases.machine import State
from function.releases.release import Release
from function.resolve.plan import Plan


def manifests(plan: Plan, wanted: Release | None) -> dict[str, Manifest]:
    """Return the Job, as long as the rollout goes on, or is left as it failed."""
    if wanted is None or not plan.stateful or plan.decision.state not in (State.ROLLING_OUT, State.ROLLOUT_FAILED):
        return {}
    template = _template(plan, wanted)
    step = str(_step(plan))
    # A Job cannot be changed, but for its deadline: what else it is made of is in its name.
    name = digest(json.dumps([plan.attempt, step, template], sort_keys=True))
    spec: Manifest = {
        "parallelism": 0,
        "backoffLimit": 0,
        "activeDeadlineSeconds": plan.spec.upgrade.progress_deadline_seconds,
        "template": template,
    }
    annotations = {labels.ATTEMPT: plan.attempt, labels.STEP: step}
    job = manifest(plan, "batch/v1", "Job", plan.names(f"deadline-{name}"), spec=spec, annotations=annotations)
    return {f"{Keys.DEADLINE}{name}": job}


def _step(plan: Plan) -> int:
    """Return how many pods have come to run it: a pod that goes for a while must not start the time anew."""
    facts = plan.facts
    run = facts.step if facts.running == plan.release_hash else 0
    return max([run, *(each.step for each in facts.deadlines if each.attempt == plan.attempt)])


def _template(plan: Plan, wanted: Release) -> Manifest:
    """Return the template of pods that never are: what no policy about pods objects to."""
    container = {
        "name": "none",
        "image": wanted.image(),
        "command": ["registry", "--version"],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
        "securityContext": containers.container_security(),
    }
    return {
        "metadata": {"labels": {**labels.selector(plan.names.kind, plan.owner.name), "app.kubernetes.io/component": "deadline"}},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": containers.pod_security(),
            "containers": [container],
        },
    }
