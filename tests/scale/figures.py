"""What the parts of the control plane have used so far, as they say themselves."""

from __future__ import annotations

import math
import os
import re
import subprocess
from dataclasses import astuple, dataclass

from tests.scale.api import API

FUNCTION = "pkg.crossplane.io%2Ffunction%3Dregistry-operator-function-registry"
COMPOSITES = r'controller_runtime_reconcile_total\{controller="composite/x?(?:registries|caches)\.[^}]*'


def sample(text: str, pattern: str) -> float:
    """Return the sum of the samples whose name and labels match."""
    return sum(float(value) for value in re.findall(rf"^{pattern}\S* (\S+)$", text, re.M))


@dataclass(frozen=True)
class Figures:
    """Counters since the start of each process: calls, seconds of CPU; and memory in MB as it is now."""

    calls: float
    reconciles: float
    opened: float
    function_cpu: float
    function_memory: float
    crossplane_cpu: float
    crossplane_memory: float
    server_cpu: float
    server_memory: float
    stored: float

    def since(self, before: Figures) -> Figures:
        """Return the difference of the counters; memory and what is stored stay as they are now."""
        kept = {"function_memory", "crossplane_memory", "server_memory", "stored"}
        return Figures(
            *(a if name in kept else a - b for name, a, b in zip(vars(self), astuple(self), astuple(before), strict=True))
        )

    def lines(self) -> list[str]:
        """Return what there is to print."""
        rows = [
            f"function: {self.calls:.0f} calls, {self.function_cpu:.1f} s of CPU, {self.function_memory:.0f} MB",
            f"Crossplane: {self.reconciles:.0f} reconciles, {self.crossplane_cpu:.1f} s of CPU, {self.crossplane_memory:.0f} MB",
            f"API server: {self.server_cpu:.1f} s of CPU, {self.server_memory:.0f} MB; etcd: {self.stored:.0f} MB stored",
        ]
        return [*rows, f"circuit breakers opened: {self.opened:.0f}"]


def read(api: API) -> Figures:
    """Read all of them."""
    crossplane = metrics(api)
    server = api.call("GET", "/metrics")["text"]
    function = functions(api)
    return Figures(
        calls=sample(crossplane, "function_run_function_request_total"),
        reconciles=sample(crossplane, COMPOSITES),
        opened=sample(crossplane, "circuit_breaker_opens_total"),
        function_cpu=function[0],
        function_memory=function[1],
        crossplane_cpu=sample(crossplane, "process_cpu_seconds_total"),
        crossplane_memory=sample(crossplane, "process_resident_memory_bytes") / 1e6,
        server_cpu=sample(server, "process_cpu_seconds_total"),
        server_memory=sample(server, "process_resident_memory_bytes") / 1e6,
        stored=sample(server, "apiserver_storage_size_bytes") / 1e6,
    )


def metrics(api: API) -> str:
    """Return Crossplane's metrics: by the command in METRICS, or from its pod."""
    command = os.environ.get("METRICS")
    if command:
        return subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout  # noqa: S602
    pods = api.list("/api/v1/namespaces/crossplane-system/pods?labelSelector=app%3Dcrossplane")
    if not pods:
        raise SystemExit("there is no pod of Crossplane in crossplane-system: set METRICS to a command that prints its metrics")
    name = pods[0]["metadata"]["name"]
    return str(api.call("GET", f"/api/v1/namespaces/crossplane-system/pods/{name}:8080/proxy/metrics")["text"])


def functions(api: API) -> tuple[float, float]:
    """Return the CPU and the memory of all pods of the function, as their kubelets say."""
    used = [0.0, 0.0]
    for pod in api.list(f"/api/v1/namespaces/crossplane-system/pods?labelSelector={FUNCTION}"):
        text = api.call("GET", f"/api/v1/nodes/{pod['spec']['nodeName']}/proxy/metrics/resource")["text"]
        labels = rf'\{{[^}}]*pod="{pod["metadata"]["name"]}"[^}}]*\}}'
        for index, (name, unit) in enumerate({"cpu_usage_seconds_total": 1, "memory_working_set_bytes": 1e6}.items()):
            found = re.search(rf"^container_{name}{labels} (\S+)", text, re.M)
            used[index] += float(found[1]) / unit if found else math.nan
    return used[0], used[1]
