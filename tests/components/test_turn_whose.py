"""Whose change it is: what the team did itself takes effect at once, what is changed for many waits for its turn."""

from __future__ import annotations

import pytest

from function.kubernetes import labels
from function.kubernetes.names import Keys
from function.releases import release
from tests import clusters, specs
from tests.clusters import Cluster
from tests.specs import Spec
from tests.states import told
from tests.templates import ERRORS, SPREAD, edit, following, template, turns


def test_an_edit_of_the_registry_itself_does_not_wait():
    registry = following()
    registry.spec = {**registry.spec, "image": "registry:3.9.9"}
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"


def test_an_edit_of_the_registry_ends_the_wait():
    registry = following()
    edit(registry, **ERRORS)
    registry.spec = {**registry.spec, "upgrade": {"retry": "now"}}
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"
    assert not turns(registry)


def test_new_contents_of_a_secret_do_not_wait():
    registry = following()
    registry.users = [one for one in registry.users if one["metadata"]["name"] != "s3-keys"]
    registry.users.append(clusters.secret("s3-keys", AWS_ACCESS_KEY_ID="new", AWS_SECRET_ACCESS_KEY="new"))
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"


def test_a_secret_that_is_gone_for_a_while_does_not_make_the_next_edit_jump():
    registry = following()
    keys = [one for one in registry.users if one["metadata"]["name"] == "s3-keys"]
    registry.users = [one for one in registry.users if one not in keys]
    registry.reconcile()
    registry.reconcile()
    registry.users += keys
    edit(registry, **ERRORS)
    assert told(registry, "Upgraded").reason == "Scheduled"


@pytest.mark.usefixtures("nothing_is_remembered")
def test_a_new_format_of_the_pods_is_spread_too(monkeypatch: pytest.MonkeyPatch):
    registry = following()
    monkeypatch.setattr(release, "RELEASE_FORMATS", {"Registry": 99, "Cache": 99})
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Scheduled"


def test_a_spread_that_comes_with_the_edit_holds_for_it():
    registry = following(upgrade={})
    edit(registry, **ERRORS, **SPREAD)
    assert told(registry, "Upgraded").reason == "Scheduled"


def test_an_edit_ends_the_wait_also_where_the_spread_came_with_it():
    registry = following(upgrade={})
    edit(registry, **ERRORS, **SPREAD)
    registry.spec = {**registry.spec, "upgrade": {"retry": "now"}}
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"


def test_a_registry_that_is_down_does_not_wait():
    registry = following()
    registry.report(readyReplicas=0, availableReplicas=0)
    edit(registry, **ERRORS)
    assert told(registry, "Upgraded").reason == "RollingOut"


BUNDLE = {"caBundle": {"enabled": True, "configMapName": "other-ca"}}
OTHER_KEYS = {"storage": {"s3": {**specs.S3["storage"]["s3"], "credentialsSecretName": "other-keys"}}}


@pytest.mark.parametrize("change", [BUNDLE, OTHER_KEYS], ids=["a CA bundle", "other credentials"])
def test_a_reference_that_the_template_names_waits_too(change: Spec):
    registry = following({}, storage=specs.S3["storage"])
    registry.users.append(
        {"kind": "ConfigMap", "metadata": {"name": "other-ca", "namespace": clusters.NAMESPACE}, "data": {"ca.crt": "x"}}
    )
    registry.users.append(clusters.secret("other-keys", AWS_ACCESS_KEY_ID="other", AWS_SECRET_ACCESS_KEY="other"))
    edit(registry, **{"storage": specs.S3["storage"], **change})
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Scheduled"


def test_a_registry_that_begins_to_use_a_template_does_not_wait():
    registry = Cluster({**specs.S3}, *specs.users(), template(**ERRORS))
    registry.settle()
    registry.trial = ""
    registry.spec = {**registry.spec, "template": "shared"}
    registry.reconcile()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"


def test_what_failed_before_there_was_a_spread_is_mended_at_once():
    registry = following(upgrade={})
    registry.trial = "Failed"
    registry.spec = {**registry.spec, "image": "registry:3.9.9"}
    registry.reconcile()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "TrialFailed"
    registry.trial = ""
    edit(registry, **SPREAD)
    registry.spec = {**registry.spec, "image": "registry:3.1.2"}
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"


def test_an_edit_of_the_template_waits_also_after_an_edit_that_failed():
    registry = following()
    registry.trial = "Failed"
    registry.spec = {**registry.spec, "image": "registry:3.9.9"}
    registry.reconcile()
    registry.reconcile()
    edit(registry, **ERRORS)
    assert told(registry, "Upgraded").reason == "Scheduled"


def test_nothing_is_remembered_where_nothing_is_spread():
    registry = following(upgrade={})
    assert labels.OWN not in registry.deployment["metadata"]["annotations"]


def test_new_contents_of_a_secret_that_was_gone_for_a_while_do_not_wait():
    registry = following()
    registry.users = [one for one in registry.users if one["metadata"]["name"] != "s3-keys"]
    registry.reconcile()
    registry.reconcile()
    registry.users.append(clusters.secret("s3-keys", AWS_ACCESS_KEY_ID="new", AWS_SECRET_ACCESS_KEY="new"))
    registry.reconcile()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"


def test_new_keys_of_a_bucket_from_cosi_do_not_wait():
    registry = following(specs.COSI)
    name = registry.composed[registry.cosi]["spec"]["cosi"]["credentialsSecretName"]
    registry.users = [one for one in registry.users if one["metadata"]["name"] != name]
    registry.users.append(clusters.secret(name, **{**clusters.BUCKET, "COSI_S3_ACCESS_SECRET_KEY": "new"}))
    registry.reconcile()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"


@pytest.mark.parametrize("spec", [specs.S3, specs.VOLUME], ids=["S3", "a volume"])
def test_a_secret_of_the_pods_that_was_deleted_does_not_wait(spec: Spec):
    registry = following(spec)
    del registry.composed[Keys.HTTP_SECRET]
    registry.entropy = "7" * 64
    for _ in range(3):
        registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"


@pytest.mark.parametrize("kind", ["emptyDir", "persistentVolumeClaim"])
def test_the_team_may_move_its_cache_to_another_kind_of_workload_at_once(kind: str):
    there = following(specs.VOLUMES_CACHE if kind == "emptyDir" else specs.CACHE, kind="Cache")
    there.spec = {**there.spec, "volume": {"type": kind}}
    there.reconcile()
    assert told(there, "Upgraded").reason == "Trial"


@pytest.mark.parametrize("made", [{}, {"upgrade": {}}], ids=["spread", "not spread"])
def test_what_a_workload_remembers_is_known_to_be_that(made: Spec):
    registry = following(**made)
    assert set(registry.deployment["metadata"]["annotations"]) <= set(labels.MEMORY)
