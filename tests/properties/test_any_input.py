"""Whatever comes in, an answer goes out: never an exception, and the same one each time."""

import base64
import copy
import functools
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from function import compose
from function.api.integration import IntegrationSpec
from function.api.registry import RegistrySpec
from function.api.template import TemplateSpec
from function.distribution import overrides
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.observed import Answer, Observed
from tests import specs
from tests.clusters import COSI_KEY, NAME, NAMESPACE, VERSION, Cluster, observed
from tests.properties.json_values import ENCODED, JSON, changed, shaped
from tests.specs import STORAGES
from tests.states import settled

KINDS = st.sampled_from(sorted(compose.KINDS))
OBSERVED = tuple[Manifest, dict[str, Manifest], dict[str, list[Manifest]]]


def answered(given: Observed) -> Answer:
    """Return the answer, and see that it is one that can be sent."""
    answer = compose.answer(given)
    # Protobuf takes neither half a surrogate pair nor a condition without a reason.
    json.dumps([answer.desired, answer.status], ensure_ascii=False).encode()
    for entry in answer.conditions:
        assert entry.status in ("True", "False", "Unknown")
        assert entry.reason
    assert answer.ready <= answer.desired.keys()
    assert not (answer.fatal and answer.desired)
    return answer


def composite(spec: Any, kind: str = "Registry", metadata: Any = None, status: Any = None) -> Manifest:
    named = {"name": NAME, "namespace": NAMESPACE} if metadata is None else metadata
    return {"apiVersion": VERSION, "kind": kind, "metadata": named, "spec": spec, "status": status}


@given(JSON, KINDS)
def test_any_json_as_a_spec_gives_an_answer(spec: Any, kind: str):
    answered(observed(composite(spec, kind)))


@settings(max_examples=80)
@given(shaped(RegistrySpec))
def test_any_json_in_the_shape_of_a_spec_gives_an_answer(spec: Any):
    answer = answered(observed(composite(spec)))
    named = isinstance(spec, dict) and spec.get("template")
    assert answer.fatal or answer.conditions[0].status == ("Unknown" if named else "True")


@given(shaped(TemplateSpec) | JSON, shaped(RegistrySpec))
def test_any_json_in_the_shape_of_a_template_gives_an_answer(theirs: Any, mine: Any):
    metadata = {"name": "usual", "generation": 1}
    template = {"apiVersion": VERSION, "kind": "RegistryTemplate", "metadata": metadata, "spec": theirs}
    registry = Cluster({**mine, "template": "usual"}, template)
    registry.reconcile()
    registry.requirements = dict(registry.answer().requirements)
    answered(registry.observed())
    answered(observed(template))


@given(shaped(IntegrationSpec))
def test_any_json_in_the_shape_of_an_integration_gives_an_answer(spec: Any):
    answered(observed(composite(spec, "RegistryIntegration")))


@given(JSON, JSON, KINDS)
def test_any_json_as_metadata_and_status_gives_an_answer(metadata: Any, status: Any, kind: str):
    answered(observed({**composite(specs.VOLUME, kind, status=status), "metadata": metadata}))


@given(JSON)
def test_any_json_as_config_gives_findings(config: Any):
    if isinstance(config, dict):
        for dialect in ("2.8", "3.1"):
            for path, message in overrides.problems(config, dialect, "s3"):
                assert path.startswith(".")
                assert message


@functools.cache
def steady(name: str) -> OBSERVED:
    """Return what a settled cluster of this storage brings."""
    registry = settled(STORAGES[name])
    return registry.composite(), registry.composed, registry.required()


def plain(name: str) -> OBSERVED:
    """Return the same, to be changed."""
    return copy.deepcopy(steady(name))


@settings(max_examples=100)
@given(st.data(), st.sampled_from(sorted(STORAGES)))
def test_any_change_of_an_observed_object_gives_an_answer(data: st.DataObject, name: str):
    owner, composed, required = plain(name)
    key = data.draw(st.sampled_from(sorted(composed)))
    composed[key] = data.draw(changed(composed[key]))
    answered(observed(owner, composed, required))


