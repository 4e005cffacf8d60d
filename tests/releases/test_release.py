"""What runs is kept word for word, and is named by all that it was made from."""

import base64
import copy
import json
from typing import Any

import pytest
import yaml

from function.components.workload import pod
from function.kubernetes import containers, labels
from function.kubernetes.document import PlainDocument
from function.kubernetes.names import Keys
from function.releases import release
from function.releases.release import Release, fingerprint, stored
from function.resolve import plan
from tests import specs
from tests.clusters import Cluster
from tests.pods import decoded
from tests.specs import Spec, cluster
from tests.states import settled

POD = '{"metadata": {"annotations": {"a": "b"}}, "spec": {"containers": [{"image": "registry:3.1.1"}]}}'


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def releases(registry: Cluster) -> set[str]:
    return {key.removeprefix(Keys.RELEASE) for key in registry.composed if key.startswith(Keys.RELEASE)}


def memory(registry: Cluster) -> dict[str, str]:
    annotations = registry.deployment["metadata"]["annotations"]
    return {name: annotations.get(name, "") for name in (labels.WANTED, labels.GOOD)}


def read(**data: Any) -> tuple[Release, ...]:
    return stored({"release-0123456789": PlainDocument({"data": data})}, ["0123456789"])


def test_a_release_that_is_stored_is_read_back():
    there = Release("0123456789", (("config.yml", "version: 0.1"),), POD)
    assert read(**there.data()) == (there,)
    assert there.key == "release-0123456789"
    assert there.image == "registry:3.1.1"
    assert there.annotation("a") == "b"
    assert there.annotation("c") == ""


def test_only_what_is_asked_for_is_read():
    there = {"release-a": PlainDocument({"data": Release("a", (("config.yml", "c"),), POD).data()})}
    assert stored(there, ["", "b", "a", "a"]) == (Release("a", (("config.yml", "c"),), POD),)


@pytest.mark.parametrize(
    "damage",
    [
        {"config.yml": None},
        {"config.yml": ""},
        {"config.yml": "%%"},
        {"config.yml": "/w=="},
        {"config.yml": 3},
        {"pod.json": None},
        *[{"pod.json": encoded(text)} for text in ("", "{", "[]", "null", "3", '"x"', "{}", '{"spec": {}}', "[" * 100_000)],
        *[{"pod.json": encoded(POD.replace(*change))} for change in (("[{", "{"), ("registry:3.1.1", ""), ('{"a": "b"}', "[]"))],
    ],
    ids=lambda damage: str(damage)[:60],
)
def test_a_damaged_secret_holds_no_release(damage: dict[str, Any]):
    assert read(**{**Release("0123456789", (("config.yml", "c"),), POD).data(), **damage}) == ()


def test_another_secret_that_signs_uploads_reaches_all_pods_and_is_made_once():
    """Pods that do not share it refuse each other's uploads, and read it only when they start."""
    registry = settled(specs.VOLUME)
    [before] = releases(registry)
    del registry.composed[Keys.HTTP_SECRET]
    registry.entropy = "cd" * 32
    registry.reconcile()
    made = registry.composed[Keys.HTTP_SECRET]["data"]
    assert releases(registry) == {before}, "the one that was made may not be the one that is there"
    registry.entropy = "ef" * 32
    registry.settle()
    assert registry.composed[Keys.HTTP_SECRET]["data"] == made
    [after] = releases(registry)
    assert after != before


def test_a_registry_that_was_applied_in_part_gets_no_second_release():
    registry = cluster(specs.S3)
    registry.reconcile()
    [before] = releases(registry)
    del registry.composed[Keys.HTTP_SECRET]
    registry.settle()
    assert releases(registry) == {before}


@pytest.mark.parametrize("image", ["3", "{}", "[1]", '"no image!"', '"\\ud800"', '"registry:3.1.1\\n"'])
def test_a_damaged_image_is_no_reason_to_fail(image: str):
    registry = settled(specs.VOLUME)
    [name] = releases(registry)
    template = decoded(registry.composed[f"release-{name}"])["pod.json"].replace('"registry:3.1.1"', image)
    registry.composed[f"release-{name}"]["data"]["pod.json"] = encoded(template)
    answer = registry.answer()
    assert json.dumps([answer.desired, answer.status], ensure_ascii=False).encode()


