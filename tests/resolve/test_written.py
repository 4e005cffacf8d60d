"""Specs as they were written: read once for each text."""

import pytest

from function.api.cache import CacheSpec
from function.api.model import Model
from function.api.registry import RegistrySpec
from function.api.settings import Settings
from function.kubernetes.document import Manifest
from function.resolve import written
from tests.clusters import VERSION, observed

SPEC: Manifest = {"storage": {"emptyDir": {}}, "replicas": 1}
TEMPLATE: Manifest = {"metadata": {"name": "usual", "generation": 3}, "spec": {"logging": {"level": "debug"}}}


def read(spec: object, used: Manifest | None = None) -> written.Written[RegistrySpec]:
    composite = {"apiVersion": VERSION, "kind": "XRegistry", "metadata": {"name": "images"}, "spec": spec}
    return written.read(RegistrySpec, observed(composite, required={"RegistryTemplate/usual": [used]} if used else {}))


@pytest.mark.parametrize("used", [None, TEMPLATE], ids=["alone", "on a template"])
def test_two_registries_that_say_the_same_are_read_once(used: Manifest | None):
    says = SPEC | ({"template": "usual"} if used else {})
    one = read({**says, "claimRef": {"name": "one"}, "resourceRefs": []}, used)
    other = read({**says, "claimRef": {"name": "other"}, "resourceRefs": [{"kind": "Service"}]}, used)
    assert one is other
    assert one.raw == says


@pytest.mark.parametrize(
    ("spec", "used"),
    [
        ({**SPEC, "template": "usual", "replicas": 2}, TEMPLATE),
        ({**SPEC, "template": "usual"}, {**TEMPLATE, "spec": {"logging": {"level": "warn"}}}),
        ({**SPEC, "template": "usual"}, {**TEMPLATE, "metadata": {"name": "usual", "generation": 4}}),
        ({**SPEC, "template": "usual"}, None),
        ("no object", None),
        (None, None),
    ],
)
def test_what_says_something_else_is_read_anew(spec: object, used: Manifest | None):
    assert read(spec, used) is not read({**SPEC, "template": "usual"}, TEMPLATE)


@pytest.mark.parametrize("model", [RegistrySpec, CacheSpec])
def test_a_block_that_is_left_out_is_as_one_that_says_nothing(model: type[Settings]):
    spec = model.model_validate({"upstreamRegistryURL": "https://example.com"} if model is CacheSpec else {})
    blocks = {name: block for name, block in spec if isinstance(block, Model)}

    assert blocks.keys() >= {"service", "logging", "service_account", "scheduling", "network_policy", "upgrade"}
    assert {name: type(block).model_validate({}) for name, block in blocks.items()} == blocks
