"""What is seen through the lens is what is there, and what is passed on arrives as it came."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import pytest
from google.protobuf import json_format, struct_pb2
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from function import wire
from function.kubernetes.document import Document, PlainDocument
from function.observed import Answer
from function.wire import lens
from function.wire.document import WireDocument
from tests.properties.json_values import JSON

OBJECTS = st.dictionaries(st.text(max_size=8), JSON, max_size=4)
SCHEMA = {
    "Request": fnv1.RunFunctionRequest,
    "Meta": fnv1.RequestMeta,
    "Observed": fnv1.State,
    "Resources": fnv1.Resources,
    "Resource": fnv1.Resource,
    "Response": fnv1.RunFunctionResponse,
    "Desired": fnv1.State,
    "Made": fnv1.Resource,
}


def paths(value: Any) -> list[tuple[str, ...]]:
    """Return the paths of all that an object holds, and of something in each place that it does not."""
    found: list[tuple[str, ...]] = [()]
    if isinstance(value, dict):
        for name, inner in value.items():
            found += [(name, *path) for path in paths(inner)]
        found.append(("none such",))
    return [*found, ("none such", "deeper")]


def request(composite: dict[str, Any], **composed: dict[str, Any]) -> fnv1.RunFunctionRequest:
    made = fnv1.RunFunctionRequest()
    json_format.ParseDict(composite, made.observed.composite.resource)
    for key, manifest in composed.items():
        json_format.ParseDict(manifest, made.observed.resources[key].resource)
    return made


def seen(made: fnv1.RunFunctionRequest) -> Any:
    return wire.read(wire.decode(made.SerializeToString()), "")


@given(OBJECTS, OBJECTS)
def test_a_document_shows_at_each_path_what_json_has_there(composite: dict[str, Any], composed: dict[str, Any]):
    observed = seen(request(composite, one=composed))
    for document, value in ((observed.composite, composite), (observed.composed["one"], composed)):
        plain = PlainDocument(value)
        for path in paths(value):
            assert document.at(*path) == plain.at(*path)


@given(OBJECTS, OBJECTS, st.sampled_from(["spec", "metadata"]))
def test_keys_are_equal_where_contents_are(one: dict[str, Any], other: dict[str, Any], field: str):
    def key(value: dict[str, Any]) -> Any:
        return seen(request({field: value})).composite.key(field)

    shuffled = dict(reversed(one.items()))
    assert key(one) == key(shuffled)
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (key(one) == key(other)) is (same or one == other)


@given(OBJECTS, OBJECTS, st.sampled_from(["spec", "metadata"]))
def test_a_key_tells_nothing_of_what_is_left_out(one: dict[str, Any], other: dict[str, Any], field: str):
    def key(value: dict[str, Any]) -> Any:
        return seen(request({field: value})).composite.key(field, leaving_out={"claimRef"})

    assert key(one) == key({**one, "claimRef": other})
    assert (key(one) == key(other)) is (_without(one) == _without(other))
    assert seen(request({field: one})).composite.part(field, {"claimRef"}) == PlainDocument(_without(one)).at()


def _without(value: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name != "claimRef"}


@given(OBJECTS)
def test_a_struct_is_written_as_protobuf_writes_it(manifest: dict[str, Any]):
    assert json_format.MessageToDict(wire.struct(manifest)) == json_format.MessageToDict(
        json_format.ParseDict(manifest, fnv1.Resource().resource)
    )


@pytest.mark.parametrize("size", [0, 1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x200000])
def test_texts_of_any_length_are_written(size: int):
    manifest = {"x" * size: "y" * size, "list": ["z" * size]}

    assert json_format.MessageToDict(wire.struct(manifest)) == manifest


@given(OBJECTS, OBJECTS, OBJECTS)
def test_what_earlier_steps_desire_and_their_context_is_passed_on(
    status: dict[str, Any], other: dict[str, Any], context: dict[str, Any]
):
    made = request({})
    json_format.ParseDict({"status": status}, made.desired.composite.resource)
    made.desired.composite.connection_details["password"] = b"kept"
    json_format.ParseDict(other, made.desired.resources["other"].resource)
    made.desired.resources["other"].connection_details["password"] = b"kept too"
    made.desired.resources["other"].ready = fnv1.READY_TRUE
    json_format.ParseDict(context, made.context)

    answer = Answer(desired={"mine": {"kind": "ConfigMap"}}, status={"replicas": 3})
    response = fnv1.RunFunctionResponse.FromString(wire.write(wire.decode(made.SerializeToString()), answer))

    assert response.desired.resources["other"] == made.desired.resources["other"]
    assert response.desired.composite.connection_details == made.desired.composite.connection_details
    assert response.context == made.context
    expected = fnv1.Resource()
    json_format.ParseDict({"status": {**status, "replicas": 3}}, expected.resource)
    assert response.desired.composite.resource == expected.resource


def test_that_there_is_a_context_is_passed_on_even_where_it_is_empty():
    made = request({})
    made.context.SetInParent()

    assert fnv1.RunFunctionResponse.FromString(wire.write(wire.decode(made.SerializeToString()), Answer())).HasField("context")


def test_what_was_not_decoded_is_not_needed():
    made = lens.Request()
    made.observed.composite.resource.fields["status"] = b"no value at all"
    made.observed.composite.resource.fields["kind"] = b"\x1a\x01X"

    assert wire.read(made, "").composite.at("kind") == "X"


def test_what_is_no_request_is_refused():
    with pytest.raises(DecodeError):
        wire.decode(b"no request at all")


@pytest.mark.parametrize("name", SCHEMA)
def test_the_fields_are_crossplanes(name: str):
    theirs = SCHEMA[name].DESCRIPTOR.fields_by_name
    for field, number, kind in lens._SCHEMA[name]:
        assert theirs[field].number == number
        assert (theirs[field].message_type is not None and theirs[field].message_type.GetOptions().map_entry) is kind.startswith(
            "map"
        )


@pytest.mark.parametrize("length", [0, 1, 127, 128, 129, 16_384])
def test_a_text_of_any_length_is_read(length: int):
    text = "\u00e9" * (length // 2) + "x" * (length % 2)
    assert seen(request({"text": text})).composite.at("text") == text


def test_a_value_that_was_written_twice_is_the_later_one():
    made = struct_pb2.Value(string_value="one").SerializeToString() + struct_pb2.Value(string_value="other").SerializeToString()
    later = struct_pb2.Value(string_value="text").SerializeToString() + struct_pb2.Value(number_value=2).SerializeToString()
    document = WireDocument({"text": made, "number": later})
    assert (document.at("text"), document.at("number")) == ("other", 2)


def test_what_is_made_of_a_document_is_made_once():
    document, asked = seen(request({"name": "a"})).composite, []

    def name(one: Document) -> Any:
        asked.append(one)
        return one.at("name")

    assert document.once(name) == document.once(name) == PlainDocument({"name": "a"}).once(name) == "a"
    assert asked[:-1] == [document]
    assert document.once(lambda one: one.at("kind")) is None
    assert document.looked() == (("kind",), ("name",))


@pytest.mark.parametrize(
    ("look", "paths"),
    [
        (lambda one: one.at(), ((),)),
        (lambda one: one.at("none", "such"), (("none", "such"),)),
        (lambda one: one.key("spec", leaving_out={"claimRef"}), (("spec",),)),
        (lambda one: one.part("spec", leaving_out={"claimRef"}), (("spec",),)),
        (lambda one: (one.at("spec", "a"), one.at("spec"), one.at("kind")), (("kind",), ("spec",))),
    ],
)
def test_where_was_looked_is_known(look: Callable[[Document], Any], paths: tuple[tuple[str, ...], ...]):
    document = seen(request({"kind": "A", "spec": {"claimRef": {}, "a": 1}})).composite
    look(document)
    assert document.looked() == paths
