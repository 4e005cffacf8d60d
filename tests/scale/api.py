"""The API server, through `kubectl proxy`: with the rights and the cluster of KUBECONFIG."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any

GROUP = "/apis/registry-operator.dev/v1alpha1"
MERGE = "application/merge-patch+json"
OVERLOADED = (429, 500, 503, 504)
PAUSES_SECONDS = (1, 2, 4, 8, 16, 32, 0)
Object = dict[str, Any]


class RefusedError(RuntimeError):
    """The API server refused a request; its status is the first argument."""


class API:
    """Requests as JSON, each thread over a connection of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._local = threading.local()

    def call(self, method: str, path: str, body: Object | None = None, content: str = "application/json") -> Object:
        """Send a request and return its answer; raise RefusedError for any status that is not 2xx.

        A server that has too much to do is asked again.
        """
        sent = json.dumps(body) if body is not None else None
        for pause in PAUSES_SECONDS:
            status, text = self._send(method, path, sent, content)
            if status not in OVERLOADED:
                break
            time.sleep(pause)
        if status // 100 != 2:
            raise RefusedError(status, f"{method} {path}: {text[:500].decode(errors='replace')}")
        return json.loads(text) if text.startswith(b"{") else {"text": text.decode()}

    def _send(self, method: str, path: str, body: str | None, content: str) -> tuple[int, bytes]:
        for attempt in (1, 2):
            connection: HTTPConnection | None = getattr(self._local, "connection", None)
            if not connection:
                connection = self._local.connection = HTTPConnection("127.0.0.1", self._port, timeout=120)
            try:
                connection.request(method, path, body, {"Content-Type": content} if body else {})
                answer = connection.getresponse()
                return answer.status, answer.read()
            except (HTTPException, OSError):
                # A kept connection that the other side has closed meanwhile.
                connection.close()
                self._local.connection = None
                if attempt == 2:
                    raise
        raise AssertionError

    def list(self, path: str) -> list[Object]:
        """Return all objects at a path, in pages."""
        found: list[Object] = []
        more = ""
        while True:
            page = self.call("GET", f"{path}{'&' if '?' in path else '?'}limit=500{more}")
            found += page["items"]
            token = page["metadata"].get("continue")
            if not token:
                return found
            more = f"&continue={token}"

    def watch(self, path: str) -> Iterator[Object]:
        """Yield the events of a watch until the server ends it."""
        connection = HTTPConnection("127.0.0.1", self._port)
        try:
            connection.request("GET", f"{path}{'&' if '?' in path else '?'}watch=true&timeoutSeconds=300")
            for line in connection.getresponse():
                yield json.loads(line)
        finally:
            connection.close()


@contextmanager
def serving() -> Iterator[API]:
    """Run `kubectl proxy` on a free port for the time of the block."""
    command = ["kubectl", "proxy", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            said = process.stdout.readline()
            found = re.search(r":(\d+)\s*$", said)
            if not found:
                raise SystemExit(f"kubectl proxy did not start: {said or 'it said nothing'}")
            yield API(int(found[1]))
        finally:
            process.terminate()
