"""The user's objects that a spec refers to: asked for, checked, part of a release by their contents."""

import pytest

from function.kubernetes.document import Manifest, PlainDocument
from function.observed import Selector
from function.resolve import references
from function.resolve.references import Reference
from tests import specs
from tests.clusters import config_map, secret
from tests.specs import Spec, cluster

KEYS = Reference("spec.storage.s3.credentialsSecretName", "Secret", "s3-keys", references.AWS_KEYS)
BUNDLE = Reference("spec.caBundle.configMapName", "ConfigMap", "authorities", ("ca.crt",), storage=False)
CLAIM = Reference("spec.storage.persistentVolumeClaim.claimName", "PersistentVolumeClaim", "images")


def check(reference: Reference, *found: Manifest, salt: str = "salt") -> tuple[dict[str, str], tuple[references.Gap, ...]]:
    required = {reference.requirement: [PlainDocument(one) for one in found]}
    return references.check([reference], required, "team-a", salt)


@pytest.mark.parametrize(
    ("spec", "name", "selector"),
    [
        (specs.S3, "Secret/s3-keys", Selector("v1", "Secret", "s3-keys", "team-a")),
        (specs.AZURE, "Secret/azure-key", Selector("v1", "Secret", "azure-key", "team-a")),
        (specs.GCS, "Secret/gcs-key", Selector("v1", "Secret", "gcs-key", "team-a")),
        (specs.OWN_CLAIM, "PersistentVolumeClaim/images", Selector("v1", "PersistentVolumeClaim", "images", "team-a")),
        (
            {**specs.EMPTY, "caBundle": {"configMapName": "authorities"}},
            "ConfigMap/authorities",
            Selector("v1", "ConfigMap", "authorities", "team-a"),
        ),
    ],
    ids=["s3", "azure", "gcs", "claim", "bundle"],
)
def test_what_a_spec_refers_to_is_asked_for_in_the_registry_s_own_namespace(spec: Spec, name: str, selector: Selector):
    assert cluster(spec).answer().requirements == {name: selector}


@pytest.mark.parametrize(
    "spec",
    [specs.EMPTY, {**specs.EMPTY, "caBundle": {"enabled": False, "configMapName": "authorities"}}],
    ids=["nothing", "switched off"],
)
def test_nothing_is_asked_for_without_need(spec: Spec):
    assert cluster(spec).answer().requirements == {}


def test_what_has_not_been_looked_up_is_a_gap_without_a_message():
    digests, [gap] = references.check([KEYS], {}, "team-a", "salt")
    assert (digests, gap.message, gap.reason) == ({}, "", "Reading")


@pytest.mark.parametrize(
    ("reference", "reason", "message"),
    [
        (
            KEYS,
            "SecretNotUsable",
            "Secret team-a/s3-keys, named in spec.storage.s3.credentialsSecretName, does not exist: "
            "create it with the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
        (
            BUNDLE,
            "ConfigMapNotUsable",
            "ConfigMap team-a/authorities, named in spec.caBundle.configMapName, does not exist: create it with the key ca.crt",
        ),
        (
            CLAIM,
            "ClaimMissing",
            "PersistentVolumeClaim team-a/images, named in spec.storage.persistentVolumeClaim.claimName, does not exist: create it",
        ),
    ],
    ids=["secret", "config map", "claim"],
)
def test_what_does_not_exist_is_a_gap_that_says_what_to_create(reference: Reference, reason: str, message: str):
    digests, [gap] = check(reference)
    assert (digests, gap.message, gap.reason) == ({}, message, reason)


@pytest.mark.parametrize("value", ["", b""], ids=["empty text", "empty bytes"])
def test_a_key_without_a_value_is_a_gap(value: str | bytes):
    _, [gap] = check(KEYS, secret("s3-keys", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY=value))
    assert gap.message.endswith("named in spec.storage.s3.credentialsSecretName, lacks the key AWS_SECRET_ACCESS_KEY")


def test_all_keys_that_are_absent_are_named():
    _, [gap] = check(KEYS, secret("s3-keys", other="x"))
    assert gap.message.endswith("lacks the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")


def test_a_value_that_is_no_base64_is_a_gap():
    broken = secret("s3-keys", AWS_ACCESS_KEY_ID="a")
    broken["data"]["AWS_SECRET_ACCESS_KEY"] = "%%%"
    _, [gap] = check(KEYS, broken)
    assert gap.reason == "SecretNotUsable"


def test_contents_are_a_digest_that_tells_nothing_of_them():
    there = secret("s3-keys", AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="word", other="x")
    digests, gaps = check(KEYS, there)
    assert gaps == ()
    [digest] = digests.values()
    assert len(digest) == 64
    assert check(KEYS, there)[0] == digests
    assert check(KEYS, there, salt="pepper")[0] != digests


@pytest.mark.parametrize(
    "other",
    [
        secret("s3-keys", AWS_ACCESS_KEY_ID="A", AWS_SECRET_ACCESS_KEY="other"),
        secret("s3-keys", AWS_ACCESS_KEY_ID="Ab", AWS_SECRET_ACCESS_KEY=""),
        secret("s3-keys", AWS_ACCESS_KEY_ID="bA", AWS_SECRET_ACCESS_KEY="b"),
    ],
)
def test_other_contents_have_another_digest(other: Manifest):
    assert check(KEYS, secret("s3-keys", AWS_ACCESS_KEY_ID="A", AWS_SECRET_ACCESS_KEY="b"))[0] != check(KEYS, other)[0]


def test_a_key_that_is_not_used_changes_nothing():
    one = config_map("authorities", ca__crt="pem")
    other = config_map("authorities", ca__crt="pem", more="x")
    assert check(BUNDLE, one) == check(BUNDLE, other)


def test_binary_contents_are_contents():
    digests, gaps = check(KEYS, secret("s3-keys", AWS_ACCESS_KEY_ID=b"\xff\x00", AWS_SECRET_ACCESS_KEY=b"\x80"))
    assert digests
    assert gaps == ()


@pytest.mark.parametrize("modes", [None, "ReadWriteMany", {}, [3, None]])
def test_access_modes_of_any_shape_are_read(modes: object):
    assert references.access_modes([PlainDocument({"spec": {"accessModes": modes}})]) == ()
