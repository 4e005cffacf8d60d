"""Who may connect to the pods, and as whom the pods act."""

from __future__ import annotations

from collections.abc import Sequence

from function.api.kubernetes import NetworkPolicyPeer
from function.components.part import Part, manifest
from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.resolve.plan import PORT, Plan

PROMETHEUS: Manifest = {
    "namespaceSelector": {},
    "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
}


def service_account(plan: Plan) -> Part:
    """Return the ServiceAccount, unless the user names one."""
    if plan.spec.service_account.name:
        return Part()
    annotations = dict(plan.spec.service_account.annotations or {})
    account = manifest(plan, "v1", "ServiceAccount", plan.names.base, annotations=annotations, automountServiceAccountToken=False)
    return Part(manifests={Keys.SERVICE_ACCOUNT: account})


def network_policy(plan: Plan) -> Part:
    """Return the NetworkPolicy. The debug port shows the whole configuration, secrets included: for Prometheus alone."""
    wanted = plan.spec.network_policy
    if not wanted.enabled:
        return Part()
    clients: Manifest = {"ports": [{"protocol": "TCP", "port": PORT}]}
    if wanted.ingress_from:
        clients["from"] = _peers(wanted.ingress_from)
    metrics = {
        "ports": [{"protocol": "TCP", "port": port} for port in plan.metrics_ports],
        "from": _peers(wanted.metrics_from) if wanted.metrics_from else [PROMETHEUS],
    }
    spec = {
        "podSelector": {"matchLabels": labels.selector(plan.names.kind, plan.owner.name)},
        "policyTypes": ["Ingress"],
        "ingress": [clients, metrics],
    }
    policy = manifest(plan, "networking.k8s.io/v1", "NetworkPolicy", plan.names.base, spec=spec)
    return Part(manifests={Keys.NETWORK_POLICY: policy})


def _peers(peers: Sequence[NetworkPolicyPeer]) -> list[Manifest]:
    return [peer.written() for peer in peers]
