"""Containers as the Pod Security standard "restricted" wants them, and values that reach them unchanged."""

from __future__ import annotations

from function.kubernetes.document import Manifest

USER = 65532
"""The registry's image names no user, and runs as any: the usual number of "nonroot"."""


def pod_security() -> Manifest:
    """Return a pod's securityContext; fsGroup makes a mounted volume writable."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> Manifest:
    """Return a container's securityContext."""
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }


def variable(name: str, value: str) -> Manifest:
    """Return an environment variable with exactly this value: kubelet would expand `$(OTHER)`, and reads `$$` as `$`."""
    return {"name": name, "value": value.replace("$", "$$")}


def secret_variable(name: str, secret: str, key: str) -> Manifest:
    """Return an environment variable whose value is a key of a Secret."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
