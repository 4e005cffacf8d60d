"""Whatever happens to a registry or its storage, nothing that was acknowledged is lost or corrupt."""

from __future__ import annotations

import http.client
import itertools
import re
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import clusters
from tests.dataplane import stores, troubles
from tests.dataplane.client import Client, digest
from tests.dataplane.cluster import Node
from tests.dataplane.conftest import Storage
from tests.dataplane.layouts import layer
from tests.dataplane.registry import DIALECTS, Registry, client
from tests.dataplane.traffic import traffic
from tests.dataplane.waiting import eventually

ERRORS = (OSError, http.client.HTTPException, AssertionError)


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def pushed(one: Client, repository: str, contents: Iterable[bytes]) -> list[bytes]:
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

    def content(worker: int, number: int) -> bytes:
        return layer(400_000, f"killed-{dialect}-{worker}-{number}")

    with registry.running(2) as [killed, other]:
        with ThreadPoolExecutor(max_workers=4) as pool:
            endless = [map(content, itertools.repeat(worker), itertools.count()) for worker in range(4)]
            running = [pool.submit(pushed, client(killed), f"killed/{worker}", endless[worker]) for worker in range(4)]
            eventually(lambda: ' "PUT ' in killed.log() or any(one.done() for one in running), "a push has ended")
            killed.process().signal(signal.SIGKILL)
            acknowledged = [one.result() for one in running]
        assert any(acknowledged)
        for worker, done in enumerate(acknowledged):
            for one in done:
                assert client(other).blob(f"killed/{worker}", digest(one)) == one
            broken_off = content(worker, len(done))
            found = client(other).get(f"/v2/killed/{worker}/blobs/{digest(broken_off)}")
            assert found.status == 404 or found.body == broken_off
            # What was begun can be done again.
            assert len(pushed(client(other), f"killed/{worker}", [*done, broken_off])) == len(done) + 1
            assert client(other).blob(f"killed/{worker}", digest(broken_off)) == broken_off


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


TOLD = re.compile(r"AssertionError: 5\d\d instead of|IncompleteRead|RemoteDisconnected")
"""A client that sees one of these tries again; one that is told 404 takes the image for gone."""


def test_a_store_that_refuses_for_a_while(node: Node, dialect: str):
    with (
        troubles.s3(node, f"refusing-{dialect}") as (store, trouble),
        Registry(node, dialect, store.spec, *store.users).running(1) as [pod],
    ):
        one, content = client(pod), layer(400_000, "begun")
        named = one.push("refusing", "v1", layer(1000, "image"))
        begun = one.append(one.begin("refusing"), content[:200_000], 0)
        with traffic(pod.address, pod.port("registry")) as seen:
            seen.until(2)
            trouble.refused = True
            pod.until_unready()
            for _ in range(pod.process().liveness.probe["failureThreshold"] + 1):
                pod.probe()
                assert pod.alive
            for path in (f"manifests/{named}", "manifests/v1", f"blobs/{digest(layer(1000, 'image'))}", "tags/list"):
                one.request("GET", f"/v2/refusing/{path}").expect(500, 503)
            trouble.refused = False
            pod.until_ready()
            seen.until(2)
        assert trouble.met
        assert seen.failures
        assert [failure for failure in seen.failures if not TOLD.search(failure)] == []
        for repository, pushed_as in seen.pushed:
            assert one.pull(repository, pushed_as) > 50_000
        # An upload that was begun before goes on after.
        one.finish(one.append(begun, content[200_000:], 200_000), digest(content)).expect(201)
        assert one.blob("refusing", digest(content)) == content


def test_a_store_that_is_slower_than_any_probe_waits(node: Node, dialect: str):
    """It is used for all that: to be slow is not to be down, and a pod that is not ready would help nobody."""
    with (
        troubles.s3(node, f"slow-{dialect}") as (store, trouble),
        Registry(node, dialect, store.spec, *store.users).running(1) as [pod],
    ):
        named = client(pod).push("slow", "v1", layer(1000, "image"))
        trouble.seconds = 1 + max(one.probe["timeoutSeconds"] for one in (pod.process().readiness, pod.process().liveness))
        with ThreadPoolExecutor(max_workers=2) as pool:
            pulled = pool.submit(client(pod).manifest, "slow", named)
            begun = pool.submit(client(pod).begin, "slow")
            while not (pulled.done() and begun.done()):
                assert pod.probe()
                assert pod.alive
            trouble.seconds = 0
            assert pulled.result()["layers"]
        assert trouble.met
        content = layer(1000, "pushed")
        client(pod).finish(begun.result(), digest(content), content).expect(201)
        assert client(pod).blob("slow", digest(content)) == content