def test_a_damaged_secret_is_written_anew_from_the_same_inputs():
    registry = settled(specs.VOLUME)
    [name] = releases(registry)
    before = registry.answer()
    registry.composed[f"release-{name}"]["data"] = {}
    assert registry.answer().desired == before.desired


def test_a_release_is_one_immutable_secret_with_the_config_and_the_pod():
    registry = settled(specs.VOLUME)
    [name] = releases(registry)
    kept = registry.composed[f"release-{name}"]
    assert kept["kind"] == "Secret"
    assert kept["immutable"] is True
    assert kept["metadata"]["name"] == f"my-registry-registry-release-{name}"
    data = decoded(kept)
    assert sorted(data) == ["config.yml", "pod.json"]
    assert yaml.safe_load(data["config.yml"])["version"] == "0.1"
    assert json.loads(data["pod.json"]) == registry.deployment["spec"]["template"]


@pytest.mark.usefixtures("nothing_is_remembered")
def test_a_running_release_is_emitted_word_for_word_when_the_function_would_write_another(monkeypatch: pytest.MonkeyPatch):
    """A new version of the function restarts nobody."""
    registry = settled(specs.VOLUME)
    before = registry.answer()
    monkeypatch.setattr(containers, "USER", 1000)
    monkeypatch.setattr(pod, "PRESTOP_SECONDS", 20)
    monkeypatch.setattr(pod, "render", json.dumps)
    monkeypatch.setattr(plan, "DEFAULT_REQUESTS", {"cpu": "1"})
    fresh = cluster(specs.VOLUME)
    fresh.reconcile()
    assert fresh.deployment["spec"]["template"] != registry.deployment["spec"]["template"]
    assert registry.answer().desired == before.desired


@pytest.mark.usefixtures("nothing_is_remembered")
@pytest.mark.parametrize("raised", ["Registry", "Cache"])
def test_raising_the_format_of_a_kind_rolls_each_of_it_once_and_none_of_the_other(raised: str, monkeypatch: pytest.MonkeyPatch):
    there = {"Registry": specs.cluster(specs.VOLUME), "Cache": specs.cache(specs.CACHE)}
    before = {}
    for kind, one in there.items():
        one.settle()
        [before[kind]] = releases(one)
    monkeypatch.setitem(release.RELEASE_FORMATS, raised, release.RELEASE_FORMATS[raised] + 1)
    for kind, one in there.items():
        one.settle()
        [after] = releases(one)
        assert (after != before[kind]) == (kind == raised)
        assert memory(one) == {labels.WANTED: after, labels.GOOD: after}


def test_a_release_is_good_when_its_rollout_is_complete_and_the_old_one_goes():
    registry = settled(specs.S3)
    [old] = releases(registry)
    registry.spec = {**registry.spec, "logging": {"level": "debug"}}
    answer = registry.reconcile()
    [new] = releases(registry) - {old}
    assert releases(registry) == {old, new}
    assert memory(registry) == {labels.WANTED: new, labels.GOOD: old}
    assert answer.status["release"]["current"] == old
    assert answer.status["release"]["target"] == new
    registry.report(updatedReplicas=1, replicas=3)
    registry.reconcile()
    assert memory(registry)[labels.GOOD] == old
    registry.report()
    registry.reconcile()
    assert releases(registry) == {new}
    assert memory(registry) == {labels.WANTED: new, labels.GOOD: new}


def test_a_state_that_is_not_of_this_template_makes_no_release_good():
    registry = settled(specs.S3)
    [old] = releases(registry)
    registry.spec = {**registry.spec, "logging": {"level": "debug"}}
    registry.reconcile()
    assert registry.deployment["status"]["observedGeneration"] < registry.deployment["metadata"]["generation"]
    registry.reconcile()
    assert memory(registry)[labels.GOOD] == old


