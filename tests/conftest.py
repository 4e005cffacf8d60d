"""What all tests share."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from function.memo import Memo

# The same examples each time, so that a red test is red for everybody; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


@pytest.fixture
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every result be made anew: for tests that change the code itself."""

    def get(self: Memo[Any, Any], key: object, make: Callable[[], Any], *, keep: bool = True) -> Any:  # noqa: ARG001
        return make()

    monkeypatch.setattr(Memo, "get", get)


# What compares with Crossplane's own programs is run by `make parity`, which names them.
collect_ignore_glob = [] if os.environ.get("CROSSPLANE") else ["parity/*"]

# What runs real registries needs programs, and namespaces of its own: `make dataplane`.
if not os.environ.get("DATAPLANE"):
    collect_ignore_glob.append("dataplane/*")
