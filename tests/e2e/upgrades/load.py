"""Pull and push without end through the Services of registries, and count each request; it runs in a pod, beside client.py.

load.py NAME=URL...; the tally is in /tmp/tally.json.  A request is asked once: nothing is tried again.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from pathlib import Path

import client

TALLY = Path("/tmp/tally.json")  # noqa: S108
NAME, SIZE = "team/image", 0.04
PULL_PAUSE, PUSH_PAUSE = 0.5, 1.5
TIMEOUT = 10


class Tally:
    """What was asked of one registry, and what of it failed."""

    def __init__(self) -> None:
        self.pulls = self.pushes = self.requests = self.failed = self.early = 0
        self.errors: list[str] = []


class Counted(client.Registry):
    """A connection to a registry that counts what is asked."""

    def __init__(self, url: str, tally: Tally) -> None:
        super().__init__(url, TIMEOUT)
        self.tally = tally

    def ask(self, method: str, path: str, expect: int, body: bytes | None = None, **headers: str) -> tuple[bytes, str]:
        self.tally.requests += 1
        try:
            return super().ask(method, path, expect, body, **headers)
        except (OSError, http.client.HTTPException, client.RefusedError) as error:
            self.tally.failed += 1
            if len(self.tally.errors) < 20:
                when = time.strftime("%H:%M:%S", time.gmtime())
                self.tally.errors.append(f"{when} {method} {path.partition('?')[0]}: {type(error).__name__}: {error}"[:250])
            raise


def attempt(url: str, tally: Tally, tag: str, *, push: bool) -> bool:
    """Pull or push an image over a new connection."""
    registry = Counted(url, tally)
    try:
        (registry.push if push else registry.pull)(NAME, tag, SIZE)
    except (OSError, http.client.HTTPException, client.RefusedError):
        return False
    finally:
        registry.connection.close()
    if push:
        tally.pushes += 1
    else:
        tally.pulls += 1
    return True


def load(url: str, tally: Tally) -> None:
    """Wait until the registry takes the first image, which is no part of the test; then pull it, and push others."""
    while not attempt(url, tally, "first", push=True):
        tally.early, tally.failed, tally.errors = tally.early + 1, 0, []
        time.sleep(0.2)

    def pushes() -> None:
        number = 0
        while True:
            number += 1
            attempt(url, tally, f"v{number}", push=True)
            time.sleep(PUSH_PAUSE)

    threading.Thread(target=pushes, daemon=True).start()
    while True:
        attempt(url, tally, "first", push=False)
        time.sleep(PULL_PAUSE)


def main() -> None:
    tallies = {}
    for argument in sys.argv[1:]:
        name, _, url = argument.partition("=")
        tallies[name] = Tally()
        threading.Thread(target=load, args=(url, tallies[name]), daemon=True).start()
    while True:
        written = TALLY.with_suffix(".new")
        written.write_text(json.dumps({name: vars(tally) for name, tally in tallies.items()}))
        written.replace(TALLY)
        time.sleep(0.5)


if __name__ == "__main__":
    main()
