"""An existing container of Azure Blob Storage."""

from __future__ import annotations

from function.components.part import Part
from function.kubernetes.containers import secret_variable
from function.kubernetes.document import Manifest
from function.observed import Observed, Verdict
from function.resolve.registry.plan import RegistryPlan


def build(plan: RegistryPlan) -> Part:
    """Return the driver's section, and the account key: base64, which survives being parsed as YAML."""
    settings = plan.storage.azure
    assert settings is not None  # noqa: S101  this kind is chosen by it
    secret = settings.credentials_secret_name
    driver: Manifest = {"container": settings.container, "accountname": settings.account_name}
    if settings.realm:
        driver["realm"] = settings.realm
    if settings.root_directory:
        driver["rootdirectory"] = settings.root_directory
    if plan.dialect == "3.1":
        driver["credentials"] = {"type": "shared_key" if secret else "default_credentials"}
    env = [secret_variable("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", secret, "accountKey")] if secret else []
    return Part(config={"storage": {"azure": driver}}, env=env)


def judge(plan: RegistryPlan, observed: Observed) -> Verdict:  # noqa: ARG001  an existing container shows only in the pods' readiness
    """Say that the container is configured; whether it answers, the pods find out."""
    settings = plan.storage.azure
    assert settings is not None  # noqa: S101
    where = f"container {settings.container} of account {settings.account_name}"
    return Verdict(True, "BucketConfigured", f"{where} is configured; pods are ready only while it answers")
