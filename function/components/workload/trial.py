"""The trial of a release: it boots once beside the one that runs, without traffic, and has to see its storage.

A sidecar runs the registry; the pod's own container starts, and ends, only once the sidecar's probe has passed.
"""

from __future__ import annotations

import json

from function.components.part import manifest
from function.kubernetes import containers, labels
from function.kubernetes.containers import variable
from function.kubernetes.document import Manifest, items, mapping
from function.kubernetes.names import VOLUME, Keys, digest
from function.releases.machine import State
from function.releases.release import Release
from function.resolve.plan import METRICS_PORT, Plan

DEADLINE_SECONDS = 60
"""Of the pod, once a node has it. Much sooner than a rollout counts as failed: nothing is lost yet."""

PATIENCE_SECONDS = 3600
"""Of the Job: until a node has the pod. After a template's edit all its Registries try at once, or a node has to be got first."""

SETTINGS = {
    "REGISTRY_STORAGE_MAINTENANCE_READONLY": '{"enabled":true}',
    # The first look at the storage comes after one interval; until then the registry calls itself healthy.
    "REGISTRY_HEALTH_STORAGEDRIVER_INTERVAL": "1s",
    "REGISTRY_HEALTH_STORAGEDRIVER_THRESHOLD": "1",
    # No NetworkPolicy is about these pods, and this port shows the configuration.
    "REGISTRY_HTTP_DEBUG_ADDR": f"127.0.0.1:{METRICS_PORT}",
}
READS_STORAGE = "/v2/_catalog?n=1"
"""Not `/`: a storage that does not answer at all fails no health check before the client's own time-out."""

_SMALL = {"requests": {"cpu": "10m", "memory": "16Mi"}}


def manifests(plan: Plan, wanted: Release | None) -> dict[str, Manifest]:
    """Return the trial's Job while it is wanted; and as long as the rollout that it allowed goes on."""
    if wanted is None or plan.decision.state not in (State.TRIAL, State.ROLLING_OUT, State.ROLLOUT_FAILED):
        return {}
    spec: Manifest = {
        "backoffLimit": 0,
        "activeDeadlineSeconds": PATIENCE_SECONDS,
        "template": {"metadata": _metadata(plan), "spec": _pod(plan, wanted)},
    }
    # A Job cannot be changed: what it is made of is in its name.
    name = digest(json.dumps([plan.attempt, spec], sort_keys=True))
    key = f"{Keys.TRIAL}{name}"
    if plan.decision.state is not State.TRIAL and key not in {job.key for job in plan.facts.trials}:
        return {}
    annotations = {labels.ATTEMPT: plan.attempt}
    job = manifest(plan, "batch/v1", "Job", plan.names(f"trial-{name}"), spec=spec, annotations=annotations)
    # Deleted without a word about its pods, a Job would leave them behind.
    job["metadata"]["finalizers"] = ["foregroundDeletion"]
    return {key: job}


def _metadata(plan: Plan) -> Manifest:
    """Return labels that neither the Service nor a budget, a policy or a workload selects."""
    selector = labels.selector(plan.names.kind, plan.owner.name)
    return {"labels": {**selector, "app.kubernetes.io/component": "trial"}, "annotations": {labels.RELEASE: plan.release_hash}}


def _pod(plan: Plan, wanted: Release) -> Manifest:
    template = mapping(wanted.template()["spec"])
    registry = mapping(items(template["containers"])[0])
    kept = {
        name: value
        for name, value in template.items()
        if name not in ("containers", "initContainers", "topologySpreadConstraints", "affinity")
    }
    done: Manifest = {
        "name": "done",
        **{name: registry[name] for name in ("image", "imagePullPolicy", "securityContext") if name in registry},
        "command": ["registry", "--version"],
        "resources": _SMALL,
    }
    pod: Manifest = {
        **kept,
        "restartPolicy": "Never",
        "activeDeadlineSeconds": DEADLINE_SECONDS,
        "terminationGracePeriodSeconds": 5,
        "initContainers": [_sidecar(registry)],
        "containers": [done],
        "volumes": _volumes(plan, wanted, items(template.get("volumes"))),
    }
    if affinity := _affinity(plan, mapping(template.get("affinity"))):
        pod["affinity"] = affinity
    return pod


def _sidecar(registry: Manifest) -> Manifest:
    kept = {
        name: value for name, value in registry.items() if name not in ("readinessProbe", "livenessProbe", "lifecycle", "ports")
    }
    return {
        **kept,
        "restartPolicy": "Always",
        "env": [*items(registry.get("env")), *(variable(name, value) for name, value in SETTINGS.items())],
        "ports": [port for port in items(registry.get("ports")) if mapping(port).get("name") == "registry"],
        "startupProbe": {
            "httpGet": {"path": READS_STORAGE, "port": "registry"},
            "initialDelaySeconds": 5,
            "periodSeconds": 1,
            "timeoutSeconds": 10,
            "failureThreshold": DEADLINE_SECONDS * 2,
        },
        "securityContext": registry.get("securityContext") or containers.container_security(),
    }


def _volumes(plan: Plan, wanted: Release, volumes: list[Manifest]) -> list[Manifest]:
    empty: Manifest = {"name": VOLUME, "emptyDir": {}}
    if wanted.stateful:
        return [*volumes, empty]
    # No second pod may have such a volume, not even on the same node.
    return [empty if plan.unshareable and "persistentVolumeClaim" in volume else volume for volume in volumes]


def _affinity(plan: Plan, written: Manifest) -> Manifest:
    """Return where the trial may run: with a volume that belongs to one node, beside the pods that have it."""
    kept = {name: value for name, value in written.items() if name != "podAntiAffinity"}
    if not plan.exclusive or plan.unshareable:
        return kept
    term = {
        "labelSelector": {"matchLabels": labels.selector(plan.names.kind, plan.owner.name)},
        "topologyKey": "kubernetes.io/hostname",
    }
    pods = mapping(kept.get("podAffinity"))
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    return {**kept, "podAffinity": {**pods, required: [*items(pods.get(required)), term]}}
