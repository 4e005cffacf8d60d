"""A store and its janitor, in each shell that is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.components.cache.janitors import SHELLS, Janitor, Shell, shell
from tests.components.cache.stores import Store


@pytest.fixture(scope="session", params=SHELLS)
def tools(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The shell, and the tools beside it."""
    return shell(request.param, tmp_path_factory.mktemp("tools"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    (tmp_path / "store").mkdir()
    return Store(tmp_path / "store")


@pytest.fixture
def janitor(tools: Shell, store: Store, tmp_path: Path) -> Janitor:
    """Its janitor, which removes nothing unless it is told its limits."""
    return Janitor(tools, store.root, tmp_path / "work")
