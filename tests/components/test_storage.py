"""Each kind of storage in the words of each dialect: the registry ignores what it does not know, and panics at some of the rest."""

from typing import Any

import pytest

from function.distribution.keys import KEYS
from function.kubernetes.names import Keys
from tests import specs
from tests.pods import composed, config, container, environment, pod
from tests.specs import IMAGES, Spec
from tests.states import settled

DRIVERS: dict[tuple[str, str], dict[str, Any]] = {
    # Parameters of registry/storage/driver/* of distribution/distribution v2.8.3 and v3.1.1.
    ("s3", "2.8"): {"bucket", "region", "regionendpoint", "rootdirectory"},
    ("s3", "3.1"): {"bucket", "region", "regionendpoint", "rootdirectory", "forcepathstyle"},
    ("azure", "2.8"): {"accountname", "accountkey", "container", "realm"},
    ("azure", "3.1"): {"accountname", "accountkey", "container", "realm", "rootdirectory", "credentials"},
    ("gcs", "2.8"): {"bucket", "keyfile", "rootdirectory"},
    ("gcs", "3.1"): {"bucket", "keyfile", "rootdirectory"},
    ("filesystem", "2.8"): {"rootdirectory"},
    ("filesystem", "3.1"): {"rootdirectory"},
}
EVERY = [(name, dialect) for name in specs.STORAGES for dialect in IMAGES]


def driver(spec: Spec, dialect: str = "3.1") -> Any:
    """Return the section of the storage driver, and see that there is one."""
    storage = config({"image": IMAGES[dialect], **spec})["storage"]
    [(_, section)] = [(name, part) for name, part in storage.items() if name not in ("cache", "delete", "redirect", "maintenance")]
    return section


def unknown(keys: dict[str, Any], part: dict[str, Any], here: str = "") -> list[str]:
    """Return the paths of a config that its dialect does not know."""
    found = []
    for key, value in part.items():
        if key not in keys:
            found.append(here + key)
        elif isinstance(keys[key], dict):
            found += unknown(keys[key], value, f"{here}{key}.")
    return found


@pytest.mark.parametrize(("name", "dialect"), EVERY)
def test_nothing_is_written_that_the_dialect_ignores(name: str, dialect: str):
    written = config({**specs.STORAGES[name], "image": IMAGES[dialect], "readOnly": True})
    assert unknown(KEYS[dialect], written) == []
    for section in ("s3", "azure", "gcs", "filesystem"):
        assert written["storage"].get(section, {}).keys() <= DRIVERS[section, dialect]


@pytest.mark.parametrize(("name", "dialect"), EVERY)
def test_what_the_registry_panics_without_is_always_there(name: str, dialect: str):
    written = config({**specs.STORAGES[name], "image": IMAGES[dialect], "readOnly": True})
    assert written["version"] == "0.1"
    assert written["storage"]["maintenance"] == {"readonly": {"enabled": True}}
    assert written["storage"]["delete"]["enabled"] is False
    assert isinstance(written["storage"].get("redirect", {"disable": True})["disable"], bool)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"region": "eu-central-1"}, {"region": "eu-central-1", "forcepathstyle": False}),
        (
            {"endpoint": "https://minio:9000"},
            {"region": "us-east-1", "regionendpoint": "https://minio:9000", "forcepathstyle": True},
        ),
        ({"region": "x", "forcePathStyle": True}, {"region": "x", "forcepathstyle": True}),
        (
            {"endpoint": "http://a", "forcePathStyle": False},
            {"region": "us-east-1", "regionendpoint": "http://a", "forcepathstyle": False},
        ),
        ({"region": "x", "rootDirectory": "/team-a"}, {"region": "x", "forcepathstyle": False, "rootdirectory": "/team-a"}),
    ],
)
def test_s3_in_the_new_dialect(settings: Spec, expected: dict[str, Any]):
    assert driver({"storage": {"s3": {"bucket": "images", **settings}}}) == {"bucket": "images", **expected}


def test_s3_in_the_old_dialect_leaves_the_path_style_to_the_registry():
    assert "forcepathstyle" not in driver(specs.MINIO, "2.8")


@pytest.mark.parametrize("spec", [specs.S3, specs.MINIO, specs.COSI], ids=["s3", "minio", "cosi"])
def test_s3_credentials_are_read_by_the_sdk_since_registry_variables_are_parsed_as_yaml(spec: Spec):
    name = "my-registry-registry-bucket" if spec is specs.COSI else "s3-keys"
    found = environment(spec)
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert found[key] == {"secretKeyRef": {"name": name, "key": key}}


@pytest.mark.parametrize("kind", ["s3", "azure", "gcs"])
def test_without_credentials_the_identity_of_the_service_account_is_used(kind: str):
    settings = {name: value for name, value in specs.STORAGES[kind]["storage"][kind].items() if name != "credentialsSecretName"}
    spec = {"storage": {kind: settings}}
    assert [one["name"] for one in container(spec)["env"] if "valueFrom" in one] == ["REGISTRY_HTTP_SECRET"]
    assert [volume["name"] for volume in pod(spec)["volumes"]] == ["config"]
    assert driver(spec).get("credentials") == ({"type": "default_credentials"} if kind == "azure" else None)


