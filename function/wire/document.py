"""Documents over what Crossplane sends: of an object nothing is decoded but what is asked for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from google.protobuf import struct_pb2

from function.wire import lens
from function.wire.values import plain


class WireDocument:
    """A Document over the fields of a Struct as bytes; what was read once is kept as long as the call lasts."""

    __slots__ = ("_levels", "_read")

    def __init__(self, fields: Mapping[str, bytes]) -> None:
        # An object on the way to what was asked for: its fields, none of them decoded. None where there is no object.
        self._levels: dict[tuple[str, ...], Mapping[str, bytes] | None] = {(): fields}
        self._read: dict[tuple[str, ...], Any] = {}

    def at(self, *path: str) -> Any:
        """See Document."""
        if path not in self._read:
            self._read[path] = self._at(path)
        return self._read[path]

    def key(self, path: str) -> Hashable:
        """See Document."""
        value = self._raw((path,))
        # The order of an object's fields is random on the wire.
        return b"" if value is None else struct_pb2.Value.FromString(value).SerializeToString(deterministic=True)

    def _at(self, path: tuple[str, ...]) -> Any:
        if not path:
            fields = self._levels[()] or {}
            return {name: plain(struct_pb2.Value.FromString(value)) for name, value in fields.items()}
        value = self._raw(path)
        return None if value is None else plain(struct_pb2.Value.FromString(value))

    def _raw(self, path: tuple[str, ...]) -> bytes | None:
        *above, name = path
        fields = self._level(tuple(above))
        # Reading a key of a protobuf map that is not there would add it.
        return fields[name] if fields is not None and name in fields else None

    def _level(self, path: tuple[str, ...]) -> Mapping[str, bytes] | None:
        if path not in self._levels:
            raw = self._raw(path)
            value = None if raw is None else lens.Value.FromString(raw)
            self._levels[path] = value.struct_value.fields if value is not None and value.HasField("struct_value") else None
        return self._levels[path]


class StructDocument(WireDocument):
    """A Document over a whole Struct: of what is not Crossplane's request."""

    __slots__ = ()

    def __init__(self, struct: struct_pb2.Struct) -> None:
        super().__init__(lens.Struct.FromString(struct.SerializeToString()).fields)
