"""Calls with the bytes of one request, and reads no answer: the caller costs little beside what it calls."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

import grpc

from tools.bench.subject import Subject

METHOD = "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction"
CALLERS = 8
WARM_UP_SECONDS, ALONE_SECONDS, TOGETHER_SECONDS = 0.5, 1.5, 2.0


@dataclass(frozen=True, slots=True)
class Round:
    """What one round with one subject showed: `latencies` in seconds at one caller, the rest at CALLERS callers."""

    latencies: list[float]
    cpu_milliseconds: float
    calls_per_second: float


def measure(subject: Subject, request: bytes) -> Round:
    """Warm up, call one at a time, then several at once."""
    with grpc.insecure_channel(subject.target) as channel:
        call = channel.unary_unary(METHOD, request_serializer=None, response_deserializer=None)
        call(request, wait_for_ready=True, timeout=60)
        _together(call, request, WARM_UP_SECONDS)
        latencies = _alone(call, request, ALONE_SECONDS)
        began, used = time.perf_counter(), subject.cpu_seconds()
        calls = _together(call, request, TOGETHER_SECONDS)
        took, spent = time.perf_counter() - began, subject.cpu_seconds() - used
    return Round(latencies, spent / calls * 1000, calls / took)


def _alone(call: grpc.UnaryUnaryMultiCallable, request: bytes, seconds: float) -> list[float]:
    latencies = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        call(request)
        latencies.append(time.perf_counter() - began)
    return latencies


def _together(call: grpc.UnaryUnaryMultiCallable, request: bytes, seconds: float) -> int:
    """Keep CALLERS calls under way, and return how many were answered."""
    calls = 0
    under_way = deque(call.future(request) for _ in range(CALLERS))
    end = time.perf_counter() + seconds
    while under_way:
        under_way.popleft().result()
        calls += 1
        if time.perf_counter() < end:
            under_way.append(call.future(request))
    return calls
