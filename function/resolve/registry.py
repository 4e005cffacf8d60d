"""A Registry: from its spec and the observed state to a Plan, or to all problems at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from function.api.registry import RegistrySettings, RegistrySpec
from function.api.storage import Storage
from function.api.template import TemplateSpec
from function.kubernetes.document import Document, mapping
from function.kubernetes.names import Names
from function.memo import Memo
from function.observed import Observed, Selector
from function.resolve import facts as facts_
from function.resolve import images, plan, stores, template
from function.resolve.facts import Facts
from function.resolve.images import Dialect
from function.resolve.owner import Owner
from function.resolve.parse import given, parse
from function.resolve.plan import Plan
from function.resolve.problems import InvalidSpec, Problem, repeats
from function.resolve.rules import RULES, Case
from function.resolve.stores import Store
from function.resolve.template import Template, located


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What was written, by the team and in its template, read as far as it can be.

    `spec` is what holds of both; None where it cannot be read at all. The same text is the same object.
    """

    raw: dict[str, Any]
    template: Template | None
    spec: RegistrySpec | None
    problems: tuple[Problem, ...]

    def refuse(self, problems: Iterable[Problem]) -> InvalidSpec:
        """Return the problems, each at the place where it was written."""
        template = self.template
        return InvalidSpec(located(problem, template, self.raw) if template else problem for problem in problems)


def read(observed: Observed) -> Written:
    """Return the spec as it was written."""
    used = template.document(observed)
    looked_for = template.was_looked_for(observed)
    key = (observed.composite.key("spec"), used and (used.key("metadata"), used.key("spec")), looked_for)
    return _written.get(key, lambda: _parsed(observed))


_written: Memo[Hashable, Written] = Memo()


def _parsed(observed: Observed) -> Written:
    raw = observed.composite.at("spec")
    used = template.of(observed)
    if used is None or not isinstance(raw, dict):
        spec, problems = parse(RegistrySpec, raw)
        return Written(mapping(raw), used, spec, tuple(problems))
    mine = given(raw)
    if used.spec is None:
        if not used.looked_for:
            return Written(mine, used, None, ())
        message = f"RegistryTemplate {used.name} does not exist: create it, or name another"
        return Written(mine, used, None, (Problem("spec.template", message, template.MISSING),))
    holds = template.merged(given(used.spec), mine)
    spec, problems = parse(RegistrySpec, holds)
    return Written(mine, used, spec, (*problems, *template.refused(used, mine, holds)))


def requirements(written: Written, owner: Owner, observed: Observed) -> dict[str, Selector]:
    """Return what Crossplane shall bring with the next call."""
    wanted = template.requirement(written.template.name) if written.template else {}
    return {**wanted, **(facts_.requirements(written.spec, owner, observed) if written.spec else {})}


def facts(written: Written, owner: Owner, observed: Observed) -> Facts:
    """Return what the Plan takes from the observed state; InvalidSpec where nothing of the spec can be read."""
    if written.spec is None:
        raise written.refuse(written.problems)
    return facts_.read(written.spec, owner, observed)


def resolve(written: Written, owner: Owner, facts: Facts) -> Plan:
    """Return the Plan; InvalidSpec with all that is wrong."""
    spec = written.spec
    if spec is None:
        raise written.refuse(written.problems)
    dialect = _dialect(spec)
    store = _store(spec, facts, owner.names)
    case = Case(spec, facts, dialect, store, owner.names("data"))
    found = [problem for rule in RULES for problem in rule(case)]
    # A rule that speaks of what could not be read would only repeat that.
    found = [p for p in found if not any(repeats(p, other) for other in written.problems)]
    if written.problems or found:
        raise written.refuse([*written.problems, *found])
    assert store is not None and dialect is not None  # noqa: S101, PT018  the rules have seen to it
    return plan.make(owner, spec, facts, store, dialect)


def _dialect(spec: RegistrySettings) -> Dialect | None:
    try:
        tagged = images.parse(spec.image or images.DEFAULT).dialect
    except ValueError:
        tagged = None
    return spec.version or tagged


def _store(spec: RegistrySettings, facts: Facts, names: Names) -> Store | None:
    if spec.storage is None or len(stores.kinds(spec.storage)) != 1 or _half(spec.storage):
        return None
    bucket = facts.bucket.bucket if facts.bucket else ""
    return stores.of(spec.storage, names("data"), facts.claim_modes, facts.storage, bucket)


def _half(storage: Storage) -> bool:
    """Tell whether only one of COSI's two classes is written."""
    return bool(storage.bucket_class_name) != bool(storage.bucket_access_class)


def template_problems(document: Document) -> list[Problem]:
    """Return what is wrong with a RegistryTemplate by itself; what it lacks, a Registry may add."""
    spec, found = parse(TemplateSpec, document.at("spec"))
    if spec is not None:
        facts = Facts(http_secret="")
        case = Case(spec, facts, _dialect(spec), _store(spec, facts, Names("template", "registry")))
        ruled = [problem for rule in RULES for problem in rule(case)]
        found += [problem for problem in ruled if not any(repeats(problem, other) for other in found)]
        found += template.unlockable(spec.locked or ())
        if spec.storage and spec.storage.replaces:
            found.append(
                Problem("spec.storage.replaces", "is for one Registry to say: no template can know that its images were copied")
            )
    return sorted({problem for problem in found if not problem.lacking})
