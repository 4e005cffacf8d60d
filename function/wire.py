"""Between Crossplane's protobuf messages and the core's plain values.

An observed object is never turned into a dict: a Document reads the few paths that are asked for, in the message itself.
(Whole, 86 KB of observed objects would cost six times what all the rest of a call does.)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1
from google.protobuf import struct_pb2

from function.kubernetes.document import Document, Manifest
from function.memo import Memo
from function.observed import Answer, Observed

_STATUSES = {
    "True": fnv1.STATUS_CONDITION_TRUE,
    "False": fnv1.STATUS_CONDITION_FALSE,
    "Unknown": fnv1.STATUS_CONDITION_UNKNOWN,
}
_SEVERITIES = {"Normal": fnv1.SEVERITY_NORMAL, "Warning": fnv1.SEVERITY_WARNING}


class StructDocument:
    """A Document over a protobuf Struct; what was read once is kept as long as the call lasts."""

    __slots__ = ("_read", "_struct")

    def __init__(self, struct: struct_pb2.Struct) -> None:
        self._struct = struct
        self._read: dict[tuple[str, ...], Any] = {}

    def at(self, *path: str) -> Any:
        """See Document."""
        if path not in self._read:
            self._read[path] = self._at(path)
        return self._read[path]

    def key(self, path: str) -> Hashable:
        """See Document."""
        fields = self._struct.fields
        return fields[path].SerializeToString(deterministic=True) if path in fields else b""

    def _at(self, path: tuple[str, ...]) -> Any:
        fields: Mapping[str, struct_pb2.Value] | None = self._struct.fields
        value = None
        for key in path:
            # Reading a key of a protobuf map that is not there would add it.
            if fields is None or key not in fields:
                return None
            value = fields[key]
            fields = value.struct_value.fields if value.WhichOneof("kind") == "struct_value" else None
        return plain(value) if value is not None else _plain_fields(self._struct.fields)


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


def read(request: fnv1.RunFunctionRequest, entropy: str) -> Observed:
    """Return what a request brings, and a new random value. Documents go on reading in it: it must not be changed."""
    observed = request.observed
    return Observed(
        composite=StructDocument(observed.composite.resource),
        composed={key: StructDocument(item.resource) for key, item in observed.resources.items()},
        required={name: _documents(found.items) for name, found in request.required_resources.items()},
        entropy=entropy,
    )


def _documents(items: Iterable[fnv1.Resource]) -> list[Document]:
    return [StructDocument(item.resource) for item in items]


def write(request: fnv1.RunFunctionRequest, answer: Answer) -> fnv1.RunFunctionResponse:
    """Return the response. What earlier steps of the pipeline desire, and their context, is passed on."""
    response = fnv1.RunFunctionResponse()
    response.meta.tag = request.meta.tag
    response.meta.ttl.seconds = answer.ttl
    response.desired.CopyFrom(request.desired)
    if request.HasField("context"):
        response.context.CopyFrom(request.context)
    for name, selector in answer.requirements.items():
        wanted = response.requirements.resources[name]
        wanted.api_version, wanted.kind, wanted.match_name = selector.api_version, selector.kind, selector.name
        if selector.namespace is not None:
            wanted.namespace = selector.namespace
    _tell(response, answer)
    if not answer.fatal:
        _desire(response, answer)
    return response


def _tell(response: fnv1.RunFunctionResponse, answer: Answer) -> None:
    both = fnv1.TARGET_COMPOSITE_AND_CLAIM
    for entry in answer.conditions:
        response.conditions.add(
            type=entry.type, status=_STATUSES[entry.status], reason=entry.reason, message=entry.message, target=both
        )
    for event in answer.events:
        response.results.add(severity=_SEVERITIES[event.severity], reason=event.reason, message=event.message, target=both)
    if answer.fatal:
        response.results.add(severity=fnv1.SEVERITY_FATAL, reason="Refused", message=answer.fatal, target=both)


# By identity: what is desired is itself remembered by content. The value holds on to it, so its id is not used again.
_structs: Memo[int, tuple[Mapping[str, Manifest], dict[str, struct_pb2.Struct]]] = Memo()


def _desire(response: fnv1.RunFunctionResponse, answer: Answer) -> None:
    composite = response.desired.composite
    composite.ready = fnv1.READY_TRUE if answer.composite_ready else fnv1.READY_FALSE
    fill(composite.resource.fields["status"].struct_value.fields, answer.status)
    desired = answer.desired
    _, structs = _structs.get(id(desired), lambda: (desired, {key: struct(manifest) for key, manifest in desired.items()}))
    for key, made in structs.items():
        resource = response.desired.resources[key]
        resource.Clear()
        resource.resource.CopyFrom(made)
        resource.ready = fnv1.READY_TRUE if key in answer.ready else fnv1.READY_FALSE


def struct(manifest: Manifest) -> struct_pb2.Struct:
    """Return an object as a Struct."""
    made = struct_pb2.Struct()
    fill(made.fields, manifest)
    return made