READ = [
    ("volume", Keys.VOLUME_CLAIM, "spec.resources.requests.storage"),
    ("volume", Keys.VOLUME_CLAIM, "spec.storageClassName"),
    ("volume", Keys.VOLUME_CLAIM, "spec.accessModes"),
    ("volume", Keys.VOLUME_CLAIM, "status"),
    ("volume", Keys.DEPLOYMENT, "status.conditions"),
    ("volume", Keys.DEPLOYMENT, "spec.template.metadata.annotations"),
    ("s3", Keys.DEPLOYMENT, "spec.replicas"),
    ("s3", Keys.DEPLOYMENT, "metadata.managedFields"),
    ("s3", Keys.DEPLOYMENT, "metadata.annotations"),
    ("s3", Keys.HTTP_SECRET, "data.secret"),
    ("s3", Keys.SERVICE, "spec.type"),
    ("cosi", Keys.BUCKET_SECRET, "data"),
    ("cosi", COSI_KEY, "spec.cosi.version"),
    ("cosi", COSI_KEY, "status.conditions"),
]


@pytest.mark.parametrize(("name", "key", "path"), READ, ids=[f"{key}-{path}" for _, key, path in READ])
@settings(max_examples=20)
@given(value=JSON | ENCODED)
def test_any_json_where_an_observed_object_is_read_gives_an_answer(name: str, key: str, path: str, value: Any):
    owner, composed, required = plain(name)
    *steps, last = path.split(".")
    here: Any = composed[key]
    for step in steps:
        here = here[step]
    here[last] = value
    autoscaled = {"autoscaling": {}} if name == "s3" else {}
    answered(observed({**owner, "spec": {**owner["spec"], **autoscaled}}, composed, required))


@given(st.data(), st.sampled_from(["pod.json", "config.yml"]))
def test_any_change_of_a_stored_release_gives_an_answer(data: st.DataObject, part: str):
    owner, composed, required = plain("volume")
    [release] = [manifest for key, manifest in composed.items() if key.startswith(Keys.RELEASE)]
    there = yaml.safe_load(base64.b64decode(release["data"][part]))
    text = json.dumps(data.draw(changed(there)))
    release["data"][part] = base64.b64encode(text.encode()).decode()
    answered(observed(owner, composed, required))


@given(st.data(), st.sampled_from(["s3", "azure", "own claim", "cosi", "volume"]))
def test_any_change_of_a_required_object_gives_an_answer(data: st.DataObject, name: str):
    owner, composed, required = plain(name)
    key = data.draw(st.sampled_from(sorted(required)))
    required[key] = [data.draw(changed(one)) for one in required[key]]
    answered(observed(owner, composed, required))


@given(st.data(), st.sampled_from(sorted(STORAGES)))
def test_any_change_of_the_composite_gives_an_answer(data: st.DataObject, name: str):
    owner, composed, required = plain(name)
    answered(observed(data.draw(changed(owner)), composed, required))


@given(st.dictionaries(st.sampled_from(["BucketInfo", "COSI_S3_BUCKET_ID", "COSI_S3_ENDPOINT", "other"]), ENCODED | JSON))
def test_any_secret_of_a_driver_gives_an_answer(data: dict[str, Any]):
    owner, composed, required = plain("cosi")
    [name] = [name for name in required if name.startswith("Secret/")]
    required[name][0]["data"] = data
    before = compose.answer(observed(*steady("cosi"))).desired
    assert answered(observed(owner, composed, required)).desired.keys() == before.keys()


@given(st.sampled_from(sorted(STORAGES)), st.dictionaries(st.sampled_from(["deployment", "service", "cosi"]), JSON))
def test_any_json_as_observed_objects_gives_an_answer(name: str, objects: dict[str, Any]):
    owner, composed, required = plain(name)
    composed |= {key: value if isinstance(value, dict) else {"spec": value, "status": value} for key, value in objects.items()}
    answered(observed(owner, composed, required))


@given(st.dictionaries(st.text(max_size=12), JSON, max_size=3))
def test_any_annotations_of_the_workload_give_an_answer(annotations: dict[str, Any]):
    owner, composed, required = plain("s3")
    composed[Keys.DEPLOYMENT]["metadata"]["annotations"] = annotations
    answered(observed(owner, composed, required))


@given(shaped(RegistrySpec), st.sampled_from(sorted(STORAGES)))
def test_the_same_input_gives_the_same_answer_whatever_was_answered_before(spec: Any, name: str):
    _, composed, required = plain(name)
    first = compose.answer(observed(composite(spec), composed, required))
    compose.answer(observed(*steady(name)))
    again = compose.answer(observed(composite(json.loads(json.dumps(spec))), composed, required))
    assert repr(first) == repr(again)
