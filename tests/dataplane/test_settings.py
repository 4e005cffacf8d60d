"""What users write arrives at the registry as they wrote it, and works."""

from __future__ import annotations

import contextlib
import json
import string
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.dataplane import stores
from tests.dataplane.client import digest
from tests.dataplane.cluster import Node, Pod
from tests.dataplane.conftest import Storage
from tests.dataplane.layouts import layer
from tests.dataplane.registry import DIALECTS, Registry, client, unhealthy
from tests.dataplane.waiting import eventually
from tests.specs import VOLUME

AWKWARD = string.punctuation + " 'a\" $(HOME) $$ ${X} #c : *x &y !z @w %41 \\n é"
"""All that YAML, a shell, an environment or a URL may read something into."""


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def found_out(pod: Pod) -> bytes:
    """See that a pod which cannot use its store is found out, and return what the registry says of it."""
    why = eventually(lambda: unhealthy(pod), "its first looks at the store have failed")
    pod.until_unready()
    assert pod.alive
    return why


@pytest.mark.parametrize("secret", [AWKWARD, "0123", "1234e5", "null", "~", "- a", "{a: b}", "ab #cd", "*abc", "@abc", "=+/="])
def test_keys_of_a_store_arrive_whatever_is_in_them(node: Node, dialect: str, secret: str):
    name = f"keys-{digest(secret.encode())[7:19]}-{dialect}"
    with (
        stores.s3(node, name, ("AKIA0EXAMPLE", secret)) as store,
        Registry(node, dialect, store.spec, *store.users).running(1) as [pod],
    ):
        client(pod).push("team/image", "v1", layer(1000, "image"))
        assert client(pod).pull("team/image", "v1") > 1000


def test_a_wrong_key_is_told_apart(node: Node, dialect: str):
    """So that the test before means something."""
    with stores.s3(node, f"wrong-{dialect}", ("AKIA0EXAMPLE", "right")) as store:
        [secret] = stores.s3_keys("AKIA0EXAMPLE", "wrong")
        with Registry(node, dialect, store.spec, secret).pod() as pod:
            assert b"403" in found_out(pod)


def test_read_only_refuses_pushes_and_deletes_and_nothing_else(node: Node, dialect: str):
    spec: dict[str, Any] = {"storage": {**VOLUME["storage"], "deleteEnabled": True}}
    name = f"frozen-{dialect.replace('.', '-')}"
    with Registry(node, dialect, spec, name=name).running() as [pod]:
        named = client(pod).push("team/image", "v1", layer(1000, "image"))
        manifest = client(pod).manifest("team/image", named)
    with Registry(node, dialect, {**spec, "readOnly": True}, name=name).running() as [pod]:
        one = client(pod)
        one.request("POST", "/v2/team/image/blobs/uploads/").expect(405)
        one.put_manifest("team/image", "v2", manifest).expect(405)
        one.request("DELETE", f"/v2/team/image/manifests/{named}").expect(405)
        assert one.pull("team/image", "v1") > 1000
        assert one.get("/v2/team/image/tags/list").json()["tags"] == ["v1"]


def test_config_is_merged_over_what_is_composed(node: Node, dialect: str):
    config = {
        "http": {"headers": {"X-Awkward": [AWKWARD.replace("é", "")]}},
        "log": {"fields": {"team": "a: b #c"}},
        "catalog": {"maxentries": 5},
    }
    with Registry(node, dialect, {**VOLUME, "config": config}).running() as [pod]:
        answer = client(pod).get("/v2/").expect(200)
        assert answer.headers["x-awkward"] == AWKWARD.replace("é", "").strip()
        logged = [json.loads(line) for line in pod.log().splitlines() if line.startswith("{")]
        assert any(line.get("team") == "a: b #c" for line in logged)


@contextlib.contextmanager
def forwarding(node: Node, host: str) -> Iterator[tuple[str, list[str]]]:
    """Run a proxy that tells what it was asked for, and forwards nothing."""
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            asked.append(self.path)
            self.send_error(503)

        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(503)

        do_HEAD = do_PUT = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((node.machine(host), 3128), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{host}:3128", asked
    server.shutdown()
    server.server_close()


def test_proxies_are_asked_unless_they_are_not_to_be(node: Node, storages: Callable[[str], Storage], dialect: str):
    used = storages("s3")
    with forwarding(node, f"proxy-{dialect}.svc") as (url, asked):
        with Registry(node, dialect, {**used.spec, "proxy": {"httpProxy": url}}, *used.users).pod() as pod:
            found_out(pod)
        assert any("s3.storage.svc:9000" in target for target in asked)
        asked.clear()
        with Registry(node, dialect, {**used.spec, "proxy": {"httpProxy": url, "noProxy": ".storage.svc"}}, *used.users).running(
            1
        ) as [pod]:
            client(pod).push("team/proxied", "v1", layer(1000, "image"))
        assert asked == []


def test_without_the_bundle_a_private_authority_is_not_trusted(node: Node, storages: Callable[[str], Storage], dialect: str):
    """With it, every test on `aws` and `cosi` shows that it is."""
    used = storages("aws")
    spec = {name: value for name, value in used.spec.items() if name != "caBundle"}
    with Registry(node, dialect, spec, *used.users).pod() as pod:
        assert b"x509" in found_out(pod)
