"""What a call costs grows with the number of observed objects, and not with their size: counted in calls, not in time."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import pytest

from function import fn, wire
from function.compose import running
from function.compose.running import Running
from function.memo import Memo
from function.releases.release import Release
from tests.protocol import registries
from tools.bench import scenario, scenarios


def crowded(objects: int, size: int = 1) -> fnv1.RunFunctionRequest:
    """Return the request for a Registry with so many objects more, and so many times as much in each object that nobody reads."""
    request = registries.settled("s3")
    budget = request.observed.resources["pod-disruption-budget"]
    for number in range(objects):
        request.observed.resources[f"more-{number:03d}"].CopyFrom(budget)
    for key in request.observed.resources:
        fields = request.observed.resources[key].resource.fields
        fields["more"].CopyFrom(wire.struct({"more": [{"name": f"n{n}", "text": "x" * 100} for n in range(size)]}).fields["more"])
        managed = wire.struct({"more": [{"manager": f"m{n}", "fieldsV1": {"f:spec": {}}} for n in range(size)]}).fields["more"]
        fields["metadata"].struct_value.fields["managedFields"].CopyFrom(managed)
    return request


def calls(request: fnv1.RunFunctionRequest) -> int:
    """Return how many functions an answer takes, by a process that remembers how to make it but not the answer itself."""
    asked = request.SerializeToString()
    counted = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:  # noqa: ARG001  Python passes it
        nonlocal counted
        counted += event in ("call", "c_call")

    fn.FunctionRunner(values=lambda _: scenario.ENTROPY).answer(wire.decode(asked))
    function = fn.FunctionRunner(values=lambda _: scenario.ENTROPY)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function.answer(wire.decode(asked))
    finally:
        sys.setprofile(before)
    return counted


def test_each_object_more_costs_the_same():
    few, some, many = (calls(crowded(number)) for number in (0, 40, 80))
    assert few < some < many
    assert many - some == pytest.approx(some - few, rel=0.1)


def test_the_size_of_what_is_not_read_costs_nothing():
    assert calls(crowded(10, size=200)) == calls(crowded(10))


@pytest.mark.parametrize(("owner", "method"), [(Release, "data"), (Running, "_filled")])
def test_a_secret_is_made_once_for_a_first_call(owner: type, method: str, monkeypatch: pytest.MonkeyPatch):
    request, made, original = scenarios.ready(), [], getattr(owner, method)

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(owner, method, counted)
    monkeypatch.setattr(running, "_made", Memo(1 << 20))
    fn.FunctionRunner().run(request)
    assert len(made) == 1
