"""What the condition Upgraded says: how far the release is that the spec asks for, and what to do where it failed."""

from __future__ import annotations

from dataclasses import replace

from function.components.workload import turn
from function.kubernetes.document import condition, text
from function.kubernetes.workloads import State as Workload
from function.observed import Observed, Verdict
from function.releases.machine import State
from function.releases.release import Release
from function.resolve import images
from function.resolve.owner import Owner
from function.resolve.plan import Plan

UPGRADED = "Upgraded"
AGAIN = "fix the spec, or set upgrade.retry to try again"


def why(owner: Owner) -> str:
    """Say how to find out more: why a pod does not run is in its own events, which the operator does not read."""
    selector = f"app.kubernetes.io/name={owner.names.kind},app.kubernetes.io/instance={owner.name}"
    return f"(why: kubectl -n {owner.namespace} describe pods -l {selector})"


def waits_for(plan: Plan) -> Verdict | None:
    """Return what of the user's a release waits for: first what is not there, then what was not looked up yet."""
    for gap in sorted(plan.gaps, key=lambda gap: not gap.message):
        message = gap.message or f"{gap.reference.kind} {gap.reference.name} has not been looked up yet"
        return Verdict(False, gap.reason, message, trouble=bool(gap.message))
    return None


def judge(plan: Plan, observed: Observed, workload: Workload | None, carried: Release | None) -> Verdict:
    """Say whether the wanted release runs; `carried` is the one that the pods shall run."""
    verdict = _judge(plan, observed, workload, carried)
    if not plan.facts.replaced:
        return verdict
    names = ", ".join(f"{plan.owner.namespace}/{plan.names(f'release-{name}')}" for name in plan.facts.replaced)
    said = f"Secret {names} does not hold what was kept in it, and is not used: delete it, and it is made anew"
    if verdict.ready:
        return Verdict(False, "SecretReplaced", said, trouble=True)
    return replace(verdict, message=f"{verdict.message}; {said}", trouble=True)


def _judge(plan: Plan, observed: Observed, workload: Workload | None, carried: Release | None) -> Verdict:
    if carried is None or not plan.ready_to_run:
        return _waiting(plan, carried)
    old = plan.facts.release(plan.facts.good)
    runs = _named(old.image, old.hash, plan) if old else "nothing"
    new = _named(plan.image.reference, plan.release_hash, plan)
    trial = f"kubectl -n {plan.owner.namespace} events | grep {plan.workload_name}-trial"
    match plan.decision.state:
        case State.REFUSED:
            return Verdict(False, "Refused", f"{'; '.join(plan.refused)}. {runs} goes on", trouble=True)
        case State.SCHEDULED:
            said = f"{new} has its turn {turn.when(plan, observed)} (upgrade.spreadSeconds is {plan.spec.upgrade.spread_seconds})"
            return Verdict(
                False, "Scheduled", f"{said}; {runs} goes on; an edit of the spec of this {plan.owner.kind} ends the wait"
            )
        case State.TRIAL:
            said = f"{new} is tried beside {runs}; no pod is replaced before it has started and seen its storage"
            return Verdict(False, "Trial", f"{said} (how far it is: {trial})")
        case State.TRIAL_FAILED:
            said = f"{new} did not start, or did not see its storage, in its trial (why: {trial})"
            return Verdict(False, "TrialFailed", f"{said}; running {runs}; {AGAIN}", trouble=True)
        case State.ROLLED_BACK:
            said = _said_before(plan, observed, "RolledBack") or f"{new} {_late(plan, workload)}; running {runs}; {AGAIN}"
            return Verdict(False, "RolledBack", said, trouble=True)
        case State.ROLLOUT_FAILED:
            left = f"upgrade.rollback is Manual, so it is left as it is, beside what is left of {runs}" if old else ""
            left = left or "none was good before that could come back"
            return Verdict(False, "RolloutFailed", f"{new} {_late(plan, workload)}; {left}; fix the spec", trouble=True)
        case _:
            return _rolling(plan, workload, carried)


def _waiting(plan: Plan, carried: Release | None) -> Verdict:
    gap = waits_for(plan)
    trouble = bool(gap and gap.trouble)
    if carried is None:
        message = gap.message if gap else "the storage, see StorageReady"
        return Verdict(False, "Waiting", f"the first release waits: {message}", trouble=trouble)
    message = gap.message if gap else "the storage is not ready, see StorageReady"
    return Verdict(False, "Waiting", f"release {carried.hash} goes on until a new one can be made: {message}", trouble=trouble)


def _rolling(plan: Plan, workload: Workload | None, carried: Release) -> Verdict:
    what = f"release {carried.hash} ({carried.image})"
    if workload is None or workload.release != carried.hash or not workload.observed:
        return Verdict(False, "RollingOut", f"{what} is being rolled out")
    if not workload.complete and plan.facts.good != carried.hash:
        # The controller of a StatefulSet does not say why there are no pods.
        refused = f": {workload.refused}" if workload.refused else f" {why(plan.owner)}" if plan.stateful else ""
        # The pod more that a rollout starts is not told of: see derive.status.
        available = min(workload.available, workload.desired)
        count = f"{workload.updated} of {workload.desired} pods run it, {available} are available"
        return Verdict(False, "RollingOut", f"{what} is being rolled out: {count}{refused}", trouble=bool(workload.refused))
    return Verdict(True, "Current", f"{what} runs{_floating(carried)}")


def _late(plan: Plan, workload: Workload | None) -> str:
    """Say how far a rollout came until it counted as failed."""
    deadline = plan.spec.upgrade.progress_deadline_seconds
    events = f"why: kubectl -n {plan.owner.namespace} events | grep {plan.workload_name}"
    if workload is None or workload.release != plan.release_hash:
        # Its pods are gone by now, and the composite may be seen as it was before that was told.
        return f"was not ready within {deadline} s ({events})"
    # Those that are ready beside the ones that still run another release.
    ready = min(max(workload.ready - (workload.replicas - workload.updated), 0), workload.desired)
    return f"was not ready within {deadline} s ({ready} of {workload.desired} pods; {workload.refused or events})"


def _said_before(plan: Plan, observed: Observed, reason: str) -> str:
    """Return what was said when this attempt failed: what it was said of is gone by now."""
    entry = condition(observed.composite, UPGRADED)
    same = observed.composite.at("status", "release", "failed") == plan.decision.failed
    return text(entry.get("message")) if same and entry.get("reason") == reason else ""


def _named(image: str, name: str, plan: Plan) -> str:
    """Name a release by its image, where that tells it from the other one."""
    good = plan.facts.release(plan.facts.good)
    differ = good is not None and good.image != plan.image.reference
    return image if differ else f"release {name} ({image})"


def _floating(release: Release) -> str:
    try:
        image = images.parse(release.image)
    except ValueError:
        return ""
    if image.exact:
        return ""
    return f"; {image.reference} is a tag that moves: it cannot be rolled back, name an exact one such as {images.DEFAULT}"
