"""Calls for many Registries in turn, and fails where the function holds more than it may: `python -m tools.bench.memory`."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tools.bench import caller, scenarios, subject

LIMIT_MIB, GROWTH_MIB = 80, 4
"""How much the process may hold, and by how much that may grow over the second half of the calls."""

STEPS = 10


def main() -> None:
    """Call, print what the process holds after each tenth of the calls, and judge it."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.memory", description=__doc__)
    parser.add_argument("--registries", type=int, default=1000, help="default %(default)s")
    parser.add_argument("--calls", type=int, default=100_000, help="default %(default)s")
    options = parser.parse_args()
    requests = [scenarios.ready(f"images-{number:04d}", ()).SerializeToString() for number in range(options.registries)]
    requests.append(scenarios.cache().SerializeToString())
    print(f"{len(requests)} requests are made", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        held = hold(Path(directory), requests, options.calls)
    growth = held[-1] - held[len(held) // 2]
    if max(held) > LIMIT_MIB or growth > GROWTH_MIB:
        raise SystemExit(f"the function holds {max(held):.1f} MiB, and grew by {growth:.1f} MiB in the second half")


def hold(directory: Path, requests: list[bytes], calls: int) -> list[float]:
    """Return what the process holds, in MiB: at the start, and after each step."""
    served, shown = subject.certificates(directory / "authority")
    server_cpus, caller_cpus = subject.cpus()
    os.sched_setaffinity(0, caller_cpus)
    with subject.ours(server_cpus, served) as server, caller.connected(server, shown) as connection:
        connection.call(requests[0])
        held = [server.rss_mebibytes()]
        print(f"at the start: {held[0]:.1f} MiB", flush=True)
        each = calls // STEPS
        turn = 0
        for step in range(1, STEPS + 1):
            batch = [requests[(turn + number) % len(requests)] for number in range(each)]
            turn += each
            connection.measure((), batch)
            held.append(server.rss_mebibytes())
            print(f"after {step * each} calls: {held[-1]:.1f} MiB", flush=True)
    return held


if __name__ == "__main__":
    main()
