"""A Job without pods, which Kubernetes ends when its time is up: what is composed may depend on no clock of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping

from function.components.part import manifest
from function.kubernetes import containers, labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import digest
from function.resolve.plan import Plan


def manifests(plan: Plan, prefix: str, image: str, seconds: int, about: Mapping[str, str]) -> dict[str, Manifest]:
    """Return the Job of so many seconds by its key, which begins with `prefix`; `about` are annotations that say what it times."""
    template = _template(plan, prefix.rstrip("-"), image)
    # A Job cannot be changed, but for its deadline: what else it is made of is in its name.
    name = digest(json.dumps([*about.values(), template], sort_keys=True))
    spec: Manifest = {"parallelism": 0, "backoffLimit": 0, "activeDeadlineSeconds": seconds, "template": template}
    job = manifest(plan, "batch/v1", "Job", plan.names(f"{prefix}{name}"), spec=spec, annotations=dict(about))
    return {f"{prefix}{name}": job}


def _template(plan: Plan, component: str, image: str) -> Manifest:
    """Return the template of pods that never are: what no policy about pods objects to."""
    container = {
        "name": "none",
        "image": image,
        "command": ["registry", "--version"],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
        "securityContext": containers.container_security(),
    }
    return {
        "metadata": {"labels": {**labels.selector(plan.names.kind, plan.owner.name), "app.kubernetes.io/component": component}},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": containers.pod_security(),
            "containers": [container],
        },
    }
