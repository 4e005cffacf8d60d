"""A release is tried before a pod is replaced: what the trial is, and what becomes of a release by it."""

from typing import Any

import pytest

from function.kubernetes import labels
from function.kubernetes.document import Manifest, PlainDocument
from function.kubernetes.jobs import outcome
from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import Cluster
from tests.specs import Spec
from tests.states import settled, told

NEWER = {"image": "registry:3.9.9"}


def changed(spec: Spec, ends: str = "", **more: Any) -> Cluster:
    """Return a cluster where all was well until the image changed, and whose trial ends so."""
    registry = settled(spec)
    registry.trial = ends
    registry.spec = {**registry.spec, **NEWER, **more}
    registry.reconcile()
    registry.reconcile()
    return registry


def jobs(registry: Cluster) -> list[Manifest]:
    return [manifest for key, manifest in registry.composed.items() if key.startswith(Keys.TRIAL)]


def pod(registry: Cluster) -> Manifest:
    [job] = jobs(registry)
    found: Manifest = job["spec"]["template"]["spec"]
    return found


def carried(registry: Cluster) -> str:
    return str(registry.deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def test_the_first_release_is_not_tried():
    registry = specs.cluster(specs.S3)
    registry.reconcile()
    assert not jobs(registry)


@pytest.mark.parametrize("name", specs.STORAGES)
def test_a_change_is_tried_and_no_pod_is_replaced_meanwhile(name: str):
    registry = changed(specs.STORAGES[name])
    assert len(jobs(registry)) == 1
    assert carried(registry) == "registry:3.1.1"
    assert told(registry, "Upgraded").reason == "Trial"


def test_a_trial_that_passes_lets_the_rollout_begin_and_goes_when_that_is_complete():
    registry = changed(specs.S3, "Complete")
    assert carried(registry) == "registry:3.9.9"
    assert len(jobs(registry)) == 1
    registry.report()
    registry.reconcile()
    assert not jobs(registry)


@pytest.mark.parametrize("ends", ["Failed", "FailureTarget"])
def test_a_trial_that_fails_touches_no_pod_and_is_not_repeated(ends: str):
    registry = changed(specs.S3, ends)
    for _ in range(3):
        registry.reconcile()
        assert carried(registry) == "registry:3.1.1"
        assert not jobs(registry)
    entry = told(registry, "Upgraded")
    assert entry.reason == "TrialFailed"
    assert entry.trouble
    assert "registry:3.9.9 did not start" in entry.message
    assert "running registry:3.1.1" in entry.message
    assert registry.status["release"]["failed"] == registry.status["release"]["target"]


@pytest.mark.parametrize("change", [{"upgrade": {"retry": "again"}}, {"image": "registry:3.9.8"}])
def test_another_attempt_is_tried_again(change: Spec):
    registry = changed(specs.S3, "Failed")
    registry.trial = ""
    registry.spec = {**registry.spec, **change}
    registry.reconcile()
    assert len(jobs(registry)) == 1
    registry.trial = "Complete"
    registry.reconcile()
    registry.reconcile()
    assert carried(registry) == registry.spec["image"]


def test_what_is_not_to_be_tried_is_rolled_out():
    assert carried(changed(specs.S3, upgrade={"preflight": False})) == "registry:3.9.9"


def test_a_registry_that_is_down_is_mended_at_once():
    registry = settled(specs.S3)
    registry.trial = ""
    registry.report(readyReplicas=0, availableReplicas=0)
    registry.spec = {**registry.spec, **NEWER}
    registry.reconcile()
    assert carried(registry) == "registry:3.9.9"


def test_a_spec_that_is_set_back_ends_the_trial():
    registry = changed(specs.S3)
    registry.spec = specs.S3
    registry.reconcile()
    assert not jobs(registry)
    assert told(registry, "Upgraded").reason == "Current"


def test_nothing_selects_the_pod_of_a_trial():
    registry = changed(specs.S3)
    [job] = jobs(registry)
    mine = job["spec"]["template"]["metadata"]["labels"].items()
    for key, path in ((Keys.DEPLOYMENT, "selector"), (Keys.DISRUPTION_BUDGET, "selector"), (Keys.NETWORK_POLICY, "podSelector")):
        assert not registry.composed[key]["spec"][path]["matchLabels"].items() <= mine
    assert not registry.composed[Keys.SERVICE]["spec"]["selector"].items() <= mine


def test_a_trial_runs_the_release_with_its_own_credentials_and_config_and_read_only():
    registry = changed(specs.S3)
    [sidecar] = pod(registry)["initContainers"]
    env = {one["name"]: one.get("value", one.get("valueFrom")) for one in sidecar["env"]}
    assert env["AWS_ACCESS_KEY_ID"]["secretKeyRef"]["name"] == "s3-keys"
    assert env["REGISTRY_STORAGE_MAINTENANCE_READONLY"] == '{"enabled":true}'
    target = registry.status["release"]["target"]
    [config] = [volume for volume in pod(registry)["volumes"] if volume["name"] == "config"]
    assert config["secret"]["secretName"].endswith(f"-release-{target}")
    assert f"{Keys.RELEASE}{target}" in registry.composed
    assert sidecar["startupProbe"]["httpGet"]["path"].startswith("/v2/"), "answered by the storage, and not by the registry alone"
    assert "readinessProbe" not in sidecar
    assert "lifecycle" not in sidecar


def test_a_trial_is_one_job_that_is_never_changed_and_takes_its_pod_with_it():
    [job] = jobs(changed(specs.S3))
    assert job["spec"]["backoffLimit"] == 0
    # The pod's own begins once a node has it; until then a busy cluster may take its time.
    assert job["spec"]["template"]["spec"]["activeDeadlineSeconds"] == 60
    assert job["spec"]["activeDeadlineSeconds"] == 3600
    assert "ttlSecondsAfterFinished" not in job["spec"]
    assert job["metadata"]["finalizers"] == ["foregroundDeletion"]
    [other] = jobs(changed(specs.S3, resources={"limits": {"memory": "1Gi"}}))
    assert other["metadata"]["name"] != job["metadata"]["name"]
    assert job["metadata"]["annotations"][labels.ATTEMPT] != other["metadata"]["annotations"][labels.ATTEMPT]


def test_a_volume_of_one_node_is_tried_beside_the_pods_that_have_it():
    found = pod(changed(specs.VOLUME))
    [term] = found["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert any("persistentVolumeClaim" in volume for volume in found["volumes"])


def test_a_volume_of_one_pod_is_left_to_it():
    found = pod(changed({"storage": {"persistentVolumeClaim": {"size": "1Gi", "accessModes": ["ReadWriteOncePod"]}}}))
    assert not any("persistentVolumeClaim" in volume for volume in found["volumes"])
    assert {"name": "data", "emptyDir": {}} in found["volumes"]


CACHE: Spec = {"upstreamRegistryURL": "https://registry-1.docker.io"}


@pytest.mark.parametrize("kind", ["emptyDir", "persistentVolumeClaim"])
def test_a_cache_is_tried_with_an_empty_directory_and_without_its_janitor(kind: str):
    cache = Cluster({**CACHE, "volume": {"type": kind}}, *specs.users(), name="mirror", kind="Cache")
    cache.settle()
    cache.trial = ""
    cache.spec = {**cache.spec, **NEWER}
    cache.reconcile()
    found = pod(cache)
    assert [one["name"] for one in found["initContainers"]] == ["registry"]
    [data] = [volume for volume in found["volumes"] if volume["name"] == "data"]
    assert "emptyDir" in data


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], "running"),
        ([{"type": "Complete", "status": "True"}], "passed"),
        ([{"type": "SuccessCriteriaMet", "status": "True"}], "passed"),
        ([{"type": "FailureTarget", "status": "True"}], "failed"),
        ([{"type": "Failed", "status": "True"}], "failed"),
        ([{"type": "Failed", "status": "False"}], "running"),
        (3, "running"),
    ],
)
def test_how_a_job_ended(conditions: Any, expected: str):
    assert outcome(PlainDocument({"status": {"conditions": conditions}})) == expected


def test_a_job_whose_pod_has_succeeded_has_passed_even_if_that_was_found_out_too_late():
    late = {"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}
    assert outcome(PlainDocument({"status": {"conditions": [late], "succeeded": 1}})) == "passed"
    assert outcome(PlainDocument({"status": {"conditions": [late], "failed": 1}})) == "failed"
