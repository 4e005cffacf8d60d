"""One server for all tests that only call it."""

from collections.abc import Callable, Iterator

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import grpc
import pytest

from tests.protocol import serving


@pytest.fixture(scope="session")
def target() -> Iterator[str]:
    with serving.started(*serving.FUNCTION, "--insecure") as server:
        yield server.target


@pytest.fixture(scope="session")
def channel(target: str) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(target) as channel:
        yield channel


@pytest.fixture(scope="session")
def ask(channel: grpc.Channel) -> Callable[[fnv1.RunFunctionRequest], fnv1.RunFunctionResponse]:
    """Call the function as Crossplane does."""
    return serving.grpcv1.FunctionRunnerServiceStub(channel).RunFunction
