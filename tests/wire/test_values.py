"""What is encoded once for all, and is the same as if it were encoded each time."""

from __future__ import annotations

from collections.abc import Callable

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import pytest
from google.protobuf import struct_pb2

from function import compose, wire
from function.kubernetes import labels
from function.kubernetes.document import Fixed
from function.wire.values import encode
from tools.bench import scenario, scenarios


def test_a_fixed_part_is_encoded_as_any_other():
    plain = {"a": "b", "c": {"d": 1}}
    fixed = Fixed(plain)

    expected = encode({"metadata": {"labels": plain}, "spec": plain})

    assert encode({"metadata": {"labels": fixed}, "spec": fixed}) == expected
    assert encode({"metadata": {"labels": fixed}, "spec": fixed}) == expected
    assert struct_pb2.Struct.FromString(expected)["metadata"]["labels"]["c"]["d"] == 1


def _first(name: str) -> fnv1.RunFunctionRequest:
    request = scenarios.ready(name)
    request.observed.resources.clear()
    return request


@pytest.mark.parametrize("make", [scenarios.ready, _first])
def test_nothing_that_is_composed_changes_the_labels_that_all_objects_share(make: Callable[[str], fnv1.RunFunctionRequest]):
    # Of a name that no other test uses: what is remembered would not be composed again.
    name = f"shared-{make.__name__.strip('_')}"
    shared = labels.selector("registry", name)
    before, uses = dict(shared), labels.selector.cache_info().hits

    answer = compose.answer(wire.read(wire.decode(make(name).SerializeToString()), lambda _: scenario.ENTROPY))

    assert answer.desired
    assert labels.selector.cache_info().hits > uses
    assert labels.selector("registry", name) is shared
    assert shared == before
