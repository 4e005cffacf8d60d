"""Get the programs that tests/dataplane runs into `.programs`: from Go modules and npm; and say what Debian has."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
DIRECTORY = Path(os.environ.get("PROGRAMS") or ROOT / ".programs").absolute()

GO = {
    # The newest Distribution 3.
    "registry": "github.com/distribution/distribution/v3/cmd/registry@v3.1.2",
    # An S3 store that is used as such, on a directory.
    "versitygw": "github.com/versity/versitygw/cmd/versitygw@v1.8.0",
    # Google Cloud Storage, as far as its API goes.
    "fake-gcs-server": "github.com/fsouza/fake-gcs-server@v1.56.1",
    # The tests of the OCI distribution specification.
    "conformance": "github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260831232431-97274622c111",
}
# The load of a load test, and a clock that jumps; the latter speaks of x86-64's registers.
OURS = ["load", *(["clock"] if platform.machine() == "x86_64" else [])]
NPM = {"azurite-blob": "azurite@3.37.0"}
DEBIAN = {
    "docker-registry": "docker-registry",
    "skopeo": "skopeo",
    "busybox": "busybox-static",
    "openssl": "openssl",
    "ip": "iproute2",
    "unshare": "util-linux",
    "mount": "mount",
}
"""The package that each of the other programs is in."""


def missing() -> list[str]:
    """Return the Debian packages whose programs are not there."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    return sorted({package for program, package in DEBIAN.items() if shutil.which(program, path=path) is None})


def needed(tool: str, what: str) -> str:
    """Return the path of a tool that builds or installs."""
    found = shutil.which(tool)
    if found is None:
        sys.exit(f"{tool} is needed for {what}")
    return found


def stamped(name: str, source: str) -> bool:
    """Say whether this version is there already."""
    stamp = DIRECTORY / f".{name}"
    return (DIRECTORY / name).exists() and stamp.exists() and stamp.read_text() == source


def main() -> None:
    """Get what is not there yet."""
    if packages := missing():
        sys.exit(f"some programs are missing (Debian: apt-get install --no-install-recommends {' '.join(packages)})")
    DIRECTORY.mkdir(exist_ok=True)
    for name, source in GO.items():
        if not stamped(name, source):
            print(f"building {name} ...", flush=True)
            go = needed("go", f"{name}; Distribution 3.1.2 needs Go 1.26")
            environment = {**os.environ, "GOBIN": str(DIRECTORY), "CGO_ENABLED": "0"}
            subprocess.run([go, "install", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", source], env=environment, check=True)
            (DIRECTORY / f".{name}").write_text(source)
    for name in OURS:
        go_build = [needed("go", name), "build", "-buildvcs=false", "-o", str(DIRECTORY / name), "."]
        subprocess.run(go_build, cwd=ROOT / "tests/dataplane" / name, env={**os.environ, "CGO_ENABLED": "0"}, check=True)
    for name, source in NPM.items():
        if not stamped(name, source):
            print(f"installing {name} ...", flush=True)
            folder = DIRECTORY / "npm"
            quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
            subprocess.run([needed("npm", name), "install", *quiet, "--prefix", folder, source], check=True)
            (DIRECTORY / name).unlink(missing_ok=True)
            (DIRECTORY / name).symlink_to(folder / "node_modules/.bin" / name)
            (DIRECTORY / f".{name}").write_text(source)


if __name__ == "__main__":
    main()
