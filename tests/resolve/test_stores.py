"""What a storage block means. An identity is written by users into storage.replaces: it never changes its form."""

import pytest

from function.api.storage import Storage
from function.resolve.registry import stores
from function.resolve.registry.stores import Store
from tests import specs
from tests.specs import Spec


def store(spec: Spec, modes: tuple[str, ...] = (), recorded: str = "", bucket: str = "") -> Store:
    return stores.of(Storage.model_validate(spec["storage"]), "r-registry-data", modes, recorded, bucket)


S3 = {"bucket": "images", "endpoint": "https://minio:9000/", "rootDirectory": "/team-a/"}
AZURE = {"container": "images", "accountName": "acme", "realm": "core.chinacloudapi.cn", "rootDirectory": "/team-a"}


@pytest.mark.parametrize(
    ("spec", "kind", "identity"),
    [
        (specs.S3, "s3", "s3:bucket=images"),
        ({"storage": {"s3": S3}}, "s3", "s3:bucket=images,endpoint=https://minio:9000,root=team-a"),
        (specs.AZURE, "azure", "azure:account=acme,container=images"),
        (
            {"storage": {"azure": AZURE}},
            "azure",
            "azure:account=acme,container=images,realm=core.chinacloudapi.cn,root=team-a",
        ),
        (specs.GCS, "gcs", "gcs:bucket=images"),
        ({"storage": {"gcs": {"bucket": "images", "rootDirectory": "team-a"}}}, "gcs", "gcs:bucket=images,root=team-a"),
        (specs.VOLUME, "volume", "volume:claim=r-registry-data"),
        (specs.OWN_CLAIM, "volume", "volume:claim=images"),
        (specs.EMPTY, "emptyDir", ""),
        (specs.COSI, "cosi", "cosi:class=fast"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_holds_the_images_has_an_identity(spec: Spec, kind: str, identity: str):
    found = store(spec)
    assert (found.kind, found.identity) == (kind, identity)


@pytest.mark.parametrize(
    ("recorded", "bucket", "identity"),
    [
        ("", "", "cosi:class=fast"),
        ("", "one", "cosi:class=fast,bucket=one"),
        ("cosi:class=fast,bucket=one", "", "cosi:class=fast,bucket=one"),
        ("cosi:class=faster,bucket=one", "", "cosi:class=fast"),
        ("cosi:class=fast,bucket=one", "two", "cosi:class=fast,bucket=two"),
    ],
)
def test_a_bucket_that_is_not_known_for_the_moment_is_the_recorded_one(recorded: str, bucket: str, identity: str):
    assert store(specs.COSI, recorded=recorded, bucket=bucket).identity == identity


def test_how_a_bucket_is_reached_is_not_what_it_is():
    """Credentials, a region, or a slash may change without leading elsewhere."""
    other = {**S3, "region": "x", "credentialsSecretName": "other", "endpoint": "https://minio:9000", "rootDirectory": "team-a"}
    assert store({"storage": {"s3": S3}}).identity == store({"storage": {"s3": other}}).identity


@pytest.mark.parametrize(
    ("modes", "shared"),
    [
        (["ReadWriteMany"], True),
        (["ReadWriteOnce", "ReadWriteMany"], True),
        (["ReadWriteOnce"], False),
        (["ReadWriteOncePod"], False),
    ],
)
def test_a_volume_is_shared_or_exclusive_by_its_modes(modes: list[str], shared: bool):
    made = store({"storage": {"persistentVolumeClaim": {"size": 1, "accessModes": modes}}})
    there = store(specs.OWN_CLAIM, modes=tuple(modes))
    assert (made.shared, made.exclusive) == (there.shared, there.exclusive) == (shared, not shared)


@pytest.mark.parametrize("spec", [specs.S3, specs.AZURE, specs.GCS, specs.COSI])
def test_a_bucket_is_shared(spec: Spec):
    assert (store(spec).shared, store(spec).exclusive) == (True, False)


def test_an_empty_dir_is_one_pod_s_own_but_holds_up_no_new_pod():
    assert (store(specs.EMPTY).shared, store(specs.EMPTY).exclusive) == (False, False)


def test_kinds_are_found_wherever_something_of_them_is_written():
    assert stores.kinds(None) == []
    assert stores.kinds(Storage()) == []
    assert stores.kinds(Storage.model_validate({"bucketAccessClass": "a", "emptyDir": {}})) == ["emptyDir", "cosi"]
