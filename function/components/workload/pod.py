"""The pods: from all parts to a release."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from function.components.part import CONFIG_DIRECTORY, Part
from function.distribution.merge import disjoint, override
from function.distribution.text import render
from function.kubernetes import containers, labels
from function.kubernetes.document import Manifest
from function.releases.machine import State
from function.releases.release import Release
from function.resolve.plan import DRAIN_SECONDS, METRICS_PORT, PORT, Plan, resources, without_empty

PRESTOP_SECONDS = 10
# A client, or a proxy, may send new requests until it has heard that the pod is leaving; then running requests are let end.
GRACE_SECONDS = PRESTOP_SECONDS + DRAIN_SECONDS + 10
VERSION_ANNOTATION = f"{labels.DOMAIN}/version"
EXECUTABLE = 0o555


class Releases(NamedTuple):
    """The release that is wanted, and the one that the pods shall run; None where one can neither be found nor made."""

    wanted: Release | None
    carried: Release | None


def releases(plan: Plan, parts: Sequence[Part]) -> Releases:
    """Return the releases of a plan: as they are stored, or, where it is the wanted one, made from the parts."""
    decision = plan.decision
    wanted = plan.kept(plan.release_hash)
    if wanted is None and plan.release_hash and plan.ready_to_run and decision.state not in IDLE:
        wanted = _made(plan, parts)
    return Releases(wanted, wanted if decision.carries == plan.release_hash else plan.facts.release(decision.carries))


IDLE = (State.REFUSED, State.SCHEDULED, State.TRIAL_FAILED, State.ROLLED_BACK)
"""Nothing runs the wanted release then: it is made when it is needed."""


def _made(plan: Plan, parts: Sequence[Part]) -> Release:
    config = override(disjoint(part.config for part in parts), without_empty(plan.spec.config))
    files = {"config.yml": render(config), **{name: text for part in parts for name, text in part.files.items()}}
    return Release(plan.release_hash, tuple(sorted(files.items())), json.dumps(_template(plan, parts), indent=1, sort_keys=True))


def _template(plan: Plan, parts: Sequence[Part]) -> Manifest:
    scheduling = plan.spec.scheduling
    selector = labels.selector(plan.names.kind, plan.owner.name)
    config = {
        "secretName": plan.names(f"release-{plan.release_hash}"),
        "items": [
            {"key": "config.yml", "path": "config.yml"},
            *({"key": name, "path": name, "mode": EXECUTABLE} for part in parts for name in sorted(part.files)),
        ],
    }
    spec: Manifest = {
        "serviceAccountName": plan.service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": containers.pod_security(),
        "containers": [_container(plan, parts)],
        "volumes": [{"name": "config", "secret": config}, *(volume for part in parts for volume in part.volumes)],
        "topologySpreadConstraints": _spread(plan),
    }
    optional = {
        "initContainers": [{**_image(plan), "restartPolicy": "Always", **sidecar} for part in parts for sidecar in part.sidecars],
        "imagePullSecrets": [secret.written() for secret in plan.spec.image_pull_secrets or ()],
        "nodeSelector": scheduling.node_selector,
        "tolerations": [toleration.written() for toleration in scheduling.tolerations or ()],
        "affinity": without_empty(scheduling.affinity.written()) if scheduling.affinity else None,
        "priorityClassName": scheduling.priority_class_name,
    }
    spec.update({name: value for name, value in optional.items() if value})
    annotations = {labels.RELEASE: plan.release_hash, VERSION_ANNOTATION: plan.dialect}
    return {"metadata": {"labels": selector, "annotations": annotations}, "spec": spec}


def _container(plan: Plan, parts: Sequence[Part]) -> Manifest:
    alive = {"path": "/", "port": "registry"}
    return {
        "name": "registry",
        **_image(plan),
        "command": ["registry"],
        "args": ["serve", f"{CONFIG_DIRECTORY}/config.yml"],
        "env": [variable for part in parts for variable in part.env],
        "ports": [
            {"name": "registry", "containerPort": PORT, "protocol": "TCP"},
            {"name": "metrics", "containerPort": METRICS_PORT, "protocol": "TCP"},
        ],
        "resources": resources(plan.spec.resources),
        "securityContext": containers.container_security(),
        "startupProbe": {"httpGet": alive, "periodSeconds": 2, "timeoutSeconds": 2, "failureThreshold": 60},
        # With the health check of the storage (twice every 4 s) a pod without storage is found out within 15 s, the time
        # for which a new pod must be ready before the next one is replaced. A storage that hangs is not: of the paths that read
        # it none is cheap in every storage, and a large registry must not be unready for being large. The trial does read it.
        "readinessProbe": {"httpGet": alive, "periodSeconds": 3, "timeoutSeconds": 3, "failureThreshold": 2},
        # Not `/`: it fails while the storage does, and restarting pods brings no storage back.
        "livenessProbe": {
            "tcpSocket": {"port": "registry"},
            "periodSeconds": 10,
            "timeoutSeconds": 3,
            "failureThreshold": 3,
        },
        "lifecycle": {"preStop": {"sleep": {"seconds": PRESTOP_SECONDS}}},
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG_DIRECTORY, "readOnly": True},
            *(mount for part in parts for mount in part.mounts),
        ],
    }


def _image(plan: Plan) -> Manifest:
    return {"image": plan.image.reference, "imagePullPolicy": plan.image.pull_policy}


def _spread(plan: Plan) -> list[Manifest]:
    selector = {"matchLabels": labels.selector(plan.names.kind, plan.owner.name)}
    written = plan.spec.scheduling.topology_spread_constraints
    if written is not None:
        return [{"labelSelector": selector, **constraint.written()} for constraint in written]
    usual: Manifest = {"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector}
    if not plan.stateful:
        # The pods of a release are spread among themselves: those that leave do not count.
        usual["matchLabelKeys"] = ["pod-template-hash"]
    return [{"topologyKey": key, **usual} for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")]
