"""An existing bucket of Google Cloud Storage."""

from __future__ import annotations

from function.components.part import Part
from function.kubernetes.document import Manifest
from function.observed import Observed, Verdict
from function.resolve.registry.plan import RegistryPlan

DIRECTORY = "/etc/registry-gcs"


def build(plan: RegistryPlan) -> Part:
    """Return the driver's section, and the mounted key."""
    settings = plan.storage.gcs
    assert settings is not None  # noqa: S101  this kind is chosen by it
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


def judge(plan: RegistryPlan, observed: Observed) -> Verdict:  # noqa: ARG001  an existing bucket shows only in the pods' readiness
    """Say that the bucket is configured; whether it answers, the pods find out."""
    settings = plan.storage.gcs
    assert settings is not None  # noqa: S101
    return Verdict(True, "BucketConfigured", f"bucket {settings.bucket} is configured; pods are ready only while it answers")
