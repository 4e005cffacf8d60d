"""Every manifest is what the API servers of all supported versions of Kubernetes take it for."""

from typing import Any

import kubernetes_validate
import pytest

from function.kubernetes.names import Keys
from tests import schemas, specs
from tests.pods import composed
from tests.schemas import validate
from tests.specs import IMAGES, Spec

OPTIONS: dict[str, Spec] = {
    "service": {"service": {"type": "LoadBalancer", "nodePort": 30000, "loadBalancerClass": "a.b/c", "annotations": {"a": "b"}}},
    "resources": {"resources": {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": "2", "ephemeral-storage": 1024}}},
    "account": {"serviceAccount": {"annotations": {"a": "b"}}, "imagePullSecrets": [{"name": "pull"}]},
    "egress": {"proxy": {"httpProxy": "http://a", "noProxy": "b,c"}, "caBundle": {"configMapName": "authorities"}},
    "protection": {"deletionProtection": True, "readOnly": True},
    "upgrade": {"upgrade": {"progressDeadlineSeconds": 600, "minReadySeconds": 0}},
    "tolerations": {
        "scheduling": {
            "tolerations": [{"operator": "Exists"}, {"key": "a", "value": "b", "effect": "NoExecute", "tolerationSeconds": 3}],
            "nodeSelector": {"a": "b"},
            "priorityClassName": "high",
            "podDisruptionBudget": {"maxUnavailable": "25%"},
        }
    },
    "spread": {
        "scheduling": {
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "zone",
                    "whenUnsatisfiable": "DoNotSchedule",
                    "minDomains": 2,
                    "nodeAffinityPolicy": "Honor",
                    "nodeTaintsPolicy": "Ignore",
                    "matchLabelKeys": ["pod-template-hash"],
                    "labelSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]},
                }
            ]
        }
    },
    "affinity": {
        "scheduling": {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {
                                "matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}],
                                "matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n"]}],
                            }
                        ]
                    },
                    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {}}],
                },
                "podAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {"topologyKey": "zone", "namespaces": ["a"], "namespaceSelector": {}, "matchLabelKeys": ["a"]}
                    ]
                },
                "podAntiAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 100, "podAffinityTerm": {"topologyKey": "zone", "labelSelector": {"matchLabels": {"a": "b"}}}}
                    ]
                },
            }
        }
    },
    "network": {
        "networkPolicy": {
            "ingressFrom": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}, {"namespaceSelector": {}}],
            "metricsFrom": [{"podSelector": {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}}],
        }
    },
}


@pytest.mark.parametrize("dialect", IMAGES)
@pytest.mark.parametrize("name", specs.STORAGES)
def test_every_storage_composes_what_kubernetes_knows(name: str, dialect: str):
    for manifest in composed({**specs.STORAGES[name], "image": IMAGES[dialect]}).values():
        validate(manifest)


@pytest.mark.parametrize("storage", [specs.EMPTY, specs.S3], ids=["one replica", "several"])
@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_composes_what_kubernetes_knows(option: str, storage: Spec):
    for manifest in composed({**storage, **OPTIONS[option]}).values():
        validate(manifest)


@pytest.mark.parametrize("targets", [{}, {"targetMemoryUtilizationPercentage": 80, "targetCPUUtilizationPercentage": 1}])
def test_an_autoscaler_is_what_kubernetes_knows(targets: dict[str, Any]):
    for manifest in composed({**specs.S3, "autoscaling": targets}).values():
        validate(manifest)


def test_a_field_that_kubernetes_does_not_know_would_be_found():
    """The other tests of this file are worth nothing if this one fails."""
    good = composed(specs.EMPTY)[Keys.SERVICE]
    with pytest.raises(kubernetes_validate.ValidationError):
        validate({**good, "spec": {**good["spec"], "prots": []}})


def test_the_versions_are_the_oldest_and_the_newest_that_there_are_schemas_for():
    assert schemas.OLDEST == "1.30"
    assert kubernetes_validate.latest_version().startswith(schemas.NEWEST)
