"""Remembering what was made of equal input: pure functions only, so nothing remembered can be stale."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

SIZE = 256
"""How many registries' worth is kept: some 20 MB in all."""


class Memo(Generic[Key, Value]):
    """The most recently used results, by what they were made of. For one thread, as the function is."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return what was made for this key, or make it; what raises is not remembered."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = self._kept[key] = make()
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return made
