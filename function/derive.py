"""From verdicts to what a user reads: conditions, status, events; and to when Crossplane shall call again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from function.components import resilience, service, workload
from function.components.workload import progress
from function.kubernetes.document import condition, text
from function.kubernetes.document import conditions as observed_conditions
from function.kubernetes.names import Keys
from function.kubernetes.workloads import State
from function.observed import Condition, Event, Observed, Verdict
from function.releases.release import Release
from function.resolve import deadlines
from function.resolve.owner import Owner
from function.resolve.plan import Plan

STORAGE_READY, AVAILABLE, VALID, PROTECTED = "StorageReady", "Available", "Valid", "Protected"
UPGRADED = progress.UPGRADED
WAITING_TTL, WATCHED_TTL = 20, 120
"""In how many seconds Crossplane shall call again while it may not see what is awaited; and while it does, all the same.

A call is some 25 requests to the API server. A thousand registries that were created at once took a fifth longer with 20 for both.
"""

PHASES = {
    "Current": "Current",
    "SecretReplaced": "Current",
    "Refused": "Refused",
    "Scheduled": "Scheduled",
    "Trial": "Trial",
    "TrialFailed": "Failed",
    "RollingOut": "RollingOut",
    "RolloutFailed": "Failed",
    "RolledBack": "RolledBack",
}
AT_REST = ("NotProtected", "Refused", "RolledBack", "Scheduled", "TrialFailed")
"""What does not change by itself: reasons of conditions that are false, and wait for the user, or for the end of a Job."""


def state(observed: Observed, keys: Iterable[str]) -> State | None:
    """Return the state of the first workload under these keys, with the ready pods of the others; None where there is none.

    Pods of the good release may run under another key than those of the wanted one.
    """
    found = [deadlines.state(observed.composed[key], observed) for key in dict.fromkeys(keys) if key in observed.composed]
    if not found:
        return None
    beside = sum(each.ready for each in found[1:])
    return replace(found[0], beside=beside) if beside else found[0]


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
    count = f"{min(state.serving, state.desired)} of {state.desired} pods are ready"
    if state.serving >= state.desired > 0:
        return Verdict(True, "Available", count)
    why = f": {state.refused}" if state.refused else f" {progress.why(owner)}"
    if state.serving:
        return Verdict(True, "Degraded", count + why, trouble=bool(state.refused))
    if state.refused:
        return Verdict(False, "PodsRefused", count + why, trouble=True)
    if state.overdue:
        return Verdict(False, "PodsNotReady", count + why, trouble=True)
    return Verdict(False, "Starting", count + why)


def conditions(
    plan: Plan, observed: Observed, state: State | None, carried: Release | None, stored: Verdict
) -> tuple[Condition, ...]:
    """Return the conditions that every kind with pods has, of a valid spec; `stored` is what its storage is judged to be."""
    waits = progress.waits_for(plan) or Verdict(False, "Creating", f"{plan.workload_kind} {plan.workload_name} is being created")
    if not stored.ready:
        waits = Verdict(False, "WaitingForStorage", stored.message, stored.trouble)
    told = [
        Condition(VALID, "True", "Valid", "the spec is valid"),
        Condition.of(STORAGE_READY, stored),
        Condition.of(AVAILABLE, available(plan.owner, observed, state, waits)),
        Condition.of(UPGRADED, progress.judge(plan, observed, state, carried)),
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


def status(plan: Plan, state: State | None, carried: Release | None, told: Sequence[Condition]) -> dict[str, Any]:
    """Return the status fields that every kind with pods has."""
    rollout = next(entry for entry in told if entry.type == UPGRADED)
    runs = plan.facts.release(plan.facts.good) or carried
    release = {
        "current": plan.facts.good,
        "target": plan.release_hash if carried else "",
        "failed": plan.decision.failed,
        "phase": PHASES.get(rollout.reason, "Waiting"),
        "message": rollout.message,
    }
    found: dict[str, Any] = {
        # Without the pod more that a rollout starts. It comes and goes with each pod that is replaced, and Crossplane counts
        # every change of a status against its circuit breaker.
        "replicas": min(state.replicas, state.desired) if state else 0,
        "readyReplicas": min(state.serving, state.desired) if state else 0,
        "zeroDowntime": plan.zero_downtime,
        "release": {name: value for name, value in release.items() if value},
    }
    if runs:
        found["image"] = runs.image
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

    A refusal (422) is not tried again by itself, and an open circuit breaker holds back edits: then, and until all objects
    are there, a call comes soon. `polled` is for what Crossplane does not watch.
    """
    composite = observed_conditions(observed.composite)
    troubled = any(composite.get(kind, {}).get("status") == "False" for kind in ("Synced", "Responsive"))
    if troubled or not desired.keys() <= observed.composed.keys():
        return WAITING_TTL
    if all(entry.status == "True" or entry.reason in AT_REST for entry in told):
        return polled
    return WAITING_TTL if polled else WATCHED_TTL


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
