"""Counts the instructions of a call: `python -m tools.bench.instructions`; --check compares them, --write commits to them.

A count does not depend on what else the machine does, nor on how fast it is. What is compared is the ratio to an empty function
that is counted in the same process: another interpreter or protobuf changes both.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.bench import counted, scenarios
from tools.bench.scenarios import SCENARIOS

COMMITTED = Path(__file__).with_suffix(".json")
FIRST = "first call of a spec"
ALLOWED = 1.25


def main() -> None:
    """Count, print, and compare with what is committed."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.instructions", description=__doc__)
    parser.add_argument("--check", action="store_true", help=f"fail where a ratio is more than {ALLOWED} times the committed one")
    parser.add_argument("--write", action="store_true", help="write the ratios, after a change that is meant")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        raise SystemExit("valgrind is needed (Debian: apt-get install valgrind)")
    with tempfile.TemporaryDirectory() as directory:
        counts = count(Path(directory))
    ratios = {name: round(ours / empty, 2) for name, (ours, empty) in counts.items()}
    committed = json.loads(COMMITTED.read_text()) if COMMITTED.exists() else {}
    for name, (ours, empty) in counts.items():
        was = f", committed {committed[name]:.2f}" if name in committed else ""
        print(f"{name}: {ours / 1e6:.2f} million instructions, empty {empty / 1e6:.2f}: ratio {ratios[name]:.2f}{was}")
    if options.write:
        COMMITTED.write_text(json.dumps(ratios, indent=2) + "\n")
    if options.check and (worse := exceeded(ratios, committed)):
        raise SystemExit(f"a call costs more than {ALLOWED} times what is committed: {', '.join(worse)}")


def exceeded(ratios: dict[str, float], committed: dict[str, float]) -> list[str]:
    """Return the scenarios that cost more than is allowed, or of which nothing is committed."""
    return [name for name, ratio in ratios.items() if ratio > ALLOWED * committed.get(name, 0)]


def count(directory: Path) -> dict[str, tuple[float, float]]:
    """Return of each scenario the instructions of a call, of ours and of the empty function."""
    requests = directory / "requests"
    for name, make in SCENARIOS.items():
        (requests / name).mkdir(parents=True)
        (requests / name / "only").write_bytes(make().SerializeToString())
    (requests / FIRST).mkdir()
    for number in range(counted.WARM_UP + counted.CALLS + 1):
        (requests / FIRST / f"{number:03d}").write_bytes(scenarios.ready(f"images-{number:04d}").SerializeToString())
    out = directory / "counts"
    valgrind = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", f"--dump-before={counted.MARK}")
    subprocess.run(
        [*valgrind, sys.executable, "-m", "tools.bench.counted", str(requests)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    # A dump for each mark, with what was counted since the mark before: every other one lies between two scenarios.
    between = [_total(Path(f"{out}.{number}")) / counted.CALLS for number in range(2, 4 * len(list(requests.iterdir())) + 1, 2)]
    names = sorted(path.name for path in requests.iterdir())
    return {name: (between[2 * index], between[2 * index + 1]) for index, name in enumerate(names)}


def _total(dump: Path) -> int:
    found = re.search(r"^totals: (\d+)", dump.read_text(), re.MULTILINE)
    if found is None:
        raise SystemExit("valgrind wrote no count: it could not run this interpreter")
    return int(found[1])


if __name__ == "__main__":
    main()
