"""An existing container of Azure Blob Storage."""

from __future__ import annotations

from function.components.part import Part
from function.kubernetes.containers import secret_variable
from function.kubernetes.document import Manifest
from function.resolve.registry.plan import RegistryPlan
from function.resolve.registry.stores import chosen


def build(plan: RegistryPlan) -> Part:
    """Return the driver's section, and the account key: base64, which survives being parsed as YAML."""
    settings = chosen(plan.storage.azure)
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


def where(plan: RegistryPlan) -> str:
    """Name the container."""
    settings = chosen(plan.storage.azure)
    return f"container {settings.container} of account {settings.account_name}"
