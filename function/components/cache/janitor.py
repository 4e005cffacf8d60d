"""What keeps a cache within its limits: a program beside the registry, which removes what is too old, or too much."""

from __future__ import annotations

from importlib import resources

from function.components.part import CONFIG_DIRECTORY, Part
from function.components.volumes import DIRECTORY
from function.kubernetes import containers
from function.kubernetes.containers import variable
from function.kubernetes.document import Manifest
from function.kubernetes.names import VOLUME
from function.resolve.cache.plan import JANITOR_PORT, CachePlan

PROGRAM = "janitor.sh"
FILES = (PROGRAM, "metrics.sh", "blobs.awk", "choose.awk", "dates.awk", "links.awk", "report.awk")
"""The program, and what it expects beside itself."""

WORK = "/run/janitor"
_TEXTS = {name: resources.files(__package__).joinpath(name).read_text() for name in FILES}


def build(plan: CachePlan) -> Part:
    """Return the program and its container."""
    settings = {
        "STORE": DIRECTORY,
        "WORK": WORK,
        "TTL_SECONDS": str(plan.ttl),
        "MAX_BYTES": str(plan.limit),
        "METRICS_PORT": str(JANITOR_PORT),
    }
    sidecar: Manifest = {
        "name": "janitor",
        "command": ["sh", f"{CONFIG_DIRECTORY}/{PROGRAM}"],
        "env": [variable(name, value) for name, value in settings.items()],
        "ports": [{"name": "janitor", "containerPort": JANITOR_PORT, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": containers.container_security(),
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG_DIRECTORY, "readOnly": True},
            {"name": VOLUME, "mountPath": DIRECTORY},
            {"name": "janitor", "mountPath": WORK},
        ],
    }
    # In memory: it has to work when the disk is full.
    volume = {"name": "janitor", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}
    return Part(files=_TEXTS, volumes=[volume], sidecars=[sidecar])
