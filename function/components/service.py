"""The Service by which the registry is reached, and what is known of it."""

from __future__ import annotations

from function.components.part import Part, manifest
from function.kubernetes import labels
from function.kubernetes.document import Document, Manifest, items
from function.kubernetes.names import Keys
from function.observed import Verdict
from function.resolve.plan import Plan


def build(plan: Plan) -> Part:
    """Return the Service; the metrics port is no part of it."""
    wanted = plan.spec.service
    port: Manifest = {"name": "registry", "port": wanted.port, "targetPort": "registry", "protocol": "TCP"}
    if wanted.node_port is not None:
        port["nodePort"] = wanted.node_port
    spec: Manifest = {
        "type": wanted.type,
        "selector": labels.selector(plan.names.kind, plan.owner.name),
        "ports": [port],
    }
    if plan.sticky:
        spec["sessionAffinity"] = "ClientIP"
    if wanted.load_balancer_class is not None:
        spec["loadBalancerClass"] = wanted.load_balancer_class
    service = manifest(plan, "v1", "Service", plan.names.base, spec=spec, annotations=dict(wanted.annotations or {}))
    return Part(manifests={Keys.SERVICE: service})


def url(plan: Plan) -> str:
    """Return where the registry is reached inside the cluster."""
    return f"http://{plan.names.base}.{plan.owner.namespace}.svc:{plan.spec.service.port}"


def judge(service: Document | None) -> Verdict:
    """Say whether the Service can be reached."""
    if service is None:
        return Verdict(False, "Creating", "the Service is being created")
    if service.at("spec", "type") == "LoadBalancer" and not items(service.at("status", "loadBalancer", "ingress")):
        name, namespace = service.at("metadata", "name"), service.at("metadata", "namespace")
        return Verdict(
            False,
            "WaitingForLoadBalancer",
            f"Service {namespace}/{name} has no address yet: the cluster's load balancer has to give it one "
            f"(kubectl -n {namespace} describe service {name})",
        )
    return Verdict(True, "Available", "the Service is there")
