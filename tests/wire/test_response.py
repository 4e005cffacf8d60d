"""What is written by hand is read by protobuf as it was meant."""

from __future__ import annotations

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from function.kubernetes.document import Manifest
from function.wire import response
from function.wire.values import encode

MANIFESTS = st.builds(lambda name, size: {"metadata": {"name": name}, "text": "x" * size}, st.text(), st.integers(0, 20_000))


@given(st.dictionaries(st.text(), MANIFESTS, max_size=4), st.data())
def test_all_that_is_composed_is_in_the_response(desired: dict[str, Manifest], data: st.DataObject):
    names = st.sampled_from(sorted(desired)) if desired else st.nothing()
    ready = data.draw(st.frozensets(names))
    kept = data.draw(st.frozensets(names))

    _compared(desired, ready, kept)


@pytest.mark.parametrize("size", [0, 100, 16_300, 16_400, 3_000_000])
@pytest.mark.parametrize("length", [1, 127, 128, 20_000])
def test_all_lengths_are_written_as_protobuf_reads_them(length: int, size: int):
    for number in range(-40, 40):
        key = "k" * length
        _compared({key: {"text": "x" * max(size + number, 0)}}, frozenset({key}), frozenset())


def _compared(desired: dict[str, Manifest], ready: frozenset[str], kept: frozenset[str]) -> None:
    made = {key: encode(manifest) if key in kept else manifest for key, manifest in desired.items()}
    found = fnv1.RunFunctionResponse.FromString(response.resources(made, ready)).desired.resources

    assert {key: json_format.MessageToDict(item.resource) for key, item in found.items()} == desired
    assert {key for key, item in found.items() if item.ready == fnv1.READY_TRUE} == ready
    assert {key for key, item in found.items() if item.ready == fnv1.READY_FALSE} == desired.keys() - ready
