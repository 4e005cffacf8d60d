"""A client of the registry's API: one request at a time, for what skopeo does not do, and for what must be seen exactly."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"

Body = bytes | Iterable[bytes]


def digest(content: bytes) -> str:
    """Return the digest of a blob."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True)
class Response:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    def expect(self, *statuses: int) -> Response:
        """Return itself, where the status is one of these."""
        assert self.status in statuses, f"{self.status} instead of {statuses}: {self.body[:500]!r}"
        return self


@dataclass
class Client:
    """A client of one registry, with a new connection for each request, unless it is told to keep it."""

    address: str
    port: int
    timeout: float = 60
    keep: bool = False
    authority: str = ""
    _kept: http.client.HTTPConnection | None = field(default=None, repr=False)

    def request(self, method: str, path: str, body: Body = b"", headers: Mapping[str, str] | None = None) -> Response:
        """Send one request; a path may be a URL of this registry, as Location has it."""
        parts = urlsplit(path)
        if parts.hostname and parts.hostname != self.address:
            return self._elsewhere(method, path, headers or {})
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        kept = self._kept
        connection = kept or http.client.HTTPConnection(self.address, self.port, timeout=self.timeout)
        self._kept = connection if self.keep else None
        try:
            return _exchange(connection, method, target, body, headers or {}, close=not self.keep)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # A server may close a connection that nobody uses: clients that keep them, such as Go's, then ask once more.
            connection.close()
            self._kept = None
            if kept is None or method not in ("GET", "HEAD"):
                raise
            return self.request(method, path, body, headers)

    def _elsewhere(self, method: str, url: str, headers: Mapping[str, str]) -> Response:
        parts = urlsplit(url)
        context = ssl.create_default_context(cadata=self.authority or None)
        assert parts.hostname
        if parts.scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname, parts.port, context=context, timeout=60
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        return _exchange(connection, method, parts.path + f"?{parts.query}", b"", headers, close=True)

    def close(self) -> None:
        """Close the connection that was kept."""
        if self._kept:
            self._kept.close()

    def get(self, path: str, **headers: str) -> Response:
        """Get, and follow where the registry sends us for a layer."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        found = self.request("GET", path, headers=sent)
        return self.request("GET", found.headers["location"], headers=sent) if found.status == 307 else found

    def begin(self, repository: str) -> str:
        """Begin an upload; return its location."""
        return self.request("POST", f"/v2/{repository}/blobs/uploads/").expect(202).headers["location"]

    def append(self, location: str, chunk: bytes, start: int) -> str:
        """Append a chunk to an upload; return its new location."""
        headers = {"Content-Type": "application/octet-stream", "Content-Range": f"{start}-{start + len(chunk) - 1}"}
        return self.request("PATCH", location, chunk, headers).expect(202).headers["location"]

    def finish(self, location: str, named: str, rest: bytes = b"") -> Response:
        """End an upload, and return the answer."""
        joint = "&" if "?" in location else "?"
        return self.request("PUT", f"{location}{joint}digest={named}", rest, {"Content-Type": "application/octet-stream"})

    def push_blob(self, repository: str, content: bytes, chunk: int = 0) -> str:
        """Push a blob, at once or in chunks of this size; return its digest."""
        named, location = digest(content), self.begin(repository)
        if chunk:
            for start in range(0, len(content), chunk):
                location = self.append(location, content[start : start + chunk], start)
            content = b""
        self.finish(location, named, content).expect(201)
        return named

    def blob(self, repository: str, named: str) -> bytes:
        """Pull a blob, and check its digest."""
        content = self.get(f"/v2/{repository}/blobs/{named}").expect(200).body
        assert digest(content) == named, f"blob {named} has {len(content)} bytes of something else"
        return content

    def put_manifest(self, repository: str, reference: str, manifest: Mapping[str, Any]) -> Response:
        """Put a manifest by tag, or by its digest where the reference is empty."""
        content = json.dumps(manifest).encode()
        path = f"/v2/{repository}/manifests/{reference or digest(content)}"
        return self.request("PUT", path, content, {"Content-Type": manifest["mediaType"]})

    def push(self, repository: str, reference: str, *layers: bytes, **more: Any) -> str:
        """Push an image of these layers; return its digest."""
        config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}).encode()
        described = [described_as(LAYER, layer) for layer in layers]
        for content in (config, *layers):
            # As all clients do: what is there is not pushed again.
            if self.request("HEAD", f"/v2/{repository}/blobs/{digest(content)}").expect(200, 307, 404).status == 404:
                self.push_blob(repository, content)
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described_as(CONFIG, config), "layers": described, **more}
        return self.put_manifest(repository, reference, manifest).expect(201).headers["docker-content-digest"]

    def manifest(self, repository: str, reference: str) -> Any:
        """Pull a manifest, and check its digest."""
        found = self.get(f"/v2/{repository}/manifests/{reference}", Accept=f"{MANIFEST}, {INDEX}").expect(200)
        assert digest(found.body) == found.headers["docker-content-digest"]
        return found.json()

    def pull(self, repository: str, reference: str) -> int:
        """Pull an image and check all of it; return how many bytes there were."""
        manifest = self.manifest(repository, reference)
        return sum(len(self.blob(repository, one["digest"])) for one in (manifest["config"], *manifest["layers"]))


def described_as(media_type: str, content: bytes) -> dict[str, Any]:
    """Return a descriptor."""
    return {"mediaType": media_type, "digest": digest(content), "size": len(content)}


def _exchange(
    connection: http.client.HTTPConnection, method: str, target: str, body: Body, headers: Mapping[str, str], *, close: bool
) -> Response:
    with contextlib.closing(connection) if close else contextlib.nullcontext():
        connection.request(method, target, body or None, {"Content-Length": "0", **headers} if not body else dict(headers))
        answer = connection.getresponse()
        return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
