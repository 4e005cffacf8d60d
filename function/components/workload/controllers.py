"""What runs the pods of a release: a Deployment, or a StatefulSet where each pod has a volume of its own."""

from __future__ import annotations

from collections.abc import Sequence

from function.components.part import Part, manifest
from function.components.workload import deadline, trial, turn
from function.components.workload.pod import IDLE, Releases
from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.releases.release import Release, sealed
from function.resolve.plan import Plan


def manifests(plan: Plan, releases: Releases, parts: Sequence[Part]) -> dict[str, Manifest]:
    """Return the Secrets of the good release and of those that are to run, and what runs the pods."""
    carried = releases.carried
    found = {each.key: _secret(plan, each) for each in kept(plan, releases)}
    found |= turn.manifests(plan) | trial.manifests(plan, releases.wanted) | deadline.manifests(plan, releases.wanted)
    if carried is None or plan.elsewhere:
        return found
    if plan.stateful:
        found[Keys.STATEFUL_SET] = _stateful_set(plan, releases, carried, parts)
    else:
        found[Keys.DEPLOYMENT] = _deployment(plan, releases, carried)
    return found


def kept(plan: Plan, releases: Releases) -> tuple[Release, ...]:
    """Return the releases whose Secrets are kept, each once."""
    # As long as none was good, the one that the pods run: one that restarts must find its config.
    good = plan.kept(plan.facts.good or plan.facts.running)
    wanted = releases.wanted if plan.decision.state not in IDLE else None
    beside = plan.kept(plan.facts.beside) if not plan.facts.good else None
    found = {each.hash: each for each in (good, releases.carried, wanted, beside) if each and each.whole}
    return tuple(found.values())


def _secret(plan: Plan, release: Release) -> Manifest:
    return manifest(
        plan,
        "v1",
        "Secret",
        plan.names(f"release-{release.hash}"),
        type="Opaque",
        immutable=True,
        data=release.data(),
    )


def _deployment(plan: Plan, releases: Releases, carried: Release) -> Manifest:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    spec = {
        **_shared(plan, carried),
        "strategy": {"type": "Recreate"} if plan.exclusive else rolling,
        "progressDeadlineSeconds": plan.spec.upgrade.progress_deadline_seconds,
    }
    return manifest(plan, "apps/v1", "Deployment", plan.workload_name, spec=spec, annotations=memory(plan, releases))


def _stateful_set(plan: Plan, releases: Releases, carried: Release, parts: Sequence[Part]) -> Manifest:
    spec = {
        **_shared(plan, carried),
        "serviceName": plan.names.base,
        # Kubernetes does not let it change; one after the other, a pod that cannot start would hold up those behind it for ever.
        "podManagementPolicy": "Parallel",
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        "volumeClaimTemplates": [template for part in parts for template in part.volume_templates],
    }
    return manifest(plan, "apps/v1", "StatefulSet", plan.workload_name, spec=spec, annotations=memory(plan, releases))


def _shared(plan: Plan, carried: Release) -> Manifest:
    spec: Manifest = {
        "selector": {"matchLabels": labels.selector(plan.names.kind, plan.owner.name)},
        "minReadySeconds": plan.spec.upgrade.min_ready_seconds,
        "revisionHistoryLimit": 3,
        "template": carried.template(),
    }
    if plan.replicas is not None:
        spec["replicas"] = plan.replicas
    return spec


def memory(plan: Plan, releases: Releases) -> dict[str, str]:
    """Return what the workload remembers: in the same apply as the pod template, and so never without it."""
    annotations = {
        labels.WANTED: plan.release_hash,
        labels.GOOD: plan.facts.good,
        labels.FAILED: plan.decision.memory,
        labels.STORAGE: plan.identity,
        labels.OWN: turn.own(plan),
        labels.KEPT: sealed(kept(plan, releases)),
    }
    return {name: value for name, value in annotations.items() if value}
