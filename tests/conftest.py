"""What all tests share."""

import pytest
from crossplane.function import logging


@pytest.fixture(autouse=True, scope="session")
def _no_log() -> None:
    logging.configure(level=logging.Level.DISABLED)
