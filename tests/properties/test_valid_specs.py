"""What holds for every valid spec: it composes, in legal names of its own, and refers to nothing that is not there."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from function.distribution.keys import KEYS
from function.kubernetes import labels
from function.kubernetes.names import OWNER_LIMIT, Keys
from function.observed import Answer
from tests import pods, specs
from tests.clusters import Cluster
from tests.components.test_storage import unknown
from tests.properties.references import referred, texts
from tests.properties.valid_specs import valid_specs
from tests.schemas import validate
from tests.specs import Spec

LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
VALUE = re.compile(r"([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")
OWNERS = st.from_regex(rf"[a-z]([-a-z0-9]{{0,{OWNER_LIMIT - 2}}}[a-z0-9])?", fullmatch=True)


def settled(spec: Spec, name: str = "my-registry", claimed: bool = False) -> Answer:
    registry = Cluster(spec, *specs.users(), claimed=claimed, name=name)
    answer = registry.settle()
    assert answer.fatal == ""
    return answer


@settings(max_examples=60)
@given(valid_specs())
def test_a_valid_spec_composes_a_registry_that_becomes_ready(spec: Spec):
    answer = settled(spec)
    told = {entry.type: entry.status for entry in answer.conditions}
    assert told["Valid"] == told["StorageReady"] == told["Upgraded"] == "True"
    assert {Keys.DEPLOYMENT, Keys.SERVICE, Keys.HTTP_SECRET} <= answer.desired.keys()
    assert sum(key.startswith(Keys.RELEASE) for key in answer.desired) == 1
    assert told["Available"] == "True" or spec["service"]["type"] == "LoadBalancer"


@settings(max_examples=30)
@given(valid_specs())
def test_every_manifest_is_what_kubernetes_takes_it_for(spec: Spec):
    for manifest in settled(spec).desired.values():
        validate(manifest)


@given(valid_specs())
def test_whatever_a_manifest_refers_to_is_composed_or_named_by_the_user(spec: Spec):
    desired = dict(settled(spec).desired)
    there = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in desired.values()}
    for kind, name in referred(desired) - there:
        assert name in texts(spec), (kind, name)


@given(valid_specs(), OWNERS, st.booleans())
def test_every_name_is_legal_and_its_own(spec: Spec, owner: str, claimed: bool):
    desired = settled(spec, owner, claimed).desired
    for manifest in desired.values():
        assert LABEL.fullmatch(manifest["metadata"]["name"]), manifest["metadata"]["name"]
        assert all(VALUE.fullmatch(value) for value in manifest["metadata"]["labels"].values())
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in desired.values()]
    assert len(set(names)) == len(names)


@given(valid_specs(), OWNERS, OWNERS)
def test_two_registries_share_no_object(spec: Spec, one: str, other: str):
    owners = {one, other}
    names = [(it["kind"], it["metadata"]["name"]) for owner in owners for it in settled(spec, owner).desired.values()]
    assert len(set(names)) == len(names)


@given(valid_specs())
def test_the_same_input_gives_the_same_bytes(spec: Spec):
    assert repr(settled(spec)) == repr(settled(spec))


@given(valid_specs())
def test_the_config_has_only_keys_that_its_dialect_knows(spec: Spec):
    answer = settled(spec)
    assert unknown(KEYS[answer.status["version"]], pods.config_of(answer.desired)) == []


@given(valid_specs())
def test_a_steady_state_is_steady(spec: Spec):
    registry = Cluster(spec, *specs.users())
    before = registry.settle()
    after = registry.reconcile()
    assert after.desired == before.desired
    assert after.events == ()


@given(valid_specs())
def test_the_releases_of_a_deployment_are_composed_beside_it(spec: Spec):
    desired = settled(spec).desired
    annotations = desired[Keys.DEPLOYMENT]["metadata"]["annotations"]
    assert annotations[labels.WANTED] == annotations[labels.GOOD]
    assert f"{Keys.RELEASE}{annotations[labels.WANTED]}" in desired
