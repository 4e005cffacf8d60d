"""All that shapes a pod is in the hash of its release: two pods that differ never share a name."""

import copy
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import pods, specs
from tests.clusters import Cluster
from tests.properties.valid_specs import IMAGES, KINDS, fields, storages, valid_specs
from tests.specs import Spec


def release(spec: Spec) -> tuple[str, str, str]:
    """Return the hash of a spec's release, its config.yml and its pod.json, each without the hash itself."""
    registry = Cluster(spec, *specs.users())
    registry.settle()
    [(key, secret)] = [(key, manifest) for key, manifest in registry.composed.items() if key.startswith(Keys.RELEASE)]
    name = key.removeprefix(Keys.RELEASE)
    texts = pods.decoded(secret)
    return name, texts["config.yml"], texts["pod.json"].replace(name, "HASH")


@st.composite
def pruned(draw: st.DrawFn, value: Any) -> Any:
    """Return the value without one of its parts, at any depth."""
    made = copy.deepcopy(value)
    here = made
    while isinstance(here, dict) and here:
        key = draw(st.sampled_from(sorted(here)))
        if not isinstance(here[key], dict) or not here[key] or draw(st.booleans()):
            del here[key]
            break
        here = here[key]
    return made


def check(one: Spec, other: Spec) -> None:
    """See that two specs whose pods or configs differ have releases of different names."""
    if any(Cluster(spec, *specs.users()).reconcile().fatal for spec in (one, other)):
        return
    (first, *texts), (second, *others) = release(one), release(other)
    assert first != second or texts == others


@pytest.mark.parametrize("field", sorted(fields("3.1")))
@settings(max_examples=50)
@given(data=st.data(), dialect=st.sampled_from(["2.8", "3.1"]), storage=st.sampled_from([specs.EMPTY, specs.S3]))
def test_a_field_that_shapes_the_pods_is_in_the_hash(field: str, data: st.DataObject, dialect: str, storage: Spec):
    base = {**storage, "image": specs.IMAGES[dialect]}
    one = data.draw(fields(dialect)[field])
    check({**base, field: one}, {**base, field: data.draw(fields(dialect)[field])})
    check({**base, field: one}, {**base, field: data.draw(pruned(one))})
    check({**base, field: one}, base)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=50)
@given(data=st.data(), dialect=st.sampled_from(["2.8", "3.1"]), replicas=st.sampled_from([None, 1]))
def test_a_storage_that_shapes_the_pods_is_in_the_hash(kind: str, data: st.DataObject, dialect: str, replicas: int | None):
    base = {"image": specs.IMAGES[dialect], "replicas": replicas}
    one, other = (data.draw(storages(dialect, kind))[0] for _ in range(2))
    check({**base, "storage": one}, {**base, "storage": other})
    check({**base, "storage": one}, {**base, "storage": data.draw(pruned(one))})


@pytest.mark.parametrize("dialect", IMAGES)
@pytest.mark.parametrize("storage", specs.STORAGES)
def test_an_image_or_a_dialect_that_shapes_the_pods_is_in_the_hash(dialect: str, storage: str):
    written = [
        {**specs.STORAGES[storage], "image": image, "version": version} for image in IMAGES[dialect] for version in ("", dialect)
    ]
    written += [{**specs.STORAGES[storage], "image": "acme/registry:stable", "version": version} for version in IMAGES]
    for one, other in itertools.combinations(written, 2):
        check(one, other)


@pytest.mark.parametrize("storage", ["shared volume", "s3", "cosi"])
def test_being_alone_is_in_the_hash(storage: str):
    written = [{}, {"replicas": 1}, {"replicas": 2}, {"autoscaling": {"minReplicas": 1}}, {"replicas": 1, "autoscaling": {}}]
    for one, other in itertools.combinations(written, 2):
        check({**specs.STORAGES[storage], **one}, {**specs.STORAGES[storage], **other})


@settings(max_examples=150)
@given(valid_specs(), valid_specs())
def test_specs_share_a_release_only_if_their_pods_are_the_same(one: Spec, other: Spec):
    check(one, other)
    check(one, {**one, **{name: other[name] for name in ("storage", "image", "version", "config") if name in other}})


@given(valid_specs())
def test_a_release_is_named_the_same_wherever_its_registry_is(spec: Spec):
    """The namespace shapes no pod; a registry that moves brings its release along."""
    one, other = Cluster(spec, *specs.users()), Cluster(spec, *specs.users(), claimed=True)
    one.settle()
    other.settle()
    names: list[Manifest] = [it.deployment["spec"]["template"] for it in (one, other)]
    assert names[0] == names[1]
