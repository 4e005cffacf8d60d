"""What all models share: strictness, names in camelCase, and the types of Kubernetes that have a grammar of their own.

A field of ours that has no value is absent: defaults that a template may override are made in `resolve`, never in the XRD.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from function.kubernetes import duration, quantity


class Model(BaseModel):
    """A block of the API. Unknown fields and values of another type are refused, not guessed at."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
        serialize_by_alias=True,
        # What is never read need not be ready to be: the function starts sooner.
        defer_build=True,
    )

    def written(self) -> dict[str, Any]:
        """Return what was written, in the API's own words."""
        return self.model_dump(exclude_unset=True, exclude_none=True)


def validated(rule: str, message: str) -> ConfigDict:
    """Return the configuration of a model with a rule in CEL, which the API server checks before anything of ours is called."""
    return ConfigDict(json_schema_extra={"x-kubernetes-validations": [{"rule": rule, "message": message}]})


def _quantity(value: object) -> object:
    if not isinstance(value, int | str) or isinstance(value, bool) or not quantity.positive(value):
        raise PydanticCustomError("quantity", "must be a Kubernetes quantity greater than 0, such as 10Gi, 1.5Gi or 500m")
    return value


def _share(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        fits = value >= 1
    else:
        fits = isinstance(value, str) and bool(re.fullmatch(SHARE, value))
    if not fits:
        raise PydanticCustomError("share", "must be a number of pods, at least 1, or a share such as 25%")
    return value


def _duration(value: object) -> object:
    try:
        fits = isinstance(value, str) and duration.parse(value) >= 0
    except ValueError:
        fits = False
    if not fits and (value != 0 or isinstance(value, bool)):
        raise PydanticCustomError("duration", "must be a duration in hours, minutes and seconds, such as 24h or 1h30m, or 0")
    return value


SHARE = r"^([1-9][0-9]?|100)%$"
_NAME = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
# A pattern alone would do, but the API server's message for it does not say what is meant.
Quantity = Annotated[
    int | str,
    BeforeValidator(_quantity),
    Field(json_schema_extra={"x-kubernetes-int-or-string": True, "pattern": quantity.PATTERN}),
]
Share = Annotated[
    int | str,
    BeforeValidator(_share),
    Field(json_schema_extra={"x-kubernetes-int-or-string": True, "pattern": SHARE}),
]
Duration = Annotated[
    int | str,
    BeforeValidator(_duration),
    Field(json_schema_extra={"x-kubernetes-int-or-string": True, "pattern": duration.PATTERN}),
]
"""0 is a number in YAML, and the only one."""
Name = Annotated[str, Field(pattern=f"^{_NAME}$", max_length=253)]
OptionalName = Annotated[str, Field(pattern=f"^({_NAME})?$", max_length=253)]
SecretKey = Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)]
Port = Annotated[int, Field(ge=1, le=65535)]
# etcd and the API server count milliseconds in int32; a larger number would be refused there with a worse message.
Seconds = Annotated[int, Field(ge=0, le=2_147_483)]
Strings = dict[str, str]
