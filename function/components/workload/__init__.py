"""The pods, and the Deployment or StatefulSet that runs them."""

from function.components.workload.controllers import manifests, memory
from function.components.workload.pod import GRACE_SECONDS, PRESTOP_SECONDS, VERSION_ANNOTATION, Releases, releases
from function.components.workload.progress import waits_for

__all__ = ["GRACE_SECONDS", "PRESTOP_SECONDS", "VERSION_ANNOTATION", "Releases", "manifests", "memory", "releases", "waits_for"]
