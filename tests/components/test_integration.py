"""What a RegistryIntegration composes, and how it judges it, in both versions of COSI."""

from typing import Any

import pytest

from function import compose
from function.kubernetes.document import Manifest
from function.observed import Answer
from tests import specs
from tests.clusters import COSI_KEY, Cluster, cosi_crd, observed

VERSIONS = ("v1alpha1", "v1alpha2")


def child(version: str, claimed: bool = False) -> Manifest:
    """Return the integration that a Registry composes for this version of COSI."""
    registry = Cluster(specs.COSI, cosi_crd(version), claimed=claimed)
    registry.reconcile()
    return registry.composed[COSI_KEY]


def answer(integration: Manifest, *statuses: Any, conditions: Any = None) -> Answer:
    """Return the answer once the claim and then the access are there with these statuses."""
    there = {**integration, "status": {"conditions": conditions or []}}
    made = compose.answer(observed(there)).desired
    composed = {key: {**made[key], "status": status} for key, status in zip(made, statuses, strict=False)}
    return compose.answer(observed(there, composed))


@pytest.mark.parametrize("claimed", [False, True])
def test_v1alpha1_is_written_in_its_own_words(claimed: bool):
    claim, access = answer(child("v1alpha1", claimed)).desired.values()
    assert (claim["apiVersion"], claim["kind"]) == ("objectstorage.k8s.io/v1alpha1", "BucketClaim")
    assert claim["metadata"]["namespace"] == access["metadata"]["namespace"] == "team-a"
    assert claim["spec"] == {"bucketClassName": "fast", "protocols": ["S3"]}
    assert access["kind"] == "BucketAccess"
    assert access["spec"] == {
        "bucketClaimName": claim["metadata"]["name"],
        "bucketAccessClassName": "keys",
        "credentialsSecretName": access["metadata"]["name"],
        "protocol": "S3",
    }


def test_v1alpha2_is_written_in_its_own_words():
    claim, access = answer(child("v1alpha2")).desired.values()
    assert claim["apiVersion"] == access["apiVersion"] == "objectstorage.k8s.io/v1alpha2"
    assert claim["spec"] == {"bucketClassName": "fast", "protocols": ["S3"]}
    assert access["spec"] == {
        "bucketClaims": [
            {
                "bucketClaimName": claim["metadata"]["name"],
                "accessMode": "ReadWrite",
                "accessSecretName": access["metadata"]["name"],
            }
        ],
        "bucketAccessClassName": "keys",
        "protocol": "S3",
    }


def test_another_class_of_access_is_another_object_under_another_key():
    """A BucketAccess is immutable."""
    one, other = child("v1alpha2"), child("v1alpha2")
    registry = Cluster({"storage": {**specs.COSI["storage"], "bucketAccessClass": "other"}}, cosi_crd("v1alpha2"))
    registry.reconcile()
    other = registry.composed[COSI_KEY]
    (claim, access), (same, another) = (answer(it).desired.items() for it in (one, other))
    assert claim == same
    assert access[0] != another[0]
    assert access[1]["metadata"]["name"] != another[1]["metadata"]["name"]


READY = {"v1alpha1": {"bucketReady": True}, "v1alpha2": {"readyToUse": True}}
GRANTED = {"v1alpha1": {"accessGranted": True, "accountID": "a"}, "v1alpha2": {"readyToUse": True}}
ERROR = {"error": {"message": "no such class"}}


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_ready_when_both_are(version: str):
    found = answer(child(version), READY[version], GRANTED[version])
    assert found.composite_ready
    assert found.ready == frozenset(found.desired)
    assert found.status == {"cosi": {"bucketReady": True, "accessGranted": True}}
    [condition] = found.conditions
    assert (condition.type, condition.status, condition.reason) == ("Provisioned", "True", "Provisioned")
    assert found.ttl == 0


@pytest.mark.parametrize(
    ("statuses", "reason", "said", "trouble"),
    [
        ([], "WaitingForBucket", "BucketClaim my-registry-registry-bucket-115dc3 is being created", False),
        ([None], "WaitingForBucket", "waits for COSI's driver to provision a bucket", False),
        ([{"bucketReady": "true"}], "WaitingForBucket", "waits for COSI's driver", False),
        ([ERROR], "BucketFailed", "BucketClaim my-registry-registry-bucket-115dc3: no such class", True),
        ([READY["v1alpha1"]], "WaitingForAccess", "is being created", False),
        ([READY["v1alpha1"], {}], "WaitingForAccess", "waits for COSI's driver to grant access", False),
        ([READY["v1alpha1"], {"accessGranted": True}], "WaitingForAccess", "waits for COSI's driver to grant access", False),
        ([READY["v1alpha1"], ERROR], "AccessFailed", "no such class", True),
    ],
)
def test_it_says_what_it_waits_for(statuses: list[Any], reason: str, said: str, trouble: bool):
    found = answer(child("v1alpha1"), *statuses)
    [condition] = found.conditions
    assert (condition.status, condition.reason, condition.trouble) == ("False", reason, trouble)
    assert said in condition.message
    assert not found.composite_ready
    assert found.ttl == (120 if len(statuses) == 2 else 20)
    assert [event.severity for event in found.events] == ["Warning" if trouble else "Normal"]


def test_it_tells_an_event_only_when_something_changes():
    told = [{"type": "Provisioned", "status": "False", "reason": "BucketFailed"}]
    assert answer(child("v1alpha1"), ERROR, conditions=told).events == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cosi": None}, "spec.cosi: is missing"),
        ({"type": "CertManager"}, "spec.type: must be one of: COSI"),
        ({"owner": None}, "spec.owner: is missing"),
        ({"cosi": {"version": "v1beta1"}}, "spec.cosi.version: must be one of: v1alpha1, v1alpha2"),
    ],
    ids=str,
)
def test_a_spec_that_cannot_be_is_refused(change: dict[str, Any], said: str):
    integration = child("v1alpha1")
    found = compose.answer(observed({**integration, "spec": {**integration["spec"], **change}}))
    assert said in found.fatal
    assert found.desired == {}
    [condition] = found.conditions
    assert (condition.type, condition.status, condition.reason) == ("Provisioned", "False", "InvalidSpec")


@pytest.mark.parametrize("spec", [None, [], "x", {}])
def test_a_spec_of_any_shape_is_refused(spec: Any):
    assert compose.answer(observed({**child("v1alpha1"), "spec": spec})).fatal
