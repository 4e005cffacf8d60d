"""From the text that a user wrote to a spec; with what can be said of it, if it is not one."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from function.api.model import Model
from function.resolve.problems import Problem, of_validation, without

Spec = TypeVar("Spec", bound=Model)

CROSSPLANE = frozenset(
    {
        "claimRef",
        "compositeDeletePolicy",
        "compositionRef",
        "compositionRevisionRef",
        "compositionRevisionSelector",
        "compositionSelector",
        "compositionUpdatePolicy",
        "crossplane",
        "publishConnectionDetailsTo",
        "resourceRef",
        "resourceRefs",
        "writeConnectionSecretToRef",
    }
)
"""Crossplane's own fields of a composite (claimRef, ...) and of a claim (resourceRef, ...), beside ours."""


def parse(model: type[Spec], raw: object) -> tuple[Spec | None, list[Problem]]:
    """Return the spec, and the problems of its form.

    Where there are problems, the spec is that of the rest, so that the rules can be asked about it and all problems
    are told at once; it is None where nothing is left that could be read.
    """
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        return None, [Problem("spec", "must be an object")]
    return validated(model, given(raw))


def validated(model: type[Spec], rest: dict[str, Any]) -> tuple[Spec | None, list[Problem]]:
    """Return the spec and the problems, as parse does, of what was given."""
    problems: list[Problem] = []
    while True:
        try:
            return model.model_validate(rest), problems
        except ValidationError as error:
            found = of_validation(model, error.errors(include_url=False, include_input=False), "spec")
        # What is found later follows from what was left out: a block without a field that it must have cannot be read either.
        problems = problems or [problem for _, problem in found]
        unread = [location[:-1] if problem.lacking else location for location, problem in found]
        smaller = without(rest, unread)
        if () in unread or smaller == rest:
            return None, problems
        rest = smaller


def given(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what of a spec is ours, without nulls: null is how YAML says that a field has no value."""
    return {key: _without_nulls(value) for key, value in raw.items() if key not in CROSSPLANE and value is not None}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    return value
