from typing import Any

import pytest

from function.distribution.merge import Conflict, disjoint, override


def test_parts_that_write_different_keys_become_one():
    parts = [{"storage": {"s3": {"bucket": "b"}}}, {"storage": {"delete": {"enabled": True}}}, {"log": {}}]
    assert disjoint(parts) == {"storage": {"s3": {"bucket": "b"}, "delete": {"enabled": True}}, "log": {}}


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        ({"a": 1}, {"a": 1}, ".a"),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ".a.b"),
        ({"a": {"b": 1}}, {"a": 2}, ".a"),
        ({"a": 1}, {"a": {"b": 2}}, ".a"),
        ({"a": [1]}, {"a": [2]}, ".a"),
    ],
)
def test_two_parts_that_write_one_key_are_a_conflict(one: dict[str, Any], other: dict[str, Any], where: str):
    with pytest.raises(Conflict, match=rf"^\{where}$"):
        disjoint([one, other])


def test_merging_parts_leaves_them_as_they_are():
    one, other = {"a": {"b": 1}}, {"a": {"c": 2}}
    disjoint([one, other])
    assert (one, other) == ({"a": {"b": 1}}, {"a": {"c": 2}})


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({}, {"a": {"b": {}}}, {"a": {"b": {}}}),
    ],
)
def test_what_is_over_wins_key_by_key(base: dict[str, Any], over: dict[str, Any], merged: dict[str, Any]):
    before = repr(base)
    assert override(base, over) == merged
    assert repr(base) == before
