"""Templates: what holds where a Registry has nothing of its own, what it may not have, and where a mistake was written."""

from typing import Any

import pytest

from function import compose
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.observed import Answer
from function.resolve import template
from tests import specs
from tests.clusters import VERSION, Cluster, observed
from tests.specs import Spec


def written(name: str = "usual", generation: int = 1, **spec: Any) -> Manifest:
    """Return a RegistryTemplate."""
    metadata = {"name": name, "generation": generation}
    return {"apiVersion": VERSION, "kind": "RegistryTemplate", "metadata": metadata, "spec": spec}


def registry(used: Manifest, **spec: Any) -> Cluster:
    """Return a Registry that refers to this template."""
    return Cluster({"template": used["metadata"]["name"], **spec}, *specs.users(), used)


def problems(used: Manifest, **spec: Any) -> str:
    """Return all that is wrong with a Registry and its template."""
    return registry(used, **spec).reconcile().fatal.removeprefix("the spec is not valid, nothing was changed: ")


@pytest.mark.parametrize(
    ("base", "over", "holds"),
    [
        ({"image": "a"}, {}, {"image": "a"}),
        ({"image": "a"}, {"image": "b"}, {"image": "b"}),
        ({"service": {"port": 1, "type": "a"}}, {"service": {"port": 2}}, {"service": {"port": 2, "type": "a"}}),
        ({"imagePullSecrets": [1, 2]}, {"imagePullSecrets": [3]}, {"imagePullSecrets": [3]}),
        ({"config": {"a": {"b": 1}}}, {"config": {"a": {"c": 2}}}, {"config": {"a": {"b": 1, "c": 2}}}),
        ({"service": {"port": 1}}, {"service": 5}, {"service": 5}),
        ({"locked": ["image"], "replicas": 1}, {}, {"replicas": 1}),
        (
            {"storage": {"s3": {"bucket": "a"}}},
            {"storage": {"s3": {"region": "b"}}},
            {"storage": {"s3": {"bucket": "a", "region": "b"}}},
        ),
        ({"storage": {"s3": {"bucket": "a"}}}, {"storage": {"emptyDir": {}}}, {"storage": {"emptyDir": {}}}),
        (
            {"storage": {"s3": {"bucket": "a"}, "deleteEnabled": True}},
            {"storage": {"redirect": "Auto"}},
            {"storage": {"s3": {"bucket": "a"}, "deleteEnabled": True, "redirect": "Auto"}},
        ),
        (
            {"storage": {"bucketClassName": "a"}},
            {"storage": {"bucketAccessClass": "b"}},
            {"storage": {"bucketClassName": "a", "bucketAccessClass": "b"}},
        ),
        ({"storage": {"bucketClassName": "a"}}, {"storage": {"gcs": {}}}, {"storage": {"gcs": {}}}),
    ],
)
def test_a_template_holds_where_a_registry_has_nothing_of_its_own(base: Spec, over: Spec, holds: Spec):
    before = repr((base, over))
    assert template.merged(base, over) == holds
    assert repr((base, over)) == before


def test_a_registry_of_a_template_alone_becomes_ready():
    used = registry(written(generation=3, **specs.S3, service={"port": 80}))
    answer = used.settle()
    assert {entry.status for entry in answer.conditions} == {"True"}
    assert answer.status["template"] == {"name": "usual", "generation": 3}
    assert used.composed[Keys.SERVICE]["spec"]["ports"][0]["port"] == 80
    assert answer.ttl == 0


def test_it_composes_what_the_same_fields_would_without_a_template():
    one, other = registry(written(**specs.S3, readOnly=True)), Cluster({**specs.S3, "readOnly": True}, *specs.users())
    assert one.settle().desired == other.settle().desired


def test_an_edit_of_a_template_reaches_its_registries():
    used = registry(written(**specs.S3))
    used.settle()
    before = used.deployment["spec"]["template"]
    used.users[-1]["spec"]["readOnly"] = True
    used.users[-1]["metadata"]["generation"] = 2
    answer = used.reconcile()
    assert used.deployment["spec"]["template"] != before
    assert answer.status["template"]["generation"] == 2


def test_an_edit_of_a_template_that_leads_elsewhere_is_refused():
    used = registry(written(**specs.S3))
    used.settle()
    used.users[-1]["spec"] = specs.GCS
    assert "would lead from s3:bucket=images to gcs:bucket=images" in used.reconcile().fatal


def test_no_template_can_say_for_all_that_their_images_may_be_left():
    used = registry(written(**specs.S3))
    used.settle()
    used.users[-1]["spec"] = {"storage": {**specs.GCS["storage"], "replaces": "s3:bucket=images"}}
    assert used.reconcile().fatal


