"""A Registry: from its spec and the observed state to a Plan, or to all problems at once."""

from __future__ import annotations

from function.api.registry import RegistrySettings, RegistrySpec
from function.api.storage import Storage
from function.api.template import TemplateSpec
from function.kubernetes.document import Document
from function.kubernetes.names import Names
from function.observed import Observed, Selector
from function.resolve import images, rules, template, written
from function.resolve.owner import Owner
from function.resolve.parse import parse
from function.resolve.problems import Problem, repeats
from function.resolve.registry import facts as facts_
from function.resolve.registry import plan, stores
from function.resolve.registry.facts import RegistryFacts
from function.resolve.registry.plan import RegistryPlan
from function.resolve.registry.rules import RULES, RegistryCase
from function.resolve.registry.stores import Store
from function.resolve.written import Written


def read(observed: Observed) -> Written[RegistrySpec]:
    """Return the spec as it was written."""
    return written.read(RegistrySpec, observed)


def requirements(spec: Written[RegistrySpec], owner: Owner, observed: Observed) -> dict[str, Selector]:
    """Return what Crossplane shall bring with the next call."""
    return {**spec.requirements(), **(facts_.requirements(spec.spec, owner, observed) if spec.spec else {})}


def facts(spec: Written[RegistrySpec], owner: Owner, observed: Observed) -> RegistryFacts:
    """Return what the Plan takes from the observed state; InvalidSpec where nothing of the spec can be read."""
    return facts_.read(spec.readable(), owner, observed)


def resolve(written: Written[RegistrySpec], owner: Owner, facts: RegistryFacts) -> RegistryPlan:
    """Return the Plan; InvalidSpec with all that is wrong."""
    spec = written.readable()
    dialect = images.dialect(spec.image, spec.version)
    store = _store(spec, facts, owner.names)
    case = RegistryCase(spec, dialect, facts, store, owner.names("data"))
    if found := rules.broken(RULES, case, written.problems):
        raise written.refuse(found)
    assert store is not None and dialect is not None  # noqa: S101, PT018  the rules have seen to it
    return plan.make(owner, written, facts, store, dialect)


def _store(spec: RegistrySettings, facts: RegistryFacts, names: Names) -> Store | None:
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
        facts = RegistryFacts()
        store = _store(spec, facts, Names("template", "registry"))
        case = RegistryCase(spec, images.dialect(spec.image, spec.version), facts, store)
        ruled = [problem for rule in RULES for problem in rule(case)]
        found += [problem for problem in ruled if not any(repeats(problem, other) for other in found)]
        found += template.unlockable(spec.locked or ())
        if spec.storage and spec.storage.replaces:
            found.append(
                Problem("spec.storage.replaces", "is for one Registry to say: no template can know that its images were copied")
            )
    return sorted({problem for problem in found if not problem.lacking})
