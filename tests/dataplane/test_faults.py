"""Whatever happens to a registry or its storage, nothing that was acknowledged is lost or corrupt."""

from __future__ import annotations

import http.client
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import clusters
from tests.dataplane import stores
from tests.dataplane.client import Client, digest
from tests.dataplane.cluster import Node
from tests.dataplane.conftest import Storage
from tests.dataplane.layouts import layer
from tests.dataplane.registry import DIALECTS, Registry, client

ERRORS = (OSError, http.client.HTTPException, AssertionError)


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def pushed(one: Client, repository: str, contents: list[bytes]) -> list[bytes]:
    """Push until something fails; return what was acknowledged."""
    done = []
    for content in contents:
        try:
            one.push_blob(repository, content, chunk=100_000)
        except ERRORS:
            break
        done.append(content)
    return done


@pytest.mark.parametrize("storage", ["shared volume", "s3"])
def test_a_registry_that_is_killed_in_the_middle_of_pushes(
    node: Node, storages: Callable[[str], Storage], dialect: str, storage: str
):
    used = storages(storage)
    registry = Registry(node, dialect, used.spec, *used.users)
    with registry.running(2) as [killed, other]:
        contents = [[layer(400_000, f"killed-{dialect}-{worker}-{number}") for number in range(12)] for worker in range(4)]
        with ThreadPoolExecutor(max_workers=4) as pool:
            running = [pool.submit(pushed, client(killed), f"killed/{worker}", contents[worker]) for worker in range(4)]
            while ' "PUT ' not in killed.log():
                pass
            killed.process().signal(signal.SIGKILL)
            acknowledged = [one.result() for one in running]
        assert any(len(done) < 12 for done in acknowledged), "it was killed too late to be in the middle of something"
        for worker, done in enumerate(acknowledged):
            for content in done:
                assert client(other).blob(f"killed/{worker}", digest(content)) == content
            for content in contents[worker][len(done) :]:
                found = client(other).get(f"/v2/killed/{worker}/blobs/{digest(content)}")
                assert found.status == 404 or found.body == content
            # What was begun can be done again.
            assert len(pushed(client(other), f"killed/{worker}", contents[worker])) == 12


def test_a_volume_that_is_full(node: Node, dialect: str):
    name = f"full-{dialect.replace('.', '-')}"
    spec = {"storage": {"persistentVolumeClaim": {"claimName": name}}}
    with node.small_claim(name, "8m"), Registry(node, dialect, spec, clusters.claim(name, "ReadWriteOnce")).running() as [pod]:
        contents = [layer(1_000_000, f"full-{number}") for number in range(12)]
        done = pushed(client(pod), "full", contents)
        assert 0 < len(done) < 12
        for content in done:
            assert client(pod).blob("full", digest(content)) == content
        for content in contents[len(done) :]:
            client(pod).get(f"/v2/full/blobs/{digest(content)}").expect(404)
        # Pulls go on, and the pod is not restarted for it.
        pod.probe()
        assert pod.alive


def test_a_store_that_goes_and_comes_back_under_pushes(node: Node, dialect: str):
    with stores.s3(node, f"flapping-{dialect}") as store, Registry(node, dialect, store.spec, *store.users).running(1) as [pod]:
        contents = [layer(300_000, f"flapping-{number}") for number in range(20)]
        acknowledged = pushed(client(pod), "flapping", contents[:5])
        store.server.stop()
        with pytest.raises(AssertionError):
            client(pod, timeout=30).push_blob("flapping", contents[5])
        store.server.start()
        pod.until_ready(30)
        acknowledged += pushed(client(pod), "flapping", contents[5:])
        assert len(acknowledged) == 20
        for content in acknowledged:
            assert client(pod).blob("flapping", digest(content)) == content
