"""Create many Registries at once, and print what that takes; then see that nothing is done once all is quiet."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

FUNCTION = "pkg.crossplane.io/function=registry-operator-function-registry"


def kubectl(*argv: str, stdin: str | None = None) -> str:
    return subprocess.run(["kubectl", *argv], input=stdin, capture_output=True, text=True, check=True).stdout


def wait(what: str, done: Callable[[], bool], seconds: float) -> float:
    """Wait until something holds, and return how long that took."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            sys.exit(f"{what}: not after {seconds} s")
        time.sleep(1)
    return time.monotonic() - began


def registry(name: str, namespace: str, image: str) -> dict[str, Any]:
    spec = {
        "image": image,
        "replicas": 1,
        "resources": {"requests": {"cpu": "5m", "memory": "16Mi"}},
        "storage": {"emptyDir": {"size": "10Mi"}},
        "upgrade": {"minReadySeconds": 1},
    }
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "registry-operator.dev/v1alpha1", "kind": "Registry", "metadata": metadata, "spec": spec}


def conditions(namespace: str, kind: str) -> list[dict[str, str]]:
    """Return type and status of the conditions of each Registry."""
    items = json.loads(kubectl("-n", namespace, "get", "registries.registry-operator.dev", "-o", "json"))["items"]
    found = [item.get("status", {}).get("conditions", []) for item in items]
    return [condition for conditions in found for condition in conditions if condition["type"] == kind]


def usage() -> tuple[float, float]:
    """Return the seconds of CPU that the function's pod has used, and the MB of memory that it uses, as its kubelet says."""
    pod = json.loads(kubectl("-n", "crossplane-system", "get", "pods", "-l", FUNCTION, "-o", "json"))["items"][0]
    text = kubectl("get", "--raw", f"/api/v1/nodes/{pod['spec']['nodeName']}/proxy/metrics/resource")

    def metric(name: str) -> float:
        found = re.search(rf'^{name}{{[^}}]*pod="{pod["metadata"]["name"]}"[^}}]*}} (\S+)', text, re.M)
        return float(found[1]) if found else float("nan")

    return metric("container_cpu_usage_seconds_total"), metric("container_memory_working_set_bytes") / 1e6


def crossplane(*names: str) -> list[float]:
    """Return the sums of Crossplane's counters whose names and labels match."""
    text = subprocess.run(os.environ["METRICS"], shell=True, capture_output=True, text=True, check=True).stdout  # noqa: S602
    return [sum(float(value) for value in re.findall(rf"^{name}\S* (\S+)$", text, re.M)) for name in names]


CALLS = "function_run_function_request_total"
RECONCILES = r'controller_runtime_reconcile_total\{controller="composite/xregistries'
OPENED = "circuit_breaker_opens_total"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("namespace")
    parser.add_argument("image")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--quiet", type=float, default=60, help="seconds for which nothing should happen")
    o = parser.parse_args()

    cpu, _ = usage()
    calls, reconciles, opened = crossplane(CALLS, RECONCILES, OPENED)
    objects = [registry(f"many-{n}", o.namespace, o.image) for n in range(o.count)]
    kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    def settled(kind: str) -> bool:
        return sum(condition["status"] == "True" for condition in conditions(o.namespace, kind)) == o.count

    ready = wait("all are ready", lambda: settled("Ready"), 600)
    wait("all run their release", lambda: settled("Upgraded"), 120)
    # What was asked for while things moved (20 s and a tenth more) is over.
    time.sleep(25)
    cpu_after, memory = usage()
    calls_after, reconciles_after, _ = crossplane(CALLS, RECONCILES, OPENED)
    print(f"{o.count} Registries ready after {ready:.0f} s")
    print(f"to get there: {calls_after - calls:.0f} calls of the function, {reconciles_after - reconciles:.0f} reconciles")
    print(f"function: {cpu_after - cpu:.1f} s of CPU, {memory:.0f} MB")
    time.sleep(o.quiet)
    cpu_quiet, memory = usage()
    calls_quiet, reconciles_quiet, opened_quiet = crossplane(CALLS, RECONCILES, OPENED)
    minutes = o.quiet / 60
    print(f"quiet: {(calls_quiet - calls_after) / minutes:.0f} calls a minute")
    print(f"quiet: {(reconciles_quiet - reconciles_after) / minutes:.0f} reconciles a minute")
    print(f"quiet: {(cpu_quiet - cpu_after) / minutes:.2f} s of CPU a minute, {memory:.0f} MB")
    print(f"circuit breakers opened: {opened_quiet - opened:.0f}")
    # On average less than one call a minute for each: nothing polls.
    if calls_after == calls or calls_quiet - calls_after > o.count * minutes or opened_quiet != opened:
        sys.exit("not as it should be")


if __name__ == "__main__":
    main()
