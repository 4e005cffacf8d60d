"""What may not take the place of what runs: it is said before anything is touched, and all else of the spec has effect."""

from function.kubernetes.names import Keys
from tests import specs
from tests.specs import Spec
from tests.states import settled, told

OLD: Spec = {**specs.S3, "image": "registry:2.8.3", "config": {"compatibility": {"schema1": {"enabled": True}}}}


def test_keys_that_the_new_version_lost_are_listed_and_nothing_is_begun():
    registry = settled(OLD)
    before = registry.deployment["spec"]["template"]
    registry.spec = {**OLD, "image": "registry:3.1.1", "replicas": 3}
    answer = registry.reconcile()
    assert answer.fatal == ""
    entry = told(registry, "Upgraded")
    assert (entry.status, entry.reason) == ("False", "Refused")
    assert "spec.config.compatibility: registry:3.1.1 does not have this key, which registry:2.8.3, that runs, has" in entry.message
    assert answer.desired[Keys.DEPLOYMENT]["spec"]["template"] == before
    assert answer.desired[Keys.DEPLOYMENT]["spec"]["replicas"] == 3


def test_without_them_the_new_version_is_rolled_out():
    registry = settled(OLD)
    registry.spec = {**specs.S3, "image": "registry:3.1.1"}
    for _ in range(3):
        registry.reconcile()
    assert registry.deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "registry:3.1.1"


def test_an_older_version_is_meant_only_if_it_is_said():
    registry = settled({**specs.S3, "image": "registry:3.1.1"})
    registry.spec = {**specs.S3, "image": "registry:2.8.3"}
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Refused"
    registry.spec = {**specs.S3, "image": "registry:2.8.3", "upgrade": {"allowDowngrade": True}}
    for _ in range(3):
        registry.reconcile()
    assert registry.deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "registry:2.8.3"