def test_azure_in_both_dialects():
    spec = {"storage": {"azure": {**specs.AZURE["storage"]["azure"], "realm": "core.chinacloudapi.cn"}}}
    common = {"accountname": "acme", "container": "images", "realm": "core.chinacloudapi.cn"}
    assert driver(spec, "2.8") == common
    assert driver(spec, "3.1") == {**common, "credentials": {"type": "shared_key"}}
    key = {"secretKeyRef": {"name": "azure-key", "key": "accountKey"}}
    assert environment(spec)["REGISTRY_STORAGE_AZURE_ACCOUNTKEY"] == key


@pytest.mark.parametrize("kind", ["azure", "gcs"])
def test_a_root_directory_is_passed_on(kind: str):
    spec = {"storage": {kind: {**specs.STORAGES[kind]["storage"][kind], "rootDirectory": "/team-a"}}}
    assert driver(spec)["rootdirectory"] == "/team-a"


def test_a_google_key_is_a_file_that_only_the_registry_reads():
    [volume] = [volume for volume in pod(specs.GCS)["volumes"] if volume["name"] == "gcs-key"]
    assert volume["secret"] == {"secretName": "gcs-key", "items": [{"key": "key.json", "path": "key.json"}]}
    [mount] = [mount for mount in container(specs.GCS)["volumeMounts"] if mount["name"] == "gcs-key"]
    assert mount["readOnly"] is True
    assert driver(specs.GCS) == {"bucket": "images", "keyfile": f"{mount['mountPath']}/key.json"}


@pytest.mark.parametrize(
    ("spec", "source"),
    [
        (specs.VOLUME, {"persistentVolumeClaim": {"claimName": "my-registry-registry-data"}}),
        (specs.OWN_CLAIM, {"persistentVolumeClaim": {"claimName": "images"}}),
        (specs.EMPTY, {"emptyDir": {}}),
        ({"storage": {"emptyDir": {"size": 1024}}}, {"emptyDir": {"sizeLimit": "1024"}}),
    ],
)
def test_a_directory_is_mounted_where_the_registry_keeps_images(spec: Spec, source: dict[str, Any]):
    [volume] = [volume for volume in pod(spec)["volumes"] if volume["name"] == "data"]
    assert volume == {"name": "data", **source}
    assert driver(spec) == {"rootdirectory": "/var/lib/registry"}


@pytest.mark.parametrize(
    ("settings", "spec"),
    [
        ({"size": "10Gi"}, {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}),
        (
            {"size": 1024, "accessModes": ["ReadWriteMany"], "storageClassName": "fast"},
            {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1024"}}, "storageClassName": "fast"},
        ),
    ],
)
def test_a_claim_asks_for_what_was_written_and_for_no_class_unless_one_is_named(settings: Spec, spec: dict[str, Any]):
    made = specs.cluster({"storage": {"persistentVolumeClaim": settings}}).answer().desired[Keys.VOLUME_CLAIM]
    assert made["metadata"]["name"] == "my-registry-registry-data"
    assert made["spec"] == spec


def test_an_existing_claim_is_the_user_s_own():
    assert Keys.VOLUME_CLAIM not in composed(specs.OWN_CLAIM)


REDIRECTS = [("s3", True), ("minio", False), ("azure", True), ("gcs", True), ("cosi", False)]


@pytest.mark.parametrize(("name", "usual"), REDIRECTS)
@pytest.mark.parametrize("written", ["Auto", "Enabled", "Disabled"])
def test_clients_are_sent_to_the_store_where_they_reach_it(name: str, usual: bool, written: str):
    spec = {"storage": {**specs.STORAGES[name]["storage"], "redirect": written}}
    expected = usual if written == "Auto" else written == "Enabled"
    assert config(spec)["storage"]["redirect"] == {"disable": not expected}


@pytest.mark.parametrize("name", ["volume", "own claim", "emptyDir"])
def test_a_directory_has_no_url_to_be_sent_to(name: str):
    assert "redirect" not in config(specs.STORAGES[name])["storage"]


@pytest.mark.parametrize(
    ("spec", "cached"),
    [
        (specs.VOLUME, True),
        (specs.EMPTY, True),
        ({**specs.S3, "replicas": 1}, True),
        (specs.S3, False),
        ({**specs.S3, "replicas": 3}, False),
        ({**specs.S3, "autoscaling": {"minReplicas": 1}}, False),
        ({**specs.S3, "replicas": 1, "autoscaling": {"minReplicas": 1}}, False),
        ({**specs.S3, "replicas": 1, "autoscaling": {"enabled": False}}, True),
    ],
)
def test_descriptors_are_remembered_only_by_a_registry_that_is_alone(spec: Spec, cached: bool):
    """With several replicas each would remember what another has deleted."""
    assert config(spec)["storage"].get("cache") == ({"blobdescriptor": "inmemory"} if cached else None)


@pytest.mark.parametrize("enabled", [True, False])
def test_deleting_is_as_the_user_says(enabled: bool):
    spec = {"storage": {**specs.S3["storage"], "deleteEnabled": enabled}}
    assert config(spec)["storage"]["delete"] == {"enabled": enabled}


def test_a_registry_that_is_not_read_only_purges_uploads_as_the_registry_does():
    assert "maintenance" not in config(specs.S3)["storage"]


def test_the_region_and_style_of_a_provisioned_bucket_are_those_that_its_driver_says():
    registry = settled(specs.COSI)
    assert registry.answer().fatal == ""
    assert driver(specs.COSI) == {
        "bucket": "images-1",
        "region": "us-east-1",
        "regionendpoint": "https://s3.store.svc:9000",
        "forcepathstyle": True,
    }
