"""Registry: what a team writes, and what it reads back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from function.api.model import Model, OptionalName
from function.api.settings import Replicas, Settings, Status
from function.api.storage import Storage


class Autoscaling(Model):
    """As many replicas as the load needs; then `replicas` is not used."""

    enabled: bool = Field(True, description="Default true. false: as if the block were absent, also where a template has it.")
    min_replicas: Replicas = Field(2, description="The fewest replicas. Default 2.")
    max_replicas: Replicas = Field(10, description="The most replicas. Default 10.")
    target_cpu_utilization_percentage: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None,
        alias="targetCPUUtilizationPercentage",
        description="Average CPU use, in percent of the request, to scale for. Default 75, unless a memory target is given.",
    )
    target_memory_utilization_percentage: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Average memory use, in percent of the request, to scale for."
    )


class RegistrySettings(Settings):
    """What a Registry and a RegistryTemplate have in common."""

    storage: Storage | None = Field(None, description="Where the images are kept: exactly one kind of storage.")
    read_only: bool = Field(False, description="Whether pushes and deletes are refused, while pulls go on. Default false.")
    autoscaling: Autoscaling | None = Field(None, description="As many replicas as the load needs; then replicas is not used.")


class RegistrySpec(RegistrySettings):
    """A container registry (CNCF Distribution)."""

    template: OptionalName = Field(
        "", description="A RegistryTemplate, whose settings hold where this Registry has none of its own."
    )


class StorageStatus(Model):
    """The storage in use."""

    identity: str | None = Field(None, description="What holds the images; storage.replaces names it when it is left.")


class RegistryStatus(Status):
    """What the operator knows of the registry."""

    storage: StorageStatus | None = Field(None, description="The storage in use.")
