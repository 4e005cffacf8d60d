"""What the images that are composed have in them: the program itself, and what else of their file tree a container may find."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from function.resolve import images
from tests.dataplane.programs import program

LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
"""For programs that are not linked statically, as Debian's are."""


@dataclass(frozen=True)
class Image:
    """An image: its files by their path in it, each with its source on this machine; its entrypoint and environment."""

    files: dict[str, str]
    entrypoint: tuple[str, ...]
    environment: dict[str, str]


REGISTRIES = {"2.8": "docker-registry", "3.1": "registry"}
"""The program of each dialect: Debian's docker-registry is 2.8.2, `make programs` builds the newest 3.1."""


@cache
def _shell() -> dict[str, str]:
    """Return a shell and its tools, busybox as in Alpine, on which the registry's image is based."""
    busybox = program("busybox")
    applets = subprocess.run([busybox, "--list-full"], capture_output=True, text=True, check=True).stdout.split()
    folder = Path(tempfile.mkdtemp(prefix="busybox-"))
    links = {}
    for applet in applets:
        link = folder / applet.replace("/", "_")
        link.symlink_to("/bin/busybox")
        links[f"/{applet.lstrip('/')}"] = str(link)
    return links | {"/bin/busybox": str(busybox)}


def registry(reference: str) -> Image:
    """Return the image of a registry: Distribution of the dialect that the reference tells, as `registry`."""
    dialect = images.parse(reference).dialect
    assert dialect is not None, f"{reference} does not tell which registry it holds"
    files = {
        **{path: path for path in LIBRARIES if Path(path).is_dir()},
        **_shell(),
        "/bin/registry": str(program(REGISTRIES[dialect])),
        "/etc/ssl/certs/ca-certificates.crt": "/etc/ssl/certs/ca-certificates.crt",
        "/etc/passwd": "/etc/passwd",
        "/etc/group": "/etc/group",
    }
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return Image(
        files, ("registry",), {"PATH": path, "HOME": "/", "OTEL_TRACES_EXPORTER": "none"} if dialect == "3.1" else {"PATH": path}
    )
