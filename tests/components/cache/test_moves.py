"""A Cache moves between directories and volumes, which is to another kind of workload; and back where that fails."""

from typing import Any

import pytest

from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import Cluster
from tests.specs import Spec, cache
from tests.states import told

MOVES = {"to volumes": (specs.CACHE, specs.VOLUMES_CACHE), "to directories": (specs.VOLUMES_CACHE, specs.CACHE)}
WORKLOADS = (Keys.DEPLOYMENT, Keys.STATEFUL_SET)
DOWN = {"readyReplicas": 0, "availableReplicas": 0}


def moved(move: str) -> Cluster:
    """Return a Cache where all was well until it was moved, and whose new pods do not get ready."""
    one, other = MOVES[move]
    there = cache(one)
    there.settle()
    there.spec = dict(other)
    there.reconcile()
    there.report(**DOWN)
    there.reconcile()
    return there


def fails(there: Cluster) -> None:
    there.report("ProgressDeadlineExceeded", **DOWN)
    there.expire()
    there.reconcile()


def there_are(there: Cluster) -> dict[str, Any]:
    return {key: there.composed[key]["spec"] for key in WORKLOADS if key in there.composed}


def carried(workload: Manifest) -> str:
    return str(workload["spec"]["template"]["metadata"]["annotations"][labels.RELEASE])


@pytest.mark.parametrize("move", MOVES)
def test_what_does_not_get_ready_goes_and_what_was_good_serves_all_the_time(move: str):
    there = cache(MOVES[move][0])
    there.settle()
    before, good = there_are(there), there.status["release"]["current"]
    there = moved(move)
    assert len(there_are(there)) == 2
    assert told(there, "Available").status == "True"
    fails(there)
    assert there_are(there) == before
    entry = told(there, "Upgraded")
    assert (entry.reason, entry.trouble) == ("RolledBack", True)
    assert "was not ready within 300 s (0 of 2 pods" in entry.message
    for _ in range(3):
        answer = there.reconcile()
        assert there_are(there) == before
        assert f"{Keys.RELEASE}{good}" in there.composed
        assert told(there, "Upgraded") == entry
        assert answer.composite_ready


@pytest.mark.parametrize("move", MOVES)
def test_a_failed_move_is_tried_again_when_that_is_asked_for(move: str):
    there = moved(move)
    fails(there)
    there.spec = {**there.spec, "upgrade": {"retry": "again"}}
    there.reconcile()
    assert told(there, "Upgraded").reason == "RollingOut"
    there.bind()
    there.report()
    there.reconcile()
    there.reconcile()
    assert told(there, "Upgraded").reason == "Current"
    assert len(there_are(there)) == 1


@pytest.mark.parametrize("move", MOVES)
def test_a_failed_move_that_is_given_up_leaves_nothing_behind(move: str):
    one, _ = MOVES[move]
    there = moved(move)
    fails(there)
    before = there_are(there)
    there.spec = dict(one)
    there.reconcile()
    assert told(there, "Upgraded").reason == "Current"
    assert there_are(there) == before
    claims = [key for key in there.composed if key.startswith(Keys.CACHE_VOLUME)]
    assert bool(claims) == (one == specs.VOLUMES_CACHE)


@pytest.mark.parametrize("move", MOVES)
def test_a_workload_that_is_still_seen_after_it_was_rolled_back_is_not_taken_for_another_attempt(move: str):
    there = moved(move)
    new = next(key for key in WORKLOADS if carried(there.composed[key]) != there.status["release"]["current"])
    old = there.composed[new]
    fails(there)
    there.composed[new] = {**old, "metadata": {**old["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}}
    there.reconcile()
    assert new not in there.composed
    assert told(there, "Upgraded").reason == "RolledBack"


@pytest.mark.parametrize("move", MOVES)
def test_both_workloads_remember_the_same(move: str):
    there = moved(move)
    one, other = (there.composed[key]["metadata"]["annotations"] for key in WORKLOADS)
    assert {name: one.get(name) for name in (labels.WANTED, labels.GOOD)} == {
        name: other.get(name) for name in (labels.WANTED, labels.GOOD)
    }


@pytest.mark.parametrize("move", MOVES)
def test_a_rollout_that_was_on_its_way_is_over_when_the_cache_is_moved(move: str):
    one, other = MOVES[move]
    there = cache(one)
    there.settle()
    good = there.status["release"]["current"]
    there.spec = {**one, "image": "registry:3.9.9"}
    there.reconcile()
    there.report(updatedReplicas=1, readyReplicas=1, availableReplicas=1)
    there.trial = ""
    there.spec = dict(other)
    there.reconcile()
    assert told(there, "Upgraded").reason == "Trial"
    [workload] = [there.composed[key] for key in WORKLOADS if key in there.composed]
    assert carried(workload) == good, "no pod is left with a release that nobody wants"
    [config] = [one for one in workload["spec"]["template"]["spec"]["volumes"] if one["name"] == "config"]
    assert config["secret"]["secretName"] in {one["metadata"]["name"] for one in there.composed.values()}


@pytest.mark.parametrize("move", MOVES)
def test_a_move_that_is_taken_back_for_another_change_leaves_no_third_release(move: str):
    one, _ = MOVES[move]
    there = moved(move)
    there.spec = {**one, "image": "registry:3.1.2"}
    there.reconcile()
    assert len(there_are(there)) == 1
    assert told(there, "Upgraded").reason == "RollingOut"


def test_a_workload_of_the_other_kind_serves_so_a_change_is_tried_first():
    there = moved("to volumes")
    there.trial = ""
    spec: Spec = {**there.spec, "image": "registry:3.1.2"}
    there.spec = spec
    there.reconcile()
    assert told(there, "Upgraded").reason == "Trial"
