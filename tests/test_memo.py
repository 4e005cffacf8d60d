"""Remembering changes nothing but the time that it takes."""

from unittest.mock import Mock

import pytest

from function.memo import Memo


def test_what_was_made_once_is_not_made_again():
    memo: Memo[str, object] = Memo(10)
    make = Mock(side_effect=object)
    assert memo.get("a", make) is memo.get("a", make)
    assert make.call_count == 1


def test_other_keys_have_other_results():
    memo: Memo[str, str] = Memo(10)
    assert [memo.get(key, lambda key=key: key * 2) for key in ("a", "b", "a")] == ["aa", "bb", "aa"]


def test_what_was_used_least_recently_is_forgotten_first():
    memo: Memo[str, int] = Memo(2)
    made: list[str] = []
    for key in ("a", "b", "a", "c", "a", "b"):
        memo.get(key, lambda key=key: made.append(key) or 0)
    assert made == ["a", "b", "c", "b"]


def test_what_is_remembered_is_bounded_by_what_it_weighs():
    memo: Memo[str, str] = Memo(10, lambda key, value: len(key) + len(value))
    made: list[str] = []

    def make(key: str, size: int) -> str:
        made.append(key)
        return "x" * size

    for key, size in (("a", 3), ("b", 3), ("a", 3), ("c", 3), ("b", 3), ("huge", 20), ("b", 3)):
        memo.get(key, lambda key=key, size=size: make(key, size))
    assert made == ["a", "b", "c", "b", "huge", "b"]


def test_what_fails_is_not_remembered():
    memo: Memo[str, int] = Memo(10)
    make = Mock(side_effect=[ValueError, 1])
    with pytest.raises(ValueError):  # noqa: PT011
        memo.get("a", make)
    assert memo.get("a", make) == 1


def test_what_is_not_to_be_kept_is_found_where_it_was_kept():
    memo: Memo[str, int] = Memo(10)
    makes = [Mock(return_value=number) for number in range(5)]

    assert [memo.get("a", make, keep=keep) for make, keep in zip(makes, (False, False, True, False, True), strict=True)] == [
        0,
        1,
        2,
        2,
        2,
    ]
    assert memo._weight == 1
