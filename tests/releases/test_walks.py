"""Whatever happens to a release, and in which order: one way, one way back, never a third; and it always ends."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from function.kubernetes import labels
from function.kubernetes.names import Keys
from function.observed import Answer
from function.releases import release
from tests import clusters, specs
from tests.releases.world import COMPOSITE, IMAGES, WORKLOADS, WORKS, World, image_of, release_of, template
from tests.specs import Spec

STARTS: dict[str, tuple[str, Spec]] = {
    "registry": ("Registry", {**specs.S3, "image": IMAGES[0], "replicas": 2}),
    "registry on a volume": ("Registry", {**specs.VOLUME, "image": IMAGES[0]}),
    "cache": ("Cache", {**specs.CACHE, "image": IMAGES[0], "replicas": 2}),
    "cache on volumes": ("Cache", {**specs.VOLUMES_CACHE, "image": IMAGES[0], "replicas": 2}),
}
ENDS = {"Current", "RolledBack", "TrialFailed", "Refused", "RolloutFailed"}


def volumes(world: World, wanted: int) -> None:
    if world.kind == "Cache":
        world.set(volume=specs.VOLUMES_CACHE["volume"] if wanted % 2 else {"type": "emptyDir"})


def upgrade(world: World, **written: Any) -> None:
    world.set(upgrade={**world.spec.get("upgrade", {}), **written})


def credentials(world: World, value: int) -> None:
    others = [one for one in world.users if one["metadata"]["name"] != "s3-keys"]
    world.users = [*others, clusters.secret("s3-keys", AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY=f"secret-{value % 2}")]


def edit_template(world: World, value: int) -> None:
    others = [one for one in world.users if one["kind"] != "RegistryTemplate"]
    world.users = [*others, template(("warn", "error")[value % 2], spread=600 * (value // 2 % 2))]


def gone(world: World, value: int) -> None:
    world.users = [one for one in world.users if one["metadata"]["name"] != ("s3-keys", "shared")[value % 2]]


def delete_workload(world: World, value: int) -> None:
    # Where the status is lost, too, and nobody has seen that it came back, nothing is left that could know.
    known = all("release" in one["status"] for one in (world.composite(), *(was[COMPOSITE] for was in world.past)))
    if known and (there := [key for key in WORKLOADS if key in world.composed]):
        del world.composed[there[value % len(there)]]


def delete_job(world: World, value: int) -> None:
    if there := sorted(key for key in world.composed if key.startswith((Keys.TRIAL, Keys.DEADLINE, Keys.TURN))):
        del world.composed[there[value % len(there)]]


def delete_secret(world: World, value: int) -> None:
    there = sorted(key for key in world.composed if key.startswith(Keys.RELEASE) or key == Keys.HTTP_SECRET)
    if there:
        world.lost = True
        del world.composed[there[value % len(there)]]


def strip(world: World, _: int) -> None:
    for workload in world.running() if "release" in world.status else []:
        workload["metadata"].pop("annotations", None)
    world.reconcile()


def forget(world: World, _: int) -> None:
    if any(labels.WANTED in one["metadata"].get("annotations", {}) for one in world.running()):
        world.status = {}
        world.past = []
        world.reconcile()


def raise_format(_world: World, _: int) -> None:
    for kind in release.RELEASE_FORMATS:
        release.RELEASE_FORMATS[kind] += 1


DISTURBANCES: dict[str, Callable[[World, int], Any]] = {
    "image": lambda world, n: world.set(image=IMAGES[n % len(IMAGES)]),
    "volumes": volumes,
    "replicas": lambda world, n: world.set(replicas=2 + n % 2) if "s3" in world.spec.get("storage", {"s3": 0}) else None,
    "retry": lambda world, n: upgrade(world, retry=str(n % 3)),
    "rollback": lambda world, n: upgrade(world, rollback=("Automatic", "Manual")[n % 2]),
    "preflight": lambda world, n: upgrade(world, preflight=bool(n % 2)),
    "allowDowngrade": lambda world, n: upgrade(world, allowDowngrade=bool(n % 2)),
    "credentials": credentials,
    "template": edit_template,
    "gone": gone,
    "delete workload": delete_workload,
    "delete job": delete_job,
    "delete secret": delete_secret,
    "strip": strip,
    "forget": forget,
    "format": raise_format,
}
"""What users, and accidents, do."""

MOVES: dict[str, Callable[[World, int], Any]] = {
    "trials": lambda world, _: world.end_trials(),
    "control": lambda world, n: world.control(n % 4),
    "complete": lambda world, _: world.control(9),
    "late": lambda world, n: world.control(n % 3, late=True),
    "expire": lambda world, _: world.expire(),
}
"""What controllers do."""

STEPS = st.one_of(
    st.tuples(st.just("reconcile"), st.just(0) | st.integers(0, 2**17)),
    st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 11)),
    st.tuples(st.sampled_from(sorted(DISTURBANCES)), st.integers(0, 11)),
)


class Walk:
    """A walk through the states of a world, and what holds at each step."""

    def __init__(self, start: str) -> None:
        kind, spec = STARTS[start]
        self.world = World(kind, copy.deepcopy(spec))
        self.good = ""
        self.walked: list[Any] = []

    def step(self, name: str, value: int) -> None:
        """Do one thing, and see that all holds."""
        world = self.world
        self.walked.append((name, value))
        if name == "reconcile":
            self.check(world.reconcile(value))
            return
        world.remember()
        if name in MOVES:
            MOVES[name](world, value)
            return
        world.changes, world.earlier = [], world.changes
        DISTURBANCES[name](world, value)

    def check(self, answer: Answer) -> None:
        """See that what was answered keeps what it has to keep."""
        world = self.world
        if answer.fatal:
            return
        desired = {key: answer.desired[key] for key in WORKLOADS if key in answer.desired}
        for key in [key for key, one in desired.items() if "annotations" not in one["metadata"]]:
            # It was stripped, and something is missing: then it is left as it is, which tells nothing of releases.
            assert desired.pop(key)["spec"] in [was[key]["spec"] for was in [*world.past, world.composed] if key in was]
        wanted = {one["metadata"]["annotations"].get(labels.WANTED) for one in desired.values()}
        assert len(wanted) <= 1, f"two releases are wanted: {wanted}"
        good = {one["metadata"]["annotations"].get(labels.GOOD, "") for one in desired.values()}
        assert good <= {"", *world.complete}, "a release is good that never was rolled out"
        if self.good and desired:
            assert good != {""}, "a good release was forgotten"
        self.good = next(iter(good - {""}), self.good)
        carried = {release_of(one) for one in desired.values()}
        assert not self.good or carried <= wanted | good, "pods run a third release"
        for name in carried | good - {""}:
            assert world.lost or f"{Keys.RELEASE}{name}" in answer.desired, "a pod has lost its configuration"
        for changes in (world.changes, world.earlier):
            assert len(changes) <= 2, f"the pods went to and fro: {changes}"

    def end(self) -> None:
        """Let the world rest, and see that it ends well."""
        world = self.world
        world.changes = []
        answers = world.rest()
        for answer in answers:
            self.check(answer)
        last = answers[-1]
        if last.fatal:
            return
        [told] = [entry for entry in last.conditions if entry.type == "Upgraded"]
        assert told.reason in ENDS | {"Waiting"}
        left = told.reason == "RolloutFailed" or world.spec.get("upgrade", {}).get("rollback") == "Manual"
        if self.good and not world.lost:
            assert all(image_of(one) in WORKS for one in world.running() if not left), told.reason
            assert len(world.running()) == 1


@pytest.fixture(autouse=True)
def _same_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "RELEASE_FORMATS", dict(release.RELEASE_FORMATS))


# To make a walk that fails shorter would take minutes.
@pytest.mark.usefixtures("nothing_is_remembered")
@pytest.mark.parametrize("start", STARTS)
@settings(phases=[Phase.generate], max_examples=45, suppress_health_check=list(HealthCheck))
@given(st.booleans(), st.lists(STEPS, min_size=15, max_size=40))
def test_every_walk_keeps_the_good_release_and_ends(start: str, begun: bool, steps: list[tuple[str, int]]):
    release.RELEASE_FORMATS.update(Registry=1, Cache=1)
    walk = Walk(start)
    if begun:
        walk.world.rest()
        walk.good = walk.world.status["release"]["current"]
    for name, value in steps:
        walk.step(name, value)
    walk.end()
    assert walk.world.answer() == walk.world.answer()
