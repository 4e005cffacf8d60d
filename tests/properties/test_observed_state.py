"""What is observed changes what is desired only through the facts: nothing flaps, and nothing that was there is dropped."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from function import compose
from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.observed import Answer
from tests import specs
from tests.clusters import COSI_KEY, Cluster, observed
from tests.properties.json_values import JSON, changed
from tests.properties.references import referred, texts
from tests.properties.valid_specs import valid_specs
from tests.specs import Spec
from tests.states import settled as settled_cluster

COUNTS = st.fixed_dictionaries(
    {},
    optional={name: st.integers(0, 4) for name in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")},
)
REASONS = st.sampled_from(["NewReplicaSetAvailable", "ProgressDeadlineExceeded", "ReplicaSetUpdated"])
DEPLOYMENTS = st.tuples(COUNTS, REASONS, st.integers(0, 9)).map(
    lambda it: {**it[0], "observedGeneration": it[2], "conditions": [{"type": "Progressing", "status": "True", "reason": it[1]}]}
)
STATUSES = {
    Keys.DEPLOYMENT: DEPLOYMENTS | JSON,
    Keys.SERVICE: st.just({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}) | JSON,
    Keys.VOLUME_CLAIM: st.fixed_dictionaries({"phase": st.sampled_from(["Pending", "Bound", "Lost"])}) | JSON,
    COSI_KEY: st.sampled_from([{"conditions": [{"type": "Synced", "status": "False"}]}, {}]) | JSON,
    Keys.NETWORK_POLICY: JSON,
}


def settled(spec: Spec) -> Cluster:
    registry = Cluster(spec, *specs.users())
    registry.settle()
    return registry


def without_good(desired: Any) -> dict[str, Manifest]:
    """Return what is desired, but for which release was good."""
    made = copy.deepcopy(dict(desired))
    made[Keys.DEPLOYMENT]["metadata"]["annotations"].pop(labels.GOOD, None)
    wanted = made[Keys.DEPLOYMENT]["metadata"]["annotations"][labels.WANTED]
    made = {key: it for key, it in made.items() if not key.startswith(Keys.TRIAL)}
    return {key: it for key, it in made.items() if not key.startswith(Keys.RELEASE) or key == f"{Keys.RELEASE}{wanted}"}


@settings(max_examples=40)
@given(valid_specs(), st.data())
def test_a_status_never_changes_what_is_desired(spec: Spec, data: st.DataObject):
    registry = settled(spec)
    before = registry.answer().desired
    for key in data.draw(st.sets(st.sampled_from(sorted(STATUSES)), min_size=1)):
        if key in registry.composed:
            registry.composed[key]["status"] = data.draw(STATUSES[key])
    assert registry.answer().desired == before


@given(valid_specs(), st.data())
def test_a_status_in_the_middle_of_a_rollout_changes_only_which_release_is_good(spec: Spec, data: st.DataObject):
    """Where no rollback is asked for, which is another fact."""
    spec = {**spec, "upgrade": {**spec.get("upgrade", {}), "rollback": "Manual"}}
    registry = settled(spec)
    registry.spec = {**spec, "proxy": {"httpProxy": "http://proxy"}}
    registry.reconcile()
    before = registry.answer().desired
    for _ in range(3):
        registry.deployment["status"] = data.draw(STATUSES[Keys.DEPLOYMENT])
        assert without_good(registry.answer().desired) == without_good(before)


@given(valid_specs(), st.data())
def test_a_release_that_was_good_once_stays_good(spec: Spec, data: st.DataObject):
    registry = settled(spec)
    good = registry.deployment["metadata"]["annotations"][labels.GOOD]
    for _ in range(3):
        registry.deployment["status"] = data.draw(STATUSES[Keys.DEPLOYMENT])
        registry.reconcile()
        assert registry.deployment["metadata"]["annotations"][labels.GOOD] == good


def kept(before: Answer, after: Answer) -> None:
    """See that an answer drops nothing: it is fatal, or has every key that was there."""
    assert after.fatal or before.desired.keys() <= after.desired.keys()


@settings(max_examples=40)
@given(valid_specs(), st.data())
def test_an_input_that_is_gone_drops_nothing(spec: Spec, data: st.DataObject):
    """Left out of what is desired means deleted. A CRD that was looked for and is not there is the exception."""
    registry = settled(spec)
    before = registry.answer()
    required: dict[str, Any] = dict(registry.required())
    for name in data.draw(st.sets(st.sampled_from(sorted(required)))) if required else ():
        gone = data.draw(st.sampled_from(["not looked up", "not there"]))
        if gone == "not looked up" or name.startswith("CustomResourceDefinition/"):
            del required[name]
        else:
            required[name] = []
    after = compose.answer(observed(registry.composite(), registry.composed, required))
    kept(before, after)
    assert after.desired == before.desired


@given(valid_specs(), st.data())
def test_an_input_that_cannot_be_read_drops_nothing(spec: Spec, data: st.DataObject):
    registry = settled(spec)
    before = registry.answer()
    required = copy.deepcopy(registry.required())
    # Another CRD or claim of the same name is another fact, not one that cannot be read.
    for name in [name for name in required if name.startswith(("Secret/", "ConfigMap/", "StorageClass"))]:
        required[name] = [data.draw(changed(one)) for one in required[name]]
    kept(before, compose.answer(observed(registry.composite(), registry.composed, required)))


@given(valid_specs(), valid_specs(), st.data())
def test_on_the_way_to_another_storage_the_pods_have_all_that_they_refer_to(one: Spec, other: Spec, data: st.DataObject):
    registry = settled(one)
    old = registry.status.get("storage", {}).get("identity", "")
    registry.spec = {**other, "storage": {**other["storage"], "replaces": old}}
    registry.users = data.draw(st.lists(st.sampled_from(registry.users), unique_by=id))
    for _ in range(2):
        if registry.reconcile().fatal:
            return
        there = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in registry.composed.values()}
        named = texts(one) | texts(other)
        assert {(kind, name) for kind, name in referred(registry.composed) - there if name not in named} == set()
        registry.deployment["status"] = data.draw(DEPLOYMENTS)


@pytest.mark.parametrize("name", specs.STORAGES)
def test_an_object_that_is_gone_is_made_again_and_nothing_else_changes(name: str):
    registry = settled_cluster(specs.STORAGES[name])
    before = registry.answer().desired
    # A claim that is made again may be given another class: what it has is repeated only as long as it is there.
    for key in set(registry.composed) - {Keys.DEPLOYMENT, Keys.HTTP_SECRET, Keys.VOLUME_CLAIM}:
        composed = {other: manifest for other, manifest in registry.composed.items() if other != key}
        after = compose.answer(observed(registry.composite(), composed, registry.required()))
        assert after.desired == before, key


@pytest.mark.parametrize("name", specs.STORAGES)
def test_a_workload_that_is_gone_is_made_again_as_it_was(name: str):
    registry = settled_cluster(specs.STORAGES[name])
    before = registry.answer().desired
    del registry.composed[Keys.DEPLOYMENT]
    assert registry.answer().desired == before
