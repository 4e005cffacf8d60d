"""The deadline of a rollout whose controller has none: a Job without pods, which Kubernetes ends when its time is up.

A StatefulSet has no progressDeadlineSeconds, and what is composed may depend on no clock of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from function.kubernetes import jobs, labels, workloads
from function.kubernetes.document import Document, text
from function.kubernetes.names import Keys
from function.kubernetes.workloads import State
from function.observed import Observed


class Deadline(NamedTuple):
    """The time that an attempt has for the next step, when as many pods as `step` run it; `over` when it is up."""

    key: str
    attempt: str
    step: int
    over: bool


def read(observed: Observed) -> tuple[Deadline, ...]:
    """Return the deadlines that are there."""
    return tuple(
        Deadline(key, text(job.at("metadata", "annotations", labels.ATTEMPT)), _step(job), jobs.outcome(job) == "failed")
        for key, job in jobs.under(observed.composed, Keys.DEADLINE)
    )


def _step(job: Document) -> int:
    written = text(job.at("metadata", "annotations", labels.STEP))
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def state(workload: Document, observed: Observed) -> State:
    """Return the state of a workload, with what is known of the deadline of its rollout."""
    found = workloads.read(workload)
    if not found.release or workload.at("kind") != "StatefulSet":
        return found
    return replace(found, late=_over(each for each in read(observed) if each.attempt.partition("-")[0] == found.release))


def _over(deadlines: Iterable[Deadline]) -> bool:
    """Tell whether the latest of them is over: those of steps that were taken do not count."""
    over = {each.step: each.over for each in deadlines}
    return bool(over) and over[max(over)]
