"""Reading an object as the API server holds it, one path at a time.

An observed object is large and we read few of its fields, so the core never asks for the whole of it: it asks a Document.
The shell backs a Document with the protobuf message as it came; tests and previews back it with a plain dict.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol, TypeVar

Read = TypeVar("Read")

Manifest = dict[str, Any]
"""A Kubernetes object, or a part of one, as plain JSON values."""


class Fixed(dict[str, Any]):
    """A part that many objects have, and that nobody changes. `encoded` is for whoever encodes it: once is enough."""

    __slots__ = ("encoded",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.encoded: bytes | None = None


class Document(Protocol):
    """An object somebody else holds; nothing of it is copied until it is asked for."""

    def at(self, *path: str) -> Any:
        """Return the value at this path of object keys as plain JSON (whole numbers as int), or None where there is none.

        Nobody changes what is returned: it may be returned again.
        """
        ...

    def key(self, field: str, leaving_out: Collection[str] = ()) -> bytes:
        """Return a key for the content of this field of the object: the same only for the same content.

        Of an object in it, some fields may be left out.
        """
        ...

    def part(self, field: str, leaving_out: Collection[str]) -> Any:
        """Return the value of this field, of which it is the key; None where there is none. Nobody changes what is returned."""
        ...

    def once(self, reading: Callable[[Document], Read]) -> Read:
        """Return what this function makes of the document: it may be asked once for all who want to know."""
        ...


class PlainDocument:
    """A Document over a plain dict."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._manifest = manifest

    def at(self, *path: str) -> Any:
        """See Document."""
        value: Any = self._manifest
        for key in path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    def key(self, field: str, leaving_out: Collection[str] = ()) -> bytes:
        """See Document."""
        return json.dumps(self.part(field, leaving_out), sort_keys=True).encode()

    def part(self, field: str, leaving_out: Collection[str]) -> Any:
        """See Document."""
        value = self._manifest.get(field)
        if isinstance(value, dict):
            return {name: part for name, part in value.items() if name not in leaving_out}
        return value

    def once(self, reading: Callable[[Document], Read]) -> Read:
        """See Document."""
        return reading(self)


def text(value: object) -> str:
    """Return the value if it is a string, else the empty string: what others wrote is never trusted to have a type."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int:
    """Return the value if it is a whole number, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def mapping(value: object) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def by_type(conditions: object) -> dict[str, dict[str, Any]]:
    """Return the entries of a status' conditions by their types."""
    return {text(entry.get("type")): entry for entry in items(conditions) if isinstance(entry, dict)}


def conditions(document: Document) -> dict[str, dict[str, Any]]:
    """Return the entries of status.conditions by their types."""
    return document.once(_conditions)


def _conditions(document: Document) -> dict[str, dict[str, Any]]:
    return by_type(document.at("status", "conditions"))


def condition(document: Document, kind: str) -> dict[str, Any]:
    """Return the entry of status.conditions with this type, or an empty object."""
    return conditions(document).get(kind, {})
