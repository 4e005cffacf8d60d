"""The rollout of a Cache with volumes has a deadline, as that of a Deployment has: kept by a Job without pods."""

from typing import Any

import pytest

from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import Cluster
from tests.schemas import validate
from tests.specs import Spec, cache
from tests.states import told

NEWER = {"image": "registry:3.9.9"}


def changed(spec: Spec = specs.VOLUMES_CACHE, **more: Any) -> Cluster:
    """Return a Cache where all was well until the image changed, whose trial passed, and whose first pod was replaced."""
    there = cache(spec, replicas=3)
    there.settle()
    there.spec = {**there.spec, **NEWER, **more}
    there.reconcile()
    step(there, 0)
    return there


def step(there: Cluster, updated: int, **status: int) -> None:
    """Let as many pods have been replaced, of which the last is not ready."""
    there.report(**{"updatedReplicas": updated, "readyReplicas": 2, "availableReplicas": 2, **status})
    there.reconcile()
    there.reconcile()


def jobs(there: Cluster) -> list[Manifest]:
    return [manifest for key, manifest in there.composed.items() if key.startswith(Keys.DEADLINE)]


def image(there: Cluster) -> str:
    return str(there.workload["spec"]["template"]["spec"]["containers"][0]["image"])


def test_a_rollout_that_is_not_done_in_time_is_rolled_back():
    there = changed()
    step(there, 1)
    before = told(there, "Upgraded")
    assert (before.reason, before.trouble) == ("RollingOut", False)
    there.expire()
    there.reconcile()
    entry = told(there, "Upgraded")
    assert (entry.status, entry.reason, entry.trouble) == ("False", "RolledBack", True)
    assert "registry:3.9.9 was not ready within 300 s (0 of 3 pods; why: kubectl -n team-a events" in entry.message
    assert "running registry:3.1.1" in entry.message
    assert image(there) == "registry:3.1.1"
    assert not jobs(there)
    there.report()
    for _ in range(3):
        there.reconcile()
        assert image(there) == "registry:3.1.1", "what failed is not tried again by itself"
    assert told(there, "Upgraded") == entry


def test_why_it_was_rolled_back_is_told_also_where_the_composite_is_seen_as_it_was_before():
    there = changed()
    before = there.status
    there.expire()
    there.reconcile()
    there.status = before
    entry = told(there, "Upgraded")
    assert entry.reason == "RolledBack"
    assert "registry:3.9.9 was not ready within 300 s (why: kubectl -n team-a events" in entry.message


@pytest.mark.parametrize("change", [{"upgrade": {"retry": "again"}}, {"image": "registry:3.9.8"}])
def test_another_attempt_has_its_own_deadline(change: Spec):
    there = changed()
    [first] = jobs(there)
    there.expire()
    there.reconcile()
    there.report()
    there.spec = {**there.spec, **change}
    there.reconcile()
    [second] = jobs(there)
    assert second["metadata"]["name"] != first["metadata"]["name"]
    assert told(there, "Upgraded").reason == "RollingOut"


def test_each_pod_that_runs_the_release_starts_the_time_anew_and_one_that_goes_does_not():
    there = changed()
    names = [jobs(there)[0]["metadata"]["name"]]
    for updated in (1, 2):
        step(there, updated)
        [job] = jobs(there)
        assert job["metadata"]["name"] not in names
        names.append(job["metadata"]["name"])
    step(there, 1)
    assert [job["metadata"]["name"] for job in jobs(there)] == names[-1:]
    step(there, 0)
    assert [job["metadata"]["name"] for job in jobs(there)] == names[-1:]
    there.expire()
    there.reconcile()
    assert told(there, "Upgraded").reason == "RolledBack"


def test_the_deadline_of_a_step_that_was_taken_does_not_count():
    there = changed()
    there.expire()
    there.report(updatedReplicas=3)
    there.reconcile()
    assert told(there, "Upgraded").reason == "Current", "all pods run it, and are available"
    assert not jobs(there)


def test_without_a_way_back_it_is_said_that_it_failed_and_the_pods_may_still_get_ready():
    there = cache(specs.VOLUMES_CACHE)
    there.reconcile()
    assert len(jobs(there)) == 1, "the first release has one too"
    there.report(readyReplicas=0, availableReplicas=0)
    there.reconcile()
    there.expire()
    for _ in range(2):
        there.reconcile()
        assert told(there, "Upgraded").reason == "RolloutFailed"
        assert told(there, "Available").reason == "PodsNotReady", "as with a Deployment"
    there.report()
    there.reconcile()
    assert told(there, "Upgraded").reason == "Current"
    there.report(readyReplicas=0, availableReplicas=0)
    assert told(there, "Upgraded").reason == "Current", "a good release stays good"
    assert told(there, "Available").reason == "Starting"


def test_a_rollout_that_is_left_as_it_failed_stays_so():
    there = changed(upgrade={"rollback": "Manual"})
    there.expire()
    for _ in range(3):
        there.reconcile()
        assert told(there, "Upgraded").reason == "RolloutFailed"
        assert image(there) == "registry:3.9.9"


def test_the_job_has_no_pods_and_the_deadline_of_the_spec():
    there = changed(upgrade={"progressDeadlineSeconds": 77})
    [job] = jobs(there)
    validate(job)
    assert (job["spec"]["parallelism"], job["spec"]["activeDeadlineSeconds"]) == (0, 77)
    name = job["metadata"]["name"]
    there.spec = {**there.spec, "upgrade": {"progressDeadlineSeconds": 99}}
    there.reconcile()
    [job] = jobs(there)
    assert (job["metadata"]["name"], job["spec"]["activeDeadlineSeconds"]) == (name, 99), "which may change while it runs"
    selector = there.composed[Keys.SERVICE]["spec"]["selector"]
    assert not selector.items() <= job["spec"]["template"]["metadata"]["labels"].items()


def test_a_deadline_that_was_deleted_says_nothing():
    there = changed()
    there.expire()
    [job] = jobs(there)
    job["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert told(there, "Upgraded").reason == "RollingOut"


@pytest.mark.parametrize("written", ["", "x", "-1", "9" * 5000, None, 3])
def test_a_step_that_cannot_be_read_is_the_first(written: Any):
    there = changed()
    [job] = jobs(there)
    job["metadata"]["annotations"][labels.STEP] = written
    there.expire()
    there.reconcile()
    assert told(there, "Upgraded").reason == "RolledBack"


def test_a_deployment_has_its_own_deadline():
    assert not jobs(changed(specs.CACHE))
