"""An existing bucket of S3, or of a store that speaks S3."""

from __future__ import annotations

from function.components.part import Part
from function.kubernetes.containers import secret_variable
from function.kubernetes.document import Manifest
from function.resolve.references import AWS_KEYS
from function.resolve.registry.plan import RegistryPlan
from function.resolve.registry.stores import chosen


def build(plan: RegistryPlan) -> Part:
    """Return the driver's section, and the credentials."""
    settings = chosen(plan.storage.s3)
    path_style = settings.force_path_style if settings.force_path_style is not None else bool(settings.endpoint)
    driver = section(plan, settings.bucket, settings.endpoint, settings.region or "us-east-1", path_style=path_style)
    if settings.root_directory:
        driver["rootdirectory"] = settings.root_directory
    return Part(config={"storage": {"s3": driver}}, env=credentials(settings.credentials_secret_name))


def section(plan: RegistryPlan, bucket: str, endpoint: str, region: str, *, path_style: bool) -> Manifest:
    """Return storage.s3. The old dialect decides about the path style by itself, and would not know the key."""
    driver: Manifest = {"bucket": bucket, "region": region}
    if endpoint:
        driver["regionendpoint"] = endpoint
    if plan.dialect == "3.1":
        driver["forcepathstyle"] = path_style
    return driver


def credentials(secret: str) -> list[Manifest]:
    """Return the keys as the AWS SDK reads them, which, unlike REGISTRY_ variables, are not parsed as YAML."""
    return [secret_variable(key, secret, key) for key in AWS_KEYS] if secret else []


def where(plan: RegistryPlan) -> str:
    """Name the bucket, and the store that it is in."""
    settings = chosen(plan.storage.s3)
    return f"bucket {settings.bucket}" + (f" at {settings.endpoint}" if settings.endpoint else "")
