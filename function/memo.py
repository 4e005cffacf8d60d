"""Remembering what was made of equal input: pure functions only, so nothing remembered can be stale."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def _one(_key: Any, _value: Any) -> int:
    return 1


class Memo(Generic[Key, Value]):
    """The most recently used results, by what they were made of. For one call at a time, as the function answers them.

    They are bounded by what they weigh together: their number, unless `weigh` says how many bytes a result comes to.
    """

    def __init__(self, limit: int, weigh: Callable[[Key, Value], int] = _one) -> None:
        self._limit, self._weigh = limit, weigh
        self._weight = 0
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value], *, keep: bool = True) -> Value:
        """Return what was made for this key, or make it; what raises is not remembered, nor what is not to be kept."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept[0]
        made = make()
        if not keep:
            return made
        weight = self._weigh(key, made)
        self._kept[key] = made, weight
        self._weight += weight
        while self._weight > self._limit:
            _, (_, freed) = self._kept.popitem(last=False)
            self._weight -= freed
        return made
