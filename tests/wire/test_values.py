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
    # Of a name that no other test uses: what is remembered would not be composed again.
    shared = labels.selector("registry", "of-this-test")
    before, uses = dict(shared), labels.selector.cache_info().hits

    answer = compose.answer(wire.read(wire.decode(scenarios.ready("of-this-test").SerializeToString()), str))

    assert answer.desired
    assert labels.selector.cache_info().hits > uses
    assert labels.selector("registry", "of-this-test") is shared
    assert shared == before
