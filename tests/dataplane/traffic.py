"""Clients that pull and push all the time, and what became of it."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.dataplane.client import Client
from tests.dataplane.layouts import layer


@dataclass
class Traffic:
    """What clients did: how many images they pulled and pushed whole, and what went wrong."""

    pulled: int = 0
    pushed: list[tuple[str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def until(self, more: int, seconds: float = 60) -> None:
        """Wait for this many further pulls and pushes, so that what happens next happens to clients at work."""
        pulled, pushed, deadline = self.pulled, len(self.pushed), time.monotonic() + seconds
        while self.pulled < pulled + more or len(self.pushed) < pushed + more:
            assert time.monotonic() < deadline, (
                f"no traffic: {self.failures[:5]} of {len(self.failures)}, {self.pulled} pulled, {len(self.pushed)} pushed"
            )
            time.sleep(0.02)

    def did(self, what: Callable[[], object]) -> None:
        """Do something, and note where it fails."""
        try:
            what()
        except (OSError, http.client.HTTPException, AssertionError) as error:
            with self._lock:
                self.failures.append(f"{type(error).__name__}: {error}")


@contextlib.contextmanager
def traffic(address: str, port: int, *, pullers: int = 4, pushers: int = 2, pause: float = 0.02) -> Iterator[Traffic]:
    """Let clients pull and push until the end of the block: half of the pullers keep their connections."""
    seen, stop = Traffic(), threading.Event()
    base = Client(address, port)
    base.push("traffic/pulled", "v1", layer(20_000, "a"), layer(400_000, "b"))

    def pull(keep: bool) -> None:
        client = Client(address, port, keep=keep)
        while not stop.wait(pause):
            seen.did(lambda: (client.pull("traffic/pulled", "v1"), setattr(seen, "pulled", seen.pulled + 1)))
        client.close()

    def push(name: int) -> None:
        client = Client(address, port)
        for number in itertools.count():
            if stop.wait(pause):
                return
            repository, tag = f"traffic/pushed-{name}", f"v{number}"
            seen.did(lambda r=repository, t=tag: seen.pushed.append((r, client.push(r, t, layer(50_000, f"{r}{t}")))))

    threads = [threading.Thread(target=pull, args=(number % 2 == 0,)) for number in range(pullers)]
    threads += [threading.Thread(target=push, args=(number,)) for number in range(pushers)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()
