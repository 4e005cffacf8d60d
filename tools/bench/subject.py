"""The servers that are measured: started, asked for the CPU time they used and the memory they hold, ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.authorities import authority

HOST = "function-registry.crossplane-system"
OURS, EMPTY = "this function", "empty function"
IMAGE = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "4194304", "MALLOC_MMAP_THRESHOLD_": "4194304"}
"""What our image sets; that of an empty function has what the SDK's template gives it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A function that serves at `target`, in a process that was started at `started`."""

    name: str
    target: str
    pid: int
    started: float

    def cpu_seconds(self) -> float:
        """Return the CPU time that the process has used, in user and in system mode."""
        # The clock of another process, as clock_getcpuclockid(3) makes it.
        return time.clock_gettime((~self.pid << 3) | 2)

    def rss_mebibytes(self) -> float:
        """Return the memory that the process holds."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) / 1024


def cpus() -> tuple[set[int], set[int]]:
    """Return the CPUs of the servers and those of the caller: one each, where there are two."""
    usable = sorted(os.sched_getaffinity(0))
    return ({usable[0]}, {usable[1]}) if len(usable) > 1 else (set(usable), set(usable))


@contextmanager
def ours(on: set[int], certificates: Path) -> Iterator[Subject]:
    """Serve our function, its log read by somebody as in a cluster."""
    began = time.perf_counter()
    command = ["function", "--tls-certs-dir", str(certificates), "--address", "127.0.0.1:0"]
    with _started(OURS, command, on, **IMAGE) as server:
        assert server.stdout is not None  # noqa: S101  it is a pipe
        port = server.stdout.readline().split()[-1].decode()
        threading.Thread(target=_drain, args=(server.stdout,), daemon=True).start()
        yield Subject(OURS, f"127.0.0.1:{port}", server.pid, began)


@contextmanager
def empty(on: set[int], certificates: Path, answers: Path) -> Iterator[Subject]:
    """Serve an empty function that gives these answers."""
    # The SDK does not tell at which port it serves, but shares one that somebody holds without listening.
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        target = f"127.0.0.1:{held.getsockname()[1]}"
        began = time.perf_counter()
        with _started(EMPTY, ["tools.bench.empty", target, str(answers), str(certificates)], on) as server:
            yield Subject(EMPTY, target, server.pid, began)


def certificates(folder: Path) -> tuple[Path, Path]:
    """Return directories with the certificates of a function, and of Crossplane, by a new authority."""
    folder.mkdir()
    issuer = authority(folder)
    served = issuer.issue("function", f"subjectAltName=DNS:{HOST}", "extendedKeyUsage=serverAuth")
    return served, issuer.issue("crossplane", "extendedKeyUsage=clientAuth")


@contextmanager
def _started(name: str, module: list[str], on: set[int], **image: str) -> Iterator[subprocess.Popen[bytes]]:
    # In the image all is compiled beforehand.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | image
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, on)
    try:
        server = subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.PIPE, env=environment)
    finally:
        os.sched_setaffinity(0, before)
    with server:
        try:
            yield server
        finally:
            server.terminate()
            if server.stdout is not None and server.wait() != 0:
                print(f"the server of the {name} ended with {server.returncode}", file=sys.stderr)


def _drain(log: IO[bytes]) -> None:
    while os.read(log.fileno(), 1 << 16):
        pass
