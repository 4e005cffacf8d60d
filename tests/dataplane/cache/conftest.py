"""An upstream, a cache in front of it, and the janitor of its store, with the tools of BusyBox: the image has no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components.cache.janitors import Janitor, Shell, shell
from tests.dataplane.cache.registries import Registry, cache
from tests.dataplane.cluster import Node


@pytest.fixture(autouse=True, scope="session")
def _network(node: Node) -> None:
    """The node's own addresses: without it not even that of the loopback answers."""


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """BusyBox alone."""
    return shell("busybox", tmp_path_factory.mktemp("tools"))


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Registry]:
    """A registry that anybody may pull from."""
    with Registry(tmp_path / "upstream", {}).running() as registry:
        yield registry


@pytest.fixture
def mirror(tmp_path: Path, upstream: Registry) -> Iterator[Registry]:
    """A cache of it, without credentials."""
    with cache(tmp_path / "cache", f"http://{upstream.address}", tmp_path / "secret").running() as registry:
        yield registry


@pytest.fixture
def janitor(tools: Shell, mirror: Registry, tmp_path: Path) -> Janitor:
    """The janitor of the cache, which removes nothing unless it is told its limits."""
    return Janitor(tools, mirror.store, tmp_path / "work")
