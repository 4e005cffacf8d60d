"""Every reason of a Registry's conditions, reached from a state of the cluster that stands for it."""

from typing import Any

import pytest

from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import Cluster
from tests.specs import cluster
from tests.states import Change, Row, check, driver_gone, first, named, no_users, settled, told


def pods(**status: Any) -> Change:
    return lambda registry: registry.report(**status)


def service_gone(registry: Cluster) -> None:
    del registry.composed[Keys.SERVICE]


def deployment_gone(registry: Cluster) -> None:
    del registry.composed[Keys.DEPLOYMENT]


QUOTA = 'pods "x" is forbidden: exceeded quota'
BALANCED: specs.Spec = {**specs.EMPTY, "service": {"type": "LoadBalancer"}}


def address(registry: Cluster) -> None:
    registry.composed[Keys.SERVICE]["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}


AVAILABLE: list[Row] = [
    (lambda: cluster(specs.VOLUME), "False", "WaitingForStorage", "is being created", False),
    (lambda: first(specs.S3), "False", "WaitingForStorage", "Secret team-a/s3-keys", True),
    (lambda: cluster(specs.EMPTY), "False", "Creating", "Deployment my-registry-registry is being created", False),
    (lambda: settled(specs.EMPTY, deployment_gone), "False", "Creating", "Deployment my-registry-registry is being created", False),
    (lambda: settled(specs.EMPTY, service_gone), "False", "Creating", "the Service is being created", False),
    (lambda: settled(BALANCED), "False", "WaitingForLoadBalancer", "Service team-a/my-registry-registry has no address yet", False),
    (lambda: settled(BALANCED, address), "True", "Available", "1 of 1 pods are ready", False),
    (lambda: settled(specs.S3), "True", "Available", "2 of 2 pods are ready", False),
    (lambda: settled(specs.S3, pods(readyReplicas=3)), "True", "Available", "2 of 2 pods are ready", False),
    (lambda: settled(specs.S3, pods(readyReplicas=1)), "True", "Degraded", "1 of 2 pods are ready (why: kubectl -n team-a", False),
    (lambda: settled(specs.S3, pods(readyReplicas=1, failure=QUOTA)), "True", "Degraded", QUOTA, True),
    (lambda: settled(specs.S3, pods(readyReplicas=0, failure=QUOTA)), "False", "PodsRefused", QUOTA, True),
    (lambda: settled(specs.S3, pods(readyReplicas=0)), "False", "Starting", "0 of 2 pods are ready (why: kubectl -n team-a", False),
    (
        lambda: settled(specs.S3, pods(readyReplicas=0, reason="ProgressDeadlineExceeded")),
        "False",
        "PodsNotReady",
        "describe pods -l app.kubernetes.io/name=registry,app.kubernetes.io/instance=my-registry)",
        True,
    ),
]


@pytest.mark.parametrize("row", AVAILABLE, ids=named)
def test_a_registry_is_available_or_says_why_not(row: Row):
    check("Available", row)


def upgrading(**status: Any) -> Change:
    def change(registry: Cluster) -> None:
        registry.spec = {**registry.spec, "logging": {"level": "debug"}}
        registry.reconcile()
        if status:
            registry.report(**status)

    return change


def newer(image: str) -> Change:
    def change(registry: Cluster) -> None:
        registry.spec = {**registry.spec, "image": image}

    return change


FLOATING: specs.Spec = {**specs.EMPTY, "image": "registry:3"}
LATE: dict[str, Any] = {"reason": "ProgressDeadlineExceeded", "availableReplicas": 1, "updatedReplicas": 1}

UPGRADED: list[Row] = [
    (lambda: first(specs.S3), "False", "Waiting", "the first release waits: Secret team-a/s3-keys", True),
    (lambda: settled(specs.S3, no_users), "False", "Waiting", "goes on until a new one can be made: Secret team-a/s3-keys", True),
    (
        lambda: settled(specs.S3, lambda it: it.requirements.clear()),
        "False",
        "Waiting",
        "has not been looked up yet",
        False,
    ),
    (lambda: cluster(specs.EMPTY), "False", "RollingOut", "(registry:3.1.1) is being rolled out", False),
    (lambda: settled(specs.S3, upgrading()), "False", "RollingOut", "is being rolled out", False),
    (lambda: settled(specs.S3, upgrading(updatedReplicas=1)), "False", "RollingOut", "1 of 2 pods run it, 2 are available", False),
    (lambda: settled(specs.S3, upgrading(updatedReplicas=0, failure=QUOTA)), "False", "RollingOut", QUOTA, True),
    (
        lambda: settled(specs.S3, upgrading(**LATE)),
        "False",
        "RolledBack",
        "was not ready within 300 s (1 of 2 pods; why: kubectl -n team-a get events",
        True,
    ),
    (lambda: settled(specs.S3, upgrading(**LATE, failure=QUOTA)), "False", "RolledBack", QUOTA, True),
    (
        lambda: settled({**specs.S3, "upgrade": {"rollback": "Manual"}}, upgrading(**LATE)),
        "False",
        "RolloutFailed",
        "upgrade.rollback is Manual, so it is left as it is",
        True,
    ),
    (
        lambda: settled(specs.S3, newer("registry:2.8.3")),
        "False",
        "Refused",
        "registry:2.8.3 is older than registry:3.1.1, which runs",
        True,
    ),
    (lambda: settled(specs.S3), "True", "Current", "(registry:3.1.1) runs", False),
    (
        lambda: settled(FLOATING),
        "True",
        "Current",
        "registry:3 is a tag that moves: it cannot be rolled back, name an exact one",
        False,
    ),
]


@pytest.mark.parametrize("row", UPGRADED, ids=named)
def test_a_registry_is_upgraded_or_says_why_not(row: Row):
    check("Upgraded", row)


def test_a_pod_more_that_a_rollout_starts_is_not_told_of():
    """Crossplane counts each change of a status against its circuit breaker: one for each pod that is replaced is enough."""
    registry = settled({**specs.S3, "replicas": 3}, upgrading())
    steps = [
        {"updatedReplicas": 1, "replicas": 4, "readyReplicas": 3, "availableReplicas": 3},
        {"updatedReplicas": 1, "replicas": 4, "readyReplicas": 4, "availableReplicas": 3},
        {"updatedReplicas": 1, "replicas": 4, "readyReplicas": 4, "availableReplicas": 4},
        {"updatedReplicas": 1, "replicas": 3, "readyReplicas": 3, "availableReplicas": 3},
    ]
    answers = []
    for step in steps:
        registry.report("ReplicaSetUpdated", **step)
        answers.append(registry.reconcile())
    said = {str((answer.status, answer.conditions)) for answer in answers}
    assert len(said) == 1
    assert "1 of 3 pods run it, 3 are available" in said.pop()


def test_a_missing_config_map_is_named_by_a_condition_that_is_in_trouble():
    """It is no part of the storage, and yet nothing runs without it: somebody has to say so."""
    registry = first({**specs.EMPTY, "caBundle": {"configMapName": "authorities"}})
    naming = [entry for entry in registry.answer().conditions if "ConfigMap team-a/authorities" in entry.message]
    assert naming
    assert any(entry.trouble for entry in naming)
    assert told(registry, "Available").reason != "Creating"


def test_a_missing_bucket_is_not_said_to_be_looked_up():
    """Our own Secret was deleted, and the driver's is gone as well."""
    registry = settled(specs.COSI, driver_gone, lambda it: it.composed.pop(Keys.BUCKET_SECRET))
    assert "is being looked up" not in told(registry, "Upgraded").message


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        (lambda _: None, "False", "Creating"),
        (lambda it: it.composed[Keys.DELETION_PROTECTION].update(status={"conditions": []}), "False", "Creating"),
        (
            lambda it: it.composed[Keys.DELETION_PROTECTION].update(status={"conditions": [{"type": "Ready", "status": "True"}]}),
            "True",
            "Protected",
        ),
    ],
    ids=["composed", "without state", "ready"],
)
def test_protection_is_told_while_it_is_asked_for(change: Change, status: str, reason: str):
    registry = settled({**specs.EMPTY, "deletionProtection": True}, change)
    entry = told(registry, "Protected")
    assert (entry.status, entry.reason) == (status, reason)
    registry.spec = {**specs.EMPTY, "replicas": 0, "deletionProtection": True}
    assert told(registry, "Protected") == entry, "an invalid spec protects from nothing less"
    registry.spec = specs.EMPTY
    left = told(registry, "Protected")
    assert (left.status, left.reason) == ("False", "NotProtected"), "left out, it would go on saying what is no longer so"
