"""Whose objects they are, in both flavours."""

from typing import Any

import pytest

from function.api import VERSION
from function.kubernetes.document import PlainDocument
from function.resolve import owner
from function.resolve.owner import Owner
from function.resolve.problems import InvalidSpec

CLAIM = {"name": "my-registry", "namespace": "team-a"}


def read(kind: str, metadata: Any, spec: Any = None) -> Owner:
    return owner.read(PlainDocument({"apiVersion": VERSION, "kind": kind, "metadata": metadata, "spec": spec}), "Registry")


def test_a_claimed_registry_has_the_name_and_namespace_of_its_claim():
    found = read("XRegistry", {"name": "my-registry-4405d"}, {"claimRef": CLAIM})
    assert found == Owner("Registry", "my-registry", "team-a", claimed=True)
    assert found.names.base == "my-registry-registry"


def test_a_namespaced_registry_has_its_own_name_and_namespace():
    assert read("Registry", CLAIM) == Owner("Registry", "my-registry", "team-a", claimed=False)


def test_both_flavours_give_their_objects_the_same_names():
    assert read("XRegistry", {"name": "x"}, {"claimRef": CLAIM}).names == read("Registry", CLAIM).names


@pytest.mark.parametrize(
    ("kind", "metadata", "spec", "said"),
    [
        ("XRegistry", CLAIM, {}, "spec.claimRef: is missing: create a Registry in a namespace"),
        ("XRegistry", CLAIM, None, "spec.claimRef: is missing"),
        ("XRegistry", CLAIM, {"claimRef": {"name": "a"}}, "spec.claimRef: is missing"),
        ("XRegistry", CLAIM, {"claimRef": {"namespace": "a", "name": 3}}, "spec.claimRef: is missing"),
        ("Registry", {"name": "a"}, {}, "metadata.namespace: is missing"),
        ("Registry", {"namespace": "a"}, {}, "metadata.name: is missing"),
        ("Registry", None, {}, "metadata.name: is missing"),
        ("Registry", {**CLAIM, "name": "my.registry"}, {}, "metadata.name: is not a name for a Service"),
        ("Registry", {**CLAIM, "name": "a" * 55}, {}, "metadata.name: has 55 characters"),
        ("XRegistry", CLAIM, {"claimRef": {**CLAIM, "name": "2fast"}}, "metadata.name: is not a name for a Service"),
    ],
)
def test_an_owner_that_cannot_be_is_told_why(kind: str, metadata: Any, spec: Any, said: str):
    with pytest.raises(InvalidSpec) as refused:
        read(kind, metadata, spec)
    assert str(refused.value).startswith(said)
