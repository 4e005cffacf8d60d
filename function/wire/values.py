"""Between protobuf's Values and plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

from function.kubernetes.document import Manifest


def plain(value: struct_pb2.Value) -> Any:
    """Return a protobuf Value as plain JSON; a whole number as int, as it was before protobuf made it a float."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return _plain_fields(value.struct_value.fields)
    if kind == "list_value":
        return [plain(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None


def _plain_fields(fields: Mapping[str, struct_pb2.Value]) -> dict[str, Any]:
    return {key: plain(value) for key, value in fields.items()}


def fill(fields: Any, manifest: Mapping[str, Any]) -> None:
    """Write plain JSON into the fields of a Struct."""
    for key, value in manifest.items():
        _write(fields[key], value)


def _write(into: struct_pb2.Value, value: Any) -> None:
    if isinstance(value, str):
        into.string_value = value
    elif isinstance(value, dict):
        into.struct_value.SetInParent()
        fill(into.struct_value.fields, value)
    elif isinstance(value, list):
        into.list_value.SetInParent()
        for item in value:
            _write(into.list_value.values.add(), item)
    elif isinstance(value, bool):
        into.bool_value = value
    elif value is None:
        into.null_value = struct_pb2.NULL_VALUE
    else:
        into.number_value = value


def struct(manifest: Manifest) -> struct_pb2.Struct:
    """Return an object as a Struct."""
    made = struct_pb2.Struct()
    fill(made.fields, manifest)
    return made
