"""What the registry needs to reach others: proxies, and certificate authorities to trust."""

from __future__ import annotations

from function.components.part import Part
from function.kubernetes.containers import variable
from function.kubernetes.document import Manifest
from function.resolve.plan import Plan

DIRECTORY = "/etc/registry-ca"


def build(plan: Plan) -> Part:
    """Return the environment and the mounted bundle."""
    env: list[Manifest] = []
    if plan.spec.proxy and plan.spec.proxy.enabled:
        proxy = plan.spec.proxy
        values = {"HTTP_PROXY": proxy.http_proxy, "HTTPS_PROXY": proxy.https_proxy, "NO_PROXY": proxy.no_proxy}
        env += [variable(name, value) for name, value in values.items() if value]
    if not (plan.spec.ca_bundle and plan.spec.ca_bundle.enabled):
        return Part(env=env)
    bundle = plan.spec.ca_bundle
    # Go reads this file in place of the image's bundle file, and still every file of /etc/ssl/certs: the authorities add up.
    env.append(variable("SSL_CERT_FILE", f"{DIRECTORY}/ca.crt"))
    items = [{"key": bundle.key, "path": "ca.crt"}]
    return Part(
        env=env,
        volumes=[{"name": "ca-bundle", "configMap": {"name": bundle.config_map_name, "items": items}}],
        mounts=[{"name": "ca-bundle", "mountPath": DIRECTORY, "readOnly": True}],
    )
