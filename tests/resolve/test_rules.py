"""Every rule refuses what it is for, says where and what to do, and lets pass what is right."""

import re
from typing import Any

import pytest

from function.resolve.registry.rules import RULES
from tests import specs
from tests.clusters import claim
from tests.specs import Spec, cluster

Refused = tuple[str, Spec, str, str]

_S3 = {"bucket": "images", "credentialsSecretName": "s3-keys"}
_PVC = "spec.storage.persistentVolumeClaim"

REFUSED: list[Refused] = [
    ("image", {**specs.VOLUME, "image": "Registry:3"}, "spec.image", "is not an image reference, such as registry:3.1.1"),
    ("image", {**specs.VOLUME, "image": "registry:3.1.1\n"}, "spec.image", "is not an image reference"),
    ("image", {**specs.VOLUME, "image": "registry:2.7.1"}, "spec.image", "Distribution 2.8 and 3 are supported"),
    ("image", {**specs.VOLUME, "image": "registry:latest"}, "spec.version", "is needed, since the tag of registry:latest does not"),
    ("image", {**specs.VOLUME, "image": "registry"}, "spec.version", "2.8, or 3.1 for all of Distribution 3"),
    ("image", {**specs.VOLUME, "image": "registry:2.8.3", "version": "3.1"}, "spec.version", "says 2.8: leave one out"),
    ("image", {**specs.VOLUME, "version": "2.8"}, "spec.version", "image"),
    ("one_storage", {}, "spec.storage", "is missing: choose one of bucketClassName with bucketAccessClass, s3, azure, gcs"),
    ("one_storage", {"storage": {}}, "spec.storage", "is missing"),
    (
        "one_storage",
        {
            "storage": {
                "emptyDir": {},
                "s3": {**_S3, "region": "x"},
                "persistentVolumeClaim": {"size": 1},
                "bucketClassName": "a",
                "bucketAccessClass": "a",
            }
        },
        "spec.storage",
        "names more than one storage (s3, persistentVolumeClaim, emptyDir, bucketClassName): keep one of them",
    ),
    ("bucket_classes", {"storage": {"bucketClassName": "a"}}, "spec.storage.bucketAccessClass", "bucketClassName needs it"),
    ("bucket_classes", {"storage": {"bucketAccessClass": "a"}}, "spec.storage.bucketClassName", "bucketAccessClass needs it"),
    ("s3", {"storage": {"s3": _S3}}, "spec.storage.s3.region", "is needed unless an endpoint is given"),
    (
        "s3",
        {"image": "registry:2.8.3", "storage": {"s3": {**_S3, "endpoint": "http://minio", "forcePathStyle": False}}},
        "spec.storage.s3.forcePathStyle",
        "has no effect in Distribution 2.8",
    ),
    (
        "s3",
        {"image": "registry:2.8.3", "storage": {"s3": {**_S3, "region": "x", "forcePathStyle": True}}},
        "spec.storage.s3.forcePathStyle",
        "leave it out",
    ),
    (
        "azure",
        {"image": "registry:2.8.3", "storage": {"azure": {"container": "images", "accountName": "acme"}}},
        "spec.storage.azure.credentialsSecretName",
        "is missing: Distribution 2.8 can only use an account key",
    ),
    (
        "azure",
        {"image": "registry:2.8.3", "storage": {"azure": {**specs.AZURE["storage"]["azure"], "rootDirectory": "/team-a"}}},
        "spec.storage.azure.rootDirectory",
        "Distribution 2.8",
    ),
    ("volume", {"storage": {"persistentVolumeClaim": {}}}, _PVC, "needs size, to make a volume, or claimName"),
    ("volume", {"storage": {"persistentVolumeClaim": {"claimName": "images", "size": "1Gi"}}}, f"{_PVC}.size", "leave it out"),
    (
        "volume",
        {"storage": {"persistentVolumeClaim": {"claimName": "images", "storageClassName": "fast"}}},
        f"{_PVC}.storageClassName",
        "leave it out",
    ),
    (
        "volume",
        {"storage": {"persistentVolumeClaim": {"claimName": "images", "accessModes": ["ReadWriteMany"]}}},
        f"{_PVC}.accessModes",
        "cannot be set for an existing claim (claimName)",
    ),
    (
        "volume",
        {"storage": {"persistentVolumeClaim": {"claimName": "my-registry-registry-data"}}},
        f"{_PVC}.claimName",
        "is the claim that is made for this Registry, and would be deleted: keep size",
    ),
    ("replicas", {**specs.VOLUME, "replicas": 2}, "spec.replicas", "the volume (ReadWriteOnce) belongs to one node: use a bucket"),
    ("replicas", {**specs.EMPTY, "replicas": 2}, "spec.replicas", "an emptyDir is each pod's own"),
    ("replicas", {**specs.VOLUME, "autoscaling": {}}, "spec.autoscaling", "a volume with accessModes [ReadWriteMany]"),
    (
        "autoscaling",
        {**specs.S3, "autoscaling": {"minReplicas": 3, "maxReplicas": 2}},
        "spec.autoscaling.maxReplicas",
        "is 2, less than minReplicas (3)",
    ),
    (
        "resources",
        {**specs.VOLUME, "resources": {"requests": {"cpu": 2}, "limits": {"cpu": "1500m"}}},
        "spec.resources.requests.cpu",
        "is 2, more than the limit of 1500m",
    ),
    ("service", {**specs.VOLUME, "service": {"nodePort": 30000}}, "spec.service.nodePort", "needs type NodePort or LoadBalancer"),
    (
        "service",
        {**specs.VOLUME, "service": {"type": "NodePort", "loadBalancerClass": "a"}},
        "spec.service.loadBalancerClass",
        "needs type LoadBalancer",
    ),
    (
        "service_account",
        {**specs.VOLUME, "serviceAccount": {"name": "mine", "annotations": {"a": "b"}}},
        "spec.serviceAccount.annotations",
        "annotate it yourself",
    ),
    (
        "ca_bundle",
        {**specs.VOLUME, "caBundle": {}},
        "spec.caBundle.configMapName",
        "name the ConfigMap that holds the certificates",
    ),
    ("config", {**specs.VOLUME, "config": {"http": {"addr": ":80"}}}, "spec.config.http.addr", "is set by the operator"),
    (
        "config",
        {**specs.VOLUME, "image": "registry:2.8.3", "config": {"storage": {"tag": {"concurrencylimit": 1}}}},
        "spec.config.storage.tag",
        "Distribution 2.8 has no such key",
    ),
    (
        "config",
        {**specs.S3, "config": {"storage": {"filesystem": {}}}},
        "spec.config.storage.filesystem",
        "a second storage driver",
    ),
    ("proxy", {**specs.VOLUME, "proxy": {"httpsProxy": "http://u:word@proxy:1"}}, "spec.proxy.httpsProxy", "in plain sight"),
    (
        "upgrade",
        {**specs.VOLUME, "upgrade": {"progressDeadlineSeconds": 60, "minReadySeconds": 60}},
        "spec.upgrade.progressDeadlineSeconds",
        "minReadySeconds",
    ),
]

