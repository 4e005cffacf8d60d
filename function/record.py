"""Records: what is made once, and compared and hashed by its fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform, overload

Class = TypeVar("Class")


@overload
def record(cls: type[Class], /) -> type[Class]: ...


@overload
def record(cls: None = None, /, **options: bool) -> Callable[[type[Class]], type[Class]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Any = None, /, **options: bool) -> Any:
    """Make a dataclass of a class, with these options of dataclass; that nobody changes a field is for the type checker to see.

    A frozen dataclass sees to it while it runs, and is made by a call for each field: 3 % of the first call of a spec.
    """
    made: Any = dataclass
    decorate = made(**{"slots": True, "unsafe_hash": options.get("eq", True), **options})
    return decorate if cls is None else decorate(cls)
