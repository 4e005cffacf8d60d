"""What a Cache composes: its pods, their volumes, what is configured in them."""

from pathlib import Path
from typing import Any

import pytest

from function.components import cache as cache_room
from function.components.part import CONFIG_DIRECTORY
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import clusters, specs
from tests.clusters import Cluster
from tests.pods import config_of, decoded
from tests.schemas import validate
from tests.specs import Spec, cache


def settled(spec: Spec, **more: Any) -> Cluster:
    there = cache(spec, **more)
    assert there.settle().fatal == ""
    return there


def pod(there: Cluster) -> Manifest:
    found: Manifest = there.workload["spec"]["template"]["spec"]
    return found


def config(there: Cluster) -> Manifest:
    return config_of({**there.composed, Keys.DEPLOYMENT: there.workload})


def janitor(there: Cluster) -> dict[str, str]:
    [sidecar] = pod(there)["initContainers"]
    return {one["name"]: one["value"] for one in sidecar["env"]}


def volume(there: Cluster, name: str) -> Manifest:
    [found] = [one for one in pod(there)["volumes"] if one["name"] == name]
    return dict(found)


@pytest.mark.parametrize("name", specs.CACHES)
def test_every_manifest_is_what_kubernetes_takes_it_for(name: str):
    for manifest in settled(specs.CACHES[name], deletionProtection=True).composed.values():
        validate(manifest)


@pytest.mark.parametrize("name", specs.CACHES)
def test_the_registry_is_a_proxy_that_starts_without_its_upstream_and_forgets_nothing_by_itself(name: str):
    there = settled(specs.CACHES[name])
    assert config(there)["proxy"] == {
        "remoteurl": "https://registry.example.com",
        "ttl": "0s",
        "cachewritetimeout": "1h",
        "exec": {"command": f"{CONFIG_DIRECTORY}/credentials.sh", "lifetime": "0s"},
    }
    assert config(there)["storage"] == {
        "filesystem": {"rootdirectory": "/var/lib/registry"},
        "delete": {"enabled": True},
        "maintenance": {"uploadpurging": {"enabled": False}},
    }
    assert "REGISTRY_HTTP_SECRET" not in str(pod(there))


def test_its_programs_are_files_of_its_release_that_can_be_run():
    there = settled(specs.CACHE)
    items = {item["key"]: item.get("mode") for item in volume(there, "config")["secret"]["items"]}
    programs = {path.name for path in Path(cache_room.__path__[0]).iterdir() if path.suffix in (".sh", ".awk")}
    assert items == {"config.yml": None, **dict.fromkeys(programs, 0o555)}
    [release] = [manifest for key, manifest in there.composed.items() if key.startswith(Keys.RELEASE)]
    texts = decoded(release)
    assert texts.keys() == {*items, "pod.json"}
    assert all(text.startswith("#!/bin/sh\n") for name, text in texts.items() if name.endswith(".sh"))


def test_the_janitor_runs_beside_the_registry_in_the_same_image_and_as_restricted():
    there = settled(specs.CACHE, image="registry:3.1.2")
    [sidecar] = pod(there)["initContainers"]
    [registry] = pod(there)["containers"]
    assert (sidecar["restartPolicy"], sidecar["image"]) == ("Always", "registry:3.1.2")
    assert sidecar["securityContext"] == registry["securityContext"]
    mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in sidecar["volumeMounts"]}
    assert mounts == {CONFIG_DIRECTORY: True, "/var/lib/registry": False, "/run/janitor": False}


@pytest.mark.parametrize(
    ("written", "ttl", "limit"),
    [
        ({}, "0", 20 * 2**30),
        ({"cacheTTL": 0}, "0", 20 * 2**30),
        ({"cacheTTL": "24h"}, "86400", 20 * 2**30),
        ({"maxCacheSize": "1Gi"}, "0", 2**30),
        ({"maxCacheSize": "100Gi", "volume": {"size": "50Gi"}}, "0", 50 * 2**30),
        ({"volume": {"size": "1.5G"}}, "0", 1500000000),
    ],
    ids=str,
)
def test_the_limits_reach_the_janitor(written: Spec, ttl: str, limit: int):
    found = janitor(settled(specs.CACHE, **written))
    assert (found["TTL_SECONDS"], found["MAX_BYTES"], found["STORE"]) == (ttl, str(limit), "/var/lib/registry")


def test_an_empty_directory_may_grow_beyond_the_cache_before_the_pod_is_evicted():
    there = settled(specs.CACHE, volume={"type": "emptyDir", "size": "50Gi", "accessMode": "ReadWriteOnce"}, maxCacheSize="100Gi")
    assert there.workload["kind"] == "Deployment"
    assert volume(there, "data") == {"name": "data", "emptyDir": {"sizeLimit": "64000Mi"}}


