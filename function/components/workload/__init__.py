"""The pods, and the Deployment or StatefulSet that runs them."""

from function.components.workload.controllers import manifests
from function.components.workload.pod import GRACE_SECONDS, PRESTOP_SECONDS, VERSION_ANNOTATION, release

__all__ = ["GRACE_SECONDS", "PRESTOP_SECONDS", "VERSION_ANNOTATION", "manifests", "release"]
