"""Whose answers are remembered where there is no room for all."""

from __future__ import annotations

import pytest

from function import compose, wire
from function.kubernetes.document import PlainDocument
from function.wire import recall
from tests.protocol import registries

LIMIT = 8 * recall.ENTRY_BYTES


class Small:
    """A Recall with room for three."""

    def __init__(self) -> None:
        self.kept = recall.Recall(limit=LIMIT)

    def ask(self, number: int, edit: int = 0) -> bool:
        """Ask for a Registry of this number, after so many edits; return whether the answer was remembered."""
        made = registries.settled("volume")
        made.observed.composite.resource["metadata"]["name"] = f"r{number}"
        made.observed.composite.resource["spec"]["resources"] = {"requests": {"cpu": f"{edit + 1}"}}
        request = wire.decode(made.SerializeToString())
        observed = wire.read(request, str, self.kept.knows)
        if self.kept.find(request, observed):
            return True
        self.kept.write(request, observed, compose.answer(observed))
        assert self.kept._weight == sum(map(recall._weight, self.kept._kept.values())) <= LIMIT
        return False


@pytest.fixture
def small() -> Small:
    return Small()


def test_no_more_is_remembered_than_there_is_room_for(small: Small):
    for number in range(6):
        assert [small.ask(number) for _ in range(3)] == [False, False, True]

        assert 1 <= len(small.kept._kept) <= 3

    assert [small.ask(number) for number in (5, 4, 0)] == [True, True, False]


def test_of_more_than_there_is_room_for_in_turn_some_are_remembered(small: Small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recall, "RECENT", 5)
    turns = [[number for number in range(6) if small.ask(number)] for _ in range(4)]

    assert turns[:2] == [[], []]
    assert turns[2] == turns[3] == list(range(len(small.kept._kept)))
    assert 1 <= len(turns[2]) < 6


def test_who_is_remembered_keeps_the_place_when_something_changes(small: Small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recall, "RECENT", 5)
    for _ in range(2):
        for number in range(6):
            small.ask(number)

    for edit in (1, 2, 3):
        assert [small.ask(number, edit) for number in (0, 1, 2, 3, 4, 5, 0)] == [False] * 6 + [True]


def test_who_asked_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recall, "ASKED", 2)
    function = recall.Recall()

    def known(names: str) -> list[bool]:
        return [function.knows(PlainDocument({"metadata": {"name": name}}), ()) for name in names]

    assert known("abcacc") == [False] * 4 + [True] * 2
    assert known("dedfd") == [False, False, True, False, True]
    assert len(function._asked) == 2
