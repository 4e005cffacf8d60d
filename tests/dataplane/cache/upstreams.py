"""A made-up upstream that asks for a token, and records who came with what."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.dataplane.cache.registries import LAYER, MANIFEST, Image, digest

TOKEN = "the-token"


@dataclass
class Upstream:
    """It serves one image, and a token at /token; what it asks for, and where a token is to be had, can be set."""

    address: str
    realm: str = ""
    """Where its challenge sends for a token; empty: nothing is asked for."""
    basic: tuple[str, str] | None = None
    """Who gets a token."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Paths, each with what came as Authorization."""
    contents: dict[str, bytes] = field(default_factory=dict)
    stalled: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    stalling: str = ""
    """The digest of a blob of which only the first half is sent, until `go_on` is set."""

    def image(self, *layers: bytes) -> Image:
        """Let it have an image of these layers."""
        config = b'{"architecture":"amd64","os":"linux"}'
        described = [{"mediaType": LAYER, "digest": digest(blob), "size": len(blob)} for blob in (config, *layers)]
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": described[0], "layers": described[1:]}).encode()
        for blob in (manifest, config, *layers):
            self.contents[digest(blob)] = blob
        self.contents["v1"] = manifest
        return Image("team/app", "v1", digest(manifest), tuple(str(one["digest"]) for one in described))

    def credentials(self) -> list[str]:
        """Return the names and passwords that came."""
        sent = [authorization for _, authorization in self.requests if authorization.startswith("Basic ")]
        return [base64.b64decode(one.removeprefix("Basic ")).decode() for one in sent]


class Handler(BaseHTTPRequestHandler):
    """Answers as a registry does, as far as pulls go."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        upstream, path = self.server.upstream, urlsplit(self.path).path
        authorization = self.headers.get("Authorization", "")
        upstream.requests.append((path, authorization))
        if path == "/token":
            wanted = upstream.basic and "Basic " + base64.b64encode(":".join(upstream.basic).encode()).decode()
            if wanted and authorization != wanted:
                self.answer(401, b"{}")
            else:
                self.answer(200, json.dumps({"token": TOKEN, "expires_in": 1}).encode(), "application/json")
        elif upstream.realm and authorization != f"Bearer {TOKEN}":
            challenge = f'Bearer realm="{upstream.realm}",service="upstream",scope="repository:team/app:pull"'
            self.answer(401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', "application/json", challenge)
        elif path == "/v2/":
            self.answer(200, b"{}", "application/json")
        else:
            content = upstream.contents.get(path.rpartition("/")[2])
            self.answer(404, b"{}") if content is None else self.answer(
                200, content, MANIFEST if "/manifests/" in path else "application/octet-stream"
            )

    do_HEAD = do_GET  # noqa: N815

    def answer(self, status: int, body: bytes, kind: str = "application/json", challenge: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 200:
            self.send_header("Docker-Content-Digest", digest(body))
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        if self.command == "HEAD":
            return
        upstream = self.server.upstream
        if upstream.stalling and digest(body) == upstream.stalling:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            upstream.stalled.set()
            upstream.go_on.wait(60)
            body = body[len(body) // 2 :]
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: what came is recorded."""


class Server(ThreadingHTTPServer):
    """Serves an Upstream."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), Handler)
        self.upstream = Upstream(f"{host}:{self.server_address[1]}")

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients may leave at any time."""


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Upstream]:
    """Serve until the end of the block."""
    with Server(host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.upstream
        finally:
            server.upstream.go_on.set()
            server.shutdown()
            thread.join()
