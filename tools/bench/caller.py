"""Calls with the bytes of requests, and reads no answer: the caller costs little beside what it calls."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from tools.bench.subject import Subject

METHOD = "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction"
HOST = "function-registry.crossplane-system"
CALLERS = 32
PATIENCE_SECONDS = 60


@dataclass(slots=True)
class Round:
    """What a round showed: latencies in seconds with one caller and with CALLERS; CPU and calls with CALLERS."""

    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    cpu_seconds: float = 0
    seconds: float = 0


class Caller:
    """One connection, as Crossplane keeps one."""

    def __init__(self, subject: Subject, channel: grpc.Channel) -> None:
        self._subject = subject
        self._call = channel.unary_unary(METHOD, request_serializer=None, response_deserializer=None)

    def call(self, request: bytes) -> bytes:
        """Call once, as soon as it serves."""
        answer: bytes = self._call(request, wait_for_ready=True, timeout=PATIENCE_SECONDS)
        return answer

    def measure(self, alone: Sequence[bytes], together: Sequence[bytes], seconds: tuple[float, float] | None = None) -> Round:
        """Call one after the other, then keep CALLERS under way: once with each request, or with all in turn for so long."""
        found = Round()
        for request in _until(alone, seconds and seconds[0]):
            began = time.perf_counter()
            self._call(request)
            found.alone.append(time.perf_counter() - began)
        began, used = time.perf_counter(), self._subject.cpu_seconds()
        under_way: deque[tuple[float, grpc.Future]] = deque()
        for request in _until(together, seconds and seconds[1]):
            under_way.append((time.perf_counter(), self._call.future(request, timeout=PATIENCE_SECONDS)))
            if len(under_way) == CALLERS:
                _end(under_way, found)
        while under_way:
            _end(under_way, found)
        found.seconds, found.cpu_seconds = time.perf_counter() - began, self._subject.cpu_seconds() - used
        return found


def _end(under_way: deque[tuple[float, grpc.Future]], found: Round) -> None:
    # The oldest: a call that was lost, or that others overtake, is waited for.
    began, call = under_way.popleft()
    call.result()
    found.together.append(time.perf_counter() - began)


def _until(requests: Sequence[bytes], seconds: float | None) -> Iterable[bytes]:
    if seconds is None:
        return requests
    end = time.perf_counter() + seconds
    return itertools.takewhile(lambda _: time.perf_counter() < end, itertools.cycle(requests))


@contextmanager
def connected(subject: Subject, certificates: Path) -> Iterator[Caller]:
    """Connect as Crossplane does, over mTLS."""
    ca, key, certificate = ((certificates / name).read_bytes() for name in ("ca.crt", "tls.key", "tls.crt"))
    options = [
        ("grpc.ssl_target_name_override", HOST),
        # A server that is still starting is found as soon as it listens.
        ("grpc.initial_reconnect_backoff_ms", 10),
        ("grpc.min_reconnect_backoff_ms", 10),
        ("grpc.max_reconnect_backoff_ms", 20),
    ]
    with grpc.secure_channel(subject.target, grpc.ssl_channel_credentials(ca, key, certificate), options) as channel:
        yield Caller(subject, channel)
