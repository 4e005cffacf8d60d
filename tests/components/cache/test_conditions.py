"""What a Cache's status and conditions say."""

from collections.abc import Callable
from typing import Any

import pytest

from function.kubernetes.document import PlainDocument
from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import Cluster, secret
from tests.specs import Spec, cache
from tests.states import named, no_users, told

Row = tuple[Callable[[], Cluster], str, str, str, bool]


def settled(spec: Spec, *changes: Callable[[Cluster], Any], **more: Any) -> Cluster:
    there = cache(spec, **more)
    there.settle()
    for change in changes:
        change(there)
    return there


def first(spec: Spec, *users: Any) -> Cluster:
    there = Cluster(spec, *users, name="my-cache", kind="Cache")
    there.requirements = dict(there.answer().requirements)
    return there


def half(there: Cluster) -> None:
    there.users = [secret("upstream", username="ci")]


def pending(there: Cluster) -> None:
    there.composed["cache-volume-1"]["status"] = {"phase": "Pending"}


def lost(there: Cluster) -> None:
    pending(there)
    there.composed["cache-volume-0"]["status"] = {"phase": "Lost"}


def growing(there: Cluster) -> None:
    there.composed["cache-volume-1"]["status"]["conditions"] = [{"type": "Resizing", "status": "True"}]


def class_gone(there: Cluster) -> None:
    pending(there)
    there.users = []


UPSTREAM: list[Row] = [
    (lambda: settled(specs.CACHE), "True", "Anonymous", "fetches from https://registry.example.com without credentials", False),
    (lambda: settled(specs.PRIVATE_CACHE), "True", "CredentialsConfigured", "with the credentials of Secret upstream", False),
    (lambda: cache(specs.PRIVATE_CACHE), "False", "Reading", "Secret upstream has not been looked up yet", False),
    (
        lambda: first(specs.PRIVATE_CACHE),
        "False",
        "SecretNotUsable",
        "Secret team-a/upstream, named in spec.credentialsSecretName,",
        True,
    ),
    (lambda: settled(specs.PRIVATE_CACHE, no_users), "False", "SecretNotUsable", "what is kept goes on being served", True),
    (lambda: settled(specs.PRIVATE_CACHE, half), "False", "SecretNotUsable", "lacks the key password", True),
]


@pytest.mark.parametrize("row", UPSTREAM, ids=named)
def test_the_upstream_is_configured_or_it_is_said_what_lacks(row: Row):
    build, status, reason, said, trouble = row
    entry = told(build(), "UpstreamConfigured")
    assert (entry.status, entry.reason, entry.trouble) == (status, reason, trouble)
    assert said in entry.message


STORED: list[Row] = [
    (lambda: settled(specs.CACHE), "True", "EmptyDir", "kept in the pod", False),
    (
        lambda: cache(specs.VOLUMES_CACHE),
        "False",
        "Creating",
        "PersistentVolumeClaim team-a/data-my-cache-cache-0 is being created",
        False,
    ),
    (lambda: settled(specs.VOLUMES_CACHE), "True", "ClaimBound", "all 2 volumes are bound", False),
    (lambda: settled(specs.VOLUMES_CACHE, replicas=1), "True", "ClaimBound", "data-my-cache-cache-0 is bound", False),
    (lambda: settled(specs.VOLUMES_CACHE, pending), "False", "ClaimPending", "data-my-cache-cache-1 is pending", False),
    (lambda: settled(specs.VOLUMES_CACHE, lost), "False", "ClaimLost", "data-my-cache-cache-0 has lost its volume", True),
    (
        lambda: settled(specs.VOLUMES_CACHE, class_gone),
        "False",
        "StorageClassMissing",
        "StorageClass standard does not exist",
        True,
    ),
    (lambda: settled(specs.VOLUMES_CACHE, growing), "True", "Growing", "data-my-cache-cache-1 is bound, and grows", False),
]


