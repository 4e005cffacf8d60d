"""What is encoded once for all, and is the same as if it were encoded each time."""

from __future__ import annotations

from google.protobuf import struct_pb2

from function import compose, wire
from function.kubernetes import labels
from function.kubernetes.document import Fixed
from function.wire.values import encode
from tools.bench import scenarios


def test_a_fixed_part_is_encoded_as_any_other():
    plain = {"a": "b", "c": {"d": 1}}
    fixed = Fixed(plain)

    expected = encode({"metadata": {"labels": plain}, "spec": plain})

    assert encode({"metadata": {"labels": fixed}, "spec": fixed}) == expected
    assert encode({"metadata": {"labels": fixed}, "spec": fixed}) == expected
    assert struct_pb2.Struct.FromString(expected)["metadata"]["labels"]["c"]["d"] == 1


def test_nothing_that_is_composed_changes_the_labels_that_all_objects_share():
    labels.selector.cache_clear()
    before = {kind: dict(labels.selector(kind, "images")) for kind in ("registry", "cache")}
    for make in scenarios.SCENARIOS.values():
        compose.answer(wire.read(wire.decode(make().SerializeToString()), str))

    assert labels.selector.cache_info().hits
    assert labels.selector.cache_info().misses == len(before), "the scenarios are of other names"
    assert {kind: labels.selector(kind, "images") for kind in before} == before
