"""The pipeline as a whole: kinds, flavours, what is ready, when to call again, events and status."""

from typing import Any

import pytest

from function import compose
from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.observed import Answer, Event
from tests import specs
from tests.clusters import COSI_KEY, VERSION, Cluster, observed, secret
from tests.specs import Spec, cluster
from tests.states import driver_gone, no_users, settled

UNREADY = {"readyReplicas": 0, "availableReplicas": 0}


@pytest.mark.parametrize("kind", ["RegistryCache", "Deployment", "", None, 3, ["Registry"]])
def test_a_kind_that_is_not_ours_is_refused(kind: Any):
    answer = compose.answer(observed({"apiVersion": VERSION, "kind": kind, "metadata": {}, "spec": {}}))
    assert answer.fatal.startswith("this function does not know the kind ")
    assert "it composes XRegistry, Registry" in answer.fatal
    assert answer.desired == {}


@pytest.mark.parametrize("spec", specs.STORAGES.values(), ids=specs.STORAGES)
def test_both_flavours_compose_the_same_but_for_the_integration(spec: Spec):
    made = []
    for claimed in (False, True):
        registry = Cluster(spec, *specs.users(), claimed=claimed)
        answer = registry.settle()
        assert answer.fatal == ""
        made.append(dict(answer.desired))
    children = [desired.pop(COSI_KEY, None) for desired in made]
    for desired in made:
        for key in [key for key in desired if key.startswith(Keys.RELEASE)]:
            del desired[key]
    assert made[0] == made[1]
    if children[0]:
        assert [child["kind"] for child in children] == ["RegistryIntegration", "XRegistryIntegration"]
        assert "namespace" not in children[1]["metadata"]
        assert children[0]["spec"] == children[1]["spec"]


@pytest.mark.parametrize("spec", specs.STORAGES.values(), ids=specs.STORAGES)
def test_whatever_is_composed_is_in_the_registry_s_namespace_with_its_labels(spec: Spec):
    for manifest in settled(spec).answer().desired.values():
        assert manifest["metadata"]["namespace"] == "team-a"
        assert manifest["metadata"]["labels"] == labels.selector("registry", "my-registry")


def test_an_owner_without_a_claim_is_told_so_with_all_conditions():
    answer = compose.answer(observed({"apiVersion": VERSION, "kind": "XRegistry", "metadata": {"name": "x"}, "spec": {}}))
    assert "spec.claimRef: is missing" in answer.fatal
    told = {entry.type: (entry.status, entry.reason) for entry in answer.conditions}
    assert told == {
        "Valid": ("False", "InvalidSpec"),
        "StorageReady": ("Unknown", "NotJudged"),
        "Available": ("False", "InvalidSpec"),
        "Upgraded": ("Unknown", "NotJudged"),
    }


def test_an_invalid_spec_leaves_what_runs_and_what_was_told_of_it():
    registry = settled(specs.VOLUME)
    before = {entry.type: entry for entry in registry.answer().conditions}
    registry.spec = {**registry.spec, "replicas": 0}
    answer = registry.reconcile()
    after = {entry.type: entry for entry in answer.conditions}
    assert after["Valid"].status == "False"
    assert {kind: after[kind] for kind in ("StorageReady", "Available", "Upgraded")} == {
        kind: before[kind] for kind in ("StorageReady", "Available", "Upgraded")
    }
    assert answer.ttl == 0


def test_an_invalid_spec_does_not_hide_that_the_pods_fail():
    registry = settled(specs.VOLUME)
    registry.spec = {**registry.spec, "replicas": 0}
    registry.report(**UNREADY)
    told = {entry.type: (entry.status, entry.reason) for entry in registry.answer().conditions}
    assert told["Available"] == ("False", "Starting")


def test_an_invalid_spec_carries_on_trouble_that_was_told():
    registry = settled(specs.VOLUME, lambda it: it.bind(phase="Lost"), Cluster.reconcile)
    registry.spec = {**registry.spec, "replicas": 0}
    told = {entry.type: (entry.status, entry.reason) for entry in registry.answer().conditions}
    assert told["StorageReady"] == ("False", "ClaimLost")


def test_an_invalid_spec_asks_for_the_same_objects():
    registry = settled(specs.S3)
    before = registry.answer().requirements
    registry.spec = {**registry.spec, "replicas": 0}
    assert registry.answer().requirements == before


