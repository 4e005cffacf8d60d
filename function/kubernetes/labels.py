"""Labels and selectors of what we compose (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/)."""

from __future__ import annotations

from functools import lru_cache

from function.kubernetes.document import Fixed

DOMAIN = "registry-operator.dev"
RELEASE = f"{DOMAIN}/release"
WANTED, GOOD, FAILED = (f"{DOMAIN}/{state}-release" for state in ("wanted", "good", "failed"))
STORAGE = f"{DOMAIN}/storage"
KEPT = f"{DOMAIN}/kept-releases"
OWN = f"{DOMAIN}/own-spec"
MEMORY = (WANTED, GOOD, FAILED, STORAGE, OWN, KEPT)
"""What a workload remembers."""
ATTEMPT, STEP = f"{DOMAIN}/attempt", f"{DOMAIN}/step"


@lru_cache(64)
def selector(kind: str, owner: str) -> Fixed:
    """Return the labels by which a Service or Deployment finds its pods: never changed, a selector is immutable."""
    return Fixed(
        {
            "app.kubernetes.io/name": kind,
            "app.kubernetes.io/instance": owner,
            "app.kubernetes.io/component": kind,
            "app.kubernetes.io/managed-by": "registry-operator",
        }
    )
