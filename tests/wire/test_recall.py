"""An answer that is remembered is the one that would be found, and holds no secret; what is not looked at changes nothing."""

from __future__ import annotations

import base64
import copy
import gc
import types
from collections.abc import Callable
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import pytest
from google.protobuf import struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from function import compose, fn, memo, wire
from function.compose import running
from function.kubernetes.document import Manifest
from function.resolve import written
from function.wire import lens, recall
from function.wire.document import WireDocument
from tests.properties.json_values import changed
from tests.protocol import registries, serving
from tools.bench import scenario, scenarios


def runner() -> fn.FunctionRunner:
    return fn.FunctionRunner(values=lambda _: scenario.ENTROPY)


def asked(*requests: fnv1.RunFunctionRequest) -> fn.FunctionRunner:
    """Return a function that remembers the answers to these: it has given each of them twice."""
    function = runner()
    for request in (*requests, *requests):
        function.run(request)
    return function


def canonical(function: fn.FunctionRunner, request: fnv1.RunFunctionRequest) -> bytes:
    return serving.canonical(function.run(request))


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often the core was asked."""
    asked = []
    answer = compose.answer

    def counted(*arguments: Any) -> Any:
        asked.append(arguments)
        return answer(*arguments)

    monkeypatch.setattr(compose, "answer", counted)
    return lambda: len(asked)


STATES = {
    "settled": registries.settled,
    "new": registries.new,
    "unfetched": lambda name: registries.unfetched(registries.settled(name)),
    "missing": lambda name: registries.missing(registries.settled(name), name),
}
REQUESTS = {
    **{f"{name}, {state}": make(name) for name in registries.SPECS for state, make in STATES.items() if state != "new"},
    **{name: make() for name, make in scenarios.SCENARIOS.items()},
}


def copied(request: fnv1.RunFunctionRequest) -> fnv1.RunFunctionRequest:
    made = fnv1.RunFunctionRequest()
    made.CopyFrom(request)
    return made


def documents(request: fnv1.RunFunctionRequest) -> list[struct_pb2.Struct]:
    """Return all objects of a request, each to be changed in its place."""
    required = [item for found in request.required_resources.values() for item in found.items]
    items = [
        request.observed.composite,
        *(request.observed.resources[key] for key in sorted(request.observed.resources)),
        *required,
    ]
    return [item.resource for item in items]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", registries.SPECS)
def test_the_later_answers_are_the_first_one(name: str, state: str):
    request = STATES[state](name)
    function = runner()

    assert {canonical(function, request) for _ in range(3)} == {canonical(runner(), request)}


@settings(max_examples=150)
@given(st.sampled_from(sorted(REQUESTS)), st.data())
def test_whatever_has_changed_the_answer_is_the_one_that_is_found_anew(name: str, data: st.DataObject):
    request = REQUESTS[name]
    function = asked(request)
    other = copied(request)
    there = documents(other)
    one = there[data.draw(st.integers(0, len(there) - 1))]
    manifest: Manifest = wire.StructDocument(one).at()
    one.CopyFrom(wire.struct(data.draw(changed(manifest))))

    assert canonical(function, other) == canonical(runner(), other)
    assert canonical(function, request) == canonical(runner(), request)


@given(st.sampled_from(sorted(REQUESTS)), st.data())
def test_an_object_that_came_or_went_is_seen(name: str, data: st.DataObject):
    request = REQUESTS[name]
    function = asked(request)
    other = copied(request)
    for found in (other.observed.resources, other.required_resources):
        for key in data.draw(st.sets(st.sampled_from(sorted(found)))) if found else ():
            del found[key]

    assert canonical(function, other) == canonical(runner(), other)


def test_what_is_not_looked_at_is_not_found_out_again(answered: Callable[[], int]):
    request = copied(REQUESTS["ready"])
    function = asked(request)
    first = canonical(runner(), request)
    before = answered()
    for one in documents(request):
        manifest = copy.deepcopy(wire.StructDocument(one).at())
        if manifest["kind"] != "RegistryTemplate":
            manifest["metadata"] |= {"resourceVersion": "184468", "managedFields": []}
        one.CopyFrom(wire.struct(manifest))

    assert canonical(function, request) == first
    assert answered() == before


def test_the_order_of_fields_is_not_looked_at(answered: Callable[[], int]):
    request = copied(REQUESTS["ready"])
    function = asked(request)
    first = canonical(runner(), request)
    before = answered()
    for one in documents(request):
        manifest: Manifest = wire.StructDocument(one).at()
        one.Clear()
        one.CopyFrom(wire.struct(_reversed(manifest)))

    assert canonical(function, request) == first
    assert answered() == before


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(part) for key, part in reversed(value.items())}
    return [_reversed(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("field", ["tag", "context", "desired"])
def test_what_the_request_brings_for_others_is_always_of_this_request(field: str):
    request = scenarios.ready()
    function = asked(request)
    if field == "tag":
        request.meta.tag = "another"
    elif field == "context":
        request.context.update({"region": "eu"})
    else:
        request.desired.composite.resource.update({"status": {"other": 1}})
        request.desired.resources["other"].resource.update({"kind": "ConfigMap"})

    assert canonical(function, request) == canonical(runner(), request)


def test_an_answer_with_a_value_that_was_made_for_it_is_not_remembered(answered: Callable[[], int]):
    function = asked(registries.new("s3"))
    function.run(registries.new("s3"))

    assert answered() == 3


@pytest.mark.parametrize("name", ["s3", "cosi"])
def test_each_of_two_calls_has_its_answer(name: str, answered: Callable[[], int]):
    calls = registries.unfetched(registries.settled(name)), registries.settled(name)
    function = asked(*calls)
    before = answered()

    assert [canonical(function, call) for call in calls] == [canonical(runner(), call) for call in calls]
    assert answered() == before + 2


def test_who_asks_for_the_first_time_is_not_remembered(answered: Callable[[], int]):
    one, other = scenarios.ready("one"), scenarios.ready("other")
    before = answered()
    asked(one, other).run(one)

    assert answered() == before + 4


def test_what_is_made_is_kept_for_who_asks_again(monkeypatch: pytest.MonkeyPatch):
    memos = [memo.Memo[Any, Any](10), memo.Memo[Any, Any](10)]
    monkeypatch.setattr(running, "_made", memos[0])
    monkeypatch.setattr(written, "_written", memos[1])
    function, request = runner(), scenarios.ready("never-asked-before")
    for one in memos:
        one._kept.clear()
    kept = []
    for _ in range(2):
        function.run(request)
        kept.append([len(one._kept) for one in memos])

    assert kept == [[0, 0], [1, 1]]


def test_a_change_of_what_is_remembered_is_remembered(answered: Callable[[], int]):
    one, changed_since = scenarios.ready(), scenarios.rolling()
    before = answered()
    function = asked(one)
    for _ in range(2):
        function.run(changed_since)

    assert answered() == before + 3


def test_no_value_of_a_secret_is_remembered():
    request = registries.settled("cosi")
    request.observed.resources["http-secret"].resource["data"] = {"secret": base64.b64encode(b"s-of-the-pods").decode()}
    function = asked(request)
    response = function.run(request)
    plain = [b"s-of-the-pods", b"an-access-key", b"a-secret-key"]
    assert {"http-secret", "bucket-secret"} <= set(response.desired.resources)
    del request, response

    # In a Secret, and within what a driver wrote.
    hidden = [*plain, *(base64.b64encode(value) for value in plain)]
    gc.collect()
    kept = [one for one in gc.get_objects() if isinstance(one, memo.Memo | recall.Recall)]
    assert len(kept) >= 4
    assert len(seen := _within([function, *kept])) > 100
    assert [value for value in seen if any(secret in value for secret in hidden)] == []


def _within(roots: list[Any]) -> list[bytes]:
    """Return all texts that can be reached from these objects, but for the program itself."""
    found: list[bytes] = []
    visited: set[int] = set()
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in visited or isinstance(one, type | types.ModuleType | types.FunctionType):
            continue
        visited.add(id(one))
        if isinstance(one, str | bytes):
            found.append(one.encode("utf-8", "surrogatepass") if isinstance(one, str) else one)
        waiting += gc.get_referents(one)
    return found


@pytest.mark.parametrize("name", ["ready", "rolling", "cache"])
def test_managed_fields_are_not_decoded(name: str):
    made = scenarios.SCENARIOS[name]()
    request = wire.decode(made.SerializeToString())
    for resource in request.observed.resources.values():
        metadata = lens.Value.FromString(resource.resource.fields["metadata"])
        metadata.struct_value.fields["managedFields"] = b"this cannot be decoded"
        resource.resource.fields["metadata"] = metadata.SerializeToString()

    response = fnv1.RunFunctionResponse.FromString(runner().answer(request))

    assert serving.canonical(response) == canonical(runner(), made)


def test_managed_fields_are_read_where_an_autoscaler_may_take_over():
    request = wire.decode(registries.settled("scaled").SerializeToString())
    fields = request.observed.resources["deployment"].resource.fields
    metadata = lens.Value.FromString(fields["metadata"])
    metadata.struct_value.fields["managedFields"] = b"this cannot be decoded"
    fields["metadata"] = metadata.SerializeToString()

    response = fnv1.RunFunctionResponse.FromString(runner().answer(request))

    assert serving.fatal(response).startswith("internal error")


def test_at_which_path_something_is_makes_a_difference():
    place, paths = ("composed", "one"), (("a",), ("b",))
    text = struct_pb2.Value(string_value="x").SerializeToString()
    function = recall.Recall()

    digests = {function._digest({place: WireDocument(fields)}, {place: paths}) for fields in ({"a": text}, {"b": text}, {})}

    assert len(digests) == 3
