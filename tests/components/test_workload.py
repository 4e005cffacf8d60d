"""The Deployment: how it replaces its pods, and what it remembers."""

import pytest

from function.kubernetes import labels
from function.kubernetes.document import Manifest, PlainDocument
from function.kubernetes.names import Keys
from function.releases.release import stored
from tests import specs
from tests.clusters import Cluster, claim
from tests.pods import composed
from tests.specs import Spec
from tests.states import settled

ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def deployment(spec: Spec) -> Manifest:
    return composed(spec)[Keys.DEPLOYMENT]


@pytest.mark.parametrize("name", ["shared volume", "own claim", "emptyDir", "s3", "azure", "gcs", "cosi"])
def test_pods_are_replaced_one_by_one_and_none_goes_before_another_is_there(name: str):
    """All of it is always owned: switching types is refused where a default was left over."""
    assert deployment(specs.STORAGES[name])["spec"]["strategy"] == ROLLING


@pytest.mark.parametrize(
    "spec", [specs.VOLUME, {"storage": {"persistentVolumeClaim": {"size": 1, "accessModes": ["ReadWriteOncePod"]}}}]
)
def test_a_pod_lets_go_of_an_exclusive_volume_before_the_next_one_starts(spec: Spec):
    assert deployment(spec)["spec"]["strategy"] == {"type": "Recreate"}


def test_an_existing_claim_for_one_node_is_exclusive():
    registry = Cluster(specs.OWN_CLAIM, claim("images", "ReadWriteOnce"))
    registry.reconcile()
    assert registry.deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert registry.deployment["spec"]["replicas"] == 1


def test_an_existing_claim_that_cannot_be_seen_for_the_moment_changes_nothing():
    for modes in (["ReadWriteOnce"], ["ReadWriteMany"]):
        registry = Cluster(specs.OWN_CLAIM, claim("images", *modes))
        registry.settle()
        before = registry.answer().desired
        registry.users = []
        assert registry.answer().desired == before
        registry.requirements = {}
        assert registry.answer().desired == before


@pytest.mark.parametrize(
    ("spec", "replicas"),
    [
        (specs.VOLUME, 1),
        (specs.EMPTY, 1),
        (specs.SHARED_VOLUME, 2),
        (specs.S3, 2),
        ({**specs.S3, "replicas": 5}, 5),
        ({**specs.S3, "autoscaling": {"minReplicas": 4}}, 4),
        ({**specs.S3, "replicas": 5, "autoscaling": {"enabled": False, "minReplicas": 4}}, 5),
    ],
)
def test_there_are_two_replicas_unless_the_storage_allows_one_or_the_user_says_otherwise(spec: Spec, replicas: int):
    assert deployment(spec)["spec"]["replicas"] == replicas


def test_how_a_rollout_goes_is_as_the_user_says():
    spec = deployment({**specs.S3, "upgrade": {"progressDeadlineSeconds": 600, "minReadySeconds": 0}})["spec"]
    assert (spec["progressDeadlineSeconds"], spec["minReadySeconds"]) == (600, 0)
    usual = deployment(specs.S3)["spec"]
    assert (usual["progressDeadlineSeconds"], usual["minReadySeconds"]) == (300, 15)


def test_the_workload_remembers_its_releases_and_its_storage():
    registry = settled(specs.S3)
    annotations = registry.deployment["metadata"]["annotations"]
    release = registry.deployment["spec"]["template"]["metadata"]["annotations"][labels.RELEASE]
    [kept] = stored({key: PlainDocument(one) for key, one in registry.composed.items()}, [release])
    assert annotations == {
        labels.WANTED: release,
        labels.GOOD: release,
        labels.STORAGE: "s3:bucket=images",
        labels.KEPT: f"{release}:{kept.seal}",
    }


def test_a_workload_without_lasting_storage_remembers_none():
    assert labels.STORAGE not in deployment(specs.EMPTY)["metadata"]["annotations"]


def test_a_failed_release_is_not_forgotten():
    registry = settled(specs.S3)
    registry.spec = {**registry.spec, "image": "registry:3.9.9"}
    registry.reconcile()
    failed = registry.deployment["metadata"]["annotations"][labels.WANTED]
    registry.report("ProgressDeadlineExceeded", updatedReplicas=1, replicas=3)
    for _ in range(3):
        registry.reconcile()
        registry.report()
        assert registry.deployment["metadata"]["annotations"][labels.FAILED] == f"{failed}/rollout"
