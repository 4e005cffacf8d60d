"""A world around one Registry or Cache: users, controllers and accidents act on it, and what Crossplane shows of it may be old."""

from __future__ import annotations

import copy
from typing import Any

from function import compose
from function.kubernetes import labels
from function.kubernetes.document import Manifest, PlainDocument
from function.kubernetes.names import Keys
from function.kubernetes.workloads import read
from function.observed import Answer
from tests import clusters, specs
from tests.clusters import Cluster
from tests.specs import Spec

WORKLOADS = (Keys.DEPLOYMENT, Keys.STATEFUL_SET)
WORKS = ("registry:3.2.1", "registry:3.2.2", "registry:3.1.1")
NEVER_READY, NEVER_STARTS = "registry:3.9.8", "registry:3.9.9"
IMAGES = (*WORKS, NEVER_READY, NEVER_STARTS)
"""The last that works is older than the others, which is a reason to refuse it."""

COMPOSITE = "composite"
REMEMBERS = 3


def release_of(workload: Manifest) -> str:
    """Return the release that a workload carries."""
    return str(workload["spec"]["template"]["metadata"]["annotations"][labels.RELEASE])


def image_of(workload: Manifest) -> str:
    """Return the image that a workload carries, or the one that a Job tries."""
    return str(workload["spec"]["template"]["spec"]["containers"][0]["image"])


def template(level: str, spread: int = 0) -> Manifest:
    """Return a RegistryTemplate that changes the pods."""
    metadata = {"name": "shared", "generation": 1}
    spec = {"logging": {"level": level}, "upgrade": {"spreadSeconds": spread}}
    return {"kind": "RegistryTemplate", "metadata": metadata, "spec": spec}


class World(Cluster):
    """All that is, and for a while what was: `past` are the states before each step, the newest last.

    `complete` are the releases that were rolled out completely at any time; `lost` says that what a way back needs was
    destroyed on purpose; `changes` are the releases that the pods were given, since a user, or an accident, last did something,
    and `earlier` those since the time before, until it was seen.
    """

    def __init__(self, kind: str, spec: Spec) -> None:
        name = "my-cache" if kind == "Cache" else "my-registry"
        super().__init__({**spec, "template": "shared"}, *specs.users(), template("warn"), name=name, kind=kind)
        self.past: list[dict[str, Manifest]] = []
        self.steps = 0
        self.seen: dict[str, int] = {}
        self.complete: set[str] = set()
        self.changes: list[tuple[str, str]] = []
        self.earlier: list[tuple[str, str]] = []
        self.lost = False
        self.calls = 0
        self.trial = ""

    def running(self) -> list[Manifest]:
        """Return the workloads that are there."""
        return [self.composed[key] for key in WORKLOADS if key in self.composed]

    def remember(self) -> None:
        """Keep what is as what was, before a step."""
        self.steps += 1
        now = {**self.composed, COMPOSITE: self.composite()}
        self.past = [*self.past[1 - REMEMBERS :], copy.deepcopy(now)]

    def view(self, old: int) -> tuple[Manifest, dict[str, Manifest]]:
        """Return the composite and what is composed as it is seen: each bit of `old` lets an object be seen as it was.

        Nobody sees an object as older than he has seen it before; and one that is there is never missed, since Crossplane asks
        the API server itself for what its cache does not have.
        """
        now = {**self.composed, COMPOSITE: self.composite()}
        seen: dict[str, Manifest] = {}
        for place, key in enumerate(sorted({*now, *(key for was in self.past for key in was)})):
            back = (old >> (place % 16)) % 2 * (1 + old % 2)
            moment = max(self.steps - back, self.seen.get(key, 0))
            self.seen[key] = moment
            index = len(self.past) - (self.steps - moment)
            was = now if moment >= self.steps or index < 0 else self.past[index]
            if found := was.get(key) or now.get(key):
                seen[key] = copy.deepcopy(found)
        return seen.pop(COMPOSITE), seen

    def reconcile(self, old: int = 0) -> Answer:
        """Answer to what is seen, and apply the answer to what is."""
        composite, seen = self.view(old)
        self.remember()
        for _ in range(6):
            self.calls += 1
            entropy = f"{self.calls:064x}"
            answer = compose.answer(clusters.observed(composite, seen, self.required(), entropy))
            if answer.fatal or answer.requirements == self.requirements:
                break
            self.requirements = dict(answer.requirements)
        self._tell(answer)
        if answer.fatal:
            return answer
        self.status |= copy.deepcopy(dict(answer.status))
        before = {key: release_of(self.composed[key]) for key in WORKLOADS if key in self.composed}
        self.composed = {key: self._apply(key, wanted) for key, wanted in answer.desired.items()}
        after = {key: release_of(self.composed[key]) for key in WORKLOADS if key in self.composed}
        # Who sees an old spec follows that one.
        changes = self.changes if composite["spec"] == self.spec else self.earlier
        # A workload that comes when there is none gives no pod another release.
        changes += [(key, name) for key, name in after.items() if before and before.get(key) != name]
        return answer

    def _apply(self, key: str, wanted: Manifest) -> Manifest:
        there = self.composed.get(key)
        if there and there.get("immutable") and there["data"] != wanted["data"]:
            return there
        return self._applied(key, wanted)

    def control(self, updated: int, late: bool = False) -> None:
        """Let the controllers of the workloads act: so many pods come to run what they carry, all those that can be ready are."""
        for workload in self.running():
            desired = workload["spec"]["replicas"]
            works = image_of(workload) in WORKS
            run = min(updated, desired)
            ready = desired if works else desired - run
            reason = "ProgressDeadlineExceeded" if late and ready < desired else "ReplicaSetUpdated"
            workload["status"] = {
                "observedGeneration": workload["metadata"]["generation"],
                "replicas": desired,
                "updatedReplicas": run,
                "readyReplicas": ready,
                "availableReplicas": ready,
                "conditions": [{"type": "Progressing", "status": "True", "reason": reason}]
                if workload["kind"] == "Deployment"
                else [],
            }
            if read(PlainDocument(workload)).complete:
                self.complete.add(release_of(workload))

    def end_trials(self) -> None:
        """Let the trials end as the images let them."""
        for key, job in self.composed.items():
            if key.startswith(Keys.TRIAL) and "status" not in job:
                ends = "FailureTarget" if image_of(job) == NEVER_STARTS else "Complete"
                job["status"] = {"conditions": [{"type": ends, "status": "True"}]}

    def rest(self) -> list[Answer]:
        """Let the world go its way, with nobody changing it, until the answer is the same; return the answers."""
        answers: list[Answer] = []
        for _ in range(20):
            answer = self.reconcile()
            answers.append(answer)
            if len(answers) > 2 and answers[-3].desired == answer.desired and answers[-3].conditions == answer.conditions:
                return answers
            self.end_trials()
            self.control(9, late=True)
            self.expire()
        raise AssertionError(f"no end: {[[c.reason for c in answer.conditions] for answer in answers]}")

    def set(self, **written: Any) -> None:
        """Let a user write something else."""
        self.spec = {**self.spec, **written}
