"""How fast the composed registry is beside a bare one: the same program with the default config of its image, on the same disk.

`make load` measures for some minutes and demands the target; within `make dataplane` this only shows that the load is carried. The
two take turns, and the ratios of a row are the medians over its rounds, since absolute figures are those of the machine.
"""

from __future__ import annotations

import copy
import json
import os
import statistics
import subprocess
from typing import Any

import pytest

from tests import clusters
from tests.dataplane.cluster import Node, Objects, Pod
from tests.dataplane.programs import program
from tests.dataplane.registry import DIALECTS, Registry
from tests.specs import VOLUME

MEASURED = bool(os.environ.get("LOAD"))
SECONDS, ROUNDS = (float(os.environ.get("LOAD_SECONDS", "4")), 5) if MEASURED else (0.3, 1)
TARGET = 0.95
ROWS = [("pull", 20_000), ("pull", 4_000_000), ("push", 20_000), ("push", 4_000_000)]

HEALTH = {"storagedriver": {"enabled": True, "interval": "10s", "threshold": 3}}
HEADERS = {"X-Content-Type-Options": ["nosniff"]}
FILES = {"filesystem": {"rootdirectory": "/var/lib/registry"}}
DEFAULTS: dict[str, dict[str, Any]] = {
    "2.8": {
        "version": "0.1",
        "log": {"fields": {"service": "registry"}},
        "storage": {"cache": {"blobdescriptor": "inmemory"}, **FILES},
        "http": {"addr": ":5000", "headers": HEADERS},
        "health": HEALTH,
    },
    "3.1": {
        "version": "0.1",
        "log": {"level": "debug", "fields": {"service": "registry", "environment": "development"}},
        "storage": {
            "delete": {"enabled": True},
            "cache": {"blobdescriptor": "inmemory"},
            "tag": {"concurrencylimit": 5},
            **FILES,
        },
        "http": {
            "addr": ":5000",
            "debug": {"addr": ":5001", "prometheus": {"enabled": True, "path": "/metrics"}},
            "headers": HEADERS,
        },
        "health": HEALTH,
    },
}
"""What the images have as their own config.yml."""


def bare(node: Node, registry: Registry) -> Pod:
    """Return a pod of the same program with the image's config, its environment, and a volume of its own."""
    template = copy.deepcopy(registry.deployment["spec"]["template"])
    spec, [container] = template["spec"], template["spec"]["containers"]
    spec["volumes"] = [
        {"name": "config", "configMap": {"name": "bare"}},
        {"name": "data", "persistentVolumeClaim": {"claimName": f"bare-{registry.dialect}"}},
    ]
    container["env"] = []
    config = clusters.config_map("bare", config__yml=json.dumps(DEFAULTS[registry.dialect]))
    return Pod(node, template, Objects([config]))


def load(pod: Pod, what: str, size: int) -> dict[str, float]:
    """Put load on a registry, and return what came of it."""
    options = {"url": pod.url("registry"), "do": what, "size": size, "seconds": SECONDS, "clients": 8}
    command = [str(program("load")), *(f"-{name}={value}" for name, value in options.items())]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_composed_registry_is_as_fast_as_a_bare_one(node: Node, dialect: str):
    registry = Registry(node, dialect, VOLUME)
    slow = []
    with registry.running() as [composed], bare(node, registry) as other:
        other.until_ready()
        for what, size in ROWS:
            ours, theirs = [], []
            for number in range(ROUNDS):
                for pod, found in ((composed, ours), (other, theirs))[:: 1 if number % 2 else -1]:
                    found.append(load(pod, what, size))
            rate = statistics.median(a["rate"] / b["rate"] for a, b in zip(ours, theirs, strict=True))
            p99 = statistics.median(b["p99"] / a["p99"] for a, b in zip(ours, theirs, strict=True))
            print(f"{dialect}  {what}  {size:>9} bytes  throughput {rate:.2f}  p99 {p99:.2f}  (of the bare one's; more is better)")
            slow += [
                f"{what} of {size}: {name} {ratio:.2f}" for name, ratio in (("throughput", rate), ("p99", p99)) if ratio < TARGET
            ]
    assert not MEASURED or not slow