class TestReady:
    """The composite is ready when it can be pushed to and pulled from; its objects each for itself."""

    def test_all_is_ready_when_all_is_well(self):
        answer = settled(specs.VOLUME).answer()
        assert answer.composite_ready
        assert answer.ready == frozenset(answer.desired)

    def test_nothing_is_ready_before_it_is_there(self):
        answer = cluster(specs.VOLUME).answer()
        assert not answer.composite_ready
        assert answer.ready == frozenset()

    def test_a_workload_is_ready_when_its_pods_are(self):
        registry = settled(specs.VOLUME)
        registry.report(**UNREADY)
        answer = registry.answer()
        assert not answer.composite_ready
        assert frozenset(answer.desired) - answer.ready == {Keys.DEPLOYMENT}

    def test_a_claim_is_ready_when_it_is_bound(self):
        registry = settled(specs.VOLUME)
        registry.bind(phase="Pending")
        assert Keys.VOLUME_CLAIM not in registry.answer().ready

    def test_a_service_is_ready_when_it_has_its_address(self):
        registry = settled({**specs.EMPTY, "service": {"type": "LoadBalancer"}})
        answer = registry.answer()
        assert {Keys.SERVICE, Keys.DEPLOYMENT} == frozenset(answer.desired) - answer.ready
        assert not answer.composite_ready

    def test_an_integration_in_trouble_does_not_make_the_registry_unready(self):
        registry = settled(specs.COSI)
        registry.composed[COSI_KEY]["status"] = {"conditions": [{"type": "Synced", "status": "False", "message": "no"}]}
        answer = registry.answer()
        assert COSI_KEY in answer.ready
        assert answer.composite_ready

    def test_a_failed_upgrade_does_not_make_the_registry_unready(self):
        registry = settled(specs.S3)
        registry.spec = {**registry.spec, "image": "registry:3.1.0"}
        registry.reconcile()
        registry.report("ProgressDeadlineExceeded", updatedReplicas=1, replicas=3)
        assert registry.answer().composite_ready


class TestTTL:
    """Crossplane calls when something changes; it is asked to call sooner only while something is on its way."""

    def test_a_steady_state_needs_no_calls(self):
        assert settled(specs.S3).answer().ttl == 0

    def test_a_steady_state_is_polled_where_crossplane_does_not_watch_what_we_require(self):
        assert compose.answer(settled(specs.S3).observed(), polled=300).ttl == 300
        assert compose.answer(settled(specs.EMPTY).observed(), polled=300).ttl == 0

    @pytest.mark.parametrize(
        "change",
        [
            lambda it: it.composed.pop(Keys.NETWORK_POLICY),
            lambda it: it.status["conditions"].append({"type": "Synced", "status": "False"}),
            lambda it: it.status["conditions"].append({"type": "Responsive", "status": "False"}),
        ],
        ids=["not applied", "refused", "circuit breaker"],
    )
    def test_what_crossplane_may_not_see_is_looked_at_soon(self, change: Any):
        assert settled(specs.VOLUME, change).answer().ttl == 20

    @pytest.mark.parametrize(
        "change",
        [no_users, lambda it: it.report(**UNREADY), lambda it: it.bind(phase="Pending")],
        ids=["missing", "pods", "claim"],
    )
    def test_what_it_watches_is_looked_at_now_and_then(self, change: Any):
        registry = settled({**specs.VOLUME, "caBundle": {"configMapName": "authorities"}}, change)
        assert registry.answer().ttl == 120
        assert compose.answer(registry.observed(), polled=300).ttl == 20

    def test_a_first_call_is_followed_soon(self):
        assert cluster(specs.EMPTY).answer().ttl == 20

    def test_a_fatal_answer_leaves_the_pace_to_crossplane(self):
        assert cluster({}).answer().ttl == 0