def test_once_good_a_release_stays_good_when_its_pods_fail():
    registry = settled(specs.S3)
    [name] = releases(registry)
    registry.report("ProgressDeadlineExceeded", readyReplicas=0, availableReplicas=0)
    registry.reconcile()
    assert memory(registry)[labels.GOOD] == name


def test_going_back_to_a_good_release_brings_back_its_very_template():
    registry = settled(specs.S3)
    before = registry.deployment["spec"]["template"]
    spec = registry.spec
    registry.spec = {**spec, "image": "registry:3.1.0"}
    registry.reconcile()
    registry.report("ProgressDeadlineExceeded", updatedReplicas=1, replicas=3)
    registry.spec = spec
    registry.reconcile()
    assert registry.deployment["spec"]["template"] == before


@pytest.mark.parametrize(
    "change",
    [
        {"service": {"port": 80}},
        {"replicas": 5},
        {"upgrade": {"minReadySeconds": 3}},
        {"networkPolicy": {"enabled": False}},
        {"deletionProtection": True},
        {"serviceAccount": {"annotations": {"a": "b"}}},
        {"scheduling": {"podDisruptionBudget": {"maxUnavailable": 2}}},
        {"autoscaling": {"maxReplicas": 5}},
        {"logging": {"level": "info"}},
        {"config": {}},
        {"scheduling": {}},
        {"proxy": {"enabled": False, "httpProxy": "http://proxy"}},
        {"caBundle": {"enabled": False, "configMapName": "authorities"}},
    ],
    ids=str,
)
def test_what_does_not_shape_the_pods_restarts_none(change: Spec):
    registry = settled(specs.S3)
    before = registry.deployment["spec"]["template"]
    registry.spec = {**registry.spec, **change}
    assert registry.reconcile().fatal == ""
    assert registry.deployment["spec"]["template"] == before


@pytest.mark.parametrize("name", ["s3-keys", "authorities"])
def test_other_contents_of_what_the_spec_refers_to_are_another_release(name: str):
    registry = settled({**specs.S3, "caBundle": {"configMapName": "authorities"}})
    [before] = releases(registry)
    [there] = [one for one in registry.users if one["metadata"]["name"] == name]
    there["data"] = {key: encoded("new") for key in there["data"]}
    registry.settle()
    assert releases(registry) != {before}


def test_a_release_goes_on_while_what_it_was_made_from_is_gone():
    registry = settled(specs.S3)
    before = registry.answer()
    registry.users = []
    answer = registry.answer()
    assert answer.desired == before.desired
    told = {entry.type: entry for entry in answer.conditions}
    assert told["StorageReady"].reason == "SecretNotUsable"
    assert told["Upgraded"].reason == "Waiting"
    assert "goes on until a new one can be made: Secret team-a/s3-keys" in told["Upgraded"].message


def test_a_release_that_is_gone_and_cannot_be_made_again_stops_everything():
    registry = settled({**specs.VOLUME, "caBundle": {"configMapName": "authorities"}})
    [name] = releases(registry)
    del registry.composed[f"release-{name}"]
    registry.users = []
    answer = registry.answer()
    assert answer.desired == {}
    assert f"the Secret of release {name} is gone, and it cannot be made again yet" in answer.fatal
    assert "ConfigMap team-a/authorities" in answer.fatal
    assert answer.ttl == 0
    assert len(answer.conditions) == 4
    assert answer.requirements


def test_a_release_that_is_gone_is_made_again_where_it_can_be():
    registry = settled(specs.S3)
    before = copy.deepcopy(registry.composed)
    [name] = releases(registry)
    del registry.composed[f"release-{name}"]
    registry.reconcile()
    assert registry.composed == before


def test_a_fingerprint_is_ten_digits_of_its_inputs_whatever_their_order():
    assert fingerprint("Registry", {"a": 1, "b": 2}) == fingerprint("Registry", {"b": 2, "a": 1})
    assert len({fingerprint("Registry", one) for one in ({"a": 1}, {"a": "1"}, {"a": True}, {"a": [1]}, {})}) == 5
    assert len(fingerprint("Registry", {"a": "\ud800"})) == 10
