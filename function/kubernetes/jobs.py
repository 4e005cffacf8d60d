"""What the state of a Job means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from function.kubernetes.document import Document, conditions, number

Outcome = Literal["", "running", "passed", "failed"]


def under(composed: Mapping[str, Document], prefix: str) -> Iterator[tuple[str, Document]]:
    """Yield the Jobs whose keys begin so, by their keys.

    One that was deleted is left out: what it says is of the past, and another of its name can come when it is gone.
    """
    for key in sorted(key for key in composed if key.startswith(prefix)):
        if not composed[key].at("metadata", "deletionTimestamp"):
            yield key, composed[key]


def outcome(job: Document) -> Outcome:
    """Return how a Job of one pod ended, as soon as that is sure: the condition Failed comes only when its last pod is gone.

    A controller that has much to do may find out that a Job is too late before it finds out that its pod has succeeded.
    """
    held = {kind for kind, entry in conditions(job).items() if entry.get("status") == "True"}
    if held & {"Complete", "SuccessCriteriaMet"} or number(job.at("status", "succeeded")):
        return "passed"
    return "failed" if held & {"Failed", "FailureTarget"} else "running"
