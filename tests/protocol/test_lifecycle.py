"""How the server starts, says why it cannot, and ends."""

import signal
import socket
import subprocess
import sys

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.protocol import registries, serving

# Answers when a line comes in: a call is under way for as long as the test wants it to be.
HELD = """
import sys, threading
from function import fn, server

def held(request):
    print("called in", threading.current_thread().name, flush=True)
    sys.stdin.readline()
    return fn.FunctionRunner().answer(request)

server.serve(held, "127.0.0.1:0", None)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(number):
    with serving.started(*serving.FUNCTION, "--insecure") as server:
        with grpc.insecure_channel(server.target) as channel:
            serving.grpcv1.FunctionRunnerServiceStub(channel).RunFunction(registries.new("s3"))
        server.process.send_signal(number)

        assert server.process.wait(serving.PATIENCE_SECONDS) == 0


def test_a_call_that_is_under_way_is_answered_before_it_ends():
    with serving.started("-c", HELD) as server, grpc.insecure_channel(server.target) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        answer = serving.grpcv1.FunctionRunnerServiceStub(channel).RunFunction.future(registries.new("s3"))
        # In a thread that nothing but calls is given.
        assert server.line().startswith("called in turn")

        server.process.terminate()
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watch.cancel()
        assert server.process.poll() is None
        server.process.stdin.write("go on\n")
        server.process.stdin.flush()

        assert answer.result(serving.PATIENCE_SECONDS).desired.resources
        assert server.process.wait(serving.PATIENCE_SECONDS) == 0


def refused(*arguments: str) -> str:
    """Return what the function says when it cannot start."""
    ended = subprocess.run(
        [sys.executable, "-m", "function", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=serving.PATIENCE_SECONDS,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr.splitlines()[-1]


def test_it_does_not_start_without_credentials():
    said = refused("--address", "127.0.0.1:0")

    assert "--tls-certs-dir" in said
    assert "--insecure" in said


def test_it_does_not_start_without_the_directory_of_its_certificates(tmp_path):
    said = refused("--tls-certs-dir", str(tmp_path / "absent"))

    assert str(tmp_path / "absent") in said
    assert "No such file or directory" in said


@pytest.mark.parametrize("name", ["tls.key", "tls.crt", "ca.crt"])
def test_it_does_not_start_without_a_certificate(tmp_path, name):
    for other in {"tls.key", "tls.crt", "ca.crt"} - {name}:
        (tmp_path / other).touch()

    assert str(tmp_path / name) in refused("--tls-certs-dir", str(tmp_path))


def test_it_does_not_start_with_certificates_that_are_none(tmp_path):
    for name in ("tls.key", "tls.crt", "ca.crt"):
        (tmp_path / name).write_text("no certificate\n")

    assert "must be PEM" in refused("--tls-certs-dir", str(tmp_path))


def test_it_does_not_start_where_another_program_listens():
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"

        assert f"cannot listen at {address}" in refused("--insecure", "--address", address)


def test_it_does_not_start_where_another_function_serves(target):
    assert f"cannot listen at {target}" in refused("--insecure", "--address", target)


def test_it_does_not_start_at_an_address_of_another_machine():
    assert "cannot listen at 192.0.2.1:9443" in refused("--insecure", "--address", "192.0.2.1:9443")
