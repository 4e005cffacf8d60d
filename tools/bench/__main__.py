"""Measures what calls cost, beside an empty function: `python -m tools.bench`. The figures are written to dist/bench.json too."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tools.bench import caller, scenarios, subject
from tools.bench.caller import Caller, Round
from tools.bench.scenarios import SCENARIOS
from tools.bench.subject import EMPTY, OURS

HEADINGS = ("scenario", "CPU ms", "/ empty", "p50 ms", "/ empty", "p99 ms", "p50 of 32", "p99 of 32", "longest", "calls/s")
FIRST = "first call of a spec"
TURNS = 5
"""So often the two are called by turns in each scenario of a round: what disturbs one, disturbs both."""

FIRST_CALLS = (8, 40)
"""In a turn, so many Registries are called for the first time with one caller, and so many with all."""

SECONDS = (0.06, 0.08)
"""How long any other scenario is called in a turn, with one caller and with all."""

WARM_UP_SECONDS = (0.1, 0.3)
Requests = dict[str, list[tuple[list[bytes], list[bytes]]]]
"""Of each scenario, what is called with one caller and what with all, by turns."""


def main() -> None:
    """Measure both functions in turn, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", default=Path("dist/bench.json"), help="default %(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found = run(Path(directory), options.rounds)
    print(text(found))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=2) + "\n")


def requests(answers: Path) -> Requests:
    """Return the requests of each scenario, tagged, after the answers to them were written for the empty function."""
    answers.mkdir()
    found: Requests = {}
    for name, make in SCENARIOS.items():
        made = make()
        made.meta.tag = name
        (answers / name).write_bytes(scenarios.answered(name, made).SerializeToString())
        request = [made.SerializeToString()]
        found[name] = [(request, request)] * TURNS
    alone, together = FIRST_CALLS
    found[FIRST] = []
    for turn in range(TURNS):
        several = []
        for number in range(alone + together):
            made = scenarios.ready(f"images-{turn}-{number:03d}")
            made.meta.tag = "ready"
            several.append(made.SerializeToString())
        found[FIRST].append((several[:alone], several[alone:]))
    return found


def run(directory: Path, rounds: int) -> dict[str, Any]:
    """Measure both by turns, each time the other one first; each round has servers of its own."""
    made = requests(directory / "answers")
    served, shown = subject.certificates(directory / "authority")
    server_cpus, caller_cpus = subject.cpus()
    os.sched_setaffinity(0, caller_cpus)
    found: dict[tuple[str, str], list[Round]] = {}
    first_answer: dict[str, list[float]] = {}
    first_cpu: dict[str, list[float]] = {}
    rss: dict[str, list[float]] = {}
    for number in range(rounds):
        with ExitStack() as stack:
            measured: list[tuple[subject.Subject, Caller]] = []
            starts = (subject.ours(server_cpus, served), subject.empty(server_cpus, served, directory / "answers"))
            for start in starts if number % 2 == 0 else reversed(starts):
                server = stack.enter_context(start)
                calls = stack.enter_context(caller.connected(server, shown))
                calls.call(made["ready"][0][0][0])
                first_answer.setdefault(server.name, []).append(time.perf_counter() - server.started)
                first_cpu.setdefault(server.name, []).append(server.cpu_seconds())
                measured.append((server, calls))
            for _, calls in measured:
                calls.measure(*made["invalid"][0], WARM_UP_SECONDS)
            for name in (FIRST, *SCENARIOS):
                seconds = None if name == FIRST else SECONDS
                for turn in made[name]:
                    for server, calls in measured:
                        found.setdefault((name, server.name), []).append(calls.measure(*turn, seconds))
                    measured.reverse()
            for server, _ in measured:
                rss.setdefault(server.name, []).append(server.rss_mebibytes())
    return {
        "scenarios": {name: compared(found[name, OURS], found[name, EMPTY]) for name in (*SCENARIOS, FIRST)},
        "first_answer_ms": {name: statistics.median(took) * 1000 for name, took in first_answer.items()},
        "first_answer_cpu_ms": {name: statistics.median(used) * 1000 for name, used in first_cpu.items()},
        "rss_mib": {name: max(held) for name, held in rss.items()},
        "request_bytes": {name: len(made[name][0][0][0]) for name in made},
    }


def compared(ours: Sequence[Round], empty: Sequence[Round]) -> dict[str, Any]:
    """Return the figures of both in one scenario, and the median of what the turns showed as their ratio."""
    ratios = [a.cpu_seconds / len(a.together) / (b.cpu_seconds / len(b.together)) for a, b in zip(ours, empty, strict=True)]
    medians = [statistics.median(a.alone) / statistics.median(b.alone) for a, b in zip(ours, empty, strict=True)]
    return {
        "cpu_ratio": statistics.median(ratios),
        "cpu_ratio_range": [min(ratios), max(ratios)],
        "p50_ratio": statistics.median(medians),
        OURS: figures(ours),
        EMPTY: figures(empty),
    }


def figures(rounds: Sequence[Round]) -> dict[str, float]:
    """Return the figures of one function in one scenario."""
    alone = statistics.quantiles([took for each in rounds for took in each.alone], n=100)
    together = [took for each in rounds for took in each.together]
    hundredths = statistics.quantiles(together, n=100)
    return {
        "cpu_ms": statistics.median(each.cpu_seconds / len(each.together) for each in rounds) * 1000,
        "calls_per_second": statistics.median(len(each.together) / each.seconds for each in rounds),
        "p50_ms": alone[49] * 1000,
        "p99_ms": alone[98] * 1000,
        "p50_of_32_ms": hundredths[49] * 1000,
        "p99_of_32_ms": hundredths[98] * 1000,
        "longest_of_32_ms": max(together) * 1000,
    }


def text(found: dict[str, Any]) -> str:
    """Return the figures as text."""
    cells = [HEADINGS]
    for name, each in found["scenarios"].items():
        low, high = each["cpu_ratio_range"]
        for who in (OURS, EMPTY):
            mine = each[who]
            ratios = (f"{each['cpu_ratio']:.2f} ({low:.2f}..{high:.2f})", f"{each['p50_ratio']:.2f}") if who == OURS else ("", "")
            label = name if who == OURS else f"  {EMPTY}"
            rest = [f"{mine[key]:.2f}" for key in ("p99_ms", "p50_of_32_ms", "p99_of_32_ms", "longest_of_32_ms")]
            row = (label, f"{mine['cpu_ms']:.2f}", ratios[0], f"{mine['p50_ms']:.2f}", ratios[1], *rest)
            cells.append((*row, f"{mine['calls_per_second']:.0f}"))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    titles = {"first_answer_ms": "first answer after the start, ms", "first_answer_cpu_ms": "its CPU, ms", "rss_mib": "RSS, MiB"}
    for key, title in titles.items():
        lines.append(f"{title}: " + ", ".join(f"{name} {figure:.0f}" for name, figure in found[key].items()))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
