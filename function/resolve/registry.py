"""A Registry: from its spec and the observed state to a Plan, or to all problems at once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from function.api.registry import RegistrySpec
from function.api.storage import Storage
from function.kubernetes.names import Names
from function.memo import Memo
from function.observed import Observed, Selector
from function.resolve import facts as facts_
from function.resolve import images, plan, stores
from function.resolve.facts import Facts
from function.resolve.images import Dialect
from function.resolve.owner import Owner
from function.resolve.parse import parse
from function.resolve.plan import Plan
from function.resolve.problems import InvalidSpec, Problem, related
from function.resolve.rules import RULES, Case
from function.resolve.stores import Store


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What was written, read as far as it can be; `spec` is None where it cannot be read at all.

    The same text is the same object.
    """

    spec: RegistrySpec | None
    problems: tuple[Problem, ...]


def read(observed: Observed) -> Written:
    """Return the spec as it was written."""
    return _written.get(observed.composite.key("spec"), lambda: _parsed(observed))


_written: Memo[Hashable, Written] = Memo()


def _parsed(observed: Observed) -> Written:
    spec, problems = parse(RegistrySpec, observed.composite.at("spec"))
    return Written(spec, tuple(problems))


def requirements(written: Written, owner: Owner, observed: Observed) -> dict[str, Selector]:
    """Return what Crossplane shall bring with the next call."""
    return facts_.requirements(written.spec, owner, observed) if written.spec else {}


def facts(written: Written, owner: Owner, observed: Observed) -> Facts:
    """Return what the Plan takes from the observed state; InvalidSpec where nothing of the spec can be read."""
    if written.spec is None:
        raise InvalidSpec(written.problems)
    return facts_.read(written.spec, owner, observed)


def resolve(written: Written, owner: Owner, facts: Facts) -> Plan:
    """Return the Plan; InvalidSpec with all that is wrong."""
    spec = written.spec
    if spec is None:
        raise InvalidSpec(written.problems)
    dialect = _dialect(spec)
    store = _store(spec, facts, owner.names)
    case = Case(spec, facts, dialect, store)
    found = [problem for rule in RULES for problem in rule(case)]
    # A rule that speaks of what could not be read would only repeat that.
    found = [p for p in found if not any(related(p.path, other.path) for other in written.problems)]
    if written.problems or found:
        raise InvalidSpec([*written.problems, *found])
    assert store is not None and dialect is not None  # noqa: S101, PT018  the rules have seen to it
    return plan.make(owner, spec, facts, store, dialect)


def _dialect(spec: RegistrySpec) -> Dialect | None:
    try:
        tagged = images.parse(spec.image or images.DEFAULT).dialect
    except ValueError:
        tagged = None
    return spec.version or tagged


def _store(spec: RegistrySpec, facts: Facts, names: Names) -> Store | None:
    if spec.storage is None or len(stores.kinds(spec.storage)) != 1 or _half(spec.storage):
        return None
    bucket = facts.bucket.bucket if facts.bucket else ""
    return stores.of(spec.storage, names("data"), facts.claim_modes, facts.storage, bucket)


def _half(storage: Storage) -> bool:
    """Tell whether only one of COSI's two classes is written."""
    return bool(storage.bucket_class_name) != bool(storage.bucket_access_class)
