"""The pipeline of each kind: what an observed state is answered with. This page is the table of contents of the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from function import derive
from function.api.integration import IntegrationSpec
from function.components import access, egress, integration, resilience, server, service, storage, workload
from function.components.part import Part
from function.kubernetes.document import Document, Manifest, mapping, text
from function.kubernetes.names import Keys
from function.memo import Memo
from function.observed import Answer, Condition, Observed, Selector, Verdict
from function.releases.release import Release
from function.resolve import owner, registry
from function.resolve.facts import Facts
from function.resolve.owner import Owner
from function.resolve.parse import parse
from function.resolve.plan import Plan
from function.resolve.problems import InvalidSpec, Problem, numbered
from function.resolve.registry import Written
from function.resolve.rules import STORAGE_CHANGE
from function.resolve.template import MISSING as TEMPLATE_MISSING
from function.resolve.template import Template

REGISTRY: tuple[Callable[[Plan], Part], ...] = (
    server.build,
    storage.build,
    egress.build,
    service.build,
    access.service_account,
    access.network_policy,
    resilience.disruption_budget,
    resilience.autoscaler,
    resilience.deletion_protection,
    workload.http_secret,
)
"""A Registry's components: a new capability is a room in components/ and a row here."""


CLAIM_FIELDS = ("accessModes", "resources", "storageClassName")


class Desired(NamedTuple):
    """What a plan composes; the release is None while it has to wait for something."""

    manifests: Mapping[str, Manifest]
    release: Release | None


def build(plan: Plan) -> Desired:
    """Return what this plan composes, and nothing but the plan decides."""
    parts = [component(plan) for component in REGISTRY]
    wanted = workload.release(plan, parts)
    manifests = {key: made for part in parts for key, made in part.manifests.items()}
    return Desired({**manifests, **workload.manifests(plan, wanted)}, wanted)


_made: Memo[tuple[Written, Owner, Facts], tuple[Plan, Desired]] = Memo()


def _make(written: Written, whose: Owner, facts: Facts) -> tuple[Plan, Desired]:
    plan = registry.resolve(written, whose, facts)
    return plan, build(plan)


def answer(observed: Observed, polled: int = 0) -> Answer:
    """Return the answer for a composite of any of our kinds.

    `polled` is how often, in seconds, to be called where Crossplane does not watch what we require; 0 where it does.
    """
    kind = text(observed.composite.at("kind"))
    if kind not in KINDS:
        known = ", ".join(KINDS)
        return Answer(fatal=f"this function does not know the kind {kind or '(none)'}: it composes {known}")
    return KINDS[kind](observed, polled)


def _registry(observed: Observed, polled: int) -> Answer:
    try:
        whose = owner.read(observed.composite, "Registry")
    except InvalidSpec as invalid:
        return _refused(invalid, observed, None, Answer())
    written = registry.read(observed)
    requirements = registry.requirements(written, whose, observed)
    if written.template and not written.template.looked_for:
        return _unread(written.template, observed, requirements)
    try:
        facts = registry.facts(written, whose, observed)
        plan, desired = _made.get((written, whose, facts), lambda: _make(written, whose, facts))
    except InvalidSpec as invalid:
        return _refused(invalid, observed, whose, Answer(requirements=requirements))
    state = derive.state(observed)
    told = derive.conditions(plan, observed, state, desired.release)
    if desired.release is None and Keys.DEPLOYMENT in observed.composed:
        if any(not gap.message for gap in plan.gaps):
            # What was not looked for yet comes with the next call, which a fatal answer would prevent.
            kept = {**_as_it_is(observed), **desired.manifests}
            ready = derive.ready(kept, observed, told)
            return Answer(kept, ready, conditions=told, requirements=requirements, ttl=derive.WAITING_TTL)
        lost = f"the Secret of release {plan.release_hash} is gone, and it cannot be made again yet"
        waits = derive.waits_for(plan)
        why = waits.message if waits else next(entry.message for entry in told if entry.type == derive.STORAGE_READY)
        return _stopped(f"{lost}: {why}. What runs is left as it is", told, observed, Answer(requirements=requirements))
    manifests = desired.manifests
    if plan.moving and (left := _left_behind(plan, observed, desired)):
        manifests = {**left, **manifests}
    return Answer(
        desired=manifests,
        ready=derive.ready(manifests, observed, told),
        composite_ready=next(entry.status == "True" for entry in told if entry.type == derive.AVAILABLE),
        status={**derive.status(plan, state, desired.release, told), **_in_use(written)},
        conditions=told,
        events=derive.events(told, observed),
        requirements=requirements,
        ttl=derive.ttl(observed, manifests, told, polled if requirements else 0),
    )


def _left_behind(plan: Plan, observed: Observed, desired: Desired) -> dict[str, Manifest]:
    """Return what the pods of the good release use and the wanted one does not: it goes when that one is good.

    Not the integration that this plan would compose: where it does not, COSI is gone.
    """
    used = (Keys.VOLUME_CLAIM, Keys.BUCKET_SECRET, Keys.SERVICE_ACCOUNT)
    current = plan.bucket_names.key
    keys = [key for key in observed.composed if key in used or (key.startswith(Keys.COSI) and key != current)]
    return {key: _kept(observed.composed[key]) for key in keys if key not in desired.manifests}


