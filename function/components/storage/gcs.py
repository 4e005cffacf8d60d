"""An existing bucket of Google Cloud Storage."""

from __future__ import annotations

from function.components.part import Part
from function.kubernetes.document import Manifest
from function.resolve.registry.plan import RegistryPlan
from function.resolve.registry.stores import chosen

DIRECTORY = "/etc/registry-gcs"


def build(plan: RegistryPlan) -> Part:
    """Return the driver's section, and the mounted key."""
    settings = chosen(plan.storage.gcs)
    secret = settings.credentials_secret_name
    driver: Manifest = {"bucket": settings.bucket}
    if settings.root_directory:
        driver["rootdirectory"] = settings.root_directory
    if not secret:
        return Part(config={"storage": {"gcs": driver}})
    driver["keyfile"] = f"{DIRECTORY}/key.json"
    items = [{"key": "key.json", "path": "key.json"}]
    return Part(
        config={"storage": {"gcs": driver}},
        volumes=[{"name": "gcs-key", "secret": {"secretName": secret, "items": items}}],
        mounts=[{"name": "gcs-key", "mountPath": DIRECTORY, "readOnly": True}],
    )


def where(plan: RegistryPlan) -> str:
    """Name the bucket."""
    return f"bucket {chosen(plan.storage.gcs).bucket}"
