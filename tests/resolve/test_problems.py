"""Every mistake is told at its place, in words that its author understands, and all at once."""

import re
from typing import Any

import pytest

from function.api.registry import RegistrySpec
from function.resolve.parse import parse
from function.resolve.problems import InvalidSpec, Problem, dotted, related, without
from tests import specs
from tests.specs import cluster

QUANTITY = "must be a Kubernetes quantity greater than 0, such as 10Gi, 1.5Gi or 500m"
NUMBER, TEXT, FLAG, OBJECT, LIST = (
    "must be a whole number",
    "must be a string (put it in quotes)",
    "must be true or false",
    "must be an object",
    "must be a list",
)


def told(spec: Any) -> dict[str, str]:
    """Return all problems of the form of a spec: message by path."""
    _, problems = parse(RegistrySpec, spec)
    assert len({problem.path for problem in problems}) == len(problems)
    return {problem.path: problem.message for problem in problems}


@pytest.mark.parametrize(
    ("spec", "path", "meant"),
    [
        ({"loging": {}}, "spec.loging", "logging"),
        ({"replica": 1}, "spec.replica", "replicas"),
        ({"storage": {"S3": {}}}, "spec.storage.S3", "s3"),
        ({"storage": {"s3": {"bucket": "images", "forcepathstyle": True}}}, "spec.storage.s3.forcepathstyle", "forcePathStyle"),
        ({"storage": {"persistentVolume": {}}}, "spec.storage.persistentVolume", "persistentVolumeClaim"),
        ({"autoscaling": {"maxReplica": 3}}, "spec.autoscaling.maxReplica", "maxReplicas"),
        ({"imagePullSecrets": [{"name": "a"}, {"nam": "b"}]}, "spec.imagePullSecrets[1].nam", "name"),
        ({"networkPolicy": {"ingressFrom": [{"podSelektor": {}}]}}, "spec.networkPolicy.ingressFrom[0].podSelektor", "podSelector"),
        ({"networkPolicy": {"ingressFrom": [{"ipBlock": {"cidr": "::/0", "exept": []}}]}}, None, "except"),
        ({"scheduling": {"affinity": {"nodeAfinity": {}}}}, "spec.scheduling.affinity.nodeAfinity", "nodeAffinity"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_misspelt_field_names_the_one_that_was_meant(spec: dict[str, Any], path: str | None, meant: str):
    messages = told(spec)
    where = path or "spec.networkPolicy.ingressFrom[0].ipBlock.exept"
    assert messages.pop(where) == f"there is no such field; did you mean {meant}?"
    assert all(message == "is missing" for message in messages.values())


def test_a_field_like_no_other_is_not_guessed_at():
    assert told({"xyzzy": 1}) == {"spec.xyzzy": "there is no such field"}


@pytest.mark.parametrize("field", ["read_only", "node_port"])
def test_the_api_server_s_spelling_is_the_only_one(field: str):
    """The API server drops what the XRD does not know: what a preview accepts must be what a cluster accepts."""
    spec, path = ({"read_only": True}, "spec") if field == "read_only" else ({"service": {"node_port": 1}}, "spec.service")
    assert list(told(spec)) == [f"{path}.{field}"]


@pytest.mark.parametrize(
    ("spec", "path", "message"),
    [
        ({"replicas": "3"}, "spec.replicas", NUMBER),
        ({"replicas": 1.5}, "spec.replicas", NUMBER),
        ({"replicas": True}, "spec.replicas", NUMBER),
        ({"replicas": 0}, "spec.replicas", "must be at least 1"),
        ({"replicas": 1001}, "spec.replicas", "must be at most 1000"),
        ({"image": 3}, "spec.image", TEXT),
        ({"image": ""}, "spec.image", "must not be empty"),
        ({"image": "a" * 1025}, "spec.image", "must have at most 1024 characters"),
        ({"readOnly": "true"}, "spec.readOnly", FLAG),
        ({"readOnly": 1}, "spec.readOnly", FLAG),
        ({"service": 5}, "spec.service", OBJECT),
        ({"service": []}, "spec.service", OBJECT),
        ({"config": []}, "spec.config", OBJECT),
        ({"imagePullSecrets": {}}, "spec.imagePullSecrets", LIST),
        ({"imagePullSecrets": [None]}, "spec.imagePullSecrets[0]", OBJECT),
        ({"imagePullSecrets": ["a"]}, "spec.imagePullSecrets[0]", OBJECT),
        ({"imagePullSecrets": [{}]}, "spec.imagePullSecrets[0].name", "is missing"),
        ({"service": {"port": 0}}, "spec.service.port", "must be at least 1"),
        ({"service": {"port": 65536}}, "spec.service.port", "must be at most 65535"),
        ({"service": {"port": "5000"}}, "spec.service.port", NUMBER),
        ({"service": {"nodePort": -1}}, "spec.service.nodePort", "must be at least 1"),
        ({"service": {"type": "clusterIP"}}, "spec.service.type", "must be one of: ClusterIP, NodePort, LoadBalancer"),
        ({"logging": {"level": "trace"}}, "spec.logging.level", "must be one of: error, warn, info, debug"),
        ({"upgrade": {"progressDeadlineSeconds": 5}}, "spec.upgrade.progressDeadlineSeconds", "must be at least 30"),
        ({"scheduling": {"nodeSelector": {"disk": 5}}}, "spec.scheduling.nodeSelector.disk", TEXT),
        ({"scheduling": {"nodeSelector": {"a.b/c": True}}}, "spec.scheduling.nodeSelector.a.b/c", TEXT),
        ({"scheduling": {"nodeSelector": {"int": 5}}}, "spec.scheduling.nodeSelector.int", TEXT),
        ({"service": {"annotations": {"a": 5}}}, "spec.service.annotations.a", TEXT),
        ({"service": {"annotations": "a"}}, "spec.service.annotations", OBJECT),
        ({"storage": {"s3": {"region": "x"}}}, "spec.storage.s3.bucket", "is missing"),
        ({"storage": {"persistentVolumeClaim": {"size": "1Gi", "accessModes": []}}}, None, "must not be empty"),
        ({"storage": {"persistentVolumeClaim": {"claimName": "My_Claim"}}}, "spec.storage.persistentVolumeClaim.claimName", None),
        ({"resources": {"requests": {"gpu": 1}}}, "spec.resources.requests.gpu", "must be one of: cpu, memory, ephemeral-storage"),
        ({"version": "3"}, "spec.version", 'must be one of: "2.8", "3.1"'),
        ({"version": 2.8}, "spec.version", 'must be one of: "2.8", "3.1" (in quotes)'),
    ],
    ids=str,
)
def test_a_wrong_value_is_told_at_its_place(spec: dict[str, Any], path: str | None, message: str | None):
    [(where, said)] = told(spec).items()
    assert where == (path or "spec.storage.persistentVolumeClaim.accessModes")
    if where == "spec.version":
        # How exactly it is said is open, but the choices are two, and a number is told to be none.
        assert '""' not in said
        assert ": ," not in said
        assert "quote" in said or not isinstance(spec["version"], float)
    elif message is None:
        assert said.startswith("must match ")
    else:
        assert said == message


@pytest.mark.parametrize(
    "value", [-1, 0, "-1", "0", "10 GB", "10GB", "ten", "", "1e1000", 0.5, 1.0, True, [], {}, "10Gi\n"], ids=repr
)
@pytest.mark.parametrize("path", ["resources.requests.memory", "storage.emptyDir.size", "storage.persistentVolumeClaim.size"])
def test_a_quantity_that_is_none_is_told_what_one_looks_like(path: str, value: Any):
    spec: Any = value
    for step in reversed(path.split(".")):
        spec = {step: spec}
    assert told(spec) == {f"spec.{path}": QUANTITY}


@pytest.mark.parametrize("value", [1, "1", "10Gi", "1.5Gi", "500m", "1e3", ".5"])
def test_a_quantity_that_is_one_is_taken(value: Any):
    assert told({"resources": {"requests": {"memory": value}}}) == {}


@pytest.mark.parametrize("value", ["0%", "101%", "25", "x", 0, -1, True, 1.5], ids=repr)
def test_a_share_that_is_none_is_told_what_one_looks_like(value: Any):
    path = "spec.scheduling.podDisruptionBudget.maxUnavailable"
    [(where, said)] = told({"scheduling": {"podDisruptionBudget": {"maxUnavailable": value}}}).items()
    assert where == path
    assert said == "must be at least 1" or "%" in said


@pytest.mark.parametrize("value", [1, 3, "1%", "25%", "100%"])
def test_a_share_that_is_one_is_taken(value: Any):
    assert told({"scheduling": {"podDisruptionBudget": {"maxUnavailable": value}}}) == {}


@pytest.mark.parametrize("spec", [[], "x", 3, True])
def test_a_spec_that_is_no_object_is_told_so(spec: Any):
    assert told(spec) == {"spec": OBJECT}


def test_a_null_is_how_yaml_leaves_a_field_out():
    assert told({"image": None, "storage": {"s3": None}, "scheduling": {"nodeSelector": {"a": None}}}) == {}


def test_crossplane_s_own_fields_are_not_ours_to_judge():
    names = ["claimRef", "compositionRef", "compositionSelector", "compositionUpdatePolicy", "compositionRevisionRef", "crossplane"]
    names += ["resourceRef", "resourceRefs", "writeConnectionSecretToRef", "compositeDeletePolicy", "publishConnectionDetailsTo"]
    assert told({name: {"a": 1} for name in names}) == {}


def fatal(**spec: Any) -> set[str]:
    """Return the paths of all that a whole answer tells, and see that it tells nothing twice."""
    answer = cluster(spec).reconcile()
    [valid] = [entry for entry in answer.conditions if entry.type == "Valid"]
    assert (valid.status, valid.reason, valid.trouble) == ("False", "InvalidSpec", True)
    assert answer.fatal == f"the spec is not valid, nothing was changed: {valid.message}"
    assert answer.desired == {}
    paths = [part.split(":")[0] for part in re.split(r"\(\d+\) ", valid.message) if part]
    assert len(paths) == len(set(paths))
    return set(paths)


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        ({"replica": 1, "image": 3, "service": {"port": 0}}, ["spec.replica", "spec.image", "spec.service.port", "spec.storage"]),
        ({**specs.VOLUME, "image": "!", "version": 3}, ["spec.image", "spec.version"]),
        ({**specs.EMPTY, "replicas": 2, "service": {"nodePort": 30000}}, ["spec.replicas", "spec.service.nodePort"]),
        ({"storage": {"bucketClassName": "fast", "bucketAccessClass": "Not_A_Name"}}, ["spec.storage.bucketAccessClass"]),
        ({"storage": {"s3": {"bucket": "!", "region": "x"}}}, ["spec.storage.s3.bucket"]),
        ({"storage": {"s3": {"bukket": "images", "region": "x"}}}, ["spec.storage.s3.bukket", "spec.storage.s3.bucket"]),
        ({"storage": {"persistentVolumeClaim": {"size": "ten"}}}, ["spec.storage.persistentVolumeClaim.size"]),
        ({"storage": {"persistentVolumeClaim": "10Gi"}}, ["spec.storage.persistentVolumeClaim"]),
        ({"storage": {"emptydir": {}}}, ["spec.storage.emptydir"]),
        (
            {"storage": {"gcs": {"bucket": "images"}, "emptyDir": {"size": "10 GB"}}},
            ["spec.storage", "spec.storage.emptyDir.size"],
        ),
        ({"storage": "s3"}, ["spec.storage"]),
        (
            {"storage": {"s3": {}}, "autoscaling": {"minReplicas": 5, "maxReplicas": 1}},
            ["spec.storage.s3.bucket", "spec.autoscaling.maxReplicas"],
        ),
        (
            {"storage": {"s3": {"bucket": "!", "region": "x"}}, "autoscaling": {"minReplicas": 5, "maxReplicas": 1}},
            ["spec.storage.s3.bucket", "spec.autoscaling.maxReplicas"],
        ),
        (
            {**specs.VOLUME, "imagePullSecrets": [{}], "service": {"nodePort": 30000}},
            ["spec.imagePullSecrets[0].name", "spec.service.nodePort"],
        ),
        (
            {**specs.VOLUME, "image": "acme/registry:stable", "config": {"compatibility": {"schema1": {"enabled": True}}}},
            ["spec.version"],
        ),
    ],
    ids=str,
)
def test_all_problems_are_told_at_once_and_none_that_is_not_one(spec: dict[str, Any], paths: list[str]):
    assert fatal(**spec) == set(paths)


def test_one_problem_is_told_without_a_number():
    assert str(InvalidSpec([Problem("spec.a", "is missing")])) == "spec.a: is missing"


def test_several_problems_are_counted_in_the_order_of_their_paths():
    problems = [Problem("spec.b", "is missing"), Problem("spec.a", "is wrong"), Problem("spec.b", "is missing")]
    assert str(InvalidSpec(problems)) == "(1) spec.a: is wrong. (2) spec.b: is missing."


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("spec.a", "spec.a", True),
        ("spec.a", "spec.a.b", True),
        ("spec.a[0]", "spec.a", True),
        ("spec.a", "spec.ab", False),
        ("spec.a", "spec.b", False),
    ],
)
def test_a_path_is_related_to_what_lies_within_it(one: str, other: str, expected: bool):
    assert related(one, other) is expected
    assert related(other, one) is expected


def test_a_location_is_written_as_a_path():
    assert dotted(("spec", "a", 0, "b")) == "spec.a[0].b"


def test_what_is_wrong_is_left_out_of_the_rest():
    spec = {"a": [1, {"b": 2, "c": 3}], "d": 4}
    assert without(spec, [("a", 1, "b"), ("d",)]) == {"a": [1, {"c": 3}]}
    assert without(spec, [("a", 0)]) == {"a": [{"b": 2, "c": 3}], "d": 4}
