"""Uploads: begun at one pod, they go on at another."""

from __future__ import annotations

from function.components.part import Part, manifest
from function.kubernetes import containers
from function.kubernetes.names import Keys
from function.resolve.registry.plan import RegistryPlan


def http_secret(plan: RegistryPlan) -> Part:
    """Return the Secret with which all pods sign uploads.

    Immutable: an answer made from a state that does not show it yet must not replace it.
    """
    secret = manifest(plan, "v1", "Secret", plan.names("http"), type="Opaque", immutable=True)
    env = [containers.secret_variable("REGISTRY_HTTP_SECRET", plan.names("http"), "secret")]
    return Part(env=env, secrets={Keys.HTTP_SECRET: secret})
