"""All that shapes a pod is in the hash of its release: two pods that differ never share a name."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import clusters, pods, specs
from tests.clusters import BUCKET, Cluster, secret
from tests.properties.valid_specs import IMAGES, KINDS, fields, storages, valid_specs
from tests.specs import Spec


def release(spec: Spec, users: Sequence[Manifest] = ()) -> tuple[str, ...] | None:
    """Return the hash of a Registry's release and its texts, each without the hash itself; None if it is not valid."""
    return release_of(Cluster(spec, *(users or specs.users())))


def release_of(registry: Cluster) -> tuple[str, ...] | None:
    """Return the hash of the first release in a cluster and its texts, each without the hash itself; None if it is refused."""
    if registry.reconcile().fatal:
        return None
    if registry.cosi in registry.composed:
        registry.provision(secret("", **BUCKET))
        registry.reconcile()
    [(key, found)] = [(key, manifest) for key, manifest in registry.composed.items() if key.startswith(Keys.RELEASE)]
    name = key.removeprefix(Keys.RELEASE)
    return name, *(text.replace(name, "HASH") for _, text in sorted(pods.decoded(found).items()))


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


def check(*written: Spec) -> None:
    """See that Registries whose pods or configs differ have releases of different names."""
    check_releases(written, lambda spec: Cluster(spec, *specs.users()))


def check_releases(written: Sequence[Spec], cluster: Callable[[Spec], Cluster]) -> None:
    """See that specs whose pods or configs differ have releases of different names."""
    found = [made for spec in written if (made := release_of(cluster(spec)))]
    texts: dict[str, tuple[str, ...]] = {}
    for name, *others in found:
        assert texts.setdefault(name, tuple(others)) == tuple(others)


@pytest.mark.parametrize("field", sorted(fields("3.1")))
@settings(max_examples=25)
@given(data=st.data(), dialect=st.sampled_from(["2.8", "3.1"]), storage=st.sampled_from([specs.EMPTY, specs.S3]))
def test_a_field_that_shapes_the_pods_is_in_the_hash(field: str, data: st.DataObject, dialect: str, storage: Spec):
    base = {**storage, "image": specs.IMAGES[dialect]}
    one = data.draw(fields(dialect)[field])
    other, less = data.draw(fields(dialect)[field]), data.draw(pruned(one))
    check(base, *({**base, field: value} for value in (one, other, less)))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data(), dialect=st.sampled_from(["2.8", "3.1"]), replicas=st.sampled_from([None, 1]))
def test_a_storage_that_shapes_the_pods_is_in_the_hash(kind: str, data: st.DataObject, dialect: str, replicas: int | None):
    base = {"image": specs.IMAGES[dialect], "replicas": replicas}
    one, other = (data.draw(storages(dialect, kind))[0] for _ in range(2))
    check(*({**base, "storage": value} for value in (one, other, data.draw(pruned(one)))))


@pytest.mark.parametrize("dialect", IMAGES)
@pytest.mark.parametrize("storage", specs.STORAGES)
def test_an_image_or_a_dialect_that_shapes_the_pods_is_in_the_hash(dialect: str, storage: str):
    written = [
        {**specs.STORAGES[storage], "image": image, "version": version} for image in IMAGES[dialect] for version in ("", dialect)
    ]
    written += [{**specs.STORAGES[storage], "image": "acme/registry:stable", "version": version} for version in IMAGES]
    check(*written)


@pytest.mark.parametrize("storage", ["shared volume", "s3", "cosi"])
def test_being_alone_is_in_the_hash(storage: str):
    written = [{}, {"replicas": 1}, {"replicas": 2}, {"autoscaling": {"minReplicas": 1}}, {"replicas": 1, "autoscaling": {}}]
    check(*({**specs.STORAGES[storage], **one} for one in written))


SETTINGS: list[Spec] = [
    {},
    {"caBundle": {"configMapName": "authorities"}},
    {"caBundle": {"configMapName": "authorities", "key": "ca.pem"}},
    {"caBundle": {"configMapName": "same-authorities"}},
    {"scheduling": {"tolerations": [{"operator": "Exists"}]}},
    {"scheduling": {"tolerations": [{"key": "a", "operator": "Exists"}]}},
    {"scheduling": {"nodeSelector": {"a": "b"}}},
    {"scheduling": {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "a"}]}}}},
    {"scheduling": {"topologySpreadConstraints": []}},
    {"scheduling": {"priorityClassName": "high"}},
    {"imagePullSecrets": [{"name": "pull"}]},
    {"serviceAccount": {"name": "mine"}},
    {"proxy": {"noProxy": "a"}},
    {"proxy": {"httpProxy": "a"}},
    {"readOnly": True},
    {"logging": {"level": "debug"}},
    {"config": {"catalog": {"maxentries": 1}}},
    {"resources": {"limits": {"cpu": 1}}},
]


def test_each_setting_of_the_pods_is_a_release_of_its_own():
    pem = "-----BEGIN CERTIFICATE-----"
    users = [clusters.config_map(name, ca__crt=pem, ca__pem=pem) for name in ("authorities", "same-authorities")]
    found = [release({**specs.EMPTY, **one}, users) for one in SETTINGS]
    assert len({made[0] for made in found if made}) == len(SETTINGS)


@settings(max_examples=30)
@given(valid_specs(), valid_specs())
def test_specs_share_a_release_only_if_their_pods_are_the_same(one: Spec, other: Spec):
    check(one, other, {**one, **{name: other[name] for name in ("storage", "image", "version", "config") if name in other}})


@settings(max_examples=30)
@given(valid_specs())
def test_a_release_is_named_the_same_wherever_its_registry_is(spec: Spec):
    """The namespace shapes no pod; a registry that moves brings its release along."""
    one, other = Cluster(spec, *specs.users()), Cluster(spec, *specs.users(), claimed=True)
    one.settle()
    other.settle()
    names: list[Manifest] = [it.deployment["spec"]["template"] for it in (one, other)]
    assert names[0] == names[1]