class TestEvents:
    """An event tells a change: one for each condition that is not as it was."""

    def test_a_first_answer_tells_what_is_waited_for_but_not_that_the_spec_is_valid(self):
        answer = cluster(specs.EMPTY).answer()
        assert [event.reason for event in answer.events] == ["EmptyDir", "Creating", "RollingOut"]

    def test_the_same_answer_again_tells_nothing(self):
        registry = settled(specs.S3)
        registry.reconcile()
        assert registry.answer().events == ()

    def test_a_new_message_alone_tells_nothing(self):
        registry = settled(specs.S3)
        registry.report(readyReplicas=1)
        registry.reconcile()
        registry.report(readyReplicas=1, failure="exceeded quota")
        assert registry.answer().events == ()

    def test_a_new_reason_is_told(self):
        registry = settled(specs.S3)
        registry.report(readyReplicas=1)
        [event] = registry.answer().events
        assert (event.severity, event.reason) == ("Normal", "Degraded")
        assert event.message.startswith("Available is True: 1 of 2 pods are ready")

    def test_trouble_is_a_warning(self):
        registry = settled(specs.S3)
        registry.report(failure="exceeded quota", **UNREADY)
        [event] = [event for event in registry.answer().events if event.reason == "PodsRefused"]
        assert event.severity == "Warning"

    def test_a_spec_that_becomes_invalid_is_told_once(self):
        registry = settled(specs.S3)
        registry.spec = {**registry.spec, "replicas": 0}
        answer = registry.reconcile()
        [event] = answer.events
        assert event == Event("Warning", "InvalidSpec", "Valid is False: spec.replicas: must be at least 1")
        assert registry.reconcile().events == ()

    def test_a_spec_that_becomes_valid_again_is_told(self):
        registry = settled(specs.S3)
        good = registry.spec
        registry.spec = {**good, "replicas": 0}
        registry.reconcile()
        registry.spec = good
        assert Event("Normal", "Valid", "Valid is True: the spec is valid") in registry.reconcile().events


def status(answer: Answer) -> dict[str, Any]:
    return dict(answer.status)


class TestStatus:
    def test_it_tells_what_runs(self):
        registry = settled({**specs.S3, "image": "registry:2.8.3", "service": {"port": 80}})
        found = status(registry.answer())
        release = registry.deployment["metadata"]["annotations"][labels.GOOD]
        assert found.pop("release") == {
            "current": release,
            "target": release,
            "phase": "Current",
            "message": f"release {release} (registry:2.8.3) runs",
        }
        assert found == {
            "url": "http://my-registry-registry.team-a.svc:80",
            "image": "registry:2.8.3",
            "version": "2.8",
            "replicas": 2,
            "readyReplicas": 2,
            "zeroDowntime": True,
            "storage": {"identity": "s3:bucket=images"},
        }

    def test_it_tells_the_old_image_while_the_new_one_is_rolled_out(self):
        registry = settled(specs.S3)
        registry.spec = {**registry.spec, "image": "registry:2.8.3", "upgrade": {"allowDowngrade": True}}
        registry.reconcile()
        found = status(registry.answer())
        assert (found["image"], found["version"], found["release"]["phase"]) == ("registry:3.1.1", "3.1", "RollingOut")

    def test_it_tells_that_a_rollout_failed(self):
        registry = settled(specs.S3)
        registry.spec = {**registry.spec, "image": "registry:3.1.0"}
        registry.reconcile()
        registry.report("ProgressDeadlineExceeded", updatedReplicas=1, replicas=3)
        release = status(registry.answer())["release"]
        assert (release["phase"], release["failed"]) == ("RolledBack", release["target"])

    def test_it_tells_nothing_of_a_release_that_is_not_there_yet(self):
        found = status(Cluster(specs.S3).answer())
        assert found["release"]["phase"] == "Waiting"
        assert "target" not in found["release"]
        assert "storage" not in found, "until something uses it, the storage may still be another"

    @pytest.mark.parametrize(
        ("spec", "expected"), [(specs.VOLUME, False), (specs.EMPTY, False), (specs.SHARED_VOLUME, True), (specs.COSI, True)]
    )
    def test_it_tells_whether_a_change_loses_requests(self, spec: Spec, expected: bool):
        assert status(settled(spec).answer())["zeroDowntime"] is expected


def test_credentials_are_nowhere_but_in_secrets():
    registry = settled(specs.COSI)
    registry.users[-1]["data"] |= secret("", COSI_S3_ACCESS_SECRET_KEY="t0p-s3cret")["data"]
    registry.reconcile()
    driver_gone(registry)
    answer = registry.reconcile()
    others: list[Manifest] = [one for one in answer.desired.values() if one["kind"] != "Secret"]
    everything = repr([others, answer.status, answer.conditions, answer.events, answer.fatal, answer.requirements])
    assert "t0p-s3cret" not in everything
