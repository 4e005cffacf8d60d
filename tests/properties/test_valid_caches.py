"""What holds for every valid Cache: as for a Registry, and whichever way its volumes change."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from function import compose
from function.distribution.keys import KEYS
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.observed import Answer
from tests import pods, specs
from tests.clusters import Cluster, observed
from tests.components.test_storage import unknown
from tests.properties.references import referred, texts
from tests.properties.test_observed_state import DEPLOYMENTS, kept
from tests.properties.test_release_hash import check_releases
from tests.properties.test_valid_specs import LABEL, OWNERS
from tests.properties.valid_specs import CACHE_FIELDS, valid_caches
from tests.schemas import validate
from tests.specs import Spec

WORKLOADS = (Keys.DEPLOYMENT, Keys.STATEFUL_SET)


def cluster(spec: Spec, name: str = "my-cache", users: Sequence[Manifest] | None = None) -> Cluster:
    return Cluster(spec, *(specs.users() if users is None else users), name=name, kind="Cache")


def settled(spec: Spec, name: str = "my-cache") -> tuple[Cluster, Answer]:
    there = cluster(spec, name)
    answer = there.settle()
    assert answer.fatal == ""
    return there, answer


@settings(max_examples=60)
@given(valid_caches())
def test_a_valid_spec_composes_a_cache_that_becomes_ready(spec: Spec):
    _, answer = settled(spec)
    told = {entry.type: entry.status for entry in answer.conditions}
    assert told["Valid"] == told["StorageReady"] == told["Upgraded"] == "True"
    assert told["UpstreamConfigured"] == "True" or spec["credentialsSecretName"] == "s3-keys"
    assert told["Available"] == "True" or spec["service"]["type"] == "LoadBalancer"
    assert sum(key in WORKLOADS for key in answer.desired) == 1


@settings(max_examples=30)
@given(valid_caches())
def test_every_manifest_is_what_kubernetes_takes_it_for(spec: Spec):
    for manifest in settled(spec)[1].desired.values():
        validate(manifest)


@given(valid_caches(), OWNERS)
def test_every_name_is_legal_and_leaves_room_for_what_a_stateful_set_adds(spec: Spec, owner: str):
    desired = settled(spec, owner)[1].desired
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in desired.values()]
    assert len(set(names)) == len(names)
    for kind, name in names:
        assert LABEL.fullmatch(name) or kind == "PersistentVolumeClaim"
        assert kind != "StatefulSet" or len(name) <= 52


@given(valid_caches())
def test_whatever_a_manifest_refers_to_is_composed_or_named_by_the_user(spec: Spec):
    desired = dict(settled(spec)[1].desired)
    there = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in desired.values()}
    for kind, name in referred(desired) - there:
        assert name in texts(spec), (kind, name)


@given(valid_caches())
def test_a_steady_state_is_steady_and_known_to_its_dialect(spec: Spec):
    there, before = settled(spec)
    after = there.reconcile()
    assert after.desired == before.desired
    assert after.events == ()
    assert unknown(KEYS["3.1"], pods.config_of({**there.composed, Keys.DEPLOYMENT: there.workload})) == []


@pytest.mark.parametrize("field", sorted(CACHE_FIELDS))
@settings(max_examples=25)
@given(data=st.data(), base=st.sampled_from(sorted(specs.CACHES)))
def test_a_field_that_shapes_the_pods_is_in_the_hash(field: str, data: st.DataObject, base: str):
    written = [{**specs.CACHES[base], field: data.draw(CACHE_FIELDS[field])} for _ in range(3)]
    check_releases([specs.CACHES[base], *written], cluster)


@given(valid_caches(), valid_caches(), st.data())
def test_on_the_way_to_other_volumes_nothing_that_serves_is_taken_away(one: Spec, other: Spec, data: st.DataObject):
    there, _ = settled(one)
    old = {key for key in there.composed if key in WORKLOADS}
    there.spec = other
    for _ in range(3):
        if there.reconcile().fatal:
            return
        names = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in there.composed.values()}
        named = texts(one) | texts(other)
        assert {(kind, name) for kind, name in referred(there.composed) - names if name not in named} == set()
        current = there.status["release"].get("current")
        assert old <= there.composed.keys() or current == there.status["release"]["target"]
        there.workload["status"] = data.draw(DEPLOYMENTS)


@given(valid_caches(), st.data())
def test_an_input_that_is_gone_drops_nothing(spec: Spec, data: st.DataObject):
    there, before = settled(spec)
    required = dict(there.required())
    for name in data.draw(st.sets(st.sampled_from(sorted(required)))) if required else ():
        if data.draw(st.booleans()):
            del required[name]
        else:
            required[name] = []
    after = compose.answer(observed(there.composite(), there.composed, required))
    kept(before, after)
    assert after.desired == before.desired


@pytest.mark.parametrize("name", specs.CACHES)
def test_an_object_that_is_gone_is_made_again_and_nothing_else_changes(name: str):
    there, before = settled(specs.CACHES[name])
    for gone in [key for key in there.composed if not key.startswith(Keys.CACHE_VOLUME)]:
        composed = {key: manifest for key, manifest in there.composed.items() if key != gone}
        after = compose.answer(observed(there.composite(), composed, there.required()))
        assert after.desired == before.desired, gone
