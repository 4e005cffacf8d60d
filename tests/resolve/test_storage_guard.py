"""Nobody loses images by editing YAML: what holds them is left only on purpose, and sizes only grow."""

from typing import Any

import pytest

from function.kubernetes import labels
from function.kubernetes.names import BucketNames, Keys, Names
from function.observed import Answer
from tests import pods, specs
from tests.clusters import BUCKET, COSI_KEY, Cluster, secret, storage_class
from tests.specs import Spec
from tests.states import settled

CLAIM = "volume:claim=my-registry-registry-data"
OTHER_BUCKET: Spec = {"storage": {"s3": {**specs.S3["storage"]["s3"], "bucket": "other"}}}
OTHER_ROOT: Spec = {"storage": {"s3": {**specs.S3["storage"]["s3"], "rootDirectory": "/team-a"}}}


def refused(answer: Answer) -> str:
    """Return why an answer refuses a change of storage, and see that it changes nothing and says so everywhere."""
    assert answer.fatal.startswith("the spec is not valid, nothing was changed: spec.storage")
    assert answer.desired == {}
    told = {entry.type: entry for entry in answer.conditions}
    assert (told["StorageReady"].status, told["StorageReady"].reason) == ("False", "StorageChangeRefused")
    assert told["StorageReady"].trouble
    assert (told["Valid"].status, told["Valid"].reason) == ("False", "InvalidSpec")
    assert (told["Available"].status, told["Available"].reason) == ("True", "Available")
    assert (told["Upgraded"].status, told["Upgraded"].reason) == ("True", "Current")
    return told["StorageReady"].message


@pytest.mark.parametrize(
    ("before", "after", "identities"),
    [
        (specs.VOLUME, specs.S3, (CLAIM, "s3:bucket=images")),
        (specs.VOLUME, specs.EMPTY, (CLAIM, "an emptyDir")),
        (specs.VOLUME, specs.OWN_CLAIM, (CLAIM, "volume:claim=images")),
        (specs.OWN_CLAIM, specs.VOLUME, ("volume:claim=images", CLAIM)),
        (specs.S3, OTHER_BUCKET, ("s3:bucket=images", "s3:bucket=other")),
        (specs.S3, OTHER_ROOT, ("s3:bucket=images", "s3:bucket=images,root=team-a")),
        (specs.S3, specs.MINIO, ("s3:bucket=images", "s3:bucket=images,endpoint=https://minio:9000")),
        (specs.S3, specs.GCS, ("s3:bucket=images", "gcs:bucket=images")),
        (specs.AZURE, specs.COSI, ("azure:account=acme,container=images", "cosi:class=fast")),
        (specs.COSI, specs.S3, ("cosi:class=fast,bucket=images-1", "s3:bucket=images")),
    ],
)
def test_a_change_that_leaves_the_images_behind_is_refused(before: Spec, after: Spec, identities: tuple[str, str]):
    registry = settled(before)
    registry.spec = after
    old, new = identities
    message = refused(registry.reconcile())
    assert f"spec.storage: would lead from {old} to {new}, and leave the images behind. Set it back" in message
    assert f'set storage.replaces to "{old}"' in message


@pytest.mark.parametrize(("before", "after"), [(specs.VOLUME, specs.S3), (specs.S3, OTHER_BUCKET), (specs.COSI, specs.GCS)])
def test_a_change_that_is_meant_is_made_when_it_names_the_old_storage(before: Spec, after: Spec):
    registry = settled(before)
    old = registry.status["storage"]["identity"]
    registry.spec = {"storage": {**after["storage"], "replaces": old}}
    assert registry.settle().fatal == ""
    new = registry.status["storage"]["identity"]
    assert new != old
    assert registry.deployment["metadata"]["annotations"][labels.STORAGE] == new


@pytest.mark.parametrize(("before", "keys"), [(specs.VOLUME, {Keys.VOLUME_CLAIM}), (specs.COSI, {Keys.BUCKET_SECRET, COSI_KEY})])
def test_what_is_replaced_goes_only_when_the_release_that_does_without_it_is_good(before: Spec, keys: set[str]):
    registry = settled(before)
    old = registry.status["storage"]["identity"]
    registry.spec = {"storage": {**specs.S3["storage"], "replaces": old}}
    registry.reconcile()
    assert keys <= registry.composed.keys()
    registry.report("ProgressDeadlineExceeded", updatedReplicas=1, availableReplicas=1)
    registry.reconcile()
    assert keys <= registry.composed.keys(), "what it is rolled back to uses them"
    registry.report()
    registry.spec = {**registry.spec, "upgrade": {"retry": "1"}}
    registry.reconcile()
    assert keys <= registry.composed.keys()
    registry.report()
    registry.reconcile()
    registry.reconcile()
    assert not keys & registry.composed.keys()