ACCEPTED: list[tuple[str, Spec]] = [
    ("image", {**specs.VOLUME, "image": "registry.example.com/mirror/registry:3.1.1"}),
    ("image", {**specs.VOLUME, "image": "acme/registry:stable", "version": "2.8"}),
    ("image", {**specs.VOLUME, "image": "acme/registry:2026.11", "version": "3.1"}),
    ("image", {**specs.VOLUME, "image": "registry:2.8.3", "version": "2.8"}),
    ("image", {**specs.VOLUME, "version": "3.1"}),
    ("s3", specs.MINIO),
    ("s3", {"image": "registry:2.8.3", "storage": {"s3": {**_S3, "endpoint": "http://minio", "forcePathStyle": True}}}),
    ("s3", {"image": "registry:2.8.3", "storage": {"s3": {**_S3, "region": "x", "forcePathStyle": False}}}),
    ("s3", {"storage": {"s3": {**_S3, "region": "x", "forcePathStyle": True}}}),
    ("azure", {"storage": {"azure": {"container": "images", "accountName": "acme", "rootDirectory": "/team-a"}}}),
    ("azure", {**specs.AZURE, "image": "registry:2.8.3"}),
    ("volume", specs.OWN_CLAIM),
    ("replicas", {**specs.VOLUME, "replicas": 1}),
    ("replicas", {**specs.SHARED_VOLUME, "replicas": 3}),
    ("replicas", {**specs.SHARED_VOLUME, "autoscaling": {}}),
    ("replicas", {**specs.OWN_CLAIM, "replicas": 3}),
    ("replicas", {**specs.VOLUME, "autoscaling": {"enabled": False}}),
    ("autoscaling", {**specs.S3, "autoscaling": {"minReplicas": 2, "maxReplicas": 2}}),
    ("resources", {**specs.VOLUME, "resources": {"requests": {"cpu": "1500m"}, "limits": {"cpu": "1.5", "memory": "1Gi"}}}),
    ("resources", {**specs.VOLUME, "resources": {"requests": {"memory": "1Gi"}, "limits": {"cpu": 1}}}),
    ("service", {**specs.VOLUME, "service": {"type": "NodePort", "nodePort": 30000}}),
    ("service", {**specs.VOLUME, "service": {"type": "LoadBalancer", "nodePort": 30000, "loadBalancerClass": "a.b/c"}}),
    ("service_account", {**specs.VOLUME, "serviceAccount": {"name": "mine"}}),
    ("service_account", {**specs.VOLUME, "serviceAccount": {"annotations": {"a": "b"}}}),
    ("ca_bundle", {**specs.VOLUME, "caBundle": {"enabled": False}}),
    ("ca_bundle", {**specs.VOLUME, "caBundle": {"configMapName": "authorities"}}),
    ("config", {**specs.VOLUME, "config": {"storage": {"tag": {"concurrencylimit": 1}}}}),
    ("config", {**specs.S3, "config": {"storage": {"s3": {"chunksize": 10485760}}}}),
    ("proxy", {**specs.VOLUME, "proxy": {"httpsProxy": "http://proxy:3128", "noProxy": "@"}}),
    ("upgrade", {**specs.VOLUME, "upgrade": {"progressDeadlineSeconds": 61, "minReadySeconds": 60}}),
    *[("one_storage", spec) for spec in specs.STORAGES.values()],
    ("bucket_classes", specs.COSI),
]


