"""The node on which everything runs, and the storages that registries use there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from function.kubernetes.document import Manifest
from tests import authorities, clusters, specs
from tests.authorities import Authority
from tests.dataplane import stores
from tests.dataplane.cluster import Node
from tests.dataplane.registry import DIALECTS, Spec


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """The machine; it ends with the tests."""
    return Node(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that all servers here have their certificates of."""
    return authorities.authority(tmp_path_factory.mktemp("authority"))


@dataclass(frozen=True)
class Storage:
    """A storage in use, and what is in the spec and the namespace of a Registry that uses it."""

    name: str
    spec: Spec
    users: list[Manifest]


STORES: dict[str, Callable[[Node, Authority], contextlib.AbstractContextManager[stores.Store]]] = {
    "s3": lambda node, _: stores.s3(node),
    "aws": stores.aws,
    "cosi": stores.cosi,
    "azure": stores.azure,
    "gcs": stores.gcs,
}
VOLUMES = {"volume": specs.VOLUME, "shared volume": specs.SHARED_VOLUME, "own claim": specs.OWN_CLAIM, "emptyDir": specs.EMPTY}

# Debian builds Distribution 2.8 without the drivers of Azure and Google.
COMBINATIONS = [
    (dialect, name) for dialect in DIALECTS for name in (*VOLUMES, *STORES) if dialect != "2.8" or name not in ("azure", "gcs")
]


@pytest.fixture(scope="session")
def storages(node: Node, authority: Authority) -> Iterator[Callable[[str], Storage]]:
    """Return storages by name; a store is started when it is first asked for."""
    with contextlib.ExitStack() as stack:
        running: dict[str, Storage] = {}

        def get(name: str) -> Storage:
            if name in VOLUMES:
                return Storage(name, VOLUMES[name], [clusters.claim("images", "ReadWriteMany")])
            if name not in running:
                store = stack.enter_context(STORES[name](node, authority))
                running[name] = Storage(name, store.spec, store.users)
            return running[name]

        yield get
