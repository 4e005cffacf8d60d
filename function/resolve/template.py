"""Templates: what holds where a Registry has nothing of its own, what it may not have, and where a mistake was written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from function.api import VERSION
from function.api.registry import RegistrySettings, RegistrySpec
from function.kubernetes.document import Document, mapping, number, text
from function.memo import Memo
from function.observed import Observed, Selector
from function.record import record
from function.resolve.parse import given
from function.resolve.problems import Problem, blocks
from function.resolve.registry import stores

KIND = "RegistryTemplate"
MISSING = "TemplateMissing"
ALWAYS_OPEN = "storage.replaces"
"""A Registry's word that its images may be left: no template can give it for all."""

Raw = dict[str, Any]
_STEP = re.compile(r"\[[0-9]+\]|[^.\[\]]+")


@record
class Template:
    """The template of a Registry.

    `spec` is what is given in it, None while it is not known; `looked_for` tells whether it does not exist.
    """

    name: str
    looked_for: bool
    spec: Raw | None = None
    generation: int = 0

    @property
    def locked(self) -> tuple[str, ...]:
        """The paths that a Registry may not set."""
        found = (self.spec or {}).get("locked")
        return tuple(path for path in found if isinstance(path, str)) if isinstance(found, list) else ()


def of(observed: Observed, model: type[BaseModel], written: bytes) -> Template | None:
    """Return the template that a spec of this model names, read once for each key of its spec; None where it names none."""
    name = text(observed.composite.at("spec", "template"))
    if not name:
        return None
    found = document(observed)
    if found is None:
        return Template(name, was_looked_for(observed))
    spec = _specs.get((model, written), lambda: _spec(found, model))
    return Template(name, True, spec, generation(found))


# As plain values, a spec takes about four times the length of its text.
_specs: Memo[tuple[type[BaseModel], bytes], Raw] = Memo(1 << 18, lambda key, _: 1024 + 4 * len(key[1]))


def _spec(found: Document, model: type[BaseModel]) -> Raw:
    """Return what holds for a spec of this model: what only a Registry has is no part of it for another kind."""
    others = _names(RegistrySettings) - _names(model)
    spec = {key: value for key, value in given(mapping(found.at("spec"))).items() if key not in others}
    if isinstance(locked := spec.get("locked"), list):
        spec["locked"] = [path for path in locked if not isinstance(path, str) or path.partition(".")[0] not in others]
    return spec


def _names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def document(observed: Observed) -> Document | None:
    """Return the template as it was brought: the one that is named now, which may not be the one that was named before."""
    name = text(observed.composite.at("spec", "template"))
    return next(iter(observed.required.get(_requirement(name), ())), None)


def generation(found: Document) -> int:
    """Return how often the spec of a template was changed."""
    return number(found.at("metadata", "generation"))


def was_looked_for(observed: Observed) -> bool:
    """Tell whether Crossplane has looked for the template that is named now."""
    return _requirement(text(observed.composite.at("spec", "template"))) in observed.required


def requirement(name: str) -> dict[str, Selector]:
    """Return what Crossplane shall bring."""
    return {_requirement(name): Selector(VERSION, KIND, name)}


def _requirement(name: str) -> str:
    return f"{KIND}/{name}"


def merged(template: Raw, written: Raw) -> dict[str, Any]:
    """Return what holds: the template's fields, and over them those that were written.

    Objects are merged field by field, lists are taken whole; and storage too, where another kind of it was written.
    """
    base = {key: value for key, value in template.items() if key not in ("locked", "template")}
    if isinstance(base.get("storage"), dict):
        base["storage"] = {key: value for key, value in base["storage"].items() if key != "replaces"}
    mine, theirs = mapping(written.get("storage")), mapping(base.get("storage"))
    if _kinds(mine) and _kinds(theirs) and _kinds(mine) != _kinds(theirs):
        del base["storage"]
    return _merge(base, written)


def _merge(base: Raw, over: Raw) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def _kinds(storage: Raw) -> set[str]:
    """Return which kinds of storage a block as it was written names."""
    return {kind for name, kind in _KINDS.items() if storage.get(name) not in (None, "")}


_KINDS = {"bucketClassName": "cosi", "bucketAccessClass": "cosi", **{alias: alias for alias in stores.ALIASES}}


def refused(template: Template, written: Raw, result: Raw) -> Iterator[Problem]:
    """Yield a problem for each locked field that a Registry sets, or that is not the template's in what would hold."""
    for path in template.locked:
        steps = path.split(".")
        message = f"is locked by {KIND} {template.name}: leave it out"
        mine = _without_open(_at(written, steps), path)
        if mine is not _NOTHING:
            yield Problem(f"spec.{path}", message)
        elif _without_open(_at(result, steps), path) != _at(template.spec or {}, steps):
            yield Problem(f"spec.{'.'.join(_known(written, steps))}", f"would change {path}, which {message}")


_NOTHING: Any = object()


def _at(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if not isinstance(value, Mapping) or value.get(step) is None:
            return _NOTHING
        value = value[step]
    return value


def _without_open(value: Any, path: str) -> Any:
    """Leave out what a Registry may always set."""
    if path == ALWAYS_OPEN:
        return _NOTHING
    if path == "storage" and isinstance(value, Mapping):
        return {key: part for key, part in value.items() if key != "replaces"} or _NOTHING
    return value


def _known(value: Any, steps: Sequence[str]) -> list[str]:
    """Return the steps of a path as far as there is something."""
    known = []
    for step in steps:
        if isinstance(value, list) and step.startswith("[") and int(step[1:-1]) < len(value):
            value = value[int(step[1:-1])]
        elif isinstance(value, Mapping) and value.get(step) is not None:
            value = value[step]
        else:
            break
        known.append(step)
    return known


def located(problem: Problem, template: Template, written: Raw) -> Problem:
    """Return the problem with the place where it was written: the Registry's, unless more of the path is the template's."""
    steps = _STEP.findall(problem.path.removeprefix("spec"))
    if len(_known(template.spec or {}, steps)) > len(_known(written, steps)):
        return replace(problem, path=f"{KIND} {template.name}: {problem.path}")
    return problem


def unlockable(paths: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each path that is no field of a Registry."""
    for index, path in enumerate(paths):
        model: type[BaseModel] | None = RegistrySpec
        for step in path.split("."):
            if model is None:
                break
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            if step not in fields:
                near = difflib.get_close_matches(step, fields, n=1, cutoff=0.6)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield Problem(f"spec.locked[{index}]", f"a Registry has no field {path}{hint}")
                break
            model = next(iter(blocks(fields[step].annotation)), None)
