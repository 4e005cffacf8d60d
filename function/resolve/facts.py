"""Facts: the few observed values that what we want depends on, each latched, so that a flapping state never makes us flap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from function.kubernetes import jobs, labels, quantity, workloads
from function.kubernetes.document import Document, items, mapping, text
from function.kubernetes.jobs import Outcome
from function.kubernetes.names import Keys
from function.kubernetes.workloads import State
from function.observed import Observed
from function.record import record
from function.releases.release import Release, authentic, recovered, stored
from function.resolve import deadlines, references
from function.resolve.deadlines import Deadline
from function.resolve.references import Gap, Reference

CLASS_REQUIREMENT = "StorageClass"
Rollout = Literal["", "moving", "complete", "overdue"]
"""Of the observed template; empty where its controller has not looked at it yet."""


class Awaited(NamedTuple):
    """A Job that an attempt waits for, under its key, and how it ended."""

    key: str
    attempt: str
    outcome: Outcome


@record(kw_only=True)
class Facts:
    """What the Plan of any kind that runs pods takes from the observed state.

    `running` is the release of the pod template, and `rollout` how far that is; `begun` is one whose rollout the composite's
    own status says to have begun. `in_use` tells whether a pod was ever ready, `ready` whether one is; `held` is how many pods
    there are, and whether one must go before another comes. `failed` is the attempt that failed, and its stage. `beside` is the
    release of a workload of the other kind. `replaced` are releases whose Secrets hold something else by now.
    `workloads` are the keys of those that are there, `trials` what became of trials, `turns` of what they waited for before,
    `deadlines` those of the rollout, and `step` how many pods run the template while it is on its way. `own` is what
    the team had done itself before (resolve/own.py), empty where that is not known; `template` is the one that was told last.
    """

    digests: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()
    releases: tuple[Release, ...] = ()
    replaced: tuple[str, ...] = ()
    wanted: str = ""
    good: str = ""
    running: str = ""
    rollout: Rollout = ""
    begun: str = ""
    ready: bool = False
    in_use: bool = False
    held: tuple[int, bool] | None = None
    beside: str = ""
    failed: str = ""
    storage: str = ""
    workloads: tuple[str, ...] = ()
    trials: tuple[Awaited, ...] = ()
    turns: tuple[Awaited, ...] = ()
    own: str = ""
    template: str = ""
    deadlines: tuple[Deadline, ...] = ()
    step: int = 0

    def release(self, name: str) -> Release | None:
        """Return the release of this hash that is kept, or of which at least the template is known."""
        return next((release for release in self.releases if release.hash == name), None)


@record
class Claim:
    """A PersistentVolumeClaim of ours that is there. `expandable` is None while its StorageClass is not known."""

    size: str
    storage_class: str
    access_modes: tuple[str, ...]
    expandable: bool | None


def common(
    observed: Observed, workload: Document | None, referred: Sequence[Reference], namespace: str, salt: str
) -> dict[str, Any]:
    """Return the values of the fields of Facts; `salt` goes into the digests of what is referred to."""
    annotations = mapping(workload.at("metadata", "annotations")) if workload else {}
    told = mapping(observed.composite.at("status", "release"))
    phase = text(told.get("phase"))
    wanted, good, failed = (text(annotations.get(name)) for name in (labels.WANTED, labels.GOOD, labels.FAILED))
    # The workload may have been deleted, or be seen as it was before; the composite's own status still knows.
    good, failed = good or text(told.get("current")), failed or _failed(told)
    if workload is not None:
        wanted = wanted or text(told.get("target"))
    state = deadlines.state(workload, observed) if workload else None
    rollout = _rollout(state) if state else ""
    there = [key for key in (Keys.DEPLOYMENT, Keys.STATEFUL_SET) if key in observed.composed]
    beside = [workloads.read(other) for key in there if (other := observed.composed[key]) is not workload]
    if state and state.release and (state.complete or state.release == text(told.get("current"))):
        # Complete, or once told to be: what the workload is remembered by may be seen later than what was told.
        good = state.release
    digests, gaps = references.check(referred, observed.required, namespace, salt)
    releases, replaced = _releases(observed, there)
    if workload and state and state.release and all(one.hash != state.release for one in releases):
        lost = recovered(state.release, workload.at("spec", "template"))
        releases += (lost,) if lost else ()
    return {
        "digests": tuple(sorted(digests.items())),
        "gaps": gaps,
        "releases": releases,
        "replaced": replaced,
        "wanted": wanted,
        "good": good,
        "running": state.release if state else "",
        "rollout": rollout,
        "begun": text(told.get("target")) if phase == "RollingOut" else "",
        "ready": any(one.ready for one in (state, *beside) if one),
        "beside": next((one.release for one in beside), ""),
        "held": (state.desired, workload.at("spec", "strategy", "type") == "Recreate") if workload and state else None,
        "in_use": bool(good) or any(one.ready for one in (state, *beside) if one),
        "failed": failed,
        "workloads": tuple(there),
        "trials": _awaited(observed, Keys.TRIAL),
        "turns": _awaited(observed, Keys.TURN),
        "own": text(annotations.get(labels.OWN)),
        "template": text(observed.composite.at("status", "template", "name")),
        "deadlines": deadlines.read(observed),
        "step": state.updated if state and rollout not in ("", "complete") else 0,
        # A workload may have been deleted by hand; the composite's own status still knows which storage it used.
        "storage": text(annotations.get(labels.STORAGE)) or text(observed.composite.at("status", "storage", "identity")),
    }


def _awaited(observed: Observed, prefix: str) -> tuple[Awaited, ...]:
    return tuple(
        Awaited(key, text(job.at("metadata", "annotations", labels.ATTEMPT)), jobs.outcome(job))
        for key, job in jobs.under(observed.composed, prefix)
    )


def _failed(told: dict[str, Any]) -> str:
    attempt = text(told.get("failed"))
    return attempt and f"{attempt}/{'rollout' if told.get('phase') == 'RolledBack' else 'trial'}"


def _rollout(state: State) -> Rollout:
    if not state.observed:
        return ""
    return "complete" if state.complete else "overdue" if state.overdue else "moving"


def _releases(observed: Observed, keys: Sequence[str]) -> tuple[tuple[Release, ...], tuple[str, ...]]:
    """Return the releases that are kept, and the hashes of those that are not what was kept; these workloads remember it."""
    hashes = [key.removeprefix(Keys.RELEASE) for key in observed.composed if key.startswith(Keys.RELEASE)]
    seals = [text(mapping(observed.composed[key].at("metadata", "annotations")).get(labels.KEPT)) for key in keys]
    return authentic(stored(observed.composed, sorted(hashes)), seals)


def claim(document: Document | None, observed: Observed) -> Claim | None:
    """Return what is known of a claim of ours; whether it may grow, its StorageClass tells, once that was brought."""
    if document is None:
        return None
    name = text(document.at("spec", "storageClassName"))
    classes = observed.required.get(CLASS_REQUIREMENT) if name else ()
    return Claim(
        size=_readable(document.at("spec", "resources", "requests", "storage")),
        storage_class=name,
        access_modes=tuple(mode for mode in items(document.at("spec", "accessModes")) if isinstance(mode, str)),
        expandable=None if classes is None else any(found.at("allowVolumeExpansion") is True for found in classes),
    )


def _readable(size: object) -> str:
    """Return a size if it is one; what cannot be compared is not compared."""
    try:
        quantity.parse(str(size))
    except ValueError:
        return ""
    return str(size)
