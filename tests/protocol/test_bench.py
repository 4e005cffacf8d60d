"""The bench measures what a function costs day by day only as long as its requests are those that it says they are."""

import pytest

from tests.protocol import serving
from tools.bench import instructions, scenario, scenarios


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_its_requests_are_what_they_are_named(ask, name):
    request = scenarios.SCENARIOS[name]()

    assert serving.canonical(ask(request)) == serving.canonical(scenarios.answered(name, request))


def test_its_objects_are_as_large_as_in_a_busy_cluster():
    assert 80_000 < scenario.observed_bytes(scenarios.ready()) < 100_000


def test_what_costs_a_quarter_more_than_is_committed_is_found():
    committed = {"ready": 1.0, "cache": 1.0}

    assert instructions.exceeded({"ready": 1.25, "cache": 1.26, "new": 0.1}, committed) == ["cache", "new"]
