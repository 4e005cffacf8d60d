"""A registry waits for its turn: the Job, the message, and what ends the wait."""

from __future__ import annotations

import pytest

from function.kubernetes import moments
from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import Cluster
from tests.specs import Spec
from tests.states import told
from tests.templates import ERRORS, SPREAD, edit, following, turns


def trials(registry: Cluster) -> list[str]:
    return [key for key in registry.composed if key.startswith(Keys.TRIAL)]


@pytest.mark.parametrize(("kind", "spec"), [("Registry", specs.S3), ("Cache", specs.CACHE), ("Cache", specs.VOLUMES_CACHE)])
def test_an_edit_of_the_template_waits_and_touches_no_pod(kind: str, spec: Spec):
    registry = following(spec, kind=kind)
    before = registry.workload
    edit(registry, **ERRORS)
    [job] = turns(registry)
    assert job["spec"]["parallelism"] == 0
    assert 1 <= job["spec"]["activeDeadlineSeconds"] <= 1800
    assert not trials(registry)
    assert registry.workload["spec"] == before["spec"]
    assert registry.status["release"]["phase"] == "Scheduled"
    assert not told(registry, "Upgraded").trouble


def test_its_turn_comes_and_it_is_tried_and_rolled_out():
    registry = following()
    edit(registry, **ERRORS)
    registry.expire()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Trial"
    # The trial may be seen later than what it waited for: that stays.
    assert len(turns(registry)) == len(trials(registry)) == 1
    registry.trial = "Complete"
    registry.reconcile()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "RollingOut"
    registry.report()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Current"
    assert not turns(registry)


def test_the_message_says_when():
    registry = following()
    edit(registry, **ERRORS)
    [job] = turns(registry)
    seconds = job["spec"]["activeDeadlineSeconds"]
    assert f"has its turn within {seconds} s (" in told(registry, "Upgraded").message
    job["status"] = {"startTime": "2026-11-26T07:12:33Z"}
    message = told(registry, "Upgraded").message
    when = moments.after("2026-11-26T07:12:33Z", seconds)
    assert f"has its turn at {when} (upgrade.spreadSeconds is 1800); " in message
    assert message.endswith("goes on; an edit of the spec of this Registry ends the wait")


def test_crossplane_need_not_call_meanwhile():
    registry = following()
    edit(registry, **ERRORS)
    assert registry.answer().ttl == 0


def test_a_spread_that_goes_ends_the_wait():
    registry = following()
    edit(registry, **ERRORS)
    edit(registry, **ERRORS, upgrade={})
    assert told(registry, "Upgraded").reason == "Trial"


def test_a_template_that_is_set_back_ends_the_wait():
    registry = following()
    edit(registry, **ERRORS)
    edit(registry)
    assert told(registry, "Upgraded").reason == "Current"
    assert not turns(registry)


def test_one_that_waits_and_is_down_for_a_moment_goes_on_waiting():
    """Else what was never tried would take the place of what is good."""
    registry = following()
    edit(registry, **ERRORS)
    registry.report(readyReplicas=0, availableReplicas=0)
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Scheduled"


@pytest.mark.parametrize("preflight", [True, False])
def test_its_job_stays_the_same_until_what_it_allowed_has_begun(preflight: bool):
    upgrade = {**SPREAD["upgrade"], "preflight": preflight}
    registry = following(upgrade=upgrade, image="registry:3.1.1")
    edit(registry, upgrade=upgrade, image="registry:3.1.2")
    [waited] = turns(registry)
    registry.expire()
    answer = registry.answer()
    assert [made["metadata"]["name"] for key, made in answer.desired.items() if key.startswith(Keys.TURN)] == [
        waited["metadata"]["name"]
    ]
    registry.trial = "Complete"
    registry.reconcile()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "RollingOut"
    assert not turns(registry)


def test_a_secret_that_is_gone_for_a_while_does_not_begin_the_wait_anew():
    registry = following()
    edit(registry, **ERRORS)
    [job] = turns(registry)
    job["status"] = {"startTime": "2026-11-26T07:12:33Z"}
    keys = [one for one in registry.users if one["metadata"]["name"] == "s3-keys"]
    registry.users = [one for one in registry.users if one not in keys]
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "Waiting"
    registry.users += keys
    registry.reconcile()
    registry.reconcile()
    assert [job["status"] for job in turns(registry)] == [{"startTime": "2026-11-26T07:12:33Z"}]


def test_a_shorter_spread_makes_nobody_later():
    for number in range(20):
        registry = following(name=f"registry-{number}")
        edit(registry, **ERRORS)
        [long] = turns(registry)
        edit(registry, **ERRORS, upgrade={"spreadSeconds": 1500})
        [short] = turns(registry)
        assert long["metadata"]["name"] == short["metadata"]["name"]
        assert short["spec"]["activeDeadlineSeconds"] <= long["spec"]["activeDeadlineSeconds"]


def test_what_else_is_edited_has_effect_meanwhile():
    registry = following()
    edit(registry, **ERRORS, service={"annotations": {"example.com/team": "a"}})
    assert told(registry, "Upgraded").reason == "Scheduled"
    assert registry.composed[Keys.SERVICE]["metadata"]["annotations"] == {"example.com/team": "a"}


def test_another_edit_begins_another_wait():
    registry = following()
    edit(registry, **ERRORS)
    [first] = turns(registry)
    edit(registry, logging={"level": "debug"})
    [second] = turns(registry)
    assert first["metadata"]["name"] != second["metadata"]["name"]
    # Nobody is always the last.
    assert first["spec"]["activeDeadlineSeconds"] != second["spec"]["activeDeadlineSeconds"]


def test_turns_are_spread_over_the_whole_time():
    found = set()
    for number in range(60):
        registry = following(name=f"registry-{number}")
        edit(registry, **ERRORS)
        found |= {job["spec"]["activeDeadlineSeconds"] for job in turns(registry)}
    assert len(found) > 50
    assert min(found) < 300
    assert max(found) > 1500
    assert all(1 <= seconds <= 1800 for seconds in found)


def test_the_wait_ends_once_where_the_trial_fails():
    registry = following()
    edit(registry, **ERRORS)
    registry.expire()
    registry.reconcile()
    [job] = [registry.composed[key] for key in trials(registry)]
    job["status"] = {"conditions": [{"type": "Failed", "status": "True"}]}
    # It stays until it is seen that the failure is remembered.
    assert [key for key in registry.answer().desired if key.startswith(Keys.TURN)]
    registry.reconcile()
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "TrialFailed"
    assert not turns(registry)
    registry.reconcile()
    assert told(registry, "Upgraded").reason == "TrialFailed"
