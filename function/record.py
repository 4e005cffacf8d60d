"""Records: values that are made once, and not changed."""

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

    With slots, unless told otherwise: a class with a cached_property has none. It is hashed by its fields, unless `eq` is false.
    A frozen dataclass would see to it while it runs, by a call of object.__setattr__ for each field that is set: that took 3 %
    of the first call of a spec.
    """
    made: Any = dataclass
    decorate = made(**{"slots": True, "unsafe_hash": options.get("eq", True), **options})
    return decorate if cls is None else decorate(cls)
