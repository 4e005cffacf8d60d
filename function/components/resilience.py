"""What keeps the registry up: a budget for drains, an autoscaler, and protection from being deleted."""

from __future__ import annotations

from function.api import VERSION
from function.components.part import Part, manifest
from function.kubernetes import labels
from function.kubernetes.document import Document, Manifest, condition
from function.kubernetes.names import Keys
from function.observed import Verdict
from function.resolve.plan import Plan
from function.resolve.registry.plan import RegistryPlan


def disruption_budget(plan: Plan) -> Part:
    """Return the PodDisruptionBudget: with one replica it could only block every drain."""
    if plan.single or plan.alone:
        return Part()
    written = plan.spec.scheduling.pod_disruption_budget
    spec = {
        "maxUnavailable": written.max_unavailable if written else 1,
        "selector": {"matchLabels": labels.selector(plan.names.kind, plan.owner.name)},
        # A pod that is not ready serves nobody: it must not hold up a drain.
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
    }
    budget = manifest(plan, "policy/v1", "PodDisruptionBudget", plan.names.base, spec=spec)
    return Part(manifests={Keys.DISRUPTION_BUDGET: budget})


def autoscaler(plan: RegistryPlan) -> Part:
    """Return the HorizontalPodAutoscaler."""
    bounds = plan.spec.autoscaling
    if bounds is None or not bounds.enabled or plan.alone:
        return Part()
    cpu, memory = bounds.target_cpu_utilization_percentage, bounds.target_memory_utilization_percentage
    if cpu is None and memory is None:
        cpu = 75
    targets = {"cpu": cpu, "memory": memory}
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": plan.names.base},
        "minReplicas": bounds.min_replicas,
        "maxReplicas": bounds.max_replicas,
        "metrics": [_metric(name, percent) for name, percent in targets.items() if percent is not None],
    }
    scaler = manifest(plan, "autoscaling/v2", "HorizontalPodAutoscaler", plan.names.base, spec=spec)
    return Part(manifests={Keys.AUTOSCALER: scaler})


def _metric(name: str, percent: int) -> Manifest:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": name, "target": target}}


def deletion_protection(plan: Plan) -> Part:
    """Return Crossplane's Usage, by which the API server refuses to delete the Registry."""
    if not plan.spec.deletion_protection:
        return Part()
    spec = {
        "of": {"apiVersion": VERSION, "kind": plan.owner.kind, "resourceRef": {"name": plan.owner.name}},
        "reason": "spec.deletionProtection is true: set it to false first",
    }
    usage = manifest(plan, "protection.crossplane.io/v1beta1", "Usage", plan.names.base, spec=spec)
    return Part(manifests={Keys.DELETION_PROTECTION: usage})


def judge_protection(usage: Document | None, kind: str) -> Verdict:
    """Say whether deleting the Registry or Cache is refused already."""
    if usage is None or condition(usage, "Ready").get("status") != "True":
        return Verdict(False, "Creating", f"Crossplane has yet to take the protection up: until then the {kind} can be deleted")
    return Verdict(True, "Protected", f"deleting the {kind} is refused as long as spec.deletionProtection is true")
