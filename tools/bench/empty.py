"""An empty function of the same SDK, which gives one answer to all: `python -m tools.bench.empty ADDRESS FILE`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import crossplane.function.proto.v1.run_function_pb2_grpc as grpcv1
import grpc
from crossplane.function import runtime


class EmptyFunction(grpcv1.FunctionRunnerServiceServicer):
    """Answers with the response it was given: what remains is gRPC and protobuf."""

    def __init__(self, response: fnv1.RunFunctionResponse) -> None:
        self._response = response

    async def RunFunction(  # noqa: N802  gRPC's name
        self,
        request: fnv1.RunFunctionRequest,  # noqa: ARG002  the server has decoded it, as for any function
        context: grpc.aio.ServicerContext | None,  # noqa: ARG002  gRPC passes it
    ) -> fnv1.RunFunctionResponse:
        """Answer one call."""
        return self._response


def main(address: str, response: Path) -> None:
    """Serve until SIGTERM."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    function = EmptyFunction(fnv1.RunFunctionResponse.FromString(response.read_bytes()))
    runtime.serve(function, address, creds=None, insecure=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
