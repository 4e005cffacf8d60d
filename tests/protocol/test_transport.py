"""What is served beside the function itself: its older version, health, reflection; and how large a request may be."""

import threading
from concurrent import futures

import crossplane.function.proto.v1beta1.run_function_pb2 as fnv1beta1
import crossplane.function.proto.v1beta1.run_function_pb2_grpc as grpcv1beta1
import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from function import wire
from function.server import OTHERS, TURNS, Turns
from tests.protocol import registries, serving

V1 = "apiextensions.fn.proto.v1.FunctionRunnerService"
V1BETA1 = "apiextensions.fn.proto.v1beta1.FunctionRunnerService"
MEBIBYTE = 1024 * 1024


def test_v1beta1_is_answered_as_v1(ask, channel):
    request = registries.settled("s3")
    older = fnv1beta1.RunFunctionRequest.FromString(request.SerializeToString())

    response = grpcv1beta1.FunctionRunnerServiceStub(channel).RunFunction(older)

    assert response.SerializeToString(deterministic=True) == serving.canonical(ask(request))


@pytest.mark.parametrize("service", ["", V1, V1BETA1])
def test_health_says_serving(channel, service):
    checked = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service))

    assert checked.status == health_pb2.HealthCheckResponse.SERVING


def test_health_knows_no_other_service(channel):
    with pytest.raises(grpc.RpcError) as refused:
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service="another"))

    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


def test_reflection_lists_the_services(channel):
    asked = reflection_pb2.ServerReflectionRequest(list_services="")

    (listed,) = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([asked]))

    assert {service.name for service in listed.list_services_response.service} == {
        V1,
        V1BETA1,
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


def test_open_streams_hold_no_call(ask, channel):
    opened, closed = reflection_pb2.ServerReflectionRequest(list_services=""), threading.Event()

    def requests():
        yield opened
        closed.wait()

    streams = [
        reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(requests(), timeout=serving.PATIENCE_SECONDS)
        for _ in range(TURNS + 1)
    ]
    watches = [
        health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=serving.PATIENCE_SECONDS)
        for _ in range(OTHERS + 1)
    ]
    for stream in (*streams, *watches):
        next(stream)

    assert ask(registries.new("s3"), timeout=serving.PATIENCE_SECONDS).desired.resources
    checked = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=serving.PATIENCE_SECONDS)
    assert checked.status == health_pb2.HealthCheckResponse.SERVING
    # One that waited for a thread has it from one whose time is up.
    assert all(stream.is_active() for stream in (*streams, *watches))
    closed.set()
    for stream in (*streams, *watches):
        stream.cancel()


def test_one_call_is_answered_after_the_other():
    inside, alone = threading.Event(), []

    def answer(request):
        if request == "first":
            both.wait()
            alone.append(not inside.wait(0.2))
        inside.set()
        return b""

    turns, both = Turns(answer), threading.Barrier(2)
    with futures.ThreadPoolExecutor(2) as callers:
        first = callers.submit(turns, "first", None)
        both.wait()
        second = callers.submit(turns, "second", None)

    assert (first.result(), second.result(), alone) == (b"", b"", [True])


def large():
    request = registries.settled("s3")
    bulk = wire.struct({"kind": "ConfigMap", "data": {"bulk": "x" * 5 * MEBIBYTE}})
    request.observed.resources["of-an-earlier-step"].resource.CopyFrom(bulk)
    return request


def test_a_request_of_more_than_4_mib_is_refused(ask):
    with pytest.raises(grpc.RpcError) as refused:
        ask(large())

    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("--max-recv-message-size", "8"), {}), ((), {"MAX_RECV_MESSAGE_SIZE": "8"})],
    ids=["option", "environment"],
)
def test_a_larger_request_is_answered_where_it_is_allowed(arguments, environment):
    with serving.calling(*arguments, environment=environment) as function:
        assert "deployment" in function.RunFunction(large()).desired.resources


def test_what_may_be_received_may_be_sent():
    request = large()
    request.desired.resources["of-an-earlier-step"].CopyFrom(request.observed.resources["of-an-earlier-step"])
    unlimited = [("grpc.max_receive_message_length", -1)]

    with serving.calling("--max-recv-message-size", "16", options=unlimited) as function:
        response = function.RunFunction(request)

    assert response.ByteSize() > 5 * MEBIBYTE
