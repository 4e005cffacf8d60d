"""A store that is there and in trouble: it refuses each request, or takes long, for as long as a test says so."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.dataplane import stores
from tests.dataplane.cluster import Node
from tests.dataplane.stores import Store

PORT = 9000
REFUSAL = b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'


@dataclass
class Trouble:
    """What happens to requests on their way to the store, and how many it happened to. At first nothing."""

    refused: bool = False
    """Whether each is answered with 503, as S3 does when it is overloaded."""
    seconds: float = 0
    """How much longer each takes."""
    met: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def meet(self) -> bool:
        """Delay a request, and say whether it is refused."""
        refused = self.refused
        if refused or self.seconds:
            with self._lock:
                self.met += 1
        time.sleep(self.seconds)
        return refused


@contextlib.contextmanager
def s3(node: Node, name: str) -> Iterator[tuple[Store, Trouble]]:
    """Run an S3 store as `stores.s3` does, behind a gateway that can make trouble."""
    keys, trouble = ("key", "secret"), Trouble()
    server = stores.s3_server(node, f"{name}-itself.storage.svc", PORT, keys, "images")
    gateway = _Gateway((node.machine(f"{name}.storage.svc"), PORT), trouble, (server.address, PORT))
    thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.02})
    with stores.serving(server):
        thread.start()
        try:
            yield Store(server, stores.s3_spec(f"{name}.storage.svc"), stores.s3_keys(*keys)), trouble
        finally:
            gateway.shutdown()
            gateway.server_close()
            thread.join()


class _Gateway(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], trouble: Trouble, store: tuple[str, int]) -> None:
        super().__init__(address, _Handler)
        self.trouble, self.store = trouble, store

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients may leave at any time."""


class _Handler(BaseHTTPRequestHandler):
    server: _Gateway
    protocol_version = "HTTP/1.1"

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.trouble.meet():
            self._answer(503, [("Content-Type", "application/xml"), ("Content-Length", str(len(REFUSAL)))], REFUSAL)
            return
        with contextlib.closing(http.client.HTTPConnection(*self.server.store, timeout=60)) as connection:
            # As it came: the headers are signed.
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for header, value in self.headers.items():
                if header.lower() not in ("connection", "expect"):
                    connection.putheader(header, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            headers = [
                (h, v) for h, v in answer.getheaders() if h.lower() not in ("connection", "transfer-encoding", "date", "server")
            ]
            content = answer.read()
        if "content-length" not in {header.lower() for header, _ in headers}:
            headers.append(("Content-Length", str(len(content))))
        self._answer(answer.status, headers, content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _forward  # noqa: N815

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for header, value in headers:
            self.send_header(header, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
