"""Real registries: an upstream, and a cache in front of it, each a process of its own."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.dataplane.programs import ROOT, program
from tests.dataplane.waiting import PATIENCE_SECONDS, eventually

PROGRAMS_OF_A_CACHE = ROOT / "function/components/cache"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    """Whether as much came as was announced."""


@dataclass
class Registry:
    """A registry that is started and stopped at will, at an address that stays the same once it has one."""

    folder: Path
    config: dict[str, Any]
    environment: dict[str, str] = field(default_factory=dict)
    wrapper: tuple[str, ...] = ()
    credentials: tuple[str, str] | None = None
    address: str = "127.0.0.1:0"
    process: subprocess.Popen[bytes] | None = None

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.store.mkdir(parents=True, exist_ok=True)
        file = self.folder / "config.yml"
        storage = {"filesystem": {"rootdirectory": str(self.store)}, "delete": {"enabled": True}}
        text = {"version": 0.1, "log": {"level": "info"}, "storage": storage, "http": {"addr": self.address}, **self.config}
        file.write_text(yaml.safe_dump(text))
        command = [*self.wrapper, str(program("registry")), "serve", str(file)]
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "OTEL_TRACES_EXPORTER": "none", **self.environment}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        self.address = eventually(self._listening, "the registry listens")

    def _listening(self) -> str:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()
        _, said, rest = self.log.read_text().partition("listening on ")
        return rest.split('"')[0].split()[0] if said and rest[-1:] == "\n" else ""

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def running(self) -> Iterator[Registry]:
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Response:
        """Send a request; an answer that is cut off is returned as far as it came."""
        sent = dict(headers or {})
        if self.credentials:
            sent["Authorization"] = "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode()
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            try:
                content, whole = answer.read(), True
            except http.client.IncompleteRead as cut:
                content, whole = cut.partial, False
            return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content, whole)
        finally:
            connection.close()

    def push_blob(self, repository: str, content: bytes) -> str:
        begun = self.request("POST", f"/v2/{repository}/blobs/uploads/")
        assert begun.status == 202, begun
        _, _, rest = begun.headers["location"].partition(self.address)
        target = f"{rest or begun.headers['location']}&digest={digest(content)}"
        done = self.request("PUT", target, content, {"Content-Type": "application/octet-stream"})
        assert done.status == 201, done
        return digest(content)

    def push(self, repository: str, tag: str, *layers: bytes) -> Image:
        """Push an image of these layers."""
        config = json.dumps(
            {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest(x) for x in layers]}}
        )
        blobs = [config.encode(), *layers]
        for blob in blobs:
            self.push_blob(repository, blob)
        types = ["application/vnd.oci.image.config.v1+json", *(LAYER for _ in layers)]
        described = [
            {"mediaType": kind, "digest": digest(blob), "size": len(blob)} for kind, blob in zip(types, blobs, strict=True)
        ]
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described[0], "layers": described[1:]}
        content = json.dumps(manifest).encode()
        done = self.request("PUT", f"/v2/{repository}/manifests/{tag}", content, {"Content-Type": MANIFEST})
        assert done.status == 201, done
        return Image(repository, tag, digest(content), tuple(one["digest"] for one in described))

    def manifest(self, image: Image, reference: str = "") -> Response:
        return self.request("GET", f"/v2/{image.repository}/manifests/{reference or image.tag}", headers={"Accept": MANIFEST})

    def blob(self, image: Image, named: str) -> Response:
        return self.request("GET", f"/v2/{image.repository}/blobs/{named}")

    def pull(self, image: Image) -> bool:
        """Pull all of an image by its tag; return whether all came, and was right."""
        answers = [(image.manifest, self.manifest(image)), *((named, self.blob(image, named)) for named in image.blobs)]
        return all(answer.status == 200 and answer.whole and digest(answer.body) == named for named, answer in answers)

    def folder_of(self, named: str) -> Path:
        """Return the directory of a blob in the store."""
        algorithm, _, hexadecimal = named.partition(":")
        return self.store / "docker/registry/v2/blobs" / algorithm / hexadecimal[:2] / hexadecimal

    def has(self, *digests: str) -> bool:
        """Return whether all these blobs are in the store."""
        return all((self.folder_of(named) / "data").exists() for named in digests)


@dataclass(frozen=True)
class Image:
    repository: str
    tag: str
    manifest: str
    blobs: tuple[str, ...]
    """The config and the layers."""

    @property
    def all(self) -> tuple[str, ...]:
        return (self.manifest, *self.blobs)


def cache(folder: Path, upstream: str, secret: Path, **more: Any) -> Registry:
    """Return a cache as it is composed: the registry keeps no time to live and no descriptors, and asks the helper each time."""
    helper = {"command": str(PROGRAMS_OF_A_CACHE / "credentials.sh"), "lifetime": "0s"}
    proxy = {"remoteurl": upstream, "ttl": "0s", "cachewritetimeout": "1h", "exec": helper}
    return Registry(folder, {"proxy": proxy}, {"UPSTREAM_CREDENTIALS": str(secret)}, **more)
