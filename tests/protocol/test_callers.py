"""What callers do who are not well: none keeps the others from being answered."""

import socket
import struct
from concurrent import futures

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from function.server import TURNS
from tests.protocol import registries, serving

# As in a cluster, but for how long a caller may be silent.
IMPATIENT = """
from function import fn, server

server.KEEPALIVE_MS = 200
server.serve(fn.FunctionRunner().answer, "127.0.0.1:0", None)
"""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, SETTINGS, PING = 1, 4, 6
ACK, END_HEADERS = 1, 4
CALL = {
    ":method": "POST",
    ":scheme": "http",
    ":path": "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction",
    ":authority": "function",
    "content-type": "application/grpc",
    "te": "trailers",
}


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    """Return a frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def literal(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def begin(connection: socket.socket, calls: int) -> None:
    """Begin calls, none of which gets its message; return once the server has read of them."""
    headers = b"".join(b"\0" + literal(name) + literal(value) for name, value in CALL.items())
    connection.sendall(PREFACE + frame(SETTINGS))
    begun = b"".join(frame(HEADERS, END_HEADERS, 2 * number + 1, headers) for number in range(calls))
    with connection.makefile("rb") as answers:
        while True:
            length, kind, flags = struct.unpack(">IBB4x", b"\0" + answers.read(9))
            answers.read(length)
            if kind == SETTINGS and not flags & ACK:
                connection.sendall(frame(SETTINGS, ACK) + begun + frame(PING, payload=b"read all"))
            elif kind == PING and flags & ACK:
                return


def test_callers_that_are_gone_hold_no_call():
    with (
        serving.started("-c", IMPATIENT) as server,
        socket.create_connection(server.target.split(":")) as gone,
        grpc.insecure_channel(server.target) as channel,
    ):
        begin(gone, TURNS)
        function = serving.grpcv1.FunctionRunnerServiceStub(channel)

        assert function.RunFunction(registries.new("s3"), timeout=serving.PATIENCE_SECONDS).desired.resources


def test_who_comes_and_goes_watching_the_health_holds_nobody(target):
    def watch(channel: grpc.Channel) -> None:
        for _ in range(100):
            seen = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=serving.PATIENCE_SECONDS)
            next(seen)
            seen.cancel()

    with grpc.insecure_channel(target) as channel, futures.ThreadPoolExecutor(8) as watchers:
        for watched in [watchers.submit(watch, channel) for _ in range(8)]:
            watched.result()
