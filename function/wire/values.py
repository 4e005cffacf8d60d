"""Between google.protobuf's Values and plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from struct import pack
from typing import Any

from google.protobuf import struct_pb2

from function.kubernetes.document import Fixed, Manifest

TEXT, OBJECT, LIST = b"\x1a", b"\x2a", b"\x32"
"""How a Value begins that is a text, an object or a list. Its length follows; up to 127 bytes, as one byte."""


def plain(value: struct_pb2.Value) -> Any:
    """Return a protobuf Value as plain JSON; a whole number as int, as it was before protobuf made it a float."""
    # Most are texts.
    if text := value.string_value:
        return text
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return ""
    if kind == "struct_value":
        fields = value.struct_value.fields
        # The items of a protobuf map are found out in Python, one by one.
        return {name: plain(fields[name]) for name in fields}
    if kind == "list_value":
        return [plain(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None


def encode(manifest: Mapping[str, Any]) -> bytes:
    """Return an object as the bytes of a Struct. By hand, which takes less than half as long as Struct.update."""
    parts: list[bytes] = []
    for name, value in manifest.items():
        kind, contents = _contents(value)
        parts.append(_entry(name, kind, len(contents)))
        parts.append(contents)
    return b"".join(parts)


def _contents(value: Any) -> tuple[bytes, bytes]:
    """Return how a Value begins, and the bytes behind its length; or, of what has no length, the whole of it as the latter."""
    # Most values are texts and objects.
    if isinstance(value, str):
        return TEXT, value.encode()
    if isinstance(value, dict):
        if not isinstance(value, Fixed):
            return OBJECT, encode(value)
        if value.encoded is None:
            value.encoded = encode(value)
        return OBJECT, value.encoded
    if isinstance(value, list):
        parts: list[bytes] = []
        for item in value:
            kind, contents = _contents(item)
            parts.append(_item(kind, len(contents)))
            parts.append(contents)
        return LIST, b"".join(parts)
    if isinstance(value, bool):
        return b"", b"\x20\x01" if value else b"\x20\x00"
    if value is None:
        return b"", b"\x08\x00"
    return b"", b"\x11" + pack("<d", value)


@lru_cache(2048)
def _entry(name: str, kind: bytes, length: int) -> bytes:
    """Return what stands in a Struct before contents of this length: an entry's own head, its key, and the head of its value."""
    text = name.encode()
    head = kind and kind + varint(length)
    entry = b"\x0a" + varint(len(text)) + text + b"\x12" + varint(len(head) + length) + head
    return b"\x0a" + varint(len(entry) + length) + entry


@lru_cache(1024)
def _item(kind: bytes, length: int) -> bytes:
    """Return what stands in a ListValue before contents of this length."""
    head = kind and kind + varint(length)
    return b"\x0a" + varint(len(head) + length) + head


def varint(number: int) -> bytes:
    """Return a number as protobuf writes lengths."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def struct(manifest: Manifest) -> struct_pb2.Struct:
    """Return an object as a Struct."""
    return struct_pb2.Struct.FromString(encode(manifest))
