"""Images on disk, in the OCI image layout, and skopeo, which copies them."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.dataplane.client import CONFIG, INDEX, LAYER, MANIFEST, described_as
from tests.dataplane.programs import program

PLATFORMS = ("amd64", "arm64", "s390x")


def layer(size: int, seed: str) -> bytes:
    """Return a layer of about this size, the same for the same seed; what is in it does not shrink."""
    return gzip.compress(random.Random(seed).randbytes(size), compresslevel=0, mtime=0)  # noqa: S311


class Layout:
    """An image layout in a directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = folder / "blobs/sha256"
        self.blobs.mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def image(self, layers: Sequence[bytes | Path], architecture: str = "amd64") -> dict[str, Any]:
        """Write an image; a layer may be a file that is here already. Return its descriptor."""
        described = [_described(one) if isinstance(one, Path) else self._write(LAYER, one) for one in layers]
        ids = [one["digest"] for one in described]
        config = {"architecture": architecture, "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ids}}
        written = self._write(CONFIG, json.dumps(config).encode())
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": written, "layers": described}
        return self._write(MANIFEST, json.dumps(manifest).encode()) | {"platform": {"architecture": architecture, "os": "linux"}}

    def index(self, images: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Write an index of images."""
        return self._write(INDEX, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": images}).encode())

    def tag(self, name: str, descriptor: dict[str, Any]) -> str:
        """Let a tag name this alone; return how skopeo names it."""
        named = {**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}}
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
        return f"oci:{self.folder}:{name}"

    def large(self, megabytes: int) -> Path:
        """Write a layer of this size without holding it in memory; return its file."""
        scratch, digest, packer = self.blobs / "large", hashlib.sha256(), zlib.compressobj(0, wbits=31)
        source = random.Random(megabytes)  # noqa: S311
        with scratch.open("wb") as file:
            for number in range(megabytes + 1):
                packed = packer.compress(source.randbytes(1 << 20)) if number < megabytes else packer.flush()
                digest.update(packed)
                file.write(packed)
        return scratch.rename(self.blobs / digest.hexdigest())

    def _write(self, media_type: str, content: bytes) -> dict[str, Any]:
        described = described_as(media_type, content)
        (self.blobs / described["digest"].removeprefix("sha256:")).write_bytes(content)
        return described


def _described(file: Path) -> dict[str, Any]:
    return {"mediaType": LAYER, "digest": f"sha256:{file.name}", "size": file.stat().st_size}


def skopeo(folder: Path, *arguments: str) -> str:
    """Run skopeo, which keeps what it remembers in this directory."""
    # Root's cache would be the machine's.
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_DATA_HOME": str(folder), "TMPDIR": str(folder)}
    environment |= {"_CONTAINERS_ROOTLESS_UID": "1", "XDG_RUNTIME_DIR": str(folder)}
    command = [program("skopeo"), "--insecure-policy", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=600)
    assert run.returncode == 0, run.stderr
    return run.stdout


def checked(folder: Path) -> set[str]:
    """Return the digests of all blobs of a layout, each of which is right."""
    found = set()
    for file in (folder / "blobs/sha256").iterdir():
        with file.open("rb") as content:
            assert hashlib.file_digest(content, "sha256").hexdigest() == file.name
        found.add(file.name)
    return found
