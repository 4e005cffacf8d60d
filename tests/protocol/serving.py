"""A function that serves in a process of its own, as in a cluster."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import crossplane.function.proto.v1.run_function_pb2_grpc as grpcv1
import grpc

FUNCTION = ("-m", "function", "--address", "127.0.0.1:0")
PATIENCE_SECONDS = 60
"""How long to wait before a test has failed; nothing waits for this long when all is well."""


@dataclass
class Server:
    """A running server; its output is read all the time, so that it never waits for a reader."""

    process: subprocess.Popen[str]
    _lines: queue.Queue[str] = field(default_factory=queue.Queue)

    def line(self) -> str:
        """Return the next line that it printed; empty once it has ended."""
        return self._lines.get(timeout=PATIENCE_SECONDS)

    def follow(self) -> None:
        """Read its output until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    @cached_property
    def target(self) -> str:
        """Where it serves; it says so first."""
        said = self.line()
        assert said.startswith("serving at port "), said or "the server ended"
        return f"127.0.0.1:{said.split()[-1]}"


@contextmanager
def started(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run Python with these arguments."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    ) as process:
        server = Server(process)
        reader = threading.Thread(target=server.follow)
        reader.start()
        try:
            yield server
        finally:
            process.kill()
            reader.join()


@contextmanager
def calling(
    *arguments: str, environment: Mapping[str, str] | None = None, options: Sequence[tuple[str, int]] = ()
) -> Iterator[grpcv1.FunctionRunnerServiceStub]:
    """Serve in plain text, and call it."""
    with (
        started(*FUNCTION, "--insecure", *arguments, environment=environment) as server,
        grpc.insecure_channel(server.target, options=options) as channel,
    ):
        yield grpcv1.FunctionRunnerServiceStub(channel)


def fatal(response: fnv1.RunFunctionResponse) -> str:
    """Return the message of the fatal result; empty where there is none."""
    return next((result.message for result in response.results if result.severity == fnv1.SEVERITY_FATAL), "")


def canonical(response: fnv1.RunFunctionResponse) -> bytes:
    """Return the bytes of a message, those of its maps in the order of their keys."""
    return response.SerializeToString(deterministic=True)
