"""What becomes of a release: from what is observed of it to what the pod template shall carry.

Nothing but the workload remembers: which release was good, and which attempt failed. All else follows from what is
observed, by the first row of TABLE that holds; so a state that was missed, or seen twice, does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Literal, NamedTuple

from function.kubernetes.jobs import Outcome
from function.record import record

Stage = Literal["", "trial", "rollout"]


class State(Enum):
    """How far the release is that the spec asks for: the target."""

    WAITING = "Waiting"
    CURRENT = "Current"
    REFUSED = "Refused"
    SCHEDULED = "Scheduled"
    TRIAL = "Trial"
    TRIAL_FAILED = "TrialFailed"
    ROLLING_OUT = "RollingOut"
    ROLLOUT_FAILED = "RolloutFailed"
    ROLLED_BACK = "RolledBack"


@record(kw_only=True)
class Situation:
    """What is known of the target and of the release that was good.

    `target` is empty while it cannot be made. `attempt` names the target and the user's word to try it again; `failed` is the
    attempt that is remembered to have failed, and at which stage. `way_back`: the good release can be brought back as it was.
    `begun`: the template carries the target already, and `overdue` is of that template. `serves`: a pod is ready.
    `early`: it comes of a change that many follow, each in its turn, and it is not its turn yet.
    """

    target: str
    good: str
    attempt: str
    failed: str = ""
    stage: Stage = ""
    way_back: bool = True
    refused: bool = False
    early: bool = False
    begun: bool = False
    overdue: bool = False
    serves: bool = True
    preflight: bool = True
    automatic: bool = True
    trial: Outcome = ""

    @property
    def failed_before(self) -> bool:
        """Whether this very attempt failed."""
        return bool(self.failed) and self.failed == self.attempt

    @property
    def tried(self) -> bool:
        """Whether a trial has passed, or there is nothing that one could protect."""
        return not self.preflight or not self.serves or self.trial == "passed"


class Row(NamedTuple):
    """A state, and when it holds, of those above not holding; what the template carries then; at which stage it fails with it."""

    state: State
    when: Callable[[Situation], bool]
    carries: Literal["target", "good"]
    fails: Stage = ""


TABLE: tuple[Row, ...] = (
    Row(State.WAITING, lambda it: not it.target, "good"),
    Row(State.CURRENT, lambda it: it.target == it.good, "target"),
    # Without a way back there is only the way ahead.
    Row(State.ROLLOUT_FAILED, lambda it: not it.way_back and it.begun and it.overdue, "target"),
    Row(State.ROLLING_OUT, lambda it: not it.way_back, "target"),
    Row(State.TRIAL_FAILED, lambda it: it.failed_before and it.stage == "trial", "good"),
    Row(State.ROLLED_BACK, lambda it: it.failed_before, "good"),
    # The template carries the target: it stays until the rollout ends, one way or the other.
    Row(State.ROLLED_BACK, lambda it: it.begun and it.overdue and it.automatic, "good", fails="rollout"),
    Row(State.ROLLOUT_FAILED, lambda it: it.begun and it.overdue, "target"),
    Row(State.ROLLING_OUT, lambda it: it.begun, "target"),
    # Nothing is touched yet.
    Row(State.REFUSED, lambda it: it.refused, "good"),
    Row(State.SCHEDULED, lambda it: it.early, "good"),
    Row(State.ROLLING_OUT, lambda it: it.tried, "target"),
    Row(State.TRIAL_FAILED, lambda it: it.trial == "failed", "good", fails="trial"),
    Row(State.TRIAL, lambda _: True, "good"),
)
"""The first row that holds decides. A release becomes good where its rollout is complete, which is a fact (resolve/facts.py)."""


@record
class Decision:
    """The state; the release that the template shall carry; and what to remember of the failed attempt."""

    state: State = State.WAITING
    carries: str = ""
    failed: str = ""
    stage: Stage = ""

    @property
    def memory(self) -> str:
        """What the workload remembers of the failure, in one word; empty where there is nothing to remember."""
        return f"{self.failed}/{self.stage}" if self.failed else ""


UNDECIDED = Decision()


def decide(situation: Situation) -> Decision:
    """Return what follows from a situation."""
    row = next(row for row in TABLE if row.when(situation))
    carries = situation.target if row.carries == "target" else situation.good
    if row.fails:
        return Decision(row.state, carries, situation.attempt, row.fails)
    # Another attempt forgets the one that failed; while none can be told, nothing is forgotten.
    if situation.failed_before or not situation.target:
        return Decision(row.state, carries, situation.failed, situation.stage)
    return Decision(row.state, carries)


def remembered(memory: str) -> tuple[str, Stage]:
    """Return the failed attempt and its stage from the word in which a workload remembers them."""
    attempt, _, stage = memory.partition("/")
    if not attempt:
        return "", ""
    return attempt, "trial" if stage == "trial" else "rollout"
