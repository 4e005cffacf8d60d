"""A client of a registry for the tests: it pushes made-up images and pulls them back, checking every digest.

It needs Python alone, and runs in a pod. One new connection for each pull, as a container runtime has it.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import http.client
import json
import random
import signal
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
TALLY = Path("/tmp/tally.json")  # noqa: S108


class RefusedError(Exception):
    """An answer that was not asked for."""


def digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


@cache
def image(name: str, tag: str, megabytes: float) -> tuple[list[bytes], bytes]:
    """Return the blobs and the manifest of an image; its content follows from its name, tag and size."""
    chance = random.Random(f"{name}:{tag}")  # noqa: S311
    config = json.dumps({"architecture": "amd64", "os": "linux", "name": name, "tag": tag}).encode()
    blobs = [config, *(chance.randbytes(int(megabytes * 500_000)) for _ in range(2))]
    types = [CONFIG, LAYER, LAYER]
    described = [{"mediaType": t, "digest": digest(b), "size": len(b)} for t, b in zip(types, blobs, strict=True)]
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described[0], "layers": described[1:]}
    return blobs, json.dumps(manifest).encode()


class Registry:
    """One connection to a registry."""

    def __init__(self, url: str, timeout: float) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)

    def reach(self, seconds: float) -> None:
        """Wait until somebody listens: that a pod is ready, or gone, is known sooner than all nodes lead to who is left.

        A node that leads to none refuses; one that leads to a pod which is gone has no route to it.
        """
        until = time.monotonic() + seconds
        while True:
            try:
                return self.connection.connect()
            except OSError as error:
                if error.errno not in (errno.ECONNREFUSED, errno.EHOSTUNREACH) or time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def ask(self, method: str, path: str, expect: int, body: bytes | None = None, **headers: str) -> tuple[bytes, str]:
        """Return the body and the Location of an answer with the expected status."""
        self.connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != expect:
            raise RefusedError(f"{method} {path.partition('?')[0]}: {answer.status} {content[:200]!r}")
        return content, answer.getheader("Location", "")

    def push_blob(self, name: str, content: bytes) -> None:
        _, place = self.ask("POST", f"/v2/{name}/blobs/uploads/", 202, b"")
        split = urlsplit(place)
        query = f"{split.query}&digest={digest(content)}".lstrip("&")
        self.ask("PUT", f"{split.path}?{query}", 201, content, Content_Type="application/octet-stream")

    def push(self, name: str, tag: str, megabytes: float) -> str:
        """Push the image of this name and tag, and return its digest."""
        blobs, manifest = image(name, tag, megabytes)
        for blob in blobs:
            self.push_blob(name, blob)
        self.ask("PUT", f"/v2/{name}/manifests/{tag}", 201, manifest, Content_Type=MANIFEST)
        return digest(manifest)

    def pull(self, name: str, tag: str, megabytes: float) -> str:
        """Pull the whole image, see that it is the one that was pushed, and return its digest."""
        blobs, expected = image(name, tag, megabytes)
        manifest, _ = self.ask("GET", f"/v2/{name}/manifests/{tag}", 200, Accept=MANIFEST)
        found = [self.ask("GET", f"/v2/{name}/blobs/{digest(blob)}", 200)[0] for blob in blobs]
        if (found, manifest) != (blobs, expected):
            raise RefusedError(f"{name}:{tag} has other content")
        return digest(manifest)


def loop(o: argparse.Namespace) -> None:
    """Pull until told to end. A pull that fails is tried again, as runtimes do; both are counted."""
    tally: dict[str, float] = {"pulls": 0, "failed": 0, "attempts": 0, "attempts_failed": 0, "longest": 0}
    errors: Counter[str] = Counter()
    while True:
        began = time.monotonic()
        for _ in range(o.tries):
            tally["attempts"] += 1
            registry = Registry(o.url, o.timeout)
            try:
                registry.pull(o.name, o.tag, o.megabytes)
                tally["pulls"] += 1
                break
            except (OSError, http.client.HTTPException, RefusedError) as error:
                tally["attempts_failed"] += 1
                errors[f"{type(error).__name__}: {error}"[:200]] += 1
                time.sleep(0.2)
            finally:
                registry.connection.close()
        else:
            tally["failed"] += 1
        tally["longest"] = max(tally["longest"], round(time.monotonic() - began, 2))
        written = TALLY.with_suffix(".new")
        written.write_text(json.dumps({**tally, "errors": dict(errors)}))
        written.replace(TALLY)
        time.sleep(o.pause)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["push", "pull", "loop", "tally", "bucket", "sleep"])
    parser.add_argument("url", nargs="?", default="")
    parser.add_argument("name", nargs="?", default="image")
    parser.add_argument("tag", nargs="?", default="v1")
    parser.add_argument("--megabytes", type=float, default=1)
    parser.add_argument("--timeout", type=float, default=10)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--pause", type=float, default=0.1)
    o = parser.parse_args()
    if o.command in ("push", "pull"):
        registry = Registry(o.url, o.timeout)
        registry.reach(o.timeout)
        print(getattr(registry, o.command)(o.name, o.tag, o.megabytes))
    elif o.command == "bucket":
        Registry(o.url, o.timeout).ask("PUT", f"/{o.name}", 200, b"")
    elif o.command == "loop":
        loop(o)
    elif o.command == "tally":
        print(TALLY.read_text() if TALLY.exists() else json.dumps({"pulls": 0}))
    else:
        signal.pause()


if __name__ == "__main__":
    main()
