"""What was written, by the team and in its template, read as far as it can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from function.api.settings import Settings
from function.kubernetes.document import mapping
from function.memo import Memo
from function.observed import Observed, Selector
from function.record import record
from function.resolve import template
from function.resolve.parse import CROSSPLANE, given, parse, validated
from function.resolve.problems import InvalidSpec, Problem
from function.resolve.template import Template, located

Spec = TypeVar("Spec", bound=Settings)


@record(eq=False)
class Written(Generic[Spec]):
    """A spec and its template. `spec` is what holds of both; None where it cannot be read at all.

    The same text is the same object.
    """

    raw: dict[str, Any]
    template: Template | None
    spec: Spec | None
    problems: tuple[Problem, ...]

    def refuse(self, problems: Iterable[Problem]) -> InvalidSpec:
        """Return the problems, each at the place where it was written."""
        used = self.template
        return InvalidSpec(located(problem, used, self.raw) if used else problem for problem in problems)

    def readable(self) -> Spec:
        """Return what holds; InvalidSpec where nothing of it can be read."""
        if self.spec is None:
            raise self.refuse(self.problems)
        return self.spec

    @property
    def template_name(self) -> str:
        """The template's name; empty where none is named."""
        return self.template.name if self.template else ""

    def requirements(self) -> dict[str, Selector]:
        """Return what Crossplane shall bring, so that it can be read."""
        return template.requirement(self.template.name) if self.template else {}


def read(model: type[Spec], observed: Observed) -> Written[Spec]:
    """Return the spec as it was written."""
    used = template.document(observed)
    looked_for = template.was_looked_for(observed)
    # What Crossplane writes into a spec differs from one composite to the next, and is not read.
    spec = observed.composite.key("spec", leaving_out=CROSSPLANE)
    shared = used.key("spec") if used else b""
    key = (model, spec, used and (template.generation(used), shared), looked_for)
    return _written.get(key, lambda: _parsed(model, observed, shared), keep=observed.known)


def _weight(key: tuple[Any, bytes, tuple[int, bytes] | None, bool], _value: Written[Any]) -> int:
    _, spec, used, _ = key
    # As models and as plain values, a spec takes about six times the length of its text.
    return 4096 + 6 * (len(spec) + (len(used[1]) if used else 0))


_written: Memo[Any, Written[Any]] = Memo(1 << 20, _weight)


def _parsed(model: type[Spec], observed: Observed, shared: bytes) -> Written[Spec]:
    raw = observed.composite.part("spec", leaving_out=CROSSPLANE)
    used = template.of(observed, model, shared)
    mine = given(mapping(raw))
    if used is None or not isinstance(raw, dict):
        spec, problems = validated(model, mine) if isinstance(raw, dict) else parse(model, raw)
        return Written(mine, used, spec, tuple(problems))
    if used.spec is None:
        if not used.looked_for:
            return Written(mine, used, None, ())
        message = f"RegistryTemplate {used.name} does not exist: create it, or name another"
        return Written(mine, used, None, (Problem("spec.template", message, template.MISSING),))
    holds = template.merged(used.spec, mine)
    spec, problems = validated(model, holds)
    return Written(mine, used, spec, (*problems, *template.refused(used, mine, holds)))
