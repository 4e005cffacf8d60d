"""What valgrind counts the instructions of: `python -m tools.bench.counted DIRECTORY`, with a folder of requests for each scenario.

Each scenario is answered by our function, then decoded and encoded as an empty function of the SDK does it; without gRPC, whose
threads do not take the same course twice.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

import crossplane.function.proto.v1.run_function_pb2 as fnv1

from function import fn, log, wire
from tools.bench.scenario import ENTROPY

CALLS, WARM_UP = 20, 10
MARK = "getpriority"
"""A function of the C library that nothing else calls: the count begins anew at each of its calls."""


def main(directory: Path) -> None:
    """Answer each scenario CALLS times, between two marks; where there are several requests, each of the last ones once."""
    log.configure(log.Level.INFO)
    runner = fn.FunctionRunner(values=lambda _: ENTROPY)

    def ours(request: bytes) -> bytes:
        return runner.answer(wire.decode(request))

    for scenario in sorted(directory.iterdir()):
        requests = [file.read_bytes() for file in sorted(scenario.iterdir())]
        response = fnv1.RunFunctionResponse.FromString(ours(requests[0]))

        def empty(request: bytes, response: fnv1.RunFunctionResponse = response) -> bytes:
            fnv1.RunFunctionRequest.FromString(request)
            return response.SerializeToString()

        for function in (ours, empty):
            _counted(function, requests)


def _counted(function: Callable[[bytes], bytes], requests: list[bytes]) -> None:
    turns = itertools.cycle(requests)
    for request in itertools.islice(turns, WARM_UP):
        function(request)
    os.getpriority(os.PRIO_PROCESS, 0)
    for request in itertools.islice(turns, CALLS):
        function(request)
    os.getpriority(os.PRIO_PROCESS, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
