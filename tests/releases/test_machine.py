"""The table of a release's states: what follows from each situation, and what no sequence of situations may do."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from function.releases import machine
from function.releases.machine import TABLE, Decision, Situation, State, decide

NEW: dict[str, Any] = {"target": "new", "good": "old", "attempt": "new"}
FAILED = {**NEW, "failed": "new", "stage": "rollout"}

ROWS: list[tuple[dict[str, Any], State, str, str]] = [
    ({**NEW, "target": "", "attempt": ""}, State.WAITING, "old", ""),
    ({**NEW, "target": "", "failed": "x", "stage": "trial"}, State.WAITING, "old", "x/trial"),
    ({**NEW, "target": "old", "attempt": "old"}, State.CURRENT, "old", ""),
    ({**NEW, "target": "old", "attempt": "old", "overdue": True, "begun": True}, State.CURRENT, "old", ""),
    ({**NEW, "good": "", "way_back": False}, State.ROLLING_OUT, "new", ""),
    ({**NEW, "good": "", "way_back": False, "begun": True, "overdue": True}, State.ROLLOUT_FAILED, "new", ""),
    ({**FAILED, "stage": "trial"}, State.TRIAL_FAILED, "old", "new/trial"),
    (FAILED, State.ROLLED_BACK, "old", "new/rollout"),
    ({**FAILED, "begun": True}, State.ROLLED_BACK, "old", "new/rollout"),
    ({**FAILED, "automatic": False}, State.ROLLED_BACK, "old", "new/rollout"),
    ({**FAILED, "attempt": "new-1", "trial": "passed"}, State.ROLLING_OUT, "new", ""),
    ({**NEW, "begun": True, "overdue": True}, State.ROLLED_BACK, "old", "new/rollout"),
    ({**NEW, "begun": True, "overdue": True, "automatic": False}, State.ROLLOUT_FAILED, "new", ""),
    ({**NEW, "begun": True, "trial": "failed"}, State.ROLLING_OUT, "new", ""),
    ({**NEW, "begun": True, "refused": True}, State.ROLLING_OUT, "new", ""),
    ({**NEW, "refused": True, "trial": "passed"}, State.REFUSED, "old", ""),
    ({**NEW, "refused": True, "early": True}, State.REFUSED, "old", ""),
    ({**NEW, "early": True}, State.SCHEDULED, "old", ""),
    ({**NEW, "early": True, "preflight": False}, State.SCHEDULED, "old", ""),
    ({**NEW, "early": True, "serves": False}, State.SCHEDULED, "old", ""),
    ({**NEW, "early": True, "begun": True}, State.ROLLING_OUT, "new", ""),
    ({**NEW, "early": True, "way_back": False}, State.ROLLING_OUT, "new", ""),
    ({**FAILED, "early": True}, State.ROLLED_BACK, "old", "new/rollout"),
    ({**NEW, "preflight": False}, State.ROLLING_OUT, "new", ""),
    ({**NEW, "serves": False}, State.ROLLING_OUT, "new", ""),
    ({**NEW, "trial": "passed"}, State.ROLLING_OUT, "new", ""),
    ({**NEW, "trial": "running"}, State.TRIAL, "old", ""),
    (NEW, State.TRIAL, "old", ""),
    ({**NEW, "trial": "failed"}, State.TRIAL_FAILED, "old", "new/trial"),
]


@pytest.mark.parametrize(("situation", "state", "carries", "memory"), ROWS, ids=str)
def test_the_first_row_that_holds_decides(situation: dict[str, Any], state: State, carries: str, memory: str):
    decision = decide(Situation(**situation))
    assert (decision.state, decision.carries, decision.memory) == (state, carries, memory)


def situations() -> list[Situation]:
    """Return all of them."""
    truths = itertools.product([False, True], repeat=8)
    names = ("way_back", "refused", "begun", "overdue", "serves", "preflight", "automatic", "early")
    others = list(itertools.product(("", "new", "old"), ("", "old"), ("", "new", "other"), ("", "running", "passed", "failed")))
    return [
        Situation(
            target=target,
            good=good,
            attempt=target,
            failed=failed,
            stage="rollout",
            trial=trial,
            **dict(zip(names, each, strict=True)),
        )
        for each in truths
        for target, good, failed, trial in others
        if (good or not each[0]) and (each[2] or not each[3])
    ]


def test_every_row_is_reached_and_every_situation_has_one():
    reached = {next(row for row in TABLE if row.when(it)) for it in situations()}
    trial = Situation(**{**FAILED, "stage": "trial"})
    assert reached | {next(row for row in TABLE if row.when(trial))} == set(TABLE)


def test_the_template_carries_the_target_or_the_good_release_and_no_third():
    for it in situations():
        assert decide(it).carries in (it.target, it.good)


def test_what_failed_is_not_carried_again_as_long_as_there_is_a_way_back():
    for it in situations():
        if it.failed_before and it.way_back and it.target != it.good:
            assert decide(it).carries == it.good


def test_a_failure_is_remembered_until_another_attempt_is_made():
    for it in situations():
        decision = decide(it)
        if it.failed_before or (it.failed and not it.target):
            assert decision.failed == it.failed
        elif decision.failed:
            assert decision.failed == it.attempt


def test_a_decision_that_has_taken_effect_is_made_again():
    """Else the template would go to and fro."""
    for it in situations():
        decision = decide(it)
        if not it.target or it.target == it.good:
            continue
        begun = decision.carries == it.target
        facts = {name: getattr(it, name) for name in Situation.__slots__}
        later = Situation(
            **{**facts, "failed": decision.failed, "stage": decision.stage, "begun": begun, "overdue": begun and it.overdue}
        )
        assert decide(later) == decision


@pytest.mark.parametrize(
    ("memory", "meant"),
    [
        ("", ("", "")),
        ("a", ("a", "rollout")),
        ("a/trial", ("a", "trial")),
        ("a-1/rollout", ("a-1", "rollout")),
        ("a/x", ("a", "rollout")),
        ("/trial", ("", "")),
    ],
)
def test_what_is_remembered_is_read_back(memory: str, meant: tuple[str, str]):
    assert machine.remembered(memory) == meant


def test_a_memory_is_one_word():
    assert Decision(State.ROLLED_BACK, "old", "new", "trial").memory == "new/trial"
    assert Decision().memory == ""
