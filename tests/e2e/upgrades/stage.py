"""What scenarios act on: a namespace with registries, a client that puts load on them, and a store that looks at keys."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from kubernetes import apply, kubectl
from scenarios import Scenario, Spec

HERE = Path(__file__).parent
GROUP = "registry-operator.dev"
REGISTRIES = f"registries.{GROUP}"
FUNCTION = "pkg.crossplane.io/function=registry-operator-function-registry"
PYTHON = "/app/bin/python"
RIGHT, WRONG = "test", "wrong"


def secret(name: str, key: str) -> dict[str, Any]:
    keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": key}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": keys}


def pod(name: str, image: str, *arguments: str) -> dict[str, Any]:
    container = {
        "name": "client",
        "image": image,
        "command": [PYTHON],
        "args": [*arguments],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "client", "mountPath": "/client"}, {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108
    }
    spec = {
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "volumes": [{"name": "client", "configMap": {"name": "client"}}, {"name": "tmp", "emptyDir": {}}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


class Stage:
    """A namespace of the tests' own."""

    def __init__(self, o: Any) -> None:
        self.namespace: str = o.namespace
        self.old_image, self.new_image = o.image_v2, o.image_v3
        self.s3, self.storage, self.client = o.s3, o.storage, o.client
        self.restart = o.restart_crossplane

    def do(self, *argv: str) -> str:
        return kubectl("-n", self.namespace, *argv)

    def apply(self, *objects: dict[str, Any]) -> None:
        for each in objects:
            each["metadata"].setdefault("namespace", self.namespace)
        apply(*objects)

    def set_up(self) -> None:
        """Bring up the client and, where there is a store, the guard before it, and the bucket."""
        files = [HERE.parent / "client.py", HERE / "load.py", HERE / "guard.py"]
        data = {path.name: path.read_text() for path in files}
        self.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "client"}, "data": data})
        self.apply(pod("client", self.client, "/client/client.py", "sleep"))
        if self.s3:
            port = {"selector": {"app": "guard"}, "ports": [{"port": 8000}]}
            service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "guard"}, "spec": port}
            self.apply(pod("guard", self.client, "/client/guard.py", self.s3, RIGHT), service, secret("keys-wrong", WRONG))
        self.do("wait", "--for=condition=Ready", "pod", "--all", "--timeout=3m")
        if self.s3:
            self.do("exec", "client", "--", PYTHON, "/client/client.py", "bucket", self.s3, self.namespace)

    def create(self, scenarios: list[Scenario]) -> None:
        """Create the registries of all scenarios, and what they need."""
        for scenario in scenarios:
            spec = self._spec(scenario)
            if scenario.count > 1:
                apply(
                    {
                        "apiVersion": f"{GROUP}/v1alpha1",
                        "kind": "RegistryTemplate",
                        "metadata": {"name": self._template(scenario.name)},
                        "spec": spec,
                    }
                )
            for name in scenario.registries:
                own = (
                    {"template": self._template(scenario.name)}
                    if scenario.count > 1
                    else {**spec, "storage": self._storage(scenario, name)}
                )
                if scenario.count > 1:
                    own["storage"] = self._storage(scenario, name)
                if "s3" in own["storage"]:
                    self.apply(secret(f"keys-{name}", RIGHT))
                self.apply({"apiVersion": f"{GROUP}/v1alpha1", "kind": "Registry", "metadata": {"name": name}, "spec": own})

    def _template(self, name: str) -> str:
        return f"{self.namespace}-{name}"

    def _spec(self, scenario: Scenario) -> Spec:
        spec = scenario.spec
        return {
            "image": self.new_image,
            "replicas": 3,
            "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
            **spec,
            **({"image": self.old_image} if spec.get("image") == "old" else {}),
            "upgrade": {"progressDeadlineSeconds": 30, "minReadySeconds": 3, **spec.get("upgrade", {})},
        }

    def _storage(self, scenario: Scenario, name: str) -> Spec:
        if scenario.keys or self.storage == "s3":
            endpoint = f"http://guard.{self.namespace}.svc:8000" if scenario.keys else self.s3
            s3 = {
                "bucket": self.namespace,
                "rootDirectory": f"/{name}",
                "endpoint": endpoint,
                "credentialsSecretName": f"keys-{name}",
            }
            return {"s3": s3}
        return {"persistentVolumeClaim": {"size": "1Gi", "accessModes": ["ReadWriteMany"]}}

    def put_load(self, names: list[str]) -> None:
        """Let images be pulled from these registries, and pushed, until the end."""
        urls = [f"{name}=http://{name}-registry.{self.namespace}.svc:5000" for name in names]
        self.apply(pod("load", self.client, "/client/load.py", *urls))
        self.do("wait", "--for=condition=Ready", "pod/load", "--timeout=3m")

    def tallies(self) -> dict[str, dict[str, Any]]:
        script = "import pathlib; print(pathlib.Path('/tmp/tally.json').read_text())"
        try:
            return json.loads(self.do("exec", "load", "--", PYTHON, "-c", script))
        except RuntimeError:  # before the first one is written
            return {}

    def loaded(self, names: list[str], seconds: float = 120) -> None:
        """Wait until each registry takes and gives images."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            tallies = self.tallies()
            if all(tallies.get(name, {}).get("pulls", 0) > 2 and tallies[name]["pushes"] > 2 for name in names):
                return
            time.sleep(1)
        raise TimeoutError(f"no load: {self.tallies()}")

    def patch(self, name: str, spec: Spec) -> None:
        self.do("patch", REGISTRIES, name, "--type=merge", "--patch", json.dumps({"spec": spec}))

    def patch_template(self, name: str, spec: Spec) -> None:
        kubectl("patch", f"registrytemplates.{GROUP}", self._template(name), "--type=merge", "--patch", json.dumps({"spec": spec}))

    def set_key(self, name: str, key: str) -> None:
        self.apply(secret(f"keys-{name}", key))

    def delete_deployment(self, name: str) -> None:
        self.do("delete", "deployment", f"{name}-registry", "--wait=false")

    def restart_function(self, _: str) -> None:
        kubectl("-n", "crossplane-system", "delete", "pods", "-l", FUNCTION, "--wait=false")

    def restart_crossplane(self, _: str) -> None:
        subprocess.run(self.restart, shell=True, check=True)  # noqa: S602
