"""The function as Crossplane calls it."""

from __future__ import annotations

import time
import traceback
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1

from function import chance, compose, log, wire
from function.chance import Chance
from function.log import Level

POLL_SECONDS = 300


class FunctionRunner:
    """Answers Crossplane's calls, each in about a millisecond. It is to be asked for one answer at a time.

    `polls` is for a Crossplane older than 2.4, which does not watch what a function requires: it is asked to call every
    five minutes. No capability tells. `values` gives 64 hexadecimal digits, for a secret that has yet to be made.
    """

    def __init__(self, *, polls: bool = False, values: Chance | None = None) -> None:
        self._values = values or chance.of()
        self._polled = POLL_SECONDS if polls else 0
        self._recall = wire.Recall()

    def run(self, request: fnv1.RunFunctionRequest) -> fnv1.RunFunctionResponse:
        """Return the response to a request, as others in this process have them."""
        return fnv1.RunFunctionResponse.FromString(self.answer(wire.decode(request.SerializeToString())))

    def answer(self, request: Any) -> bytes:
        """Return the bytes of the response to a request that wire.decode decoded.

        An error of ours is logged, and fatal, but never a broken call.
        """
        began = time.perf_counter()
        observed = wire.read(request, self._values, self._recall.knows)
        kind, name = observed.composite.at("kind"), observed.composite.at("metadata", "name")
        try:
            found = self._recall.find(request, observed)
            if found:
                response, objects, fatal = found.write(request, observed), found.objects, found.fatal
            else:
                answer = compose.answer(observed, self._polled)
                response, objects, fatal = self._recall.write(request, observed, answer), len(answer.desired), answer.fatal
        except Exception:
            # Without the values of variables, secrets among them.
            log.write(Level.ERROR, "internal error", tag=request.meta.tag, kind=kind, name=name, traceback=traceback.format_exc())
            return wire.write(request, compose.broken(observed))
        told = {"tag": request.meta.tag, "kind": kind, "name": name, "objects": objects, "fatal": fatal}
        took = round((time.perf_counter() - began) * 1000, 2)
        log.write(Level.INFO if fatal else Level.DEBUG, "answered", **told, ms=took)
        return response
