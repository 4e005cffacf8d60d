"""What Crossplane's specification of functions demands, one test for each demand.

https://github.com/crossplane/crossplane/blob/main/contributing/specifications/functions.md
"""

import base64
import json

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import pytest

from function import fn, wire
from tests.protocol import registries, serving
from tests.protocol.registries import SPECS
from tools.bench import scenario

every_spec = pytest.mark.parametrize("name", SPECS)


def plain(resource):
    return wire.StructDocument(resource.resource).at()


def manifests(response):
    assert not serving.fatal(response)
    return {key: plain(resource) for key, resource in response.desired.resources.items()}


def test_the_response_has_the_tag_of_the_request(ask):
    request = registries.new("s3")
    request.meta.tag = "of-this-call"

    assert ask(request).meta.tag == "of-this-call"


@every_spec
def test_requirements_are_the_same_on_every_call(ask, name):
    request = registries.settled(name)
    calls = [request, registries.unfetched(request), registries.missing(request, name)]

    wanted = [ask(call).requirements for call in calls]

    assert set(wanted[0].resources) == set(SPECS[name][1])
    assert wanted[0] == wanted[1] == wanted[2]


@every_spec
def test_requirements_of_a_new_registry_are_the_same_on_every_call(ask, name):
    request = registries.new(name)

    assert ask(request).requirements == ask(registries.missing(request, name)).requirements
    assert set(ask(request).requirements.resources) == set(SPECS[name][1])


@every_spec
def test_a_requirement_that_was_not_looked_for_yet_is_not_fatal(ask, name):
    assert not serving.fatal(ask(registries.new(name)))
    assert not serving.fatal(ask(registries.unfetched(registries.settled(name))))


@every_spec
def test_a_requirement_that_is_not_there_is_waited_for(ask, name):
    response = ask(registries.missing(registries.new(name), name))

    assert not serving.fatal(response)
    assert response.desired.composite.ready == fnv1.READY_FALSE


@every_spec
def test_no_resource_is_left_out_or_changed_before_an_input_is_looked_for(ask, name):
    request = registries.settled(name)

    assert manifests(ask(registries.unfetched(request))) == manifests(ask(request))


@every_spec
def test_no_resource_is_left_out_or_changed_while_an_input_is_gone(ask, name):
    request = registries.settled(name)

    assert manifests(ask(registries.missing(request, name))) == manifests(ask(request))


def test_what_cosi_gave_stays_where_cosi_is_taken_away(ask):
    request = registries.settled("cosi")
    without = registries.missing(request, "cosi")
    without.required_resources["CustomResourceDefinition/bucketclaims.objectstorage.k8s.io"].ClearField("items")

    left = manifests(ask(without))

    # Its objects have gone with its CRD; asking for them would keep everything else from being applied.
    assert left == {key: made for key, made in manifests(ask(request)).items() if not key.startswith("cosi-")}


@every_spec
def test_the_same_request_gives_the_same_bytes(ask, name):
    request = registries.settled(name)

    assert serving.canonical(ask(request)) == serving.canonical(ask(request))


def test_the_order_of_what_is_observed_changes_nothing(ask):
    request = registries.settled("s3")
    reordered = fnv1.RunFunctionRequest()
    reordered.CopyFrom(request)
    reordered.observed.ClearField("resources")
    for key in sorted(request.observed.resources, reverse=True):
        reordered.observed.resources[key].CopyFrom(request.observed.resources[key])

    assert serving.canonical(ask(reordered)) == serving.canonical(ask(request))


def test_every_process_gives_the_same_bytes(ask):
    request = registries.settled("scaled")
    answers = set()
    for seed in ("1", "2"):
        with serving.calling(environment={"PYTHONHASHSEED": seed}) as function:
            answers.add(serving.canonical(function.RunFunction(request)))

    assert answers == {serving.canonical(ask(request))}


def test_a_generated_secret_is_read_back_from_what_is_observed(ask):
    request = registries.settled("s3")
    observed = plain(request.observed.resources["http-secret"])

    desired = plain(ask(request).desired.resources["http-secret"])

    assert desired["data"] == observed["data"]
    assert base64.b64decode(desired["data"]["secret"]).decode() == f"s{scenario.ENTROPY}"


def test_a_generated_secret_is_another_for_each_registry(ask):
    first, second = registries.new("s3"), registries.new("s3")
    second.observed.composite.resource["metadata"]["uid"] = "another, under the same name"
    made = [plain(ask(request).desired.resources["http-secret"])["data"]["secret"] for request in (first, second)]

    assert made[0] != made[1]
    assert all(len(base64.b64decode(secret)) >= 32 for secret in made)


def test_a_generated_secret_is_the_same_until_it_is_there(ask):
    assert ask(registries.new("s3")).desired == ask(registries.new("s3")).desired


