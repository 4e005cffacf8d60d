"""Documents over what Crossplane sends: of an object nothing is decoded but what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from google.protobuf import struct_pb2

from function.kubernetes.document import Document, Read
from function.wire import lens
from function.wire.values import LIST, OBJECT, TEXT, plain

_NESTED = (OBJECT, LIST)

_NONE: Mapping[str, bytes] = {}
"""The fields of what is no object."""

_UNREAD: Any = object()


class WireDocument:
    """A Document over the fields of a Struct as bytes; what was read once is kept as long as the call lasts."""

    __slots__ = ("_found", "_levels", "_made", "_read")

    def __init__(self, fields: Mapping[str, bytes]) -> None:
        # An object on the way to what was asked for: its fields, none of them decoded.
        self._levels: dict[tuple[str, ...], Mapping[str, bytes]] = {(): fields}
        self._read: dict[tuple[str, ...], Any] = {}
        # Where was looked, and what is there: an object or a list decoded, all else as its bytes. None where nothing is, and
        # where it was only noted that the answer depends on it.
        self._found: dict[tuple[str, ...], struct_pb2.Value | bytes | None] = {}
        self._made: dict[Callable[[Document], Any], Any] | None = None

    def at(self, *path: str) -> Any:
        """See Document."""
        value = self._read.get(path, _UNREAD)
        if value is _UNREAD:
            value = self._read[path] = self._at(path)
        return value

    def key(self, field: str, leaving_out: Collection[str] = ()) -> bytes:
        """See Document."""
        self._found.setdefault((field,))
        fields = self._level((field,)) if leaving_out else _NONE
        if fields is _NONE:
            return self.canonical((field,)) or b""
        return self._joined((field,), (name for name in fields if name not in leaving_out))

    def part(self, field: str, leaving_out: Collection[str]) -> Any:
        """See Document."""
        self._found.setdefault((field,))
        fields = self._level((field,))
        if fields is _NONE:
            return self.at(field)
        return {name: self.at(field, name) for name in fields if name not in leaving_out}

    def once(self, reading: Callable[[Document], Read]) -> Read:
        """See Document."""
        if self._made is None:
            self._made = {}
        found: Read = self._made.get(reading, _UNREAD)
        if found is _UNREAD:
            found = self._made[reading] = reading(self)
        return found

    def looked(self) -> tuple[tuple[str, ...], ...]:
        """Return the paths at which was looked so far, without those below others."""
        found: list[tuple[str, ...]] = []
        # In order, a path comes before those below it, and nothing else between them.
        for path in sorted(self._found):
            if not found or path[: len(found[-1])] != found[-1]:
                found.append(path)
        return tuple(found)

    def canonical(self, path: tuple[str, ...]) -> bytes | None:
        """Return what is at a path, in the same bytes where it is the same; None where nothing is."""
        if not path:
            return self._joined((), self._levels[()])
        found = self._found.get(path)
        if found is None:
            found = self._raw(path)
            if found and found[:1] in _NESTED:
                found = struct_pb2.Value.FromString(found)
        if found is None or isinstance(found, bytes):
            return found
        # The order of an object's fields is random on the wire.
        canonical: bytes = found.SerializeToString(deterministic=True)
        return canonical

    def _joined(self, path: tuple[str, ...], names: Iterable[str]) -> bytes:
        """Return these fields of an object, in the same bytes where they are the same."""
        found = ((name.encode(), self.canonical((*path, name)) or b"") for name in sorted(names))
        return b"".join(b"%d:%b%d:%b" % (len(name), name, len(value), value) for name, value in found)

    def _at(self, path: tuple[str, ...]) -> Any:
        if not path:
            self._found[()] = None
            fields = self._levels[()]
            return {name: plain(struct_pb2.Value.FromString(fields[name])) for name in fields}
        raw = self._found[path] = self._raw(path)
        if raw is None:
            return None
        if raw[:1] == TEXT and len(raw) > 1 and len(raw) == raw[1] + 2:
            return raw[2:].decode()
        value = struct_pb2.Value.FromString(raw)
        if raw[:1] in _NESTED:
            self._found[path] = value
        return plain(value)

    def _raw(self, path: tuple[str, ...]) -> bytes | None:
        # By its index, a key of a protobuf map that is not there would be added.
        return self._level(path[:-1]).get(path[-1])

    def _level(self, path: tuple[str, ...]) -> Mapping[str, bytes]:
        fields = self._levels.get(path)
        if fields is None:
            raw = self._raw(path)
            fields = lens.Value.FromString(raw).struct_value.fields if raw and raw[:1] == OBJECT else _NONE
            self._levels[path] = fields
        return fields


class StructDocument(WireDocument):
    """A Document over a whole Struct: of what is not Crossplane's request."""

    __slots__ = ()

    def __init__(self, struct: struct_pb2.Struct) -> None:
        super().__init__(lens.Struct.FromString(struct.SerializeToString()).fields)
