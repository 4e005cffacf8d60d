"""Facts: the few observed values that what we want depends on, each latched, so that a flapping state never makes us flap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from function.kubernetes import labels, quantity, workloads
from function.kubernetes.document import Document, items, mapping, text
from function.kubernetes.names import Keys
from function.observed import Observed
from function.releases.release import Release, stored
from function.resolve import references
from function.resolve.references import Gap, Reference

CLASS_REQUIREMENT = "StorageClass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the Plan of any kind that runs pods takes from the observed state.

    `running` is the release of the pod template; `in_use` tells whether a pod was ever ready; `held` is how many pods
    there are, and whether one must go before another comes.
    """

    digests: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()
    releases: tuple[Release, ...] = ()
    wanted: str = ""
    good: str = ""
    running: str = ""
    in_use: bool = False
    held: tuple[int, bool] | None = None
    failed: str = ""
    storage: str = ""


@dataclass(frozen=True, slots=True)
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
    wanted, good, failed = (text(annotations.get(name)) for name in (labels.WANTED, labels.GOOD, labels.FAILED))
    if workload is None:
        good = text(observed.composite.at("status", "release", "current"))
    state = workloads.read(workload) if workload else None
    if state and wanted and state.release == wanted and state.complete:
        good = wanted
    digests, gaps = references.check(referred, observed.required, namespace, salt)
    return {
        "digests": tuple(sorted(digests.items())),
        "gaps": gaps,
        "releases": stored(observed.composed, sorted(_kept(observed))),
        "wanted": wanted,
        "good": good,
        "running": state.release if state else "",
        "held": (state.desired, workload.at("spec", "strategy", "type") == "Recreate") if workload and state else None,
        "in_use": bool(good) or bool(state and state.ready),
        "failed": failed,
        # A workload may have been deleted by hand; the composite's own status still knows which storage it used.
        "storage": text(annotations.get(labels.STORAGE)) or text(observed.composite.at("status", "storage", "identity")),
    }


def _kept(observed: Observed) -> list[str]:
    return [key.removeprefix(Keys.RELEASE) for key in observed.composed if key.startswith(Keys.RELEASE)]


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
