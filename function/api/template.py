"""RegistryTemplate: what a platform team writes once, for all registries that refer to it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from function.api.model import Model
from function.api.registry import RegistrySettings

Path = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+)*$", max_length=253)]


class TemplateSpec(RegistrySettings):
    """Settings that registries share. A Registry's own fields win over them, but for those that are locked."""

    locked: list[Path] | None = Field(
        None,
        description="Fields that a Registry may not set, such as storage or upgrade.minReadySeconds: it has them as they are here, "
        "or, where they are not here, at their defaults.",
    )


class TemplateStatus(Model):
    """What is wrong with the template."""

    problems: list[str] | None = Field(None, description="All problems, each with its path. None: the template can be used.")
    problem_count: int | None = Field(None, description="How many problems there are.")
