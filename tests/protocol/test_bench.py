"""The bench measures what a function costs day by day only as long as its request is that of a steady Registry."""

import crossplane.function.proto.v1.run_function_pb2 as fnv1

from tests.protocol import serving
from tools.bench import scenario


def test_its_request_is_steady(ask):
    response = ask(scenario.steady())

    assert not serving.fatal(response)
    assert response.desired.composite.ready == fnv1.READY_TRUE
    assert {resource.ready for resource in response.desired.resources.values()} == {fnv1.READY_TRUE}
    assert {entry.status for entry in response.conditions} == {fnv1.STATUS_CONDITION_TRUE}
    assert response.meta.HasField("ttl")
    assert response.meta.ttl.seconds == 0
    assert not response.results


def test_its_objects_are_as_large_as_in_a_busy_cluster():
    assert 80_000 < scenario.observed_bytes(scenario.steady()) < 100_000
