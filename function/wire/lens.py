"""Crossplane's messages seen from afar: what is not read of them stays bytes, and what is remembered goes out as bytes.

The fields are those of apiextensions.fn.proto.v1, with the same numbers, as far as a function uses them. Where Crossplane's
schema has a google.protobuf.Value, this one has bytes: decoding skips over it. Fields that are not listed here are kept as they
are in messages that are passed on.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_SCHEMA: dict[str, tuple[tuple[str, int, str], ...]] = {
    "Request": (
        ("meta", 1, "Meta"),
        ("observed", 2, "Observed"),
        ("desired", 3, "bytes"),
        ("context", 5, "optional bytes"),
        ("required_resources", 8, "map Resources"),
    ),
    "Meta": (("tag", 1, "string"),),
    "Observed": (("composite", 1, "Resource"), ("resources", 2, "map Resource")),
    "Resources": (("items", 1, "list Resource"),),
    "Resource": (("resource", 1, "Struct"), ("ready", 3, "int32")),
    # Of google.protobuf: a Struct whose values are not decoded, and of a Value what matters for the way further in.
    "Struct": (("fields", 1, "map bytes"),),
    "Value": (("struct_value", 5, "Struct"),),
    "Response": (("desired", 2, "Desired"), ("context", 4, "optional bytes")),
    "Desired": (("composite", 1, "Resource"), ("resources", 2, "map Made")),
    "Made": (("resource", 1, "optional bytes"), ("ready", 3, "int32")),
}
"""Fields by message: name, number, type; a map has strings as keys."""

_PACKAGE = "registryoperator.lens"
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {"bytes": _FIELD.TYPE_BYTES, "string": _FIELD.TYPE_STRING, "int32": _FIELD.TYPE_INT32}


def _declare(field: descriptor_pb2.FieldDescriptorProto, number: int, kind: str) -> None:
    field.number = number
    field.label = _FIELD.LABEL_OPTIONAL
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"


def _message(name: str) -> descriptor_pb2.DescriptorProto:
    made = descriptor_pb2.DescriptorProto(name=name)
    for field_name, number, described in _SCHEMA[name]:
        shape, _, kind = described.rpartition(" ")
        field = made.field.add(name=field_name)
        if shape == "map":
            # What protoc makes of map<string, kind>.
            entry = made.nested_type.add(name=f"{field_name.title().replace('_', '')}Entry")
            entry.options.map_entry = True
            _declare(entry.field.add(name="key"), 1, "string")
            _declare(entry.field.add(name="value"), 2, kind)
            _declare(field, number, f"{name}.{entry.name}")
        else:
            _declare(field, number, kind)
        if shape == "optional":
            # What protoc makes of it: a oneof of one, which tells that the field is there from that it is empty.
            field.proto3_optional, field.oneof_index = True, len(made.oneof_decl)
            made.oneof_decl.add(name=f"_{field_name}")
        elif shape:
            field.label = _FIELD.LABEL_REPEATED
    return made


def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="lens.proto", package=_PACKAGE, syntax="proto3")
    file.message_type.extend(_message(name) for name in _SCHEMA)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _SCHEMA}


_CLASSES = _classes()
Request: Any = _CLASSES["Request"]
Response: Any = _CLASSES["Response"]
Made: Any = _CLASSES["Made"]
Struct: Any = _CLASSES["Struct"]
Value: Any = _CLASSES["Value"]