@pytest.mark.parametrize(("before", "keys"), [(specs.VOLUME, {Keys.VOLUME_CLAIM}), (specs.COSI, {Keys.BUCKET_SECRET, COSI_KEY})])
def test_what_is_replaced_stays_while_the_new_storage_lacks_something(before: Spec, keys: set[str]):
    """The pods that run still use it, and go on until the new release can be made."""
    registry = settled(before)
    old = registry.status["storage"]["identity"]
    registry.users = [one for one in registry.users if one["metadata"]["name"] != "s3-keys"]
    registry.spec = {"storage": {**specs.S3["storage"], "replaces": old}}
    assert registry.reconcile().fatal == ""
    registry.reconcile()
    assert keys <= registry.composed.keys()
    registry.spec = before
    assert registry.reconcile().fatal == "", "nothing was replaced yet"


def test_another_class_of_buckets_is_another_bucket_and_the_old_one_is_never_written_to_in_its_name():
    registry = settled(specs.COSI)
    old = registry.status["storage"]["identity"]
    registry.spec = {"storage": {"bucketClassName": "other", "bucketAccessClass": "keys", "replaces": old}}
    registry.reconcile()
    assert registry.deployment["metadata"]["annotations"][labels.STORAGE] in (old, "cosi:class=other")
    names = BucketNames.of(Names("my-registry", "registry"), "other", "keys")
    assert {COSI_KEY, names.key} <= registry.composed.keys()
    registry.users.append(secret(names.credentials, **{**BUCKET, "COSI_S3_BUCKET_ID": "images-2"}))
    registry.composed[names.key]["status"] = {"conditions": [{"type": "Provisioned", "status": "True"}]}
    registry.reconcile()
    assert registry.deployment["metadata"]["annotations"][labels.STORAGE] == old, "there is a way back until the new one is good"
    registry.report()
    registry.reconcile()
    registry.reconcile()
    assert registry.deployment["metadata"]["annotations"][labels.STORAGE] == "cosi:class=other,bucket=images-2"
    wanted = registry.composed[f"{Keys.RELEASE}{registry.status['release']['target']}"]
    assert '"bucket": "images-2"' in pods.decoded(wanted)["config.yml"]


@pytest.mark.parametrize("replaces", ["s3", "s3:bucket=", "s3:bucket=other", "yes", "s3:bucket=images "])
def test_a_change_that_names_something_else_is_refused(replaces: str):
    registry = settled(specs.S3)
    registry.spec = {"storage": {**specs.GCS["storage"], "replaces": replaces}}
    refused(registry.reconcile())


def test_what_was_replaced_may_stay_written():
    registry = settled(specs.S3)
    registry.spec = {"storage": {**specs.GCS["storage"], "replaces": "s3:bucket=images"}}
    registry.settle()
    registry.reconcile()
    assert registry.answer().fatal == ""
    registry.spec = specs.AZURE
    refused(registry.reconcile())


def test_a_registry_whose_deployment_was_deleted_still_knows_its_storage():
    registry = settled(specs.S3)
    del registry.composed[Keys.DEPLOYMENT]
    registry.spec = OTHER_BUCKET
    answer = registry.reconcile()
    assert "would lead from s3:bucket=images to s3:bucket=other" in answer.fatal
    assert {entry.type: entry.reason for entry in answer.conditions}["StorageReady"] == "StorageChangeRefused"
    registry.spec = specs.S3
    assert registry.reconcile().fatal == ""
    assert Keys.DEPLOYMENT in registry.composed


def test_trials_in_an_empty_dir_may_move_anywhere():
    registry = settled(specs.EMPTY)
    registry.spec = specs.S3
    assert registry.reconcile().fatal == ""


@pytest.mark.parametrize(
    "change",
    [{"region": "us-east-1"}, {"credentialsSecretName": ""}, {"forcePathStyle": True}],
    ids=lambda change: next(iter(change)),
)
def test_a_change_of_how_the_bucket_is_reached_is_no_change_of_storage(change: dict[str, Any]):
    registry = settled(specs.S3)
    registry.spec = {"storage": {"s3": {**specs.S3["storage"]["s3"], **change}}}
    assert registry.reconcile().fatal == ""


def volume(size: str | int = "10Gi", **more: Any) -> Spec:
    return {"storage": {"persistentVolumeClaim": {"size": size, **more}}}


