"""A Deployment's status, in objects as a real cluster returns them."""

from typing import Any

import pytest

from function.kubernetes import workloads
from function.kubernetes.document import PlainDocument

CROSSPLANE, AUTOSCALER = "apiextensions.crossplane.io/composed/0f3a", "kube-controller-manager"
GOOD = {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3}
DONE = {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
LATE = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}


def deployment(*conditions: dict[str, Any], replicas: int = 3, **status: int) -> PlainDocument:
    metadata = {"annotations": {"registry-operator.dev/release": "0123456789"}}
    return PlainDocument(
        {
            "metadata": {"generation": 2},
            "spec": {"replicas": replicas, "template": {"metadata": metadata}},
            "status": {**GOOD, **status, "conditions": list(conditions)},
        }
    )


def test_a_state_tells_what_the_controller_reports():
    state = workloads.read(deployment(DONE, {"type": "Available", "status": "True"}, readyReplicas=2, availableReplicas=1))
    assert (state.release, state.desired, state.ready, state.available) == ("0123456789", 3, 2, 1)
    assert (state.replicas, state.updated, state.observed) == (3, 3, True)
    assert (state.progressing, state.refused) == ("NewReplicaSetAvailable", "")


@pytest.mark.parametrize(
    ("state", "complete"),
    [
        (deployment(DONE), True),
        (deployment(), True),
        (deployment(DONE, observedGeneration=1), False),
        (deployment(DONE, updatedReplicas=2), False),
        (deployment(DONE, replicas=4), False),
        (deployment(DONE, availableReplicas=2), False),
        (deployment(DONE, replicas=2, updatedReplicas=2), False),
        (deployment(LATE), False),
        (deployment(DONE, replicas=0, updatedReplicas=0, availableReplicas=0), False),
    ],
    ids=["done", "silent", "not observed", "old pods", "surge", "unavailable", "too few", "overdue", "none"],
)
def test_a_rollout_is_complete_when_all_pods_run_the_template_and_none_another(state: PlainDocument, complete: bool):
    assert workloads.read(state).complete is complete


def test_no_pod_at_all_is_no_rollout():
    status = {"replicas": 0, "updatedReplicas": 0, "availableReplicas": 0}
    none = {"metadata": {"generation": 2}, "spec": {"replicas": 0}, "status": {**GOOD, **status}}
    assert not workloads.read(PlainDocument(none)).complete


@pytest.mark.parametrize(
    ("state", "overdue"),
    [(deployment(LATE), True), (deployment(LATE, observedGeneration=1), False), (deployment(DONE), False)],
    ids=["late", "of an older template", "in time"],
)
def test_a_rollout_is_overdue_when_the_controller_says_so_of_this_template(state: PlainDocument, overdue: bool):
    assert workloads.read(state).overdue is overdue


@pytest.mark.parametrize(("status", "message"), [("True", "exceeded quota"), ("False", "")])
def test_pods_are_refused_only_while_the_controller_says_so(status: str, message: str):
    failure = {"type": "ReplicaFailure", "status": status, "reason": "FailedCreate", "message": "exceeded quota"}
    assert workloads.read(deployment(failure)).refused == message


def test_a_deployment_without_status_is_not_observed():
    state = workloads.read(PlainDocument({"metadata": {}, "spec": {}}))
    assert not state.observed
    assert not state.complete
    assert not state.overdue


def managed(*owners: tuple[str, dict[str, Any]]) -> PlainDocument:
    return PlainDocument({"metadata": {"managedFields": [{"manager": name, "fieldsV1": fields} for name, fields in owners]}})


REPLICAS, IMAGE = {"f:spec": {"f:replicas": {}}}, {"f:spec": {"f:template": {}}}
STATUS = {"f:status": {"f:replicas": {}}}


@pytest.mark.parametrize(
    ("owners", "ours"),
    [
        ([], True),
        ([(CROSSPLANE, REPLICAS)], True),
        ([(CROSSPLANE, IMAGE), (AUTOSCALER, STATUS)], True),
        ([(CROSSPLANE, REPLICAS), ("kubectl-edit", IMAGE)], True),
        ([(AUTOSCALER, REPLICAS)], False),
        ([(CROSSPLANE, IMAGE), (AUTOSCALER, REPLICAS)], False),
        ([(CROSSPLANE, REPLICAS), ("kubectl", REPLICAS)], False),
    ],
    ids=["unknown", "ours", "their status", "their template", "theirs", "handed over", "shared"],
)
def test_replicas_are_ours_while_nobody_else_has_set_them(owners: list[tuple[str, dict[str, Any]]], ours: bool):
    assert workloads.replicas_are_ours(managed(*owners)) is ours


@pytest.mark.parametrize("fields", [None, 3, [None], [{"manager": 3}], [{"manager": AUTOSCALER, "fieldsV1": []}]])
def test_managed_fields_of_any_shape_are_read(fields: Any):
    assert workloads.replicas_are_ours(PlainDocument({"metadata": {"managedFields": fields}}))