def test_volumes_are_one_for_each_replica_of_a_stateful_set_whose_pods_start_at_once():
    there = settled(specs.VOLUMES_CACHE, replicas=3)
    spec = there.workload["spec"]
    assert (there.workload["kind"], spec["podManagementPolicy"], spec["replicas"]) == ("StatefulSet", "Parallel", 3)
    [template] = spec["volumeClaimTemplates"]
    assert template["spec"] == {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "50Gi"}}}
    name = f"{template['metadata']['name']}-{there.workload['metadata']['name']}"
    claims = {key: one for key, one in there.composed.items() if one["kind"] == "PersistentVolumeClaim"}
    assert {key: one["metadata"]["name"] for key, one in claims.items()} == {f"cache-volume-{n}": f"{name}-{n}" for n in range(3)}
    assert "data" not in [one["name"] for one in pod(there)["volumes"]]


def test_volumes_grow_and_the_template_stays_as_it_was():
    there = settled(specs.VOLUMES_CACHE)
    before = there.workload["spec"]["volumeClaimTemplates"]
    there.spec["volume"]["size"] = "80Gi"
    there.reconcile()
    assert there.workload["spec"]["volumeClaimTemplates"] == before
    assert _sizes(there) == {"80Gi"}
    assert janitor(there)["MAX_BYTES"] == str(80 * 2**30)


def test_volumes_do_not_grow_where_their_class_does_not_allow_it_and_never_shrink():
    there = settled(specs.VOLUMES_CACHE)
    there.users = [clusters.storage_class("standard", grows=False)]
    there.spec["volume"]["size"] = "80Gi"
    there.reconcile()
    assert _sizes(there) == {"50Gi"}
    there.users = specs.users()
    there.spec["volume"]["size"] = "30Gi"
    there.reconcile()
    assert _sizes(there) == {"50Gi"}
    assert janitor(there)["MAX_BYTES"] == str(30 * 2**30)


def _sizes(there: Cluster) -> set[str]:
    claims = [one for one in there.composed.values() if one["kind"] == "PersistentVolumeClaim"]
    return {claim["spec"]["resources"]["requests"]["storage"] for claim in claims}


def test_fewer_replicas_have_fewer_volumes():
    there = settled(specs.VOLUMES_CACHE, replicas=3)
    there.spec["replicas"] = 1
    there.reconcile()
    assert {key for key in there.composed if key.startswith(Keys.CACHE_VOLUME)} == {"cache-volume-0"}


def test_the_same_client_comes_to_the_same_replica():
    assert settled(specs.CACHE).composed[Keys.SERVICE]["spec"]["sessionAffinity"] == "ClientIP"


def test_metrics_of_registry_and_janitor_are_for_prometheus_alone():
    policy = settled(specs.CACHE).composed[Keys.NETWORK_POLICY]["spec"]
    assert policy["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "cache"
    clients, metrics = policy["ingress"]
    assert [port["port"] for port in clients["ports"]] == [5000]
    assert [port["port"] for port in metrics["ports"]] == [5001, 5002]
    assert metrics["from"][0]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "prometheus"}


def test_credentials_are_mounted_and_their_contents_restart_nobody():
    there = settled(specs.PRIVATE_CACHE)
    assert volume(there, "upstream")["secret"] == {
        "secretName": "upstream",
        "items": [{"key": "username", "path": "username"}, {"key": "password", "path": "password"}],
        "optional": True,
    }
    before = there.workload
    there.users = [
        *(one for one in there.users if one["metadata"]["name"] != "upstream"),
        clusters.secret("upstream", username="x", password="y"),
    ]
    there.reconcile()
    assert there.workload == before
    assert "secret-value" not in str(there.composed)


def test_the_bundle_s_contents_restart_the_pods():
    there = settled(specs.PRIVATE_CACHE)
    before = there.workload["spec"]["template"]
    there.users = [
        *(one for one in there.users if one["metadata"]["name"] != "authorities"),
        clusters.config_map("authorities", ca__crt="new"),
    ]
    there.reconcile()
    assert there.workload["spec"]["template"] != before


MOVES = [(specs.CACHE, specs.VOLUMES_CACHE), (specs.VOLUMES_CACHE, specs.CACHE)]


@pytest.mark.parametrize(("one", "other"), MOVES, ids=["to volumes", "to directories"])
def test_pods_on_the_old_volumes_serve_until_those_on_the_new_ones_do(one: Spec, other: Spec):
    there = settled(one)
    old = {
        key
        for key, manifest in there.composed.items()
        if manifest["kind"] in ("Deployment", "StatefulSet", "PersistentVolumeClaim")
    }
    before = {key: there.composed[key]["spec"] for key in old}
    there.spec = dict(other)
    for _ in range(2):
        answer = there.reconcile()
        assert {key: there.composed[key]["spec"] for key in old} == before
        told = {entry.type: (entry.status, entry.reason) for entry in answer.conditions}
        assert told["Available"] == ("True", "Available"), "the old pods serve"
        assert told["Upgraded"] == ("False", "RollingOut")
        assert answer.composite_ready
    there.bind()
    there.report()
    there.reconcile()
    answer = there.reconcile()
    assert not old & answer.desired.keys()
    assert {entry.status for entry in answer.conditions} == {"True"}
    assert sum(key.startswith(Keys.RELEASE) for key in answer.desired) == 1
