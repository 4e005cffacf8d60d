"""In a cluster the function answers Crossplane alone: who calls shows a certificate of the cluster's own authority."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.authorities import Authority, authority
from tests.protocol import registries, serving

HOST = "function-registry.crossplane-system"


@pytest.fixture(scope="module")
def crossplane(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that Crossplane makes for itself and its functions."""
    return authority(tmp_path_factory.mktemp("crossplane"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def served(crossplane: Authority) -> Path:
    return crossplane.issue("function", f"subjectAltName=DNS:{HOST}", "extendedKeyUsage=serverAuth")


@pytest.fixture(scope="module")
def caller(crossplane: Authority) -> Path:
    return crossplane.issue("crossplane", "extendedKeyUsage=clientAuth")


@pytest.fixture(scope="module")
def target(served: Path) -> Iterator[str]:
    with serving.started(*serving.FUNCTION, "--tls-certs-dir", str(served)) as server:
        yield server.target


def call(channel: grpc.Channel) -> serving.fnv1.RunFunctionResponse:
    with channel:
        function = serving.grpcv1.FunctionRunnerServiceStub(channel)
        return function.RunFunction(registries.new("s3"), timeout=serving.PATIENCE_SECONDS)


def channel(target: str, trusted: Authority, shown: Path | None = None) -> grpc.Channel:
    """Return a channel that trusts an authority, and shows the certificate of a directory."""
    pair = [(shown / name).read_bytes() for name in ("tls.key", "tls.crt")] if shown else []
    credentials = grpc.ssl_channel_credentials(trusted.certificate, *pair)
    return grpc.secure_channel(target, credentials, [("grpc.ssl_target_name_override", HOST)])


def test_crossplane_is_answered(target, crossplane, caller):
    assert call(channel(target, crossplane, caller)).desired.resources


def test_all_pods_of_the_function_generate_the_same_secret(target, served, crossplane, caller):
    with serving.started(*serving.FUNCTION, "--tls-certs-dir", str(served)) as another:
        answers = [call(channel(each, crossplane, caller)) for each in (target, another.target)]

    assert "http-secret" in answers[0].desired.resources
    assert answers[0].desired == answers[1].desired


def test_who_shows_no_certificate_is_refused(target, crossplane):
    with pytest.raises(grpc.RpcError) as refused:
        call(channel(target, crossplane))

    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_who_shows_a_certificate_of_another_authority_is_refused(target, crossplane, stranger):
    certificates = stranger.issue("crossplane", "extendedKeyUsage=clientAuth")

    with pytest.raises(grpc.RpcError) as refused:
        call(channel(target, crossplane, certificates))

    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_who_calls_in_plain_text_is_refused(target):
    with pytest.raises(grpc.RpcError) as refused:
        call(grpc.insecure_channel(target))

    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_key_of_another_certificate_is_said_so(crossplane, served, tmp_path):
    other = crossplane.issue("other")
    for name, source in {"tls.crt": served, "ca.crt": served, "tls.key": other}.items():
        (tmp_path / name).write_bytes((source / name).read_bytes())

    ended = subprocess.run(
        [serving.sys.executable, *serving.FUNCTION, "--tls-certs-dir", str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert "tls.key the key of tls.crt" in ended.stderr
