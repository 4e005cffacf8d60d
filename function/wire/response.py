"""From the core's answer to a response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1
from google.protobuf import struct_pb2

from function.kubernetes.document import Manifest
from function.memo import Memo
from function.observed import Answer
from function.wire import lens
from function.wire.values import fill, struct

_STATUSES = {
    "True": fnv1.STATUS_CONDITION_TRUE,
    "False": fnv1.STATUS_CONDITION_FALSE,
    "Unknown": fnv1.STATUS_CONDITION_UNKNOWN,
}
_SEVERITIES = {"Normal": fnv1.SEVERITY_NORMAL, "Warning": fnv1.SEVERITY_WARNING}


def write(request: Any, answer: Answer) -> bytes:
    """Return the response. What earlier steps of the pipeline desire, and their context, is passed on."""
    carried = lens.Response()
    carried.desired.MergeFromString(request.desired)
    if request.HasField("context"):
        carried.context = request.context
    if not answer.fatal:
        _desire(carried.desired, answer)
    # Two messages one behind the other are one with the fields of both.
    told: bytes = _told(request.meta.tag, answer).SerializeToString()
    return told + bytes(carried.SerializeToString())


def _told(tag: str, answer: Answer) -> fnv1.RunFunctionResponse:
    response = fnv1.RunFunctionResponse()
    response.meta.tag = tag
    response.meta.ttl.seconds = answer.ttl
    for name, selector in answer.requirements.items():
        wanted = response.requirements.resources[name]
        wanted.api_version, wanted.kind, wanted.match_name = selector.api_version, selector.kind, selector.name
        if selector.namespace is not None:
            wanted.namespace = selector.namespace
    both = fnv1.TARGET_COMPOSITE_AND_CLAIM
    for entry in answer.conditions:
        response.conditions.add(
            type=entry.type, status=_STATUSES[entry.status], reason=entry.reason, message=entry.message, target=both
        )
    for event in answer.events:
        response.results.add(severity=_SEVERITIES[event.severity], reason=event.reason, message=event.message, target=both)
    if answer.fatal:
        response.results.add(severity=fnv1.SEVERITY_FATAL, reason="Refused", message=answer.fatal, target=both)
    return response


# By identity: what is desired is itself remembered by content. The value holds on to it, so its id is not used again.
_structs: Memo[int, tuple[Mapping[str, Manifest], dict[str, bytes]]] = Memo()


def _desire(into: Any, answer: Answer) -> None:
    into.composite.ready = fnv1.READY_TRUE if answer.composite_ready else fnv1.READY_FALSE
    fields = into.composite.resource.fields
    # Earlier steps may have written other fields of the status.
    status = struct_pb2.Value.FromString(fields["status"]) if "status" in fields else struct_pb2.Value()
    status.struct_value.SetInParent()
    fill(status.struct_value.fields, answer.status)
    fields["status"] = status.SerializeToString()
    desired = answer.desired
    _, encoded = _structs.get(id(desired), lambda: (desired, {key: encode(manifest) for key, manifest in desired.items()}))
    for key, made in encoded.items():
        resource = into.resources[key]
        resource.Clear()
        resource.resource = made
        resource.ready = fnv1.READY_TRUE if key in answer.ready else fnv1.READY_FALSE


def encode(manifest: Manifest) -> bytes:
    """Return an object as the bytes of a Struct."""
    made: bytes = struct(manifest).SerializeToString()
    return made
