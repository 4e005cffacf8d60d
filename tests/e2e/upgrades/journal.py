"""What happened to registries: noted from watches, with the time at which it was seen."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kubernetes import served, watch

RELEASE = "registry-operator.dev/release"
OURS = "labelSelector=app.kubernetes.io/managed-by%3Dregistry-operator"
INSTANCE = "app.kubernetes.io/instance"
COMPOSED = (
    "apis/apps/v1/{}/deployments",
    "api/v1/{}/services",
    "api/v1/{}/secrets",
    "api/v1/{}/serviceaccounts",
    "api/v1/{}/persistentvolumeclaims",
    "apis/policy/v1/{}/poddisruptionbudgets",
    "apis/networking.k8s.io/v1/{}/networkpolicies",
    "apis/batch/v1/{}/jobs",
)
# Crossplane's circuit breaker: so many events at once, so many more a second; an update counts as two.
BURST, REFILL = 100, 1


@dataclass(frozen=True)
class Said:
    """What the condition Upgraded said."""

    at: float
    reason: str
    message: str
    ready: bool
    target: str
    current: str


@dataclass(frozen=True)
class Rollout:
    """How far a Deployment was. `complete`: all pods run the template and are available, and no other pod is left."""

    at: float
    generation: int
    template: str
    release: str
    updated: int
    complete: bool


@dataclass
class Story:
    """What happened to one registry. `cost` is of the events that Crossplane's circuit breaker counts, by kind."""

    said: list[Said] = field(default_factory=list)
    rollouts: list[Rollout] = field(default_factory=list)
    cost: list[tuple[float, int, str]] = field(default_factory=list)

    @property
    def reason(self) -> str:
        return self.said[-1].reason if self.said else ""

    @property
    def rollout(self) -> Rollout | None:
        return self.rollouts[-1] if self.rollouts else None

    def templates(self, since: float) -> int:
        """Return how often the pod template was changed."""
        seen = [each.template for each in self.rollouts]
        return sum(each.at >= since and seen[n] != seen[n - 1] for n, each in enumerate(self.rollouts) if n)

    def unready(self, since: float) -> int:
        """Return how often the registry was told not to be ready."""
        return sum(each.at >= since and not each.ready for each in self.said)

    def lowest(self) -> float:
        """Return the least that was left in the bucket of Crossplane's circuit breaker; below zero it opens."""
        left, then, lowest = float(BURST), 0.0, float(BURST)
        for at, cost, _ in sorted(self.cost):
            left = min(BURST, left + (at - then) * REFILL) - cost
            then, lowest = at, min(lowest, left)
        return lowest

    def costs(self, since: float) -> str:
        """Say of which kinds the events were, before a time and after."""
        counts = [Counter(), Counter()]
        for at, cost, kind in self.cost:
            counts[at >= since][kind] += cost
        return "; ".join(", ".join(f"{kind} {n}" for kind, n in sorted(each.items())) for each in counts)


class Journal:
    """The stories of the registries of a namespace."""

    def __init__(self, url: str, namespace: str) -> None:
        self.changed = threading.Condition()
        self.stories: dict[str, Story] = defaultdict(Story)
        place = f"namespaces/{namespace}"
        watch(f"{url}/apis/registry-operator.dev/v1alpha1/{place}/registries?watch=1", self.registry)
        for path in COMPOSED:
            watch(f"{url}/{path.format(place)}?watch=1&{OURS}", self.composed)
        # With claims the composite is another object.
        if served(url, "xregistries"):
            composites = f"labelSelector=crossplane.io/claim-namespace%3D{namespace}"
            watch(f"{url}/apis/registry-operator.dev/v1alpha1/xregistries?watch=1&{composites}", self.composite)

    def note(self, name: str, kind: str, event: str, thing: dict[str, Any]) -> None:
        if event != "DELETED" and "deletionTimestamp" not in thing["metadata"]:
            self.stories[name].cost.append((time.monotonic(), 2 if event == "MODIFIED" else 1, kind))

    def registry(self, event: str, thing: dict[str, Any]) -> None:
        status = thing.get("status", {})
        told = {each["type"]: each for each in status.get("conditions", [])}
        upgraded, release = told.get("Upgraded", {}), status.get("release", {})
        with self.changed:
            story = self.stories[thing["metadata"]["name"]]
            if "spec" in thing and "crossplane" in thing["spec"]:
                self.note(thing["metadata"]["name"], "composite", event, thing)
            said = Said(
                time.monotonic(),
                upgraded.get("reason", ""),
                upgraded.get("message", ""),
                told.get("Ready", {}).get("status") == "True",
                release.get("target", ""),
                release.get("current", ""),
            )
            story.said.append(said)
            self.changed.notify_all()

    def composite(self, event: str, thing: dict[str, Any]) -> None:
        with self.changed:
            self.note(thing["metadata"]["labels"]["crossplane.io/claim-name"], "composite", event, thing)

    def composed(self, event: str, thing: dict[str, Any]) -> None:
        name, kind = thing["metadata"]["labels"].get(INSTANCE, ""), thing["kind"]
        with self.changed:
            self.note(name, kind, event, thing)
            if kind == "Deployment" and event != "DELETED":
                self.stories[name].rollouts.append(_rollout(thing))
            self.changed.notify_all()

    def wait(self, what: str, done: Callable[[], object], seconds: float = 240) -> float:
        """Wait until something holds, and return when that was."""
        with self.changed:
            if not self.changed.wait_for(lambda: bool(done()), seconds):
                raise TimeoutError(f"{what}: not after {seconds} s")
        return time.monotonic()


def _rollout(deployment: dict[str, Any]) -> Rollout:
    spec, status = deployment["spec"], deployment.get("status", {})
    generation = deployment["metadata"]["generation"]
    counts = {status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")}
    return Rollout(
        time.monotonic(),
        generation,
        json.dumps(spec["template"], sort_keys=True),
        spec["template"]["metadata"].get("annotations", {}).get(RELEASE, ""),
        status.get("updatedReplicas", 0),
        status.get("observedGeneration", 0) >= generation and counts == {spec["replicas"]},
    )