def grown(spec: Spec, grows: bool | None = True) -> tuple[Cluster, Answer]:
    """Return what comes of a change of a volume's spec; `grows` is what its StorageClass says, None if there is none."""
    registry = settled(volume())
    registry.users = [] if grows is None else [storage_class("standard", grows=grows)]
    registry.spec = spec
    return registry, registry.reconcile()


def size(registry: Cluster) -> str:
    found: str = registry.composed[Keys.VOLUME_CLAIM]["spec"]["resources"]["requests"]["storage"]
    return found


def test_a_volume_grows_where_its_class_allows_it():
    registry, answer = grown(volume("20Gi"))
    assert answer.fatal == ""
    assert size(registry) == "20Gi"


@pytest.mark.parametrize("grows", [False, None], ids=["class forbids", "class gone"])
def test_a_volume_that_cannot_grow_is_refused_to(grows: bool | None):
    registry, answer = grown(volume("20Gi"), grows)
    assert "spec.storage.persistentVolumeClaim.size: cannot grow from 10Gi: StorageClass standard" in refused(answer)
    assert size(registry) == "10Gi"


def test_a_volume_does_not_grow_before_its_class_was_looked_up():
    """The API server would refuse the whole claim."""
    registry = settled(volume())
    registry.requirements = {}
    registry.spec = volume("20Gi")
    answer = registry.answer()
    assert answer.fatal == ""
    assert answer.desired[Keys.VOLUME_CLAIM]["spec"]["resources"]["requests"]["storage"] == "10Gi"


@pytest.mark.parametrize("smaller", ["9Gi", "10G", 1, "10239Mi"])
def test_a_volume_never_shrinks(smaller: str | int):
    registry, answer = grown(volume(smaller))
    assert f"size: is {smaller}, less than the 10Gi that the volume has: sizes only grow" in refused(answer)
    assert size(registry) == "10Gi"


@pytest.mark.parametrize("same", ["10Gi", "10240Mi", 10 * 1024**3])
def test_the_same_size_in_other_words_is_no_change(same: str | int):
    assert grown(volume(same), grows=False)[1].fatal == ""


def test_a_volume_keeps_its_class():
    _, answer = grown(volume(storageClassName="fast"))
    assert "storageClassName: cannot change: the volume was made with standard" in refused(answer)


def test_a_volume_may_be_told_the_class_that_it_has():
    assert grown(volume(storageClassName="standard"))[1].fatal == ""


def test_a_volume_keeps_its_access_modes():
    _, answer = grown(volume(accessModes=["ReadWriteMany"]))
    assert "accessModes: cannot change: the volume was made with [ReadWriteOnce]" in refused(answer)


def test_a_volume_may_be_told_the_modes_that_it_has():
    assert grown(volume(accessModes=["ReadWriteOnce"]))[1].fatal == ""


@pytest.mark.parametrize("there", ["", None, [], {"a": 1}, "-1", "ten", True, 1.5])
def test_a_claim_whose_size_cannot_be_read_is_no_reason_to_fail(there: Any):
    registry = settled(volume())
    registry.composed[Keys.VOLUME_CLAIM]["spec"]["resources"] = {"requests": {"storage": there}}
    assert registry.answer().fatal == ""


def test_a_claim_without_a_class_is_not_said_to_have_one_with_no_name():
    registry = settled(volume())
    registry.composed[Keys.VOLUME_CLAIM]["spec"]["storageClassName"] = ""
    registry.spec = volume("20Gi")
    assert "StorageClass  " not in registry.reconcile().fatal


def test_a_change_of_storage_is_told_beside_other_mistakes():
    registry = settled(specs.S3)
    registry.spec = {**OTHER_BUCKET, "service": {"nodePort": 1}}
    answer = registry.reconcile()
    assert "spec.service.nodePort: needs type NodePort" in answer.fatal
    [stored] = [entry for entry in answer.conditions if entry.type == "StorageReady"]
    assert stored.message.startswith("spec.storage: would lead from")
    assert "nodePort" not in stored.message


@pytest.mark.parametrize("before", [specs.VOLUME, specs.EMPTY], ids=["volume", "emptyDir"])
def test_what_goes_on_is_replaced_and_counted_as_its_own_storage_needs(before: Spec):
    """The credentials of the new bucket are not there yet: two pods on one volume would spoil it."""
    registry = settled(before)
    was = registry.deployment["spec"]
    old = registry.status.get("storage", {}).get("identity", "")
    registry.spec = {"storage": {**specs.S3["storage"], "replaces": old}}
    registry.users = []
    desired = registry.reconcile().desired
    assert desired[Keys.DEPLOYMENT]["spec"] == was
    assert Keys.DISRUPTION_BUDGET not in desired
