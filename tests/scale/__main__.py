"""Create many Registries and Caches on one template in the cluster of KUBECONFIG, edit the template, and print what that takes.

None of their pods runs: a node that runs nothing says that they do. So the figures are those of the control plane alone.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.scale import node
from tests.scale.api import API, GROUP, MERGE, Object, RefusedError, serving
from tests.scale.figures import Figures, read

TEMPLATE = "scale"
PER_NAMESPACE = 50
POLL_SECONDS = 5


class Stuck(SystemExit):
    """Something did not come in time."""


def template(options: argparse.Namespace) -> Object:
    spec = {
        "image": options.image,
        "replicas": options.replicas,
        "storage": {"s3": {"bucket": "images", "region": "eu-central-1", "credentialsSecretName": "bucket-keys"}},
        "scheduling": node.SCHEDULING,
        "upgrade": {
            "minReadySeconds": 1,
            "progressDeadlineSeconds": options.deadline,
            "spreadSeconds": options.spread,
        },
    }
    return {
        "apiVersion": "registry-operator.dev/v1alpha1",
        "kind": "RegistryTemplate",
        "metadata": {"name": TEMPLATE},
        "spec": spec,
    }


def composite(kind: str, number: int, **spec: Any) -> Object:
    metadata = {"name": f"{kind.lower()}-{number}", "namespace": f"scale-{number // PER_NAMESPACE}"}
    return {
        "apiVersion": "registry-operator.dev/v1alpha1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"template": TEMPLATE, **spec},
    }


class Run:
    """The cluster, and what has been seen in it."""

    def __init__(self, api: API, options: argparse.Namespace) -> None:
        self.api, self.options = api, options
        self.total = options.registries + options.caches
        self.namespaces = [f"scale-{n}" for n in range((max(options.registries, options.caches) - 1) // PER_NAMESPACE + 1)]
        self.seen: dict[str, Any] = {"registries": options.registries, "caches": options.caches, "replicas": options.replicas}

    def all(self) -> Iterator[Object]:
        for plural in ("registries", "caches"):
            for one in self.api.list(f"{GROUP}/{plural}"):
                if one["metadata"]["namespace"] in self.namespaces:
                    yield one

    def wait(self, what: str, holds: Callable[[Object], bool]) -> None:
        """Wait until something holds for each Registry and Cache."""
        deadline = time.monotonic() + self.options.patience * 60
        while (count := sum(holds(one) for one in self.all())) < self.total:
            if time.monotonic() > deadline:
                raise Stuck(f"{what}: {count} of {self.total} after {self.options.patience} minutes")
            time.sleep(POLL_SECONDS)

    def timed(self, name: str, what: str, holds: Callable[[Object], bool], began: float) -> None:
        self.wait(what, holds)
        self.tell(f"{name}: {what}", seconds=time.monotonic() - began)

    def tell(self, what: str, **figures: float) -> None:
        print(f"{what}: " + ", ".join(f"{value:.0f} {unit}" for unit, value in figures.items()), flush=True)
        self.seen[what] = figures

    def used(self, what: str, before: Figures) -> Figures:
        now = read(self.api)
        for line in now.since(before).lines():
            print(f"{what}: {line}", flush=True)
        self.seen[f"{what}: used"] = vars(now.since(before))
        return now

    def quiet(self, what: str) -> Figures:
        """Wait until what was still under way is over, then look on for a minute."""
        before = read(self.api)
        while True:
            time.sleep(2 * POLL_SECONDS)
            now = read(self.api)
            if now.calls - before.calls <= self.total / 60:
                break
            before = now
        time.sleep(60)
        return self.used(f"{what}: a quiet minute", now)

    def create(self) -> None:
        self.api.call("POST", f"{GROUP}/registrytemplates", template(self.options))
        for name in self.namespaces:
            self.api.call("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
            keys = {"AWS_ACCESS_KEY_ID": "scale", "AWS_SECRET_ACCESS_KEY": "not-used-by-anyone"}
            secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "bucket-keys"}, "stringData": keys}
            self.api.call("POST", f"/api/v1/namespaces/{name}/secrets", secret)
        objects = [composite("Registry", n) for n in range(self.options.registries)]
        upstream = {"upstreamRegistryURL": "https://registry.example.com", "volume": {"type": "emptyDir", "size": "10Gi"}}
        objects += [composite("Cache", n, **upstream) for n in range(self.options.caches)]

        def post(one: Object) -> None:
            plural = "registries" if one["kind"] == "Registry" else "caches"
            self.api.call("POST", f"{GROUP}/namespaces/{one['metadata']['namespace']}/{plural}", one)

        with ThreadPoolExecutor(4) as workers:
            list(workers.map(post, objects))

    def edit(self, spec: Object) -> int:
        """Change the template; return its new generation."""
        edited = self.api.call("PATCH", f"{GROUP}/registrytemplates/{TEMPLATE}", {"spec": spec}, MERGE)
        return int(edited["metadata"]["generation"])

    def clean(self) -> None:
        for name in self.namespaces:
            for plural in ("registries", "caches"):
                self.api.call("DELETE", f"{GROUP}/namespaces/{name}/{plural}")
        deadline = time.monotonic() + self.options.patience * 60
        while left := sum(1 for _ in self.all()):
            if time.monotonic() > deadline:
                raise Stuck(f"{left} of {self.total} are still there after {self.options.patience} minutes")
            time.sleep(POLL_SECONDS)
        for path in (f"{GROUP}/registrytemplates/{TEMPLATE}", *(f"/api/v1/namespaces/{name}" for name in self.namespaces)):
            self.api.call("DELETE", path)


def condition(one: Object, kind: str) -> bool:
    found = one.get("status", {}).get("conditions", [])
    return any(item["type"] == kind and item["status"] == "True" for item in found)


def settled(one: Object) -> bool:
    return all(condition(one, kind) for kind in ("Synced", "Ready", "Upgraded"))


def follows(generation: int) -> Callable[[Object], bool]:
    def holds(one: Object) -> bool:
        return settled(one) and one["status"].get("template", {}).get("generation", 0) >= generation

    return holds


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--registries", type=int, default=1000)
    parser.add_argument("--caches", type=int, default=100)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--image", default="registry:3.1.1", help="named in the template; nothing pulls it")
    parser.add_argument("--deadline", type=int, default=300, help="upgrade.progressDeadlineSeconds of the template")
    parser.add_argument("--spread", type=int, default=1200, help="upgrade.spreadSeconds of the template")
    parser.add_argument("--patience", type=float, default=60, help="minutes that each step may take")
    parser.add_argument("--output", type=Path, help="write the figures to this file, as JSON")
    options = parser.parse_args()

    with serving() as api, node.Node(api):
        run = Run(api, options)
        try:
            measure(run)
        except RefusedError as refused:
            left = f"kubectl delete registrytemplate {TEMPLATE}; kubectl delete namespace {' '.join(run.namespaces)}"
            raise SystemExit(f"{refused.args[1]}\nWhat an earlier run left is removed by: {left}") from refused
        finally:
            if options.output:
                options.output.write_text(json.dumps(run.seen, indent=2) + "\n")


def measure(run: Run) -> None:
    start = read(run.api)
    began = time.monotonic()
    run.create()
    run.tell("creation: all accepted by the API server", seconds=time.monotonic() - began)
    run.timed("creation", "all synced", lambda one: condition(one, "Synced"), began)
    run.timed("creation", "all ready", lambda one: condition(one, "Ready"), began)
    run.timed("creation", "all run their release", settled, began)
    run.used("creation", start)
    quiet = run.quiet("after it")

    began = time.monotonic()
    generation = run.edit({"service": {"annotations": {"example.com/edited": "true"}}})
    run.timed("an edit that touches no pod", "all follow", follows(generation), began)
    edited = run.used("an edit that touches no pod", quiet)

    began = time.monotonic()
    generation = run.edit({"logging": {"level": "debug"}})
    run.timed("an edit that rolls all pods", "all run the new release", follows(generation), began)
    run.used("an edit that rolls all pods", edited)
    rolled = run.quiet("after the roll")

    began = time.monotonic()
    run.clean()
    run.tell("deletion: all gone", seconds=time.monotonic() - began)
    run.used("deletion", rolled)


if __name__ == "__main__":
    main()
