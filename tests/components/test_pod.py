"""What every pod is like, whatever the spec: it is safe, it drains, and it reads its own release."""

from typing import Any

import pytest

from function.components.part import CONFIG_DIRECTORY
from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from function.resolve.plan import DRAIN_SECONDS
from tests import specs
from tests.pods import composed, config, container, environment, pod
from tests.specs import IMAGES, Spec

ALL = [{**spec, "image": image} for spec in specs.STORAGES.values() for image in IMAGES.values()]
every_pod = pytest.mark.parametrize("spec", ALL, ids=[f"{name}-{dialect}" for name in specs.STORAGES for dialect in IMAGES])


@every_pod
def test_a_pod_meets_the_pod_security_standard_restricted(spec: Spec):
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, control by control."""
    made = pod(spec)
    security = made["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] > 0
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & made.keys()
    allowed = {"configMap", "emptyDir", "persistentVolumeClaim", "secret"}
    assert all(len(volume.keys() & allowed) == 1 and len(volume) == 2 for volume in made["volumes"])
    for one in made["containers"] + made.get("initContainers", []):
        assert one["securityContext"]["allowPrivilegeEscalation"] is False
        assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "privileged" not in one["securityContext"]
        assert not any("hostPort" in port for port in one["ports"])


@every_pod
def test_a_pod_writes_nowhere_but_where_the_images_are(spec: Spec):
    made = container(spec)
    assert made["securityContext"]["readOnlyRootFilesystem"] is True
    writable = [mount["mountPath"] for mount in made["volumeMounts"] if not mount.get("readOnly")]
    assert writable == (["/var/lib/registry"] if "filesystem" in config(spec)["storage"] else [])


@every_pod
def test_a_pod_has_no_token_and_no_variables_of_services(spec: Spec):
    """A Service named registry-storage would otherwise be parsed as configuration, and stop the start."""
    made = pod(spec)
    assert made["automountServiceAccountToken"] is False
    assert made["enableServiceLinks"] is False


@every_pod
def test_a_pod_drains_within_its_grace_period(spec: Spec):
    made = pod(spec)
    sleep = made["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    drain = int(config(spec)["http"]["draintimeout"].removesuffix("s"))
    assert drain == DRAIN_SECONDS
    assert sleep > 0
    assert sleep + drain < made["terminationGracePeriodSeconds"]


@every_pod
def test_a_pod_is_probed_so_that_a_storage_outage_restarts_nobody(spec: Spec):
    made = container(spec)
    assert made["readinessProbe"]["httpGet"] == made["startupProbe"]["httpGet"] == {"path": "/", "port": "registry"}
    assert "httpGet" not in made["livenessProbe"], "`/` answers 503 while the storage is down"
    assert made["livenessProbe"]["tcpSocket"] == {"port": "registry"}
    startup = made["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 60


@every_pod
def test_a_pod_has_the_labels_by_which_it_is_found(spec: Spec):
    desired = composed(spec)
    selector = labels.selector("registry", "my-registry")
    deployment = desired[Keys.DEPLOYMENT]
    assert deployment["spec"]["selector"]["matchLabels"] == selector
    assert selector.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
    assert desired[Keys.SERVICE]["spec"]["selector"] == selector
    assert desired[Keys.NETWORK_POLICY]["spec"]["podSelector"]["matchLabels"] == selector
    if Keys.DISRUPTION_BUDGET in desired:
        assert desired[Keys.DISRUPTION_BUDGET]["spec"]["selector"]["matchLabels"] == selector
    for constraint in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]:
        assert constraint["labelSelector"]["matchLabels"] == selector


@every_pod
def test_a_pod_reads_the_config_of_its_own_release(spec: Spec):
    desired = composed(spec)
    [release] = [manifest for key, manifest in desired.items() if key.startswith(Keys.RELEASE)]
    template = desired[Keys.DEPLOYMENT]["spec"]["template"]
    [volume] = [volume for volume in template["spec"]["volumes"] if volume["name"] == "config"]
    assert volume["secret"]["secretName"] == release["metadata"]["name"]
    assert volume["secret"]["items"] == [{"key": "config.yml", "path": "config.yml"}], "pod.json stays out of the pod"
    name = template["metadata"]["annotations"][labels.RELEASE]
    assert release["metadata"]["name"].endswith(f"-release-{name}")
    [mount] = [mount for mount in template["spec"]["containers"][0]["volumeMounts"] if mount["name"] == "config"]
    assert mount == {"name": "config", "mountPath": "/etc/distribution-registry", "readOnly": True}


@every_pod
def test_a_pod_starts_the_registry_in_any_image(spec: Spec):
    made = container(spec)
    assert made["command"] == ["registry"]
    assert made["args"] == ["serve", f"{CONFIG_DIRECTORY}/config.yml"]
    assert made["image"] == spec["image"]
    assert made["imagePullPolicy"] == "IfNotPresent"


@every_pod
def test_volumes_and_mounts_belong_together(spec: Spec):
    made = pod(spec)
    names = [volume["name"] for volume in made["volumes"]]
    mounts = made["containers"][0]["volumeMounts"]
    assert sorted(names) == sorted(mount["name"] for mount in mounts)
    assert len({mount["mountPath"] for mount in mounts}) == len(mounts) == len(set(names))


def test_a_tag_that_moves_is_pulled_each_time():
    assert container({**specs.EMPTY, "image": "registry:3"})["imagePullPolicy"] == "Always"


def test_an_upload_begun_at_one_pod_goes_on_at_another():
    variable = environment(specs.S3)["REGISTRY_HTTP_SECRET"]
    assert variable == {"secretKeyRef": {"name": "my-registry-registry-http", "key": "secret"}}
    assert "secret" not in config(specs.S3)["http"]


@pytest.mark.parametrize(("image", "value"), [("registry:3.1.1", "none"), ("registry:2.8.3", None)])
def test_the_new_dialect_is_told_not_to_export_traces(image: str, value: str | None):
    assert environment({**specs.EMPTY, "image": image}).get("OTEL_TRACES_EXPORTER") == value


@pytest.mark.parametrize(
    ("resources", "value"),
    [
        ({}, None),
        ({"requests": {"memory": "1Gi"}}, None),
        ({"limits": {"cpu": "1"}}, None),
        ({"limits": {"memory": "1Gi"}}, str((1 << 30) * 9 // 10)),
        ({"limits": {"memory": "0.5Gi"}}, str((1 << 29) * 9 // 10)),
        ({"limits": {"memory": "1e9"}}, "900000000"),
    ],
)
def test_the_registry_frees_memory_before_it_reaches_its_limit(resources: dict[str, Any], value: str | None):
    found = environment({**specs.EMPTY, "resources": resources})
    assert found["GOGC"] == "200"
    assert found.get("GOMEMLIMIT") == value


def test_a_literal_value_that_looks_like_a_variable_is_escaped():
    spec = {**specs.EMPTY, "proxy": {"httpProxy": "http://$(HTTPS_PROXY)", "httpsProxy": "http://a", "noProxy": "a$b"}}
    found = environment(spec)
    assert found["HTTP_PROXY"] == "http://$$(HTTPS_PROXY)"
    assert found["NO_PROXY"] == "a$$b"


@pytest.mark.parametrize("proxy", [{"enabled": False, "httpProxy": "http://a"}, {}, {"httpProxy": ""}])
def test_a_proxy_that_is_not_named_is_not_set(proxy: dict[str, Any]):
    assert not {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} & environment({**specs.EMPTY, "proxy": proxy}).keys()


def test_authorities_are_mounted_and_added_to_those_of_the_image():
    spec = {**specs.EMPTY, "caBundle": {"configMapName": "authorities", "key": "ca.crt"}}
    [volume] = [one for one in pod(spec)["volumes"] if one["name"] == "ca-bundle"]
    assert volume["configMap"] == {"name": "authorities", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    [mount] = [one for one in container(spec)["volumeMounts"] if one["name"] == "ca-bundle"]
    assert environment(spec)["SSL_CERT_FILE"] == f"{mount['mountPath']}/ca.crt"
    assert not mount["mountPath"].startswith("/etc/ssl"), "mounted over, the image's own authorities would be gone"


@pytest.mark.parametrize(
    ("written", "requests", "limits"),
    [
        (None, {"cpu": "100m", "memory": "128Mi"}, None),
        ({"requests": {"cpu": 2}}, {"cpu": 2, "memory": "128Mi"}, None),
        ({"limits": {"memory": "64Mi"}}, {"cpu": "100m"}, {"memory": "64Mi"}),
        ({"limits": {"cpu": 1, "memory": "1Gi"}}, {}, {"cpu": 1, "memory": "1Gi"}),
        ({"requests": {"ephemeral-storage": "1Gi"}}, {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "1Gi"}, None),
    ],
)
def test_a_small_request_is_made_where_nothing_is_written(written: Any, requests: Manifest, limits: Manifest | None):
    """A request beside a lower limit would be refused; without a request, an autoscaler would have nothing to go by."""
    found = container({**specs.EMPTY, **({"resources": written} if written else {})})["resources"]
    assert found == {"requests": requests, **({"limits": limits} if limits else {})}


def test_scheduling_reaches_the_pod_as_it_was_written():
    scheduling = {
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 0}],
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}},
        "priorityClassName": "high",
    }
    found = pod({**specs.EMPTY, "scheduling": scheduling, "imagePullSecrets": [{"name": "pull"}]})
    assert {name: found[name] for name in scheduling} == scheduling
    assert found["imagePullSecrets"] == [{"name": "pull"}]
    assert not {*scheduling, "imagePullSecrets"} & pod(specs.EMPTY).keys()


def test_pods_are_spread_over_nodes_and_zones_unless_told_otherwise():
    keys = [one["topologyKey"] for one in pod(specs.S3)["topologySpreadConstraints"]]
    assert keys == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    assert all(one["whenUnsatisfiable"] == "ScheduleAnyway" for one in pod(specs.S3)["topologySpreadConstraints"])
    written = {"maxSkew": 2, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule"}
    [found] = pod({**specs.S3, "scheduling": {"topologySpreadConstraints": [written]}})["topologySpreadConstraints"]
    assert written.items() <= found.items()
    assert found["labelSelector"] == {"matchLabels": labels.selector("registry", "my-registry")}
    own = {**written, "labelSelector": {"matchLabels": {"a": "b"}}}
    assert pod({**specs.S3, "scheduling": {"topologySpreadConstraints": [own]}})["topologySpreadConstraints"] == [own]
    assert pod({**specs.S3, "scheduling": {"topologySpreadConstraints": []}})["topologySpreadConstraints"] == []


def test_a_service_account_of_the_user_s_is_used_and_none_is_made():
    spec = {**specs.EMPTY, "serviceAccount": {"name": "mine"}}
    assert pod(spec)["serviceAccountName"] == "mine"
    assert Keys.SERVICE_ACCOUNT not in composed(spec)
    assert pod(specs.EMPTY)["serviceAccountName"] == composed(specs.EMPTY)[Keys.SERVICE_ACCOUNT]["metadata"]["name"]


def test_the_user_s_part_of_the_config_is_merged_last():
    written = {"log": {"fields": {"environment": "test"}}, "http": {"host": "https://registry.example.com", "relativeurls": False}}
    found = config({**specs.EMPTY, "config": written})
    assert found["log"]["fields"] == {"service": "registry", "environment": "test"}
    assert found["http"]["host"] == "https://registry.example.com"
    assert found["http"]["relativeurls"] is False
    assert found["http"]["addr"] == ":5000"


def test_the_config_says_what_is_logged():
    found = config({**specs.EMPTY, "logging": {"level": "debug", "format": "text", "accessLog": False}})["log"]
    assert (found["level"], found["formatter"], found["accesslog"]) == ("debug", "text", {"disabled": True})
