"""The rules of a Cache: what is refused, where, and what its author is told to write."""

from typing import Any

import pytest

from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import VERSION, Cluster
from tests.specs import Spec, cache, users

PREFIX = "the spec is not valid, nothing was changed: "


def refusal(spec: Spec, *more: Manifest) -> str:
    """Return what is said of a spec that is refused."""
    registry = Cluster(spec, *users(), *more, name="my-cache", kind="Cache")
    answer = registry.reconcile()
    assert answer.fatal.startswith(PREFIX)
    return answer.fatal.removeprefix(PREFIX)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"upstreamRegistryURL": ""}, "spec.upstreamRegistryURL: is missing: the registry whose images are kept, such as https://"),
    ({"upstreamRegistryURL": "ghcr.io"}, "spec.upstreamRegistryURL: needs a scheme: https://ghcr.io"),
    ({"upstreamRegistryURL": "http://my-cache-cache.team-a.svc:5000"}, "spec.upstreamRegistryURL: is this Cache itself"),
    ({"upstreamRegistryURL": 3}, "spec.upstreamRegistryURL: must be a string (put it in quotes)"),
    ({"image": "registry:2.8.3"}, "spec.image: its tag says version 2.8: a Cache needs Distribution 3.1 or newer"),
    ({"image": "registry:2"}, "spec.image: its tag says version 2.8: a Cache needs Distribution 3.1 or newer"),
    ({"image": "registry:3.0.0"}, "spec.image: its tag says version 3.0: a Cache needs Distribution 3.1 or newer"),
    ({"image": "acme/registry:1", "version": "2.8"}, "spec.version: is 2.8: a Cache needs Distribution 3.1 or newer"),
    ({"image": "acme/registry:latest"}, "spec.version: is needed, since the tag of acme/registry:latest does not tell it"),
    ({"cacheTTL": "7d"}, "spec.cacheTTL: must be a duration in hours, minutes and seconds, such as 24h or 1h30m, or 0"),
    ({"cacheTTL": 24}, "spec.cacheTTL: must be a duration in hours, minutes and seconds, such as 24h or 1h30m, or 0"),
    ({"cacheTTL": "-1h"}, "spec.cacheTTL: must be a duration"),
    ({"maxCacheSize": "100 GB"}, "spec.maxCacheSize: must be a Kubernetes quantity greater than 0"),
    ({"maxCacheSize": "0"}, "spec.maxCacheSize: must be a Kubernetes quantity greater than 0"),
    ({"volume": {"type": "hostPath"}}, "spec.volume.type: must be one of: emptyDir, persistentVolumeClaim"),
    ({"volume": {"storageClassName": "fast"}}, "spec.volume.storageClassName: needs type persistentVolumeClaim"),
    ({"volume": {"type": "persistentVolumeClaim"}, "replicas": 31}, "spec.replicas: is 31: with a volume for each there may be 30"),
    ({"storage": {"emptyDir": {}}}, "spec.storage: there is no such field"),
    ({"autoscaling": {}}, "spec.autoscaling: there is no such field"),
    ({"config": {"proxy": {"ttl": "1h"}}}, "spec.config.proxy: has a field of its own: spec.upstreamRegistryURL"),
    ({"config": {"storage": {"cache": {}}}}, "spec.config.storage.cache: is not available: it would remember what was removed"),
    ({"config": {"redis": {}}}, "spec.config.redis: is not available: it would remember what was removed"),
    ({"config": {"storage": {"s3": {}}}}, "spec.config.storage.s3: would be a second storage driver beside filesystem"),
    ({"credentialsSecretName": "No Name"}, "spec.credentialsSecretName: must match"),
    ({"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}, "spec.resources.requests.cpu: is 2, more than the limit"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=lambda value: str(value)[:50])
def test_what_is_wrong_is_refused(change: dict[str, Any], said: str):
    assert refusal({**specs.CACHE, **change}).startswith(said)


def test_all_problems_are_told_at_once():
    found = refusal(
        {"upstreamRegistryURL": "docker.io", "image": "registry:2", "cacheTTL": "7d", "volume": {"storageClassName": "x"}}
    )
    for field in ("upstreamRegistryURL", "image", "cacheTTL", "volume.storageClassName"):
        assert f"spec.{field}: " in found


@pytest.mark.parametrize(
    "change",
    [
        {"cacheTTL": 0},
        {"cacheTTL": "0"},
        {"maxCacheSize": "1Ti"},
        {"image": "registry:3"},
        {"image": "registry:3.1"},
        {"image": "acme/distribution:edge", "version": "3.1"},
        {"volume": {"type": "emptyDir", "size": "50Gi", "accessMode": "ReadWriteOnce"}},
        {"volume": None},
    ],
    ids=str,
)
def test_what_is_right_is_taken(change: dict[str, Any]):
    assert cache(specs.CACHE, **change).reconcile().fatal == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"storageClassName": "other"},
            "spec.volume.storageClassName: cannot change: the volumes were made with the cluster's default",
        ),
        ({"accessMode": "ReadWriteMany"}, "spec.volume.accessMode: cannot change: the volumes were made with ReadWriteOnce"),
    ],
)
def test_what_volumes_were_made_for_stays(change: dict[str, Any], said: str):
    there = cache(specs.VOLUMES_CACHE)
    there.settle()
    there.spec["volume"] |= change
    answer = there.reconcile()
    assert answer.fatal.startswith(PREFIX + said)
    [stored] = [entry for entry in answer.conditions if entry.type == "StorageReady"]
    assert (stored.status, stored.reason) == ("False", "StorageChangeRefused")
    assert Keys.STATEFUL_SET in there.composed


def template(**spec: Any) -> Manifest:
    return {"apiVersion": VERSION, "kind": "RegistryTemplate", "metadata": {"name": "base", "generation": 7}, "spec": spec}


def test_a_template_gives_what_a_cache_has_too():
    written = {**specs.CACHE, "template": "base"}
    base = template(replicas=3, resources={"limits": {"memory": "1Gi"}}, storage={"emptyDir": {}}, autoscaling={}, readOnly=True)
    there = Cluster(written, base, name="my-cache", kind="Cache")
    answer = there.settle()
    assert answer.fatal == ""
    assert answer.desired[Keys.DEPLOYMENT]["spec"]["replicas"] == 3
    assert answer.status["template"] == {"name": "base", "generation": 7}


def test_what_a_template_locks_is_locked_and_what_only_a_registry_has_is_not():
    base = template(replicas=3, locked=["replicas", "storage", "storage.s3"])
    assert (
        refusal({**specs.CACHE, "template": "base", "replicas": 2}, base)
        == "spec.replicas: is locked by RegistryTemplate base: leave it out"
    )
    there = Cluster({**specs.CACHE, "template": "base"}, base, name="my-cache", kind="Cache")
    assert there.reconcile().fatal == ""


def test_a_mistake_is_told_where_it_was_written():
    written = {**specs.CACHE, "template": "base"}
    assert refusal(written, template(image="registry:2.8.3")).startswith(
        "RegistryTemplate base: spec.image: its tag says version 2.8"
    )
    assert refusal(written, template(replica=3)).startswith("RegistryTemplate base: spec.replica: there is no such field; did you")
    assert refusal(written) == "spec.template: RegistryTemplate base does not exist: create it, or name another"
