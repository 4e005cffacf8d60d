"""The gRPC server: the function over mTLS, with health and reflection, until it is told to end."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import Sequence
from pathlib import Path

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import crossplane.function.proto.v1beta1.run_function_pb2 as fnv1beta1
import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from function import wire
from function.fn import FunctionRunner

SERVICES = (
    fnv1.DESCRIPTOR.services_by_name["FunctionRunnerService"].full_name,
    fnv1beta1.DESCRIPTOR.services_by_name["FunctionRunnerService"].full_name,
)
GRACE_SECONDS = 5


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


async def serve(
    function: FunctionRunner,
    address: str,
    creds: grpc.ServerCredentials | None,
    options: Sequence[tuple[str, int]] = (),
) -> None:
    """Serve at the address (host:port) until SIGTERM or SIGINT; without creds in plain text. StartError where it cannot start."""
    # Without this, a second server at one address would start, and share the calls with the first.
    server = grpc.aio.server(options=[*options, ("grpc.so_reuseport", 0)])
    # The messages of v1beta1 are those of v1: one handler is for both.
    handler = grpc.unary_unary_rpc_method_handler(function.RunFunction, request_deserializer=wire.decode)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(name, {"RunFunction": handler}) for name in SERVICES])
    healthy = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    try:
        port = server.add_secure_port(address, creds) if creds else server.add_insecure_port(address)
    except RuntimeError as error:
        raise StartError(f"--address: cannot listen at {address}: it is in use, or not of this machine") from error

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await server.start()
    for name in ("", *SERVICES):
        await healthy.set(name, health_pb2.HealthCheckResponse.SERVING)
    print(f"serving at port {port}", flush=True)
    await ended.wait()
    await healthy.enter_graceful_shutdown()
    await server.stop(GRACE_SECONDS)
