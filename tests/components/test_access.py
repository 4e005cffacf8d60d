"""Who may connect to the pods, and how the registry is reached."""

from typing import Any

import pytest

from function.components.access import PROMETHEUS
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import specs
from tests.pods import composed, config, container

PEER = {"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": {}}


def policy(**written: Any) -> Manifest:
    found: Manifest = composed({**specs.EMPTY, "networkPolicy": written})[Keys.NETWORK_POLICY]["spec"]
    return found


def service(**written: Any) -> Manifest:
    return composed({**specs.EMPTY, "service": written})[Keys.SERVICE]


def test_all_may_use_the_registry_and_only_prometheus_reads_the_metrics():
    """The debug port shows the whole configuration, secrets included."""
    assert policy()["ingress"] == [
        {"ports": [{"protocol": "TCP", "port": 5000}]},
        {"ports": [{"protocol": "TCP", "port": 5001}], "from": [PROMETHEUS]},
    ]
    assert policy()["policyTypes"] == ["Ingress"]
    assert PROMETHEUS["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}


def test_the_user_says_who_may():
    blocked = {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}
    clients, metrics = policy(ingressFrom=[PEER, blocked], metricsFrom=[PEER])["ingress"]
    assert clients["from"] == [PEER, blocked]
    assert metrics["from"] == [PEER]


@pytest.mark.parametrize("written", [{"ingressFrom": []}, {"metricsFrom": []}, {"enabled": True}])
def test_an_empty_list_is_as_good_as_none(written: dict[str, Any]):
    assert policy(**written) == policy()


def test_a_policy_that_is_switched_off_is_not_made():
    assert Keys.NETWORK_POLICY not in composed({**specs.EMPTY, "networkPolicy": {"enabled": False}})


def test_the_ports_are_those_on_which_the_registry_listens():
    http = config(specs.EMPTY)["http"]
    ports = {port["name"]: port["containerPort"] for port in container(specs.EMPTY)["ports"]}
    assert (http["addr"], http["debug"]["addr"]) == (f":{ports['registry']}", f":{ports['metrics']}")
    assert [rule["ports"][0]["port"] for rule in policy()["ingress"]] == [ports["registry"], ports["metrics"]]


@pytest.mark.parametrize("written", [{}, {"port": 80}, {"type": "LoadBalancer"}, {"type": "NodePort", "nodePort": 30000}])
def test_the_metrics_port_is_no_part_of_the_service(written: dict[str, Any]):
    [port] = service(**written)["spec"]["ports"]
    assert port["targetPort"] == "registry"


def test_a_service_is_as_the_user_says():
    made = service(type="LoadBalancer", port=443, nodePort=30000, loadBalancerClass="a.b/c", annotations={"a": "b"})
    assert made["metadata"]["annotations"] == {"a": "b"}
    assert made["spec"]["type"] == "LoadBalancer"
    assert made["spec"]["loadBalancerClass"] == "a.b/c"
    [port] = made["spec"]["ports"]
    assert (port["port"], port["nodePort"], port["protocol"]) == (443, 30000, "TCP")


def test_a_service_leaves_to_kubernetes_what_nobody_wrote():
    made = service()
    assert made["spec"].keys() == {"type", "selector", "ports"}
    assert "nodePort" not in made["spec"]["ports"][0]
    assert "annotations" not in made["metadata"]


def test_a_service_account_of_ours_has_no_token_and_the_user_s_annotations():
    made = composed({**specs.EMPTY, "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn"}}})
    account = made[Keys.SERVICE_ACCOUNT]
    assert account["automountServiceAccountToken"] is False
    assert account["metadata"]["annotations"] == {"eks.amazonaws.com/role-arn": "arn"}
