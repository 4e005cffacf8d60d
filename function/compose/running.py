"""The pipeline of a kind that runs pods: from an observed state to what is desired, and what is told."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from function import derive
from function.api.settings import Settings
from function.components import service, workload
from function.components.part import Part, encoded
from function.kubernetes import labels, workloads
from function.kubernetes.document import Document, Manifest, mapping
from function.kubernetes.names import Keys
from function.memo import Memo
from function.observed import Answer, Condition, Form, Made, Observed, Selector, Verdict
from function.record import record
from function.releases.release import Release
from function.resolve import owner
from function.resolve.facts import Facts
from function.resolve.owner import Owner
from function.resolve.plan import Plan
from function.resolve.problems import InvalidSpec
from function.resolve.rules import STORAGE_CHANGE
from function.resolve.template import MISSING as TEMPLATE_MISSING
from function.resolve.template import Template
from function.resolve.written import Written

MADE_BYTES, PLAN_BYTES = 4 << 20, 16 << 10
"""How much is remembered of what was made, and what one plan without its texts comes to."""

CLAIM_FIELDS = ("accessModes", "resources", "storageClassName")

S = TypeVar("S", bound=Settings)
F = TypeVar("F", bound=Facts)
P = TypeVar("P", bound=Plan)


class Desired(NamedTuple):
    """What a plan composes, the release that its pods run, None while that has to wait; and what a workload remembers.

    `manifests` are in the form that the shell keeps; `secrets` lack their data, which is in no plan.
    """

    manifests: Mapping[str, Made]
    secrets: Mapping[str, Manifest]
    release: Release | None
    memory: Mapping[str, str]


def _weight(_key: Hashable, value: tuple[Plan, Desired]) -> int:
    plan, desired = value
    texts = sum(len(text) for release in plan.facts.releases for text in (release.pod, *(text for _, text in release.files)))
    return PLAN_BYTES + texts + sum(len(made) for made in desired.manifests.values())


_made: Memo[Hashable, tuple[Any, Desired]] = Memo(MADE_BYTES, _weight)


def _no_values(_plan: Any, _observed: Observed) -> dict[str, dict[str, str]]:
    return {}


def _no_conditions(_plan: Any, _observed: Observed) -> tuple[Condition, ...]:
    return ()


@record(kw_only=True)
class Running(Generic[S, F, P]):
    """A kind that runs pods.

    `workloads` are the keys under which its pods may run; `held` tells whether pods of the good release may use what is
    under a key, although the wanted one does not compose it; `conditions` are those that only this kind has, of the types in
    `own_types`.
    """

    kind: Literal["Registry", "Cache"]
    read: Callable[[Observed], Written[S]]
    requirements: Callable[[Written[S], Owner, Observed], dict[str, Selector]]
    facts: Callable[[Written[S], Owner, Observed], F]
    resolve: Callable[[Written[S], Owner, F], P]
    components: tuple[Callable[[P], Part], ...]
    judge_storage: Callable[[P, Observed], Verdict]
    workloads: tuple[str, ...]
    held: Callable[[P, str], bool]
    status: Callable[[P, Observed, Release | None], dict[str, Any]]
    conditions: Callable[[P, Observed], tuple[Condition, ...]] = _no_conditions
    own_types: tuple[str, ...] = ()
    values: Callable[[P, Observed], dict[str, dict[str, str]]] = _no_values

    def build(self, plan: P, form: Form) -> Desired:
        """Return what this plan composes, and nothing but the plan decides."""
        parts = [component(plan) for component in self.components]
        releases = workload.releases(plan, parts)
        manifests = {key: made for part in parts for key, made in part.manifests.items()}
        manifests |= workload.manifests(plan, releases, parts)
        secrets = {key: made for part in parts for key, made in part.secrets.items()}
        made = {key: form(manifest) for key, manifest in manifests.items()}
        memory = workload.memory(plan, releases) if plan.moving else {}
        return Desired(made, secrets, releases.carried, memory)

    def _make(self, written: Written[S], whose: Owner, facts: F, form: Form) -> tuple[P, Desired]:
        plan = self.resolve(written, whose, facts)
        return plan, self.build(plan, form)

    def _filled(self, plan: P, secrets: Mapping[str, Manifest], observed: Observed) -> dict[str, Manifest]:
        """Return Secrets with their values: they are put in at each call, so that nothing remembers them."""
        values = self.values(plan, observed)
        return {key: {**made, "data": encoded(values[key])} for key, made in secrets.items()}

    def answer(self, observed: Observed, polled: int) -> Answer:
        """Return the answer for a composite of this kind."""
        try:
            whose = owner.read(observed.composite, self.kind)
        except InvalidSpec as invalid:
            return self._refused(invalid, observed, None, Answer())
        written = self.read(observed)
        requirements = self.requirements(written, whose, observed)
        if written.template and not written.template.looked_for:
            return self._unread(written.template, observed, requirements)
        try:
            facts = self.facts(written, whose, observed)
            form, key = observed.form, (observed.form, written, whose, facts)
            plan, desired = _made.get(key, lambda: self._make(written, whose, facts, form), keep=observed.known)
        except InvalidSpec as invalid:
            return self._refused(invalid, observed, whose, Answer(requirements=requirements))
        so_far = Answer(requirements=requirements, status=_in_use(written.template))
        return self._composed(plan, desired, observed, so_far, polled if requirements else 0)

    def _composed(self, plan: P, desired: Desired, observed: Observed, so_far: Answer, polled: int) -> Answer:
        state = derive.state(observed, (plan.workload_key, *self.workloads))
        stored = self.judge_storage(plan, observed)
        told = (*derive.conditions(plan, observed, state, desired.release, stored), *self.conditions(plan, observed))
        again = partial(self._filled, plan, desired.secrets) if desired.secrets else None
        manifests = {**desired.manifests, **(again(observed) if again else {})}
        if desired.release is None and state is not None:
            if any(not gap.message for gap in plan.gaps):
                # What was not looked for yet comes with the next call, which a fatal answer would prevent.
                kept = {**_as_it_is(observed), **manifests}
                ready = derive.ready(kept, observed, told)
                return replace(so_far, desired=kept, ready=ready, status={}, conditions=told, ttl=derive.WAITING_TTL)
            lost = f"the Secret of release {plan.decision.carries or plan.release_hash} is gone, and it cannot be made again yet"
            waits = workload.waits_for(plan)
            why = waits.message if waits else stored.message
            return _stopped(f"{lost}: {why}. What runs is left as it is", told, observed, so_far)
        if plan.moving and (left := self._left_behind(plan, observed, manifests, desired.memory)):
            manifests = {**left, **manifests}
        return replace(
            so_far,
            desired=manifests,
            ready=derive.ready(manifests, observed, told),
            composite_ready=next(entry.status == "True" for entry in told if entry.type == derive.AVAILABLE),
            status={
                "url": service.url(plan),
                **derive.status(plan, state, desired.release, told),
                **self.status(plan, observed, desired.release),
                **so_far.status,
            },
            conditions=told,
            events=derive.events(told, observed),
            ttl=derive.ttl(observed, manifests, told, polled),
            secrets=frozenset(desired.secrets),
            again=again,
        )

    def _left_behind(
        self, plan: P, observed: Observed, desired: Mapping[str, Made], memory: Mapping[str, str]
    ) -> dict[str, Manifest]:
        """Return what the pods of the good release use and the wanted one does not: it goes when that one is good."""
        left = {
            key: _kept(document)
            for key, document in observed.composed.items()
            if key not in desired and self.held(plan, key) and (key not in self.workloads or _serves(plan, key, document))
        }
        for key in left.keys() & set(self.workloads):
            metadata = left[key]["metadata"]
            others = {name: value for name, value in metadata.get("annotations", {}).items() if name not in labels.MEMORY}
            metadata["annotations"] = {**others, **memory}
            carried = plan.kept(plan.decision.carries) if key == plan.elsewhere else None
            if carried and workloads.read(observed.composed[key]).release != carried.hash:
                # Its own rollout was on its way when the kind changed: that one is over.
                left[key]["spec"] = {**mapping(left[key].get("spec")), "template": carried.template()}
        return left

    def _unread(self, used: Template, observed: Observed, requirements: Mapping[str, Selector]) -> Answer:
        """Answer while the template has not been brought: what is there stays, and Crossplane calls again with it."""
        told = self.carried(observed, f"RegistryTemplate {used.name} has not been looked up yet")
        return Answer(
            desired=_as_it_is(observed),
            ready=frozenset(observed.composed),
            composite_ready=next(entry.status == "True" for entry in told if entry.type == derive.AVAILABLE),
            conditions=told,
            requirements=requirements,
            ttl=derive.WAITING_TTL,
        )

    def carried(self, observed: Observed, message: str) -> tuple[Condition, ...]:
        """Return all conditions as they were last told, for an answer that can judge none; `message` where one never was."""
        kinds = (derive.VALID, derive.STORAGE_READY, derive.AVAILABLE, derive.UPGRADED, *self.own_types)
        return tuple(derive.carried(observed, kind, message) for kind in kinds)

    def _refused(self, invalid: InvalidSpec, observed: Observed, whose: Owner | None, so_far: Answer) -> Answer:
        """Answer a spec that cannot be used: with all problems, and without touching what runs."""
        message = f"the spec is not valid, nothing was changed: {invalid}"
        changes = [problem for problem in invalid.problems if problem.reason == STORAGE_CHANGE]
        reason = TEMPLATE_MISSING if any(problem.reason == TEMPLATE_MISSING for problem in invalid.problems) else "InvalidSpec"
        told = [Condition(derive.VALID, "False", reason, str(invalid), trouble=True)]
        unjudged = "the spec is not valid"
        if changes:
            said = "; ".join(map(str, changes))
            told.append(Condition(derive.STORAGE_READY, "False", STORAGE_CHANGE, said, trouble=True))
        else:
            told.append(derive.carried(observed, derive.STORAGE_READY, unjudged))
        state = derive.state(observed, self.workloads)
        if whose is None or state is None:
            told.append(Condition(derive.AVAILABLE, "False", "InvalidSpec", "the spec is not valid, nothing was composed"))
        else:
            told.append(Condition.of(derive.AVAILABLE, derive.available(whose, observed, state)))
        told += [derive.carried(observed, kind, unjudged) for kind in (derive.UPGRADED, *self.own_types)]
        if Keys.DELETION_PROTECTION in observed.composed:
            told.append(derive.protected(observed, self.kind))
        return _stopped(message, tuple(told), observed, so_far)


def _serves(plan: Plan, key: str, document: Document) -> bool:
    """Tell whether the other kind of workload is still of use: its pods run the good release, or none was good yet."""
    if plan.elsewhere:
        return key == plan.elsewhere
    return plan.facts.good in ("", workloads.read(document).release)


def _in_use(used: Template | None) -> dict[str, Any]:
    return {"template": {"name": used.name, "generation": used.generation}} if used else {}


def _as_it_is(observed: Observed) -> dict[str, Manifest]:
    """Return what is there, to be left as it is, while what it is made from has not been brought yet."""
    return {key: _kept(document) for key, document in observed.composed.items()}


def _kept(document: Document) -> Manifest:
    """Return an object so that it stays as it is."""
    metadata = {name: document.at("metadata", name) for name in ("name", "namespace", "labels", "annotations")}
    body = {name: value for name, value in document.at().items() if name not in ("metadata", "status")}
    if body.get("kind") == "PersistentVolumeClaim":
        # The rest of it is the cluster's, and could not be given back.
        body["spec"] = {name: value for name, value in mapping(body.get("spec")).items() if name in CLAIM_FIELDS}
    return {**body, "metadata": {name: value for name, value in metadata.items() if value}}


def _stopped(message: str, told: tuple[Condition, ...], observed: Observed, so_far: Answer) -> Answer:
    """Answer so that Crossplane applies nothing, and says why."""
    return replace(so_far, fatal=message, conditions=told, events=derive.events(told, observed))