def _in_use(written: Written) -> dict[str, Any]:
    used = written.template
    return {"template": {"name": used.name, "generation": used.generation}} if used else {}


def _unread(used: Template, observed: Observed, requirements: Mapping[str, Selector]) -> Answer:
    """Answer while the template has not been brought: what is there stays, and Crossplane calls again with it."""
    message = f"RegistryTemplate {used.name} has not been looked up yet"
    told = [
        derive.carried(observed, kind, message) for kind in (derive.VALID, derive.STORAGE_READY, derive.AVAILABLE, derive.UPGRADED)
    ]
    return Answer(
        desired=_as_it_is(observed),
        ready=frozenset(observed.composed),
        composite_ready=told[2].status == "True",
        conditions=told,
        requirements=requirements,
        ttl=derive.WAITING_TTL,
    )


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


def _refused(invalid: InvalidSpec, observed: Observed, whose: Owner | None, so_far: Answer) -> Answer:
    """Answer a spec that cannot be used: with all problems, and without touching what runs."""
    message = f"the spec is not valid, nothing was changed: {invalid}"
    changes = [problem for problem in invalid.problems if problem.reason == STORAGE_CHANGE]
    reason = TEMPLATE_MISSING if any(problem.reason == TEMPLATE_MISSING for problem in invalid.problems) else "InvalidSpec"
    told = [Condition(derive.VALID, "False", reason, str(invalid), trouble=True)]
    if changes:
        said = "; ".join(map(str, changes))
        told.append(Condition(derive.STORAGE_READY, "False", STORAGE_CHANGE, said, trouble=True))
    else:
        told.append(derive.carried(observed, derive.STORAGE_READY, "the spec is not valid"))
    if whose is None or Keys.DEPLOYMENT not in observed.composed:
        told.append(Condition(derive.AVAILABLE, "False", "InvalidSpec", "the spec is not valid, nothing was composed"))
    else:
        told.append(Condition.of(derive.AVAILABLE, derive.available(whose, observed, derive.state(observed))))
    told.append(derive.carried(observed, derive.UPGRADED, "the spec is not valid"))
    if Keys.DELETION_PROTECTION in observed.composed:
        told.append(derive.protected(observed))
    return _stopped(message, tuple(told), observed, so_far)


def _stopped(message: str, told: tuple[Condition, ...], observed: Observed, so_far: Answer) -> Answer:
    """Answer so that Crossplane applies nothing, and says why."""
    return replace(so_far, fatal=message, conditions=told, events=derive.events(told, observed))


def broken(observed: Observed) -> Answer:
    """Answer a call that failed by a mistake of ours: with what was told before, since nothing was found out."""
    message = "internal error: the function's log says more; nothing was changed"
    kinds = (derive.VALID, derive.STORAGE_READY, derive.AVAILABLE, derive.UPGRADED)
    return Answer(fatal=message, conditions=tuple(derive.carried(observed, kind, message) for kind in kinds))


def _integration(observed: Observed, polled: int) -> Answer:  # noqa: ARG001  it requires nothing
    spec, problems = parse(IntegrationSpec, observed.composite.at("spec"))
    if spec is not None and not problems and spec.cosi is None:
        problems = [Problem("spec.cosi", "is missing")]
    if spec is None or spec.cosi is None or problems:
        said = str(InvalidSpec(problems))
        return Answer(fatal=said, conditions=(Condition("Provisioned", "False", "InvalidSpec", said, trouble=True),))
    desired = integration.cosi(spec, spec.cosi)
    claim = integration.judge_claim(observed.composed.get(integration.CLAIM), spec.cosi.claim_name)
    access_key = integration.access_key(spec.cosi)
    granted = integration.judge_access(observed.composed.get(access_key), spec.cosi.access_name)
    verdict = next(
        (v for v in (claim, granted) if not v.ready),
        Verdict(True, "Provisioned", "a bucket is there, and access to it"),
    )
    told = (Condition.of("Provisioned", verdict),)
    judged = {integration.CLAIM: claim.ready, access_key: granted.ready}
    return Answer(
        desired=desired,
        ready=frozenset(key for key, good in judged.items() if good),
        composite_ready=verdict.ready,
        status={"cosi": {"bucketReady": claim.ready, "accessGranted": granted.ready}},
        conditions=told,
        events=derive.events(told, observed),
        ttl=derive.ttl(observed, desired, told, 0),
    )


def _template(observed: Observed, polled: int) -> Answer:  # noqa: ARG001  it requires nothing
    problems = [str(problem) for problem in registry.template_problems(observed.composite)]
    verdict = Verdict(True, "Valid", "registries can use the template")
    if problems:
        verdict = Verdict(False, "InvalidSpec", numbered(problems), trouble=True)
    told = (Condition.of(derive.VALID, verdict),)
    return Answer(
        composite_ready=verdict.ready,
        status={"problems": problems, "problemCount": len(problems)},
        conditions=told,
        events=derive.events(told, observed),
    )


KINDS: Mapping[str, Callable[[Observed, int], Answer]] = {
    "XRegistry": _registry,
    "Registry": _registry,
    "XRegistryIntegration": _integration,
    "RegistryIntegration": _integration,
    "RegistryTemplate": _template,
}
