"""From verdicts to what a user reads: conditions, status, events; and to when Crossplane shall call again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from function.components import resilience, service, workload
from function.kubernetes import workloads
from function.kubernetes.document import condition, text
from function.kubernetes.document import conditions as observed_conditions
from function.kubernetes.names import Keys
from function.kubernetes.workloads import State
from function.observed import Condition, Event, Observed, Verdict
from function.releases.release import Release
from function.resolve import images
from function.resolve.owner import Owner
from function.resolve.plan import Plan

STORAGE_READY, AVAILABLE, UPGRADED, VALID, PROTECTED = "StorageReady", "Available", "Upgraded", "Valid", "Protected"
WAITING_TTL = 20
PHASES = {"Current": "Current", "RollingOut": "RollingOut", "RolloutFailed": "Failed"}


def _pods(owner: Owner) -> str:
    """Say how to find out more: why a pod does not run is in its own events, which the operator does not read."""
    selector = f"app.kubernetes.io/name={owner.names.kind},app.kubernetes.io/instance={owner.name}"
    return f"(why: kubectl -n {owner.namespace} describe pods -l {selector})"


def waits_for(plan: Plan) -> Verdict | None:
    """Return what of the user's a release waits for: first what is not there, then what was not looked up yet."""
    for gap in sorted(plan.gaps, key=lambda gap: not gap.message):
        message = gap.message or f"{gap.reference.kind} {gap.reference.name} has not been looked up yet"
        return Verdict(False, gap.reason, message, trouble=bool(gap.message))
    return None


def state(observed: Observed, keys: Iterable[str]) -> State | None:
    """Return the state of the first workload under these keys, with the ready pods of all; None where there is none.

    Pods of the good release may run under another key than those of the wanted one: clients do not care.
    """
    found = [workloads.read(observed.composed[key]) for key in dict.fromkeys(keys) if key in observed.composed]
    return replace(found[0], ready=sum(each.ready for each in found)) if found else None


def available(owner: Owner, observed: Observed, state: State | None, waits: Verdict | None = None) -> Verdict:
    """Say whether it can be used: its Service is there, and one pod at least is ready.

    `waits` is what the first pods wait for, if anything.
    """
    if state is None:
        return waits or Verdict(False, "Creating", "the pods' workload is being created")
    reached = service.judge(observed.composed.get(Keys.SERVICE))
    if not reached.ready:
        return reached
    # While one more pod than desired starts, there may be more ready ones.
    count = f"{min(state.ready, state.desired)} of {state.desired} pods are ready"
    if state.ready >= state.desired > 0:
        return Verdict(True, "Available", count)
    why = f": {state.refused}" if state.refused else f" {_pods(owner)}"
    if state.ready:
        return Verdict(True, "Degraded", count + why, trouble=bool(state.refused))
    if state.refused:
        return Verdict(False, "PodsRefused", count + why, trouble=True)
    if state.overdue:
        return Verdict(False, "PodsNotReady", count + why, trouble=True)
    return Verdict(False, "Starting", count + why)


def upgraded(plan: Plan, state: State | None, wanted: Release | None) -> Verdict:
    """Say whether the wanted release runs."""
    if wanted is None:
        gap = waits_for(plan)
        message = gap.message if gap else "the storage, see StorageReady"
        return Verdict(False, "Waiting", f"the first release waits: {message}", trouble=bool(gap and gap.trouble))
    if not plan.ready_to_run:
        gap = waits_for(plan)
        message = gap.message if gap else "the storage is not ready, see StorageReady"
        goes_on = f"release {wanted.hash} goes on until a new one can be made: {message}"
        return Verdict(False, "Waiting", goes_on, trouble=bool(gap and gap.trouble))
    what = f"release {wanted.hash} ({wanted.image()})"
    if state is None or state.release != wanted.hash or not state.observed:
        return Verdict(False, "RollingOut", f"{what} is being rolled out")
    if state.overdue:
        deadline = plan.spec.upgrade.progress_deadline_seconds
        why = f"({state.refused})" if state.refused else _pods(plan.owner)
        count = f"{state.updated} of {state.desired} pods run it, {state.available} are available in all"
        message = f"{what} was not ready within {deadline} s: {count} {why}; mend the spec. What ran before goes on"
        return Verdict(False, "RolloutFailed", message, trouble=True)
    if not state.complete and plan.facts.good != wanted.hash:
        # The controller of a StatefulSet never gives a rollout up, and so never says that it failed.
        refused = f": {state.refused}" if state.refused else f" {_pods(plan.owner)}" if plan.stateful else ""
        message = f"{what} is being rolled out: {state.updated} of {state.desired} pods run it, {state.available} are available"
        return Verdict(False, "RollingOut", message + refused, trouble=bool(state.refused))
    return Verdict(True, "Current", f"{what} runs{_floating(wanted)}")


def _floating(release: Release) -> str:
    try:
        image = images.parse(release.image())
    except ValueError:
        return ""
    if image.exact:
        return ""
    return f"; {image.reference} is a tag that moves: it cannot be rolled back, name an exact one such as {images.DEFAULT}"


