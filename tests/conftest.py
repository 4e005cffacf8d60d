"""What all tests share."""

import pytest
from crossplane.function import logging
from hypothesis import HealthCheck, settings

# The same examples each time, so that a red test is red for everybody; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


@pytest.fixture(autouse=True, scope="session")
def _no_log() -> None:
    logging.configure(level=logging.Level.DISABLED)
