"""How the nodes of the cluster come to use a cache: containerd's hosts.toml.

Source: containerd docs/hosts.md. Nodes do not know the names of Services, so an address must stand there.
"""

from __future__ import annotations

import json

from function.kubernetes.document import Document, items, mapping, text
from function.resolve.cache.plan import CachePlan


def toml(plan: CachePlan, service: Document | None) -> str:
    """Return the file; empty as long as the Service has no address."""
    address = _address(service) if service else ""
    if not address:
        return ""
    host = f"[{address}]" if ":" in address else address
    name = plan.upstream.name
    return (
        f"# /etc/containerd/certs.d/{name}/hosts.toml\n"
        f"server = {json.dumps(plan.upstream.url)}\n\n"
        f'[host."http://{host}:{plan.spec.service.port}"]\n'
        '  capabilities = ["pull", "resolve"]\n'
    )


def _address(service: Document) -> str:
    """Return a load balancer's address, where there is one, else that which nodes reach through kube-proxy."""
    for entry in items(service.at("status", "loadBalancer", "ingress")):
        if found := text(mapping(entry).get("ip")) or text(mapping(entry).get("hostname")):
            return found
    found = text(service.at("spec", "clusterIP"))
    return "" if found == "None" else found