def conditions(
    plan: Plan, observed: Observed, state: State | None, wanted: Release | None, stored: Verdict
) -> tuple[Condition, ...]:
    """Return the conditions that every kind with pods has, of a valid spec; `stored` is what its storage is judged to be."""
    waits = waits_for(plan) or Verdict(False, "Creating", f"{plan.workload_kind} {plan.workload_name} is being created")
    if not stored.ready:
        waits = Verdict(False, "WaitingForStorage", stored.message, stored.trouble)
    told = [
        Condition(VALID, "True", "Valid", "the spec is valid"),
        Condition.of(STORAGE_READY, stored),
        Condition.of(AVAILABLE, available(plan.owner, observed, state, waits)),
        Condition.of(UPGRADED, upgraded(plan, state, wanted)),
    ]
    if plan.spec.deletion_protection:
        told.append(protected(observed, plan.owner.kind))
    elif condition(observed.composite, PROTECTED):
        message = f"spec.deletionProtection is false: the {plan.owner.kind} can be deleted"
        told.append(Condition(PROTECTED, "False", "NotProtected", message))
    return tuple(told)


def protected(observed: Observed, kind: str) -> Condition:
    """Return the condition that says whether deleting the composite, of this kind, is refused."""
    return Condition.of(PROTECTED, resilience.judge_protection(observed.composed.get(Keys.DELETION_PROTECTION), kind))


def carried(observed: Observed, kind: str, message: str) -> Condition:
    """Return a condition as it was last told, for an answer that cannot judge it: left out, Crossplane calls it unknown."""
    entry = condition(observed.composite, kind)
    status, reason = entry.get("status"), text(entry.get("reason"))
    if status in ("True", "False") and reason:
        return Condition(kind, status, reason, text(entry.get("message")))
    return Condition(kind, "Unknown", "NotJudged", message)


def status(plan: Plan, state: State | None, wanted: Release | None, told: Sequence[Condition]) -> dict[str, Any]:
    """Return the status fields that every kind with pods has."""
    rollout = next(entry for entry in told if entry.type == UPGRADED)
    runs = plan.kept(plan.facts.good) or wanted
    release = {
        "current": plan.facts.good,
        "target": wanted.hash if wanted else "",
        "phase": PHASES.get(rollout.reason, "Waiting"),
        "message": rollout.message,
    }
    found: dict[str, Any] = {
        "replicas": state.replicas if state else 0,
        "readyReplicas": state.ready if state else 0,
        "zeroDowntime": plan.zero_downtime,
        "release": {name: value for name, value in release.items() if value},
    }
    if runs:
        found["image"] = runs.image()
        found["version"] = runs.annotation(workload.VERSION_ANNOTATION)
    return found


def events(told: Iterable[Condition], observed: Observed) -> tuple[Event, ...]:
    """Return an event for each condition that is not as it was: another status, or another reason."""
    found = []
    then = observed_conditions(observed.composite)
    for entry in told:
        before = then.get(entry.type, {})
        as_expected = not before and entry.type == VALID and entry.status == "True"
        if (before.get("status"), before.get("reason")) != (entry.status, entry.reason) and not as_expected:
            found.append(
                Event("Warning" if entry.trouble else "Normal", entry.reason, f"{entry.type} is {entry.status}: {entry.message}")
            )
    return tuple(found)


def ttl(observed: Observed, desired: Mapping[str, Any], told: Iterable[Condition], polled: int) -> int:
    """Return in how many seconds Crossplane shall call again, besides when something changes.

    A refusal (422) is not tried again by itself, and an open circuit breaker holds back edits: then, and as long as
    something is on its way, a call comes soon. `polled` is for what Crossplane does not watch.
    """
    settled = (
        all(entry.status == "True" or entry.reason == "NotProtected" for entry in told)
        and desired.keys() <= observed.composed.keys()
    )
    composite = observed_conditions(observed.composite)
    troubled = any(composite.get(kind, {}).get("status") == "False" for kind in ("Synced", "Responsive"))
    return polled if settled and not troubled else WAITING_TTL


def ready(desired: Iterable[str], observed: Observed, told: Sequence[Condition]) -> frozenset[str]:
    """Return the keys of the objects that are there and do what they are for."""
    verdicts = {entry.type: entry.status == "True" for entry in told}
    slow = {
        Keys.DEPLOYMENT: verdicts.get(AVAILABLE, False),
        Keys.STATEFUL_SET: verdicts.get(AVAILABLE, False),
        Keys.SERVICE: service.judge(observed.composed.get(Keys.SERVICE)).ready,
        Keys.VOLUME_CLAIM: verdicts.get(STORAGE_READY, False),
    }
    stored = slow[Keys.VOLUME_CLAIM]
    slow |= {key: stored for key in desired if key.startswith(Keys.CACHE_VOLUME)}
    # An integration's troubles are told by a condition; they are not the registry's.
    return frozenset(key for key in desired if slow.get(key, key in observed.composed) or key.startswith(Keys.COSI))
