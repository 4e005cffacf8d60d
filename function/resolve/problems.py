"""What is wrong with a spec, said so that its author can mend it: where, what, and what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from function.record import record


@record(order=True)
class Problem:
    """One mistake; path is as in `spec.storage.s3.bucket`, `reason` that of the condition that tells it.

    `lacking`: something is not there, which in a template is no mistake, since a Registry may add it.
    """

    path: str
    message: str
    reason: str = "InvalidSpec"
    lacking: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class InvalidSpec(Exception):  # noqa: N818  the design's word; it is an outcome more than an error
    """What was written cannot be used; `problems` are all that were found, in the order of their paths."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(sorted(set(problems)))
        super().__init__(numbered(list(map(str, self.problems))))


def numbered(said: Sequence[str]) -> str:
    """Return one problem as it is, and several as numbered sentences."""
    if len(said) == 1:
        return said[0]
    return " ".join(f"({n}) {one}{'' if one.endswith('?') else '.'}" for n, one in enumerate(said, 1))


def related(a: str, b: str) -> bool:
    """Tell whether one path is the other, or lies within it."""
    short, long = sorted((a, b), key=len)
    return long == short or long.startswith((f"{short}.", f"{short}["))


def repeats(problem: Problem, unread: Problem) -> bool:
    """Tell whether a rule's problem may only say again that something could not be read.

    It speaks of that place, or of what lies in it; or it misses, or compares, a block that was read without that place.
    """
    inside = len(problem.path) >= len(unread.path)
    return related(problem.path, unread.path) and (inside or problem.lacking or problem.reason != "InvalidSpec")


def dotted(location: Sequence[int | str]) -> str:
    """Return a location as a path: `spec.ingressFrom[0].ipBlock`."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path


def blocks(annotation: object) -> list[type[BaseModel]]:
    """Return the models that a field's type names, inside unions and lists too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, UnionType, list):
        return [block for argument in get_args(annotation) for block in blocks(argument)]
    if hasattr(annotation, "__metadata__"):
        return blocks(get_args(annotation)[0])
    return []


def _fields(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the names of the fields that exist beside the one at this location."""
    for step in location[:-1]:
        if isinstance(step, int):
            continue
        field = next((f for n, f in model.model_fields.items() if (f.alias or n) == step), None)
        inside = blocks(field.annotation) if field else []
        if not inside:
            return []
        model = inside[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _real(model: type[BaseModel], error: ErrorDetails) -> tuple[int | str, ...]:
    """Return the location without the steps that pydantic adds for a branch of a union or the key of an object."""
    location: list[int | str] = []
    here: object = model
    for step in error["loc"]:
        here = _bare(here)
        if isinstance(step, int):
            here = next(iter(get_args(here)), None)
        elif get_origin(here) is dict:
            if step == "[key]":
                continue
            here = get_args(here)[1]
        elif isinstance(here, type) and issubclass(here, BaseModel):
            here = next((field.annotation for name, field in here.model_fields.items() if (field.alias or name) == step), None)
        elif get_origin(here) in (Union, UnionType):
            continue
        location.append(step)
    return tuple(location)


def _bare(annotation: object) -> object:
    """Return a type without what is said about it, and without None."""
    if hasattr(annotation, "__metadata__"):
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        others = [argument for argument in get_args(annotation) if argument is not type(None)]
        return _bare(others[0]) if len(others) == 1 else annotation
    return annotation


_TYPES = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be a string (put it in quotes)",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "missing": "is missing",
}


def _message(model: type[BaseModel], error: ErrorDetails, location: Sequence[int | str]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        fields = {name.lower(): name for name in _fields(model, location)}
        near = difflib.get_close_matches(str(location[-1]).lower(), fields, n=1, cutoff=0.6)
        return f"there is no such field; did you mean {fields[near[0]]}?" if near else "there is no such field"
    if kind in _TYPES:
        return _TYPES[kind]
    if kind == "literal_error":
        return _choices([choice for choice in re.findall(r"'([^']*)'", context["expected"]) if choice])
    if kind == "string_pattern_mismatch":
        return f"must match {context['pattern']}"
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"must be {'at least' if kind.startswith('greater') else 'at most'} {context.get('ge', context.get('le'))}"
    if kind == "string_too_long":
        return f"must have at most {context['max_length']} characters"
    if kind in ("string_too_short", "too_short"):
        return "must not be empty"
    return error["msg"]


def _choices(choices: Sequence[str]) -> str:
    """Say what can be chosen; what YAML would read as a number is shown, and must be written, in quotes."""
    if any(choice[0].isdigit() for choice in choices):
        quoted = ", ".join(f'"{choice}"' for choice in choices)
        return f"must be one of: {quoted} (with the quotes)"
    return f"must be one of: {', '.join(choices)}"


def of_validation(model: type[BaseModel], errors: Iterable[ErrorDetails], root: str) -> list[tuple[tuple[int | str, ...], Problem]]:
    """Return pydantic's errors as problems of ours, each with its location below root; one for each place."""
    found: dict[tuple[int | str, ...], Problem] = {}
    for error in errors:
        location = _real(model, error)
        lacking = error["type"] == "missing"
        found.setdefault(location, Problem(dotted((root, *location)), _message(model, error, location), lacking=lacking))
    return list(found.items())


def without(value: Any, locations: Iterable[Sequence[int | str]]) -> Any:
    """Return a copy of value without what lies at these locations."""
    drop = {tuple(location) for location in locations}

    def copy(part: Any, here: tuple[int | str, ...]) -> Any:
        if isinstance(part, dict):
            return {k: copy(v, (*here, k)) for k, v in part.items() if (*here, k) not in drop}
        if isinstance(part, list):
            return [copy(v, (*here, i)) for i, v in enumerate(part) if (*here, i) not in drop]
        return part

    return copy(value, ())
