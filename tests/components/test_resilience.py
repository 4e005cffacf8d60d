"""What keeps the registry up: a budget for drains, an autoscaler, and protection from being deleted."""

from typing import Any

import pytest

from function.api import VERSION
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import Cluster
from tests.pods import composed
from tests.specs import Spec


def autoscaler(**written: Any) -> Manifest:
    found: Manifest = composed({**specs.S3, "autoscaling": written})[Keys.AUTOSCALER]["spec"]
    return found


@pytest.mark.parametrize(
    ("spec", "budget"),
    [
        (specs.S3, 1),
        ({**specs.S3, "scheduling": {"podDisruptionBudget": {"maxUnavailable": 2}}}, 2),
        ({**specs.S3, "scheduling": {"podDisruptionBudget": {"maxUnavailable": "25%"}}}, "25%"),
        ({**specs.S3, "scheduling": {"podDisruptionBudget": {}}}, 1),
        ({**specs.S3, "autoscaling": {"minReplicas": 1}}, 1),
        ({**specs.S3, "replicas": 1}, None),
        (specs.VOLUME, None),
    ],
)
def test_a_drain_takes_few_pods_at_once_but_is_never_blocked(spec: Spec, budget: Any):
    made = composed(spec).get(Keys.DISRUPTION_BUDGET)
    assert (made["spec"]["maxUnavailable"] if made else None) == budget
    if made:
        assert "minAvailable" not in made["spec"]
        assert made["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_an_autoscaler_scales_the_deployment():
    made = autoscaler(minReplicas=3, maxReplicas=7)
    target = composed({**specs.S3, "autoscaling": {}})[Keys.DEPLOYMENT]
    assert made["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": target["metadata"]["name"]}
    assert (made["minReplicas"], made["maxReplicas"]) == (3, 7)


@pytest.mark.parametrize(
    ("written", "targets"),
    [
        ({}, {"cpu": 75}),
        ({"targetCPUUtilizationPercentage": 50}, {"cpu": 50}),
        ({"targetMemoryUtilizationPercentage": 80}, {"memory": 80}),
        ({"targetCPUUtilizationPercentage": 50, "targetMemoryUtilizationPercentage": 80}, {"cpu": 50, "memory": 80}),
    ],
)
def test_an_autoscaler_goes_by_what_was_written_or_else_by_cpu(written: dict[str, Any], targets: dict[str, int]):
    metrics = autoscaler(**written)["metrics"]
    assert all(one["type"] == "Resource" and one["resource"]["target"]["type"] == "Utilization" for one in metrics)
    assert {one["resource"]["name"]: one["resource"]["target"]["averageUtilization"] for one in metrics} == targets


@pytest.mark.parametrize("spec", [specs.S3, {**specs.S3, "autoscaling": {"enabled": False}}])
def test_without_autoscaling_there_is_no_autoscaler(spec: Spec):
    assert Keys.AUTOSCALER not in composed(spec)


@pytest.mark.parametrize("claimed", [False, True])
def test_a_protected_registry_is_one_that_its_team_cannot_delete(claimed: bool):
    registry = Cluster({**specs.EMPTY, "deletionProtection": True}, claimed=claimed)
    made = registry.answer().desired[Keys.DELETION_PROTECTION]
    assert (made["apiVersion"], made["kind"]) == ("protection.crossplane.io/v1beta1", "Usage")
    assert made["spec"]["of"] == {"apiVersion": VERSION, "kind": "Registry", "resourceRef": {"name": "my-registry"}}
    assert "deletionProtection" in made["spec"]["reason"]


def test_an_unprotected_registry_can_be_deleted():
    assert Keys.DELETION_PROTECTION not in composed(specs.EMPTY)