@pytest.mark.parametrize("row", STORED, ids=named)
def test_the_volumes_are_there_or_it_is_said_what_they_wait_for(row: Row):
    build, status, reason, said, trouble = row
    entry = told(build(), "StorageReady")
    assert (entry.status, entry.reason, entry.trouble) == (status, reason, trouble)
    assert said in entry.message


def test_a_cache_starts_without_the_credentials_that_it_names():
    there = Cluster(specs.CACHE | {"credentialsSecretName": "upstream"}, name="my-cache", kind="Cache")
    answer = there.reconcile()
    assert Keys.DEPLOYMENT in answer.desired
    there.report()
    assert there.reconcile().composite_ready


def test_a_stateful_set_that_does_not_get_on_says_where_to_look():
    there = settled(specs.VOLUMES_CACHE)
    there.spec["image"] = "registry:3.1.9"
    there.reconcile()
    there.report(updatedReplicas=1, readyReplicas=1, availableReplicas=1)
    entry = told(there, "Upgraded")
    assert (entry.status, entry.reason) == ("False", "RollingOut")
    assert "1 of 2 pods run it" in entry.message
    assert "describe pods -l app.kubernetes.io/name=cache,app.kubernetes.io/instance=my-cache" in entry.message


@pytest.mark.parametrize(
    ("service", "spec", "address"),
    [
        ({}, {"clusterIP": "10.96.0.7"}, "http://10.96.0.7:5000"),
        ({}, {"clusterIP": "fd00::7"}, "http://[fd00::7]:5000"),
        ({"port": 80}, {"clusterIP": "10.96.0.7"}, "http://10.96.0.7:80"),
        ({"type": "LoadBalancer"}, {"clusterIP": "10.96.0.7"}, "http://192.0.2.1:5000"),
    ],
    ids=str,
)
def test_the_status_has_a_hosts_toml_that_can_be_pasted(service: Spec, spec: dict[str, Any], address: str):
    there = settled(specs.CACHE, service=service, upstreamRegistryURL="https://registry-1.docker.io")
    assert "hostsTOML" not in there.answer().status, "without an address it would be of no use"
    there.composed[Keys.SERVICE]["spec"] |= spec
    if service.get("type"):
        there.composed[Keys.SERVICE]["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    assert there.answer().status["hostsTOML"] == (
        "# /etc/containerd/certs.d/docker.io/hosts.toml\n"
        'server = "https://registry-1.docker.io"\n'
        "\n"
        f'[host."{address}"]\n'
        '  capabilities = ["pull", "resolve"]\n'
    )


def test_the_status_has_what_kubectl_shows():
    answer = settled(specs.VOLUMES_CACHE).answer()
    status = dict(answer.status)
    assert status.pop("release")["phase"] == "Current"
    assert status == {
        "url": "http://my-cache-cache.team-a.svc:5000",
        "upstream": "https://registry.example.com",
        "image": "registry:3.1.1",
        "version": "3.1",
        "replicas": 2,
        "readyReplicas": 2,
        "zeroDowntime": True,
    }


@pytest.mark.parametrize(
    ("spec", "replicas", "without"), [(specs.CACHE, 1, True), (specs.VOLUMES_CACHE, 1, False), (specs.VOLUMES_CACHE, 2, True)]
)
def test_the_status_says_whether_a_change_loses_requests(spec: Spec, replicas: int, without: bool):
    assert settled(spec, replicas=replicas).answer().status["zeroDowntime"] is without


def test_what_the_cluster_holds_of_a_cache_is_read_as_any_document():
    there = settled(specs.VOLUMES_CACHE)
    there.composed[Keys.STATEFUL_SET]["spec"]["volumeClaimTemplates"] = "broken"
    there.composed["cache-volume-x"] = {"kind": "PersistentVolumeClaim", "metadata": {"name": "x"}, "spec": 3}
    there.composed["cache-volume-0"]["spec"] = None
    assert there.answer().fatal == ""
    assert PlainDocument(there.composed["cache-volume-0"]).at("spec", "a") is None