@pytest.mark.parametrize(
    ("locked", "spec", "path"),
    [
        (["replicas"], {"replicas": 3}, "spec.replicas"),
        (["service"], {"service": {"port": 80}}, "spec.service"),
        (["service.port"], {"service": {"port": 80}}, "spec.service.port"),
        (["upgrade.minReadySeconds"], {"upgrade": {"minReadySeconds": 3}}, "spec.upgrade.minReadySeconds"),
        (["config"], {"config": {"http": {"host": "https://a"}}}, "spec.config"),
        (["storage"], {"storage": {"s3": {"bucket": "mine"}}}, "spec.storage"),
        (["storage.s3.bucket"], {"storage": {"s3": {"bucket": "mine"}}}, "spec.storage.s3.bucket"),
        (["storage"], {"storage": {"replaces": "a", "deleteEnabled": True}}, "spec.storage"),
    ],
)
def test_a_locked_field_cannot_be_set(locked: list[str], spec: Spec, path: str):
    assert f"{path}: is locked by RegistryTemplate usual: leave it out" in problems(written(**specs.S3, locked=locked), **spec)


def test_a_locked_field_cannot_be_got_around_by_another_kind_of_storage():
    said = problems(written(**specs.S3, locked=["storage.s3"]), **specs.EMPTY)
    assert "would change storage.s3, which is locked by RegistryTemplate usual" in said


@pytest.mark.parametrize(
    ("locked", "spec"),
    [
        (["replicas"], {"service": {"port": 80}}),
        (["service.port"], {"service": {"annotations": {"a": "b"}}}),
        (["storage"], {"storage": {"replaces": "s3:bucket=old"}}),
        (["storage.replaces"], {"storage": {"replaces": "s3:bucket=old"}}),
        (["replicas"], {"replicas": None}),
        (["service"], {"service": None}),
    ],
)
def test_what_is_not_locked_can_be_set(locked: list[str], spec: Spec):
    assert problems(written(**specs.S3, locked=locked), **spec) == ""


def test_a_null_in_a_locked_field_is_no_value_of_it():
    used = written(scheduling={"nodeSelector": {"pool": "a", "zone": None}}, locked=["scheduling.nodeSelector"])
    assert not problems(used, **specs.S3)


@pytest.mark.parametrize(
    ("theirs", "mine", "said"),
    [
        ({"replicas": 0}, {}, "RegistryTemplate usual: spec.replicas: must be at least 1"),
        ({}, {"replicas": 0}, "spec.replicas: must be at least 1"),
        (
            {"service": {"type": "NodePort", "port": 0}},
            {"service": {"nodePort": 1}},
            "RegistryTemplate usual: spec.service.port: must be",
        ),
        ({"service": {"port": 1}}, {"service": {"nodePort": 0}}, "spec.service.nodePort: must be at least 1"),
        (
            {"imagePullSecrets": [{"name": "a", "nam": "a"}]},
            {},
            "RegistryTemplate usual: spec.imagePullSecrets[0].nam: there is no such field",
        ),
        ({"config": {"http": {"addr": ":1"}}}, {}, "RegistryTemplate usual: spec.config.http.addr: is set by the operator"),
    ],
)
def test_a_mistake_is_told_at_the_place_where_it_was_written(theirs: Spec, mine: Spec, said: str):
    found = problems(written(**specs.S3, **theirs), **mine)
    assert said in found
    assert found.count("RegistryTemplate usual") == said.count("RegistryTemplate usual")


def test_a_key_that_looks_like_the_place_of_a_list_is_no_such_place():
    assert "spec.resources.\u00b9: " in problems(written(**specs.S3, resources=[]), resources={"\u00b9": []})


def reason(answer: Answer, kind: str) -> tuple[str, str]:
    [entry] = [entry for entry in answer.conditions if entry.type == kind]
    return entry.status, entry.reason


def test_a_template_that_does_not_exist_is_told():
    used = Cluster({"template": "usual"})
    answer = used.reconcile()
    assert "spec.template: RegistryTemplate usual does not exist: create it, or name another" in answer.fatal
    assert reason(answer, "Valid") == ("False", "TemplateMissing")
    used.users = [*specs.users(), written(**specs.EMPTY)]
    assert used.reconcile().fatal == ""


def test_a_template_that_is_gone_leaves_what_runs():
    used = registry(written(**specs.S3))
    used.settle()
    before = used.composed
    used.users.pop()
    answer = used.reconcile()
    assert "does not exist" in answer.fatal
    assert used.composed == before
    assert reason(answer, "Available") == ("True", "Available")


