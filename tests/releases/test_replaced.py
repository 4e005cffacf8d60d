"""Who may write Secrets does not decide what pods run: a release is used only if it is what was kept."""

import json
from typing import Any

import pytest

from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.releases.release import CONFIG, POD
from tests import specs
from tests.clusters import Cluster, secret
from tests.pods import decoded
from tests.states import settled, told

NEWER = {"image": "registry:3.1.2"}


def replaced(there: Manifest) -> Manifest:
    """Return another Secret in the place of that of a release, with pods that are somebody else's."""
    texts = decoded(there)
    pod = json.loads(texts[POD])
    pod["spec"]["serviceAccountName"] = "administrator"
    texts[POD] = json.dumps(pod)
    return {**there, "immutable": False, "data": secret("", **texts)["data"]}


def keys(registry: Cluster) -> list[str]:
    return sorted(key for key in registry.composed if key.startswith(Keys.RELEASE))


def runs(registry: Cluster) -> Any:
    return registry.deployment["spec"]["template"]


def test_what_was_put_in_its_place_is_not_run_and_it_is_said_what_to_do():
    registry = settled(specs.VOLUME)
    before = runs(registry)
    [key] = keys(registry)
    kept = registry.composed[key]
    registry.composed[key] = replaced(kept)
    entry = told(registry, "Upgraded")
    assert (entry.status, entry.reason, entry.trouble) == ("False", "SecretReplaced", True)
    assert f"Secret team-a/{kept['metadata']['name']} does not hold what was kept in it" in entry.message
    registry.reconcile()
    assert registry.composed[key] == kept, "where it can be changed, it is"
    assert runs(registry) == before
    assert told(registry, "Upgraded").reason == "Current"


@pytest.mark.parametrize("name", [CONFIG, POD])
def test_every_text_of_a_release_counts(name: str):
    registry = settled(specs.VOLUME)
    [key] = keys(registry)
    data = registry.composed[key]["data"]
    registry.composed[key]["data"] = {**data, name: secret("", x=decoded(registry.composed[key])[name] + "\n")["data"]["x"]}
    assert told(registry, "Upgraded").reason == "SecretReplaced"


def test_the_release_that_was_good_does_not_come_back_as_something_else():
    registry = settled(specs.S3)
    good = registry.status["release"]["current"]
    registry.spec = {**registry.spec, **NEWER}
    registry.reconcile()
    registry.composed[f"{Keys.RELEASE}{good}"] = replaced(registry.composed[f"{Keys.RELEASE}{good}"])
    registry.report("ProgressDeadlineExceeded", updatedReplicas=1, availableReplicas=1)
    [entry] = [entry for entry in registry.reconcile().conditions if entry.type == "Upgraded"]
    assert runs(registry)["spec"]["serviceAccountName"] == "my-registry-registry"
    assert entry.reason == "RolloutFailed", "there is no way back"
    assert "does not hold what was kept in it" in entry.message


def test_a_secret_that_claims_to_be_a_release_that_was_never_kept_is_not_used():
    """What a release will be called can be known before."""
    other = settled({**specs.VOLUME, **NEWER})
    [key] = keys(other)
    registry = settled(specs.VOLUME)
    registry.composed[key] = replaced(other.composed[key])
    registry.spec = {**registry.spec, **NEWER}
    registry.reconcile()
    assert runs(registry)["spec"]["serviceAccountName"] == "my-registry-registry"
    assert decoded(registry.composed[key]) == decoded(other.composed[key])


def test_a_workload_that_remembers_nothing_is_believed():
    """One of an older version of the function, or one that is gone."""
    registry = settled(specs.VOLUME)
    before = runs(registry)
    registry.deployment["metadata"]["annotations"].pop(labels.KEPT)
    assert told(registry, "Upgraded").reason == "Current"
    registry.reconcile()
    assert labels.KEPT in registry.deployment["metadata"]["annotations"]
    assert runs(registry) == before
