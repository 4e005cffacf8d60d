"""What cannot be composed is refused with a fatal result: nothing is applied, and the user learns why."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import pytest

from function import compose, fn, log, wire
from tests.protocol import registries, serving
from tools.bench import scenario

OURS = {"Valid", "StorageReady", "Available", "Upgraded"}
REFUSED = {
    "a value of another type": {"replicas": "many"},
    "an unknown field": {"replica": 3},
    "no storage": {"storage": None},
    "two storages": {"storage": {"s3": {"bucket": "images", "region": "eu-central-1"}, "emptyDir": {}}},
    "other storage": {"storage": {"emptyDir": {}}, "replicas": None},
    "a rule": {"autoscaling": {"minReplicas": 5, "maxReplicas": 2}},
    "nothing that can be read": {"storage": 5, "replicas": []},
}
every_refusal = pytest.mark.parametrize("spec", REFUSED.values(), ids=REFUSED)


def requests(spec):
    """Return the request of a Registry that has just been made with this spec, and of one that runs."""
    written = {key: value for key, value in {**scenario.SPEC, **spec}.items() if value is not None}
    return scenario.request(scenario.composite(written)), registries.edited("s3", **spec)


@every_refusal
def test_a_refusal_has_a_ttl_of_0(ask, spec):
    response = ask(requests(spec)[1])

    assert serving.fatal(response)
    assert response.meta.HasField("ttl")
    assert response.meta.ttl.ToNanoseconds() == 0


@every_refusal
def test_a_refusal_has_all_conditions(ask, spec):
    for request in requests(spec):
        told = {entry.type: entry for entry in ask(request).conditions}

        assert set(told) >= OURS
        assert all(entry.reason and entry.status for entry in told.values())
        assert {entry.target for entry in told.values()} == {fnv1.TARGET_COMPOSITE_AND_CLAIM}


@pytest.mark.parametrize("name", registries.SPECS)
def test_a_refusal_leaves_no_condition_out(ask, name):
    told = [
        {entry.type for entry in ask(request).conditions} for request in (registries.settled(name), registries.edited(name, x=1))
    ]

    assert told[1] >= told[0]


def test_a_refusal_says_that_what_runs_still_runs(ask):
    told = {entry.type: entry.status for entry in ask(registries.edited("s3", replicas="many")).conditions}

    assert told["Valid"] == fnv1.STATUS_CONDITION_FALSE
    assert told["Available"] == fnv1.STATUS_CONDITION_TRUE


@every_refusal
def test_a_refusal_composes_nothing(ask, spec):
    response = ask(requests(spec)[1])

    assert not response.desired.resources
    assert response.desired.composite.ready == fnv1.READY_UNSPECIFIED


@pytest.mark.parametrize("name", ["an unknown field", "a value of another type", "a rule"])
def test_a_refusal_declares_its_requirements(ask, name):
    request = registries.edited("s3", **REFUSED[name])

    assert ask(request).requirements == ask(registries.settled("s3")).requirements
    assert ask(registries.unfetched(request)).requirements == ask(request).requirements


def test_a_release_that_is_lost_and_cannot_be_made_again_is_refused(ask):
    request = registries.unfetched(registries.settled("s3"))
    for key in [key for key in request.observed.resources if key.startswith("release-")]:
        del request.observed.resources[key]
    # Not looked for yet is no reason: a fatal answer would keep Crossplane from looking.
    first = ask(request)
    assert not serving.fatal(first)
    assert first.desired.resources.keys() >= request.observed.resources.keys()
    for name in first.requirements.resources:
        request.required_resources[name].SetInParent()

    response = ask(request)

    assert "is gone" in serving.fatal(response)
    assert {entry.type for entry in response.conditions} >= OURS
    assert response.requirements == ask(registries.settled("s3")).requirements
    assert response.meta.ttl.ToNanoseconds() == 0


@pytest.mark.parametrize("kind", ["XBucket", "", None])
def test_an_unknown_kind_is_refused(ask, kind):
    request = scenario.request({**scenario.composite(), "kind": kind})

    response = ask(request)

    assert f"does not know the kind {kind or '(none)'}" in serving.fatal(response)
    assert "XRegistry" in serving.fatal(response)
    assert response.meta.HasField("ttl")
    assert not response.desired.resources


def without(*path):
    made = scenario.composite()
    part = made
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
    return made


BROKEN = {
    "nothing": {},
    "only a kind": {"kind": "XRegistry"},
    "no spec": without("spec"),
    "no claim": without("spec", "claimRef"),
    "no metadata": without("metadata"),
    "a spec that is a list": {**scenario.composite(), "spec": [1]},
    "metadata that is text": {**scenario.composite(), "metadata": "images"},
    "a kind that is a number": {**scenario.composite(), "kind": 3},
    "a claim that is text": {**scenario.composite(), "spec": {**scenario.SPEC, "claimRef": "images"}},
    "a status that is a list": {**scenario.composite(), "status": [], "spec": {"storage": {}}},
    "an integration of nothing": {"kind": "XRegistryIntegration", "spec": {"type": "COSI"}},
}


@pytest.mark.parametrize("made", BROKEN.values(), ids=BROKEN)
def test_a_broken_composite_is_answered(ask, made):
    response = ask(scenario.request(made))

    assert serving.fatal(response) or response.conditions
    assert "internal error" not in serving.fatal(response)


def test_an_empty_request_is_answered(ask):
    assert serving.fatal(ask(fnv1.RunFunctionRequest()))


@pytest.mark.parametrize("made", [{}, {"metadata": []}, {"data": "x", "spec": 5, "status": [1], "metadata": {"annotations": 7}}])
def test_observed_objects_that_are_broken_are_answered(ask, made):
    request = registries.settled("s3")
    for resource in request.observed.resources.values():
        resource.resource.CopyFrom(wire.struct(made))

    assert "internal error" not in serving.fatal(ask(request))


@contextmanager
def logging_at(level: log.Level) -> Iterator[None]:
    log.configure(level)
    yield
    log.configure(log.Level.DISABLED)


def failing(observed, *_):
    held = [document.at("data") for documents in observed.required.values() for document in documents]
    raise LookupError(f"{len(held)} secrets were read")


@pytest.mark.parametrize("level", [log.Level.INFO, log.Level.DEBUG])
def test_an_internal_error_is_logged_and_tells_nothing(monkeypatch, capsys, level):
    request = registries.settled("s3")
    documents = [*request.required_resources["Secret/images-s3"].items, request.observed.resources["http-secret"]]
    secrets = [value for item in documents for value in wire.StructDocument(item.resource).at("data").values()]
    monkeypatch.setattr(compose, "answer", failing)

    with logging_at(level):
        response = fn.FunctionRunner().run(request)

    logged = capsys.readouterr().out
    assert serving.fatal(response).startswith("internal error")
    assert response.meta.tag == request.meta.tag
    assert response.meta.HasField("ttl")
    assert response.meta.ttl.ToNanoseconds() == 0
    assert not response.desired.resources
    assert "LookupError: 1 secrets were read" in logged
    assert "in failing" in logged
    assert len(secrets) == 3
    assert [value for value in secrets if value in logged or value in str(response)] == []
    assert {entry.type: entry.status for entry in response.conditions} == dict.fromkeys(
        ("Valid", "StorageReady", "Available", "Upgraded"), fnv1.STATUS_CONDITION_TRUE
    ), "nothing was found out, so what was told before is told again"


def test_an_internal_error_is_one_line_of_the_log(monkeypatch, capsys):
    request = registries.settled("s3")
    monkeypatch.setattr(compose, "answer", failing)

    with logging_at(log.Level.INFO):
        fn.FunctionRunner().run(request)

    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert (said["level"], said["msg"], said["name"]) == ("error", "internal error", "images-x7k2p")
    assert said["traceback"].startswith("Traceback (most recent call last):")
