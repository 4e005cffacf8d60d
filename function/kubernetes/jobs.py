"""What the state of a Job means."""

from __future__ import annotations

from typing import Literal

from function.kubernetes.document import Document, conditions

Outcome = Literal["", "running", "passed", "failed"]


def leaving(job: Document) -> bool:
    """Tell whether a Job was deleted: what it says is of the past, and another of its name can come when it is gone."""
    return bool(job.at("metadata", "deletionTimestamp"))


def outcome(job: Document) -> Outcome:
    """Return how a Job ended, as soon as that is sure: the condition Failed comes only when its last pod is gone."""
    held = {kind for kind, entry in conditions(job).items() if entry.get("status") == "True"}
    if held & {"Complete", "SuccessCriteriaMet"}:
        return "passed"
    return "failed" if held & {"Failed", "FailureTarget"} else "running"
