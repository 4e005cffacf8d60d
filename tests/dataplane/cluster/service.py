"""A Service: one address, and each new connection to the next of its ready pods, as kube-proxy does it.

A connection stays at its pod until it ends. A pod that is told to end gets no new one. It runs in a process of its own, so that
the tests' threads do not slow it down.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

CHUNK = 1 << 16


class Service:
    """A Service with an address of its own at a node."""

    def __init__(self, address: str, port: int) -> None:
        self.address, self.port = address, port
        command = [sys.executable, "-I", str(Path(__file__)), address, str(port)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._told()

    def endpoints(self, endpoints: Sequence[tuple[str, int]]) -> None:
        """Send new connections to these; return once that is so."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(endpoints) + "\n")
        self._process.stdin.flush()
        self._told()

    def _told(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline(), "the Service's process ended"

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


class _Endpoints:
    """Whose turn it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[tuple[str, int]] = []
        self._turn = 0

    def set(self, found: Sequence[tuple[str, int]]) -> None:
        with self._lock:
            self._all = [(host, port) for host, port in found]

    def next(self) -> tuple[str, int] | None:
        with self._lock:
            self._turn += 1
            return self._all[self._turn % len(self._all)] if self._all else None


def _carry(client: socket.socket, endpoints: _Endpoints) -> None:
    """Carry one connection, both ways, until both sides have ended."""
    target = endpoints.next()
    with client, contextlib.suppress(OSError):
        if target is None:
            return
        with socket.create_connection(target) as pod, selectors.DefaultSelector() as selector:
            others = {client: pod, pod: client}
            for side in others:
                selector.register(side, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select():
                    side = key.fileobj
                    assert isinstance(side, socket.socket)
                    data = side.recv(CHUNK)
                    if data:
                        others[side].sendall(data)
                    else:
                        selector.unregister(side)
                        others[side].shutdown(socket.SHUT_WR)


def _serve(address: str, port: int) -> None:
    endpoints = _Endpoints()
    listener = socket.create_server((address, port), backlog=512)

    def accept() -> None:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_carry, args=(client, endpoints), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print("listening", flush=True)
    for line in sys.stdin:
        endpoints.set(json.loads(line))
        print("set", flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
