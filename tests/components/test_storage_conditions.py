"""Every reason of StorageReady, for each kind of storage, and what it tells its reader to do."""

from typing import Any

import pytest

from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import COSI_KEY, Cluster, claim, secret, storage_class
from tests.specs import cluster
from tests.states import Change, Row, check, driver_gone, first, named, no_users, settled


def pending(**more: Any) -> Change:
    def change(registry: Cluster) -> None:
        registry.bind(phase="Pending", **more)

    return change


def resized(registry: Cluster) -> None:
    registry.bind(conditions=[{"type": "FileSystemResizePending", "status": "True", "message": "Waiting for user to restart"}])


def deleted(registry: Cluster) -> None:
    registry.composed[Keys.VOLUME_CLAIM]["metadata"]["deletionTimestamp"] = "2026-11-23T00:00:00Z"


def without_class(registry: Cluster) -> None:
    registry.bind(phase="Pending")
    registry.composed[Keys.VOLUME_CLAIM]["spec"].pop("storageClassName")


def late(registry: Cluster) -> None:
    registry.users = [storage_class("standard", binding="WaitForFirstConsumer")]
    registry.bind(phase="Pending")


def integration(*conditions: dict[str, Any]) -> Change:
    def change(registry: Cluster) -> None:
        registry.composed[COSI_KEY]["status"] = {"conditions": list(conditions)}

    return change


def incomplete() -> Cluster:
    registry = cluster(specs.COSI)
    registry.reconcile()
    registry.provision(secret("", COSI_S3_BUCKET_ID="images-1"))
    return registry


def without_child() -> Cluster:
    registry = cluster(specs.COSI)
    registry.requirements = dict(registry.answer().requirements)
    return registry


REFUSED = {"type": "Synced", "status": "False", "message": "cannot apply: forbidden"}
FAILED = {"type": "Provisioned", "status": "False", "reason": "BucketFailed", "message": "no such class"}

STORAGE: list[Row] = [
    (lambda: Cluster(specs.S3), "False", "Reading", "Secret s3-keys has not been looked up yet", False),
    (lambda: first(specs.S3), "False", "SecretNotUsable", "Secret team-a/s3-keys", True),
    (lambda: first(specs.S3, secret("s3-keys", a="secret-value")), "False", "SecretNotUsable", "lacks the keys", True),
    (lambda: settled(specs.S3, no_users), "False", "SecretNotUsable", "create it with the keys", True),
    (lambda: Cluster(specs.OWN_CLAIM), "False", "Reading", "PersistentVolumeClaim images has not been looked up yet", False),
    (lambda: first(specs.OWN_CLAIM), "False", "ClaimMissing", "PersistentVolumeClaim team-a/images", True),
    (lambda: first(specs.OWN_CLAIM, claim("images", "ReadWriteMany")), "True", "ClaimBound", "is bound (10Gi)", False),
    (
        lambda: settled(specs.S3),
        "True",
        "BucketConfigured",
        "bucket images is configured; pods are ready only while it answers",
        False,
    ),
    (lambda: settled(specs.MINIO), "True", "BucketConfigured", "bucket images at https://minio:9000 is configured", False),
    (lambda: settled(specs.AZURE), "True", "BucketConfigured", "container images of account acme", False),
    (lambda: settled(specs.GCS), "True", "BucketConfigured", "bucket images", False),
    (lambda: cluster(specs.EMPTY), "True", "EmptyDir", "gone when it goes", False),
    (
        lambda: cluster(specs.VOLUME),
        "False",
        "Creating",
        "PersistentVolumeClaim team-a/my-registry-registry-data is being created",
        False,
    ),
    (lambda: settled(specs.VOLUME), "True", "ClaimBound", "my-registry-registry-data is bound", False),
    (lambda: settled(specs.VOLUME, resized), "True", "Growing", "grows: Waiting for user to restart", False),
    (lambda: settled(specs.VOLUME, deleted), "False", "ClaimDeleted", "with all images", True),
    (lambda: settled(specs.VOLUME, lambda it: it.bind(phase="Lost")), "False", "ClaimLost", "restore the volume", True),
    (
        lambda: settled(specs.VOLUME, without_class),
        "False",
        "ClaimPending",
        "the cluster has no default: set storageClassName",
        True,
    ),
    (
        lambda: settled(specs.VOLUME, no_users, pending()),
        "False",
        "StorageClassMissing",
        "standard does not exist: create it",
        True,
    ),
    (lambda: settled(specs.VOLUME, late), "False", "ClaimPending", "bound when its first pod is scheduled", False),
    (lambda: settled(specs.VOLUME, pending()), "False", "ClaimPending", "provisioned by csi.example.com (kubectl -n team-a", False),
    (lambda: Cluster(specs.COSI), "False", "Reading", "whether the cluster has COSI has not been looked up yet", False),
    (lambda: first(specs.COSI), "False", "WaitingForCOSI", "install it and a driver", True),
    (lambda: settled(specs.COSI, no_users), "False", "WaitingForCOSI", "the registry goes on with bucket images-1", True),
    (without_child, "False", "Creating", "the RegistryIntegration for the bucket is being created", False),
    (
        lambda: settled(specs.COSI, integration(REFUSED)),
        "False",
        "IntegrationFailed",
        "cannot apply: forbidden; the registry goes on",
        True,
    ),
    (lambda: settled(specs.COSI, integration(FAILED)), "False", "BucketFailed", "no such class", True),
    (lambda: settled(specs.COSI, integration()), "False", "WaitingForBucket", "has no state yet", False),
    (incomplete, "False", "CredentialsIncomplete", "Secret team-a/my-registry-registry-bucket-", True),
    (lambda: settled(specs.COSI), "True", "BucketProvisioned", "bucket images-1 was provisioned by fast", False),
    (lambda: settled(specs.COSI, driver_gone), "True", "BucketProvisioned", "bucket images-1", False),
]


@pytest.mark.parametrize("row", STORAGE, ids=named)
def test_storage_is_ready_or_says_what_to_do(row: Row):
    check("StorageReady", row)
