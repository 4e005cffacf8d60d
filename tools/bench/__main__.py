"""Measures what a call costs: `python -m tools.bench`, or with --json FILE, which also writes the figures there."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1
from crossplane.function import logging

from function import fn
from tools.bench import caller, scenario, subject
from tools.bench.caller import Round
from tools.bench.subject import Subject

HEADINGS = ("subject", "CPU ms per call", "calls/s", "p50 ms", "p99 ms", "RSS MiB")


def main() -> None:
    """Measure both subjects in turn, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    parser.add_argument("--rounds", type=int, default=7, help="how often each subject is measured (default %(default)s)")
    options = parser.parse_args()
    logging.configure(level=logging.Level.DISABLED)
    request = scenario.steady()
    response = checked(request)
    print(f"request {request.ByteSize()} bytes, response {response.ByteSize()} bytes; {options.rounds} rounds each, in turn")
    rows = run(request.SerializeToString(), response.SerializeToString(), options.rounds)
    ratio = rows[0]["cpu_ms"]["median"] / rows[1]["cpu_ms"]["median"]
    print(table(rows))
    print(f"CPU, this function / empty function: {ratio:.2f}")
    if options.json:
        options.json.write_text(json.dumps({"subjects": rows, "cpu_ratio": ratio}, indent=2) + "\n")


def checked(request: fnv1.RunFunctionRequest) -> fnv1.RunFunctionResponse:
    """Return our response, which must be that of a steady state: only this state says what a function costs day by day."""
    response = fn.FunctionRunner(entropy=lambda: scenario.ENTROPY).run(request)
    if (
        any(result.severity == fnv1.SEVERITY_FATAL for result in response.results)
        or response.desired.composite.ready != fnv1.READY_TRUE
        or response.meta.ttl.ToTimedelta()
    ):
        raise SystemExit(f"the request of the bench is not steady:\n{response.results}\n{response.conditions}\n{response.meta}")
    return response


def run(request: bytes, response: bytes, rounds: int) -> list[dict[str, Any]]:
    """Measure each subject in turn, the order reversed every other round; return a row for each."""
    server_cpus, caller_cpus = subject.cpus()
    os.sched_setaffinity(0, caller_cpus)
    found: dict[str, list[Round]] = {}
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "response")
        file.write_bytes(response)
        with subject.ours(server_cpus) as ours, subject.empty(server_cpus, file) as empty:
            for number in range(rounds):
                for measured in (ours, empty) if number % 2 == 0 else (empty, ours):
                    found.setdefault(measured.name, []).append(caller.measure(measured, request))
            return [row(measured, found[measured.name]) for measured in (ours, empty)]


def row(measured: Subject, rounds: Sequence[Round]) -> dict[str, Any]:
    """Return the figures of one subject."""
    cpu = [each.cpu_milliseconds for each in rounds]
    hundredths = [statistics.quantiles(each.latencies, n=100) for each in rounds]
    return {
        "subject": measured.name,
        "cpu_ms": {"median": statistics.median(cpu), "min": min(cpu), "max": max(cpu)},
        "calls_per_second": statistics.median(each.calls_per_second for each in rounds),
        "p50_ms": statistics.median(each[49] for each in hundredths) * 1000,
        "p99_ms": statistics.median(each[98] for each in hundredths) * 1000,
        "rss_mib": measured.rss_mebibytes(),
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as text."""
    cells = [HEADINGS]
    for each in rows:
        cpu = each["cpu_ms"]
        cells.append(
            (
                str(each["subject"]),
                "{median:.2f} ({min:.2f}..{max:.2f})".format_map(cpu),
                f"{each['calls_per_second']:.0f}",
                f"{each['p50_ms']:.2f}",
                f"{each['p99_ms']:.2f}",
                f"{each['rss_mib']:.0f}",
            )
        )
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells)


if __name__ == "__main__":
    main()
