"""An empty function of the same SDK, with answers made beforehand: `python -m tools.bench.empty ADDRESS ANSWERS CERTIFICATES`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import crossplane.function.proto.v1.run_function_pb2_grpc as grpcv1
import grpc
from crossplane.function import runtime


class EmptyFunction(grpcv1.FunctionRunnerServiceServicer):
    """Answers with the response that it was given for the tag: what remains is gRPC and protobuf."""

    def __init__(self, responses: dict[str, fnv1.RunFunctionResponse]) -> None:
        self._responses = responses

    async def RunFunction(  # noqa: N802  gRPC's name
        self,
        request: fnv1.RunFunctionRequest,
        context: grpc.aio.ServicerContext | None,  # noqa: ARG002  gRPC passes it
    ) -> fnv1.RunFunctionResponse:
        """Answer one call."""
        return self._responses[request.meta.tag]


def main(address: str, answers: Path, certificates: str) -> None:
    """Serve until SIGTERM; `answers` has a file for each tag."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    responses = {file.name: fnv1.RunFunctionResponse.FromString(file.read_bytes()) for file in answers.iterdir()}
    runtime.serve(EmptyFunction(responses), address, creds=runtime.load_credentials(certificates), insecure=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