def test_a_generated_secret_that_was_deleted_while_it_was_used_comes_back_as_another(ask):
    request = registries.settled("s3")
    del request.observed.resources["http-secret"]
    first, again = (plain(ask(each).desired.resources["http-secret"])["data"] for each in (registries.new("s3"), request))

    assert first != again


@every_spec
@pytest.mark.parametrize("state", [registries.new, registries.settled])
def test_ready_is_set_on_every_resource_and_on_the_composite(ask, name, state):
    response = ask(state(name))

    told = [response.desired.composite, *response.desired.resources.values()]
    assert {resource.ready for resource in told} <= {fnv1.READY_TRUE, fnv1.READY_FALSE}


@every_spec
@pytest.mark.parametrize("state", [registries.new, registries.settled])
def test_the_ttl_is_set(ask, name, state):
    assert ask(state(name)).meta.HasField("ttl")


@every_spec
def test_every_resource_has_a_name(ask, name):
    for resource in ask(registries.settled(name)).desired.resources.values():
        assert wire.StructDocument(resource.resource).at("metadata", "name")


def test_a_key_is_of_one_kind_whatever_is_composed(ask):
    kinds: dict[str, set[str]] = {}
    for name in SPECS:
        for key, resource in ask(registries.settled(name)).desired.resources.items():
            document = wire.StructDocument(resource.resource)
            group = document.at("apiVersion").rpartition("/")[0]
            kinds.setdefault(key, set()).add(f"{group}/{document.at('kind')}")

    assert {key: found for key, found in kinds.items() if len(found) > 1} == {}


def test_what_earlier_steps_desire_is_passed_on(ask):
    request = registries.settled("s3")
    other = wire.struct({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}, "data": {"a": "1"}})
    earlier = request.desired.resources["other"]
    earlier.resource.CopyFrom(other)
    earlier.ready = fnv1.READY_TRUE
    earlier.connection_details["password"] = b"kept"
    request.desired.composite.resource.CopyFrom(wire.struct({"status": {"other": {"seen": True}}}))
    request.desired.composite.connection_details["endpoint"] = b"kept too"

    desired = ask(request).desired

    assert desired.resources["other"] == earlier
    assert "deployment" in desired.resources
    assert desired.composite.connection_details == request.desired.composite.connection_details
    status = wire.StructDocument(desired.composite.resource).at("status")
    assert status["other"] == {"seen": True}
    assert status["readyReplicas"] == 3


def test_what_earlier_steps_compose_leaves_a_steady_registry_steady(ask):
    request = registries.settled("s3")
    other = wire.struct({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}})
    request.observed.resources["other"].resource.CopyFrom(other)
    request.desired.resources["other"].resource.CopyFrom(other)

    assert ask(request).meta == ask(registries.settled("s3")).meta


@pytest.mark.parametrize("name", ["s3", "volume"])
def test_what_earlier_steps_desire_is_passed_on_by_a_refusal(ask, name):
    request = registries.edited(name, replicas="many")
    request.desired.resources["other"].resource.CopyFrom(wire.struct({"kind": "ConfigMap"}))

    response = ask(request)

    assert serving.fatal(response)
    assert response.desired == request.desired


@pytest.mark.parametrize("spec", [{}, {"replicas": "many"}])
def test_the_context_is_passed_on(ask, spec):
    request = registries.edited("s3", **spec)
    request.context.CopyFrom(wire.struct({"apiextensions.crossplane.io/environment": {"region": "eu", "count": 3}}))

    assert ask(request).context == request.context


def test_without_a_context_none_is_made_up(ask):
    assert not ask(registries.settled("s3")).HasField("context")


@every_spec
@pytest.mark.parametrize("state", [registries.new, registries.settled, registries.edited])
def test_reading_leaves_the_request_as_it_was(name, state):
    request = state(name)
    before = serving.canonical(request)

    fn.FunctionRunner().run(request)

    assert serving.canonical(request) == before


@pytest.mark.parametrize("version", ["2.8.3", "3.1.1"])
def test_whole_numbers_stay_whole(ask, version):
    written = {"log": {"hooks": [{"type": "mail", "levels": ["panic"], "options": {"smtp": {"addr": "mail:25"}}}]}}
    written["notifications"] = {"events": {"includereferences": True}, "endpoints": [{"name": "a", "threshold": 5}]}
    request = registries.edited(
        "s3", image=f"registry:{version}", service={"port": 5443}, config=written, upgrade={"allowDowngrade": True}
    )

    response = ask(request)

    wanted = plain(response.desired.resources["deployment"])["metadata"]["annotations"]
    release = plain(response.desired.resources[f"release-{wanted['registry-operator.dev/wanted-release']}"])
    for text in release["data"].values():
        assert [number for number in numbers(base64.b64decode(text).decode()) if number.endswith(".0")] == []
    status = wire.StructDocument(response.desired.composite.resource).at("status")
    assert status["url"].endswith(":5443")


def numbers(text):
    """Return the numbers of a JSON text as they are written there."""
    found = []
    json.loads(text, parse_float=found.append, parse_int=found.append)
    return found