def test_a_template_that_was_not_looked_up_yet_leaves_what_runs_and_what_was_told_of_it():
    used = registry(written(**specs.S3))
    used.settle()
    before = {entry.type: (entry.status, entry.reason) for entry in used.answer().conditions}
    used.requirements = {}
    answer = used.answer()
    assert answer.fatal == ""
    assert answer.desired.keys() == used.composed.keys()
    assert {entry.type: (entry.status, entry.reason) for entry in answer.conditions} == before
    assert any(selector.kind == "RegistryTemplate" and selector.name == "usual" for selector in answer.requirements.values())


def test_another_template_can_take_the_place_of_one_that_is_gone():
    """A fatal answer ends Crossplane's loop: one that takes the old template for the new one would be given for ever."""
    used = registry(written(**specs.S3))
    used.settle()
    used.users.pop()
    assert used.reconcile().fatal
    used.users.append(written("other", **specs.S3))
    used.spec["template"] = "other"
    assert used.reconcile().fatal == ""
    assert used.status["template"]["name"] == "other"


def test_another_template_can_take_the_place_of_one_that_locks_what_is_set_now():
    used = registry(written(**specs.S3, locked=["replicas"]))
    used.settle()
    used.users.append(written("other", **specs.S3))
    used.spec = {"template": "other", "replicas": 3}
    assert used.reconcile().fatal == ""


class TestTemplateItself:
    """A template says by itself what is wrong with it; what it lacks, a Registry may add."""

    def answer(self, **spec: Any) -> Answer:
        return compose.answer(observed(written(**spec)))

    @pytest.mark.parametrize(
        "spec",
        [
            {},
            {"replicas": 3},
            {"storage": {"s3": {"region": "eu-central-1"}}},
            {"storage": {"bucketClassName": "fast"}},
            {"storage": {"persistentVolumeClaim": {"storageClassName": "fast"}}},
            {"image": "registry.example.com/registry:stable"},
            {"service": {"nodePort": 30000}, "caBundle": {"key": "ca.pem"}},
            {"locked": ["storage", "upgrade.minReadySeconds", "scheduling.nodeSelector", "storage.s3.bucket", "config.http.host"]},
        ],
        ids=str,
    )
    def test_a_template_may_lack_what_a_registry_adds(self, spec: Spec):
        answer = self.answer(**spec)
        assert answer.status == {"problems": [], "problemCount": 0}
        assert reason(answer, "Valid") == ("True", "Valid")
        assert answer.composite_ready
        assert answer.desired == {}

    @pytest.mark.parametrize(
        ("spec", "said"),
        [
            ({"replica": 3}, "spec.replica: there is no such field; did you mean replicas?"),
            ({"storage": {"emptyDir": {}, "gcs": {"bucket": "images"}}}, "spec.storage: names more than one storage"),
            ({"image": "Registry"}, "spec.image: is not an image reference"),
            ({"storage": {"emptyDir": {}}, "replicas": 3}, "spec.replicas: is 3, but an emptyDir is each pod's own"),
            ({"locked": ["replica"]}, "spec.locked[0]: a Registry has no field replica; did you mean replicas?"),
            ({"locked": ["image", "service.prot"]}, "spec.locked[1]: a Registry has no field service.prot; did you mean port?"),
            ({"locked": ["xyzzy"]}, "spec.locked[0]: a Registry has no field xyzzy"),
            ({"locked": ["a b"]}, "spec.locked[0]: must match"),
            ({"template": "other"}, "spec.template: there is no such field"),
            ({"storage": {"gcs": {"bucket": "images"}, "replaces": "a"}}, "spec.storage.replaces: is for one Registry to say"),
        ],
    )
    def test_a_template_says_what_is_wrong_with_it(self, spec: Spec, said: str):
        answer = self.answer(**spec)
        assert answer.fatal == "", "its status would not be written"
        [problem] = answer.status["problems"]
        assert problem.startswith(said)
        assert answer.status["problemCount"] == 1
        assert reason(answer, "Valid") == ("False", "InvalidSpec")
        assert not answer.composite_ready
        assert [event.severity for event in answer.events] == ["Warning"]

    def test_all_its_problems_are_told_at_once(self):
        answer = self.answer(replica=3, image="!", locked=["xyzzy"])
        assert answer.status["problemCount"] == 3
        assert "(3) " in answer.conditions[0].message

    @pytest.mark.parametrize("spec", [None, [], "x"])
    def test_a_spec_of_any_shape_is_judged(self, spec: Any):
        answer = compose.answer(observed({**written(), "spec": spec}))
        assert answer.status["problemCount"] == (0 if spec is None else 1)
