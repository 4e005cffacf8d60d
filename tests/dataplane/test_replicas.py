"""Several pods are one registry: an upload that is begun at one goes on at the others, in any order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.dataplane.client import digest
from tests.dataplane.cluster import Node
from tests.dataplane.conftest import Storage
from tests.dataplane.layouts import layer
from tests.dataplane.registry import DIALECTS, Registry, client

REPLICAS, UPLOADS, CHUNKS, CHUNK = 3, 12, 6, 100_000


@pytest.mark.parametrize("storage", ["shared volume", "s3"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_interleaved_uploads_in_chunks(node: Node, storages: Callable[[str], Storage], dialect: str, storage: str):
    used = storages(storage)
    spec = {**used.spec, "replicas": REPLICAS}
    with Registry(node, dialect, spec, *used.users).served() as (service, pods):
        turns = [client(pod) for pod in pods]
        assert len(turns) == REPLICAS

        def upload(number: int) -> str:
            """Push one blob, each request of it to the next pod."""
            each = itertools.cycle(turns[number % REPLICAS :] + turns[: number % REPLICAS])
            repository, content = f"chunks/{number % 4}", layer(CHUNKS * CHUNK, f"chunks-{number}")
            location = next(each).begin(repository)
            for start in range(0, len(content), CHUNK):
                location = next(each).append(location, content[start : start + CHUNK], start)
            next(each).finish(location, digest(content)).expect(201)
            for one in turns:
                assert one.blob(repository, digest(content)) == content
            return digest(content)

        with ThreadPoolExecutor(max_workers=UPLOADS) as pool:
            assert len(set(pool.map(upload, range(UPLOADS)))) == UPLOADS
        image = type(turns[0])(service.address, service.port)
        for number in range(REPLICAS):
            # Each connection goes to another pod.
            image.push("team/image", f"v{number}", layer(1000, "image"))
            assert image.pull("team/image", f"v{number}") > 1000
        assert all(' "PATCH ' in pod.log() for pod in pods)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_pods_write_one_blob(node: Node, storages: Callable[[str], Storage], dialect: str):
    used = storages("s3")
    with Registry(node, dialect, used.spec, *used.users).running(2) as pods:
        content = layer(3_000_000, "both")
        with ThreadPoolExecutor(max_workers=8) as pool:
            pushed = list(pool.map(lambda number: client(pods[number % 2]).push_blob("both", content, 1_000_000), range(8)))
        assert set(pushed) == {digest(content)}
        assert all(client(pod).blob("both", digest(content)) == content for pod in pods)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_one_pod_deletes_no_other_remembers(node: Node, storages: Callable[[str], Storage], dialect: str):
    used = storages("shared volume")
    spec = {"storage": {**used.spec["storage"], "deleteEnabled": True}, "replicas": 2}
    with Registry(node, dialect, spec, *used.users).running() as [one, other]:
        content = layer(1000, "deleted")
        named = client(one).push("deleted", "v1", content)
        assert client(other).pull("deleted", "v1") > 1000
        client(one).request("DELETE", f"/v2/deleted/blobs/{digest(content)}").expect(202)
        client(one).request("DELETE", f"/v2/deleted/manifests/{named}").expect(202)
        client(other).get(f"/v2/deleted/blobs/{digest(content)}").expect(404)
        client(other).get("/v2/deleted/manifests/v1").expect(404)