def problems(spec: Spec) -> dict[str, str]:
    """Return what an answer says is wrong: message by path."""
    answer = cluster(spec).reconcile()
    if not answer.fatal:
        return {}
    said = re.split(r"\(\d+\) (?=spec\.)", answer.conditions[0].message)
    return dict(one.split(": ", 1) for one in said if one)


@pytest.mark.parametrize(("rule", "spec", "path", "advice"), REFUSED, ids=[f"{rule}-{path}" for rule, _, path, _ in REFUSED])
def test_a_rule_says_where_the_mistake_is_and_what_to_do(rule: str, spec: Spec, path: str, advice: str):  # noqa: ARG001
    found = problems(spec)
    assert list(found) == [path]
    assert advice in found[path]


@pytest.mark.parametrize(("rule", "spec"), ACCEPTED, ids=[rule for rule, _ in ACCEPTED])
def test_a_rule_lets_pass_what_is_right(rule: str, spec: Spec):  # noqa: ARG001
    assert problems(spec) == {}


def test_every_rule_has_a_case_that_it_refuses_and_one_that_it_lets_pass():
    """The guards of what holds the images have tests of their own."""
    rules = {rule.__name__ for rule in RULES} - {"storage_change", "volume_change"}
    assert rules <= {rule for rule, *_ in REFUSED}
    assert rules <= {rule for rule, _ in ACCEPTED}


@pytest.mark.parametrize("modes", [["ReadWriteOnce"], ["ReadWriteOncePod"], ["ReadWriteOnce", "ReadOnlyMany"]])
def test_an_existing_claim_for_one_node_allows_one_replica(modes: list[str]):
    registry = cluster({**specs.OWN_CLAIM, "replicas": 2})
    registry.users = [claim("images", *modes)]
    registry.requirements = dict(registry.answer().requirements)
    assert f"the volume ({', '.join(modes)}) belongs to one node" in registry.reconcile().fatal


def test_an_existing_claim_is_not_judged_before_it_has_been_looked_up():
    """A fatal answer ends Crossplane's loop: what the function asks for would never be looked up."""
    answer = cluster({**specs.OWN_CLAIM, "replicas": 3}).answer()
    assert answer.fatal == ""
    assert "PersistentVolumeClaim/images" in answer.requirements


def test_an_existing_claim_that_is_missing_is_waited_for():
    registry = cluster({**specs.OWN_CLAIM, "replicas": 3})
    registry.users = []
    registry.requirements = dict(registry.answer().requirements)
    answer = registry.answer()
    assert answer.fatal == ""
    assert {c.type: c.reason for c in answer.conditions}["StorageReady"] == "ClaimMissing"


def test_no_rule_needs_anything_but_the_spec_to_be_asked():
    """The first call brings neither observed nor required objects."""
    for _, spec in ACCEPTED:
        first: Any = cluster(spec).answer()
        assert first.fatal == "", spec
