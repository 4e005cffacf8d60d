"""The gRPC server: the function over mTLS, with health and reflection, until it is told to end."""

from __future__ import annotations

import gc
import queue
import signal
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent import futures
from pathlib import Path
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import crossplane.function.proto.v1beta1.run_function_pb2 as fnv1beta1
import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from function import wire

SERVICES = (
    fnv1.DESCRIPTOR.services_by_name["FunctionRunnerService"].full_name,
    fnv1beta1.DESCRIPTOR.services_by_name["FunctionRunnerService"].full_name,
)
GRACE_SECONDS = 5
TURNS = 4
"""How many calls are in hand at once: while one is answered, the next ones are received. With eight, a call costs 3 % more."""

OTHERS = 32
"""How many other requests are in hand at once: a stream of reflection is for as long as it is open, one of health is not."""

WATCHERS = 64
"""How many callers may watch the health at once: each has a thread for as long as it does, which others wait for."""

KEEPALIVE_MS = 20_000
"""How long a caller with open calls may be silent before it is asked whether it is there, and how long it has to answer."""

GC_THRESHOLD = 10_000


class StartError(Exception):
    """The server could not start; the message says why, for whoever started it."""


def credentials(directory: str | None) -> grpc.ServerCredentials:
    """Return mTLS credentials of a directory with tls.crt, tls.key and ca.crt; StartError where they cannot be read."""
    if directory is None:
        raise StartError(
            "give --tls-certs-dir, a directory with tls.crt, tls.key and ca.crt; or --insecure, for a trial on your own machine"
        )
    pems = {}
    for name in ("tls.key", "tls.crt", "ca.crt"):
        path = Path(directory, name)
        try:
            pems[name] = path.read_bytes()
        except OSError as error:
            raise StartError(f"--tls-certs-dir: {path}: {error.strerror}") from error
    # gRPC refuses certificates that do not fit with the same error as an address in use.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(Path(directory, "tls.crt"), Path(directory, "tls.key"), password="")
        context.load_verify_locations(Path(directory, "ca.crt"))
    except ssl.SSLError as error:
        raise StartError(
            f"--tls-certs-dir: {directory}: its files must be PEM, without a password, and tls.key the key of tls.crt"
        ) from error
    return grpc.ssl_server_credentials(
        [(pems["tls.key"], pems["tls.crt"])], root_certificates=pems["ca.crt"], require_client_auth=True
    )


class Turns:
    """Answers calls one after the other, in threads of its own: whatever else is asked of the server holds none of them.

    A call holds one from its beginning on, while its message has yet to come.

    `answer` is given a request, decoded by wire.decode, and returns the bytes of the response.
    """

    def __init__(self, answer: Callable[[Any], bytes]) -> None:
        self._answer, self._lock = answer, threading.Lock()
        # The name under which gRPC looks for them; if it did not, calls would share the threads of the others.
        self.experimental_thread_pool = futures.ThreadPoolExecutor(TURNS, "turn")

    def __call__(self, request: Any, context: grpc.ServicerContext) -> bytes:  # noqa: ARG002  gRPC passes it
        """Answer one call."""
        with self._lock:
            return self._answer(request)


def serve(
    answer: Callable[[Any], bytes],
    address: str,
    creds: grpc.ServerCredentials | None,
    options: Sequence[tuple[str, int]] = (),
) -> None:
    """Serve at the address (host:port) until SIGTERM or SIGINT; without creds in plain text. StartError where it cannot start.

    `answer` is asked for one answer after the other, as Turns says. To be called in the main thread, as signals are.
    """
    settings = [
        *options,
        # Without this, a second server at one address would start, and share the calls with the first.
        ("grpc.so_reuseport", 0),
        # A call that has begun waits in its turn for its message, which nobody sends any more where a node is cut off.
        ("grpc.keepalive_time_ms", KEEPALIVE_MS),
        # Not keepalive_timeout_ms, with which gRPC 1.84 goes on waiting for the answer to its ping for a minute.
        ("grpc.http2.ping_timeout_ms", KEEPALIVE_MS),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(OTHERS, "other"), options=settings)
    # The messages of v1beta1 are those of v1: one handler is for both.
    handler = grpc.unary_unary_rpc_method_handler(Turns(answer), request_deserializer=wire.decode)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(name, {"RunFunction": handler}) for name in SERVICES])
    # Without threads for them, who begins to watch and who ends it can wait for each other, and the server for both
    # (grpc/grpc#43403).
    healthy = health.HealthServicer(
        experimental_non_blocking=False, experimental_thread_pool=futures.ThreadPoolExecutor(WATCHERS, "watch")
    )
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    try:
        port = server.add_secure_port(address, creds) if creds else server.add_insecure_port(address)
    except RuntimeError as error:
        raise StartError(f"--address: cannot listen at {address}: it is in use, or not of this machine") from error

    # A signal may come in the midst of handling another one: what is put in here may interrupt itself.
    ended: queue.SimpleQueue[None] = queue.SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.put(None))
    # What is there by now stays; and what calls leave behind is no cycles, so looking for those can wait.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    for name in ("", *SERVICES):
        healthy.set(name, health_pb2.HealthCheckResponse.SERVING)
    server.start()
    print(f"serving at port {port}", flush=True)
    ended.get()
    healthy.enter_graceful_shutdown()
    server.stop(GRACE_SECONDS).wait()
