"""A cluster as Crossplane shows it to the function: what was applied, what users made, and how far the pods are."""

from __future__ import annotations

import base64
import copy
from collections.abc import Mapping
from typing import Any

from function import compose
from function.kubernetes import labels
from function.kubernetes.document import Manifest, PlainDocument
from function.kubernetes.names import BucketNames, Keys, Names
from function.observed import Answer, Observed, Selector

VERSION = "registry-operator.dev/v1alpha1"
CROSSPLANE = "apiextensions.crossplane.io/composed/0f3a"
AUTOSCALER = "kube-controller-manager"
ENTROPY = "ab" * 32
NAME, NAMESPACE = "my-registry", "team-a"


def secret(name: str, **values: str | bytes) -> Manifest:
    """Return a Secret of the user's."""
    raw = {key.replace("__", "."): value.encode() if isinstance(value, str) else value for key, value in values.items()}
    data = {key: base64.b64encode(value).decode() for key, value in raw.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": NAMESPACE}, "data": data}


def config_map(name: str, **values: str) -> Manifest:
    """Return a ConfigMap of the user's."""
    data = {key.replace("__", "."): value for key, value in values.items()}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": NAMESPACE}, "data": data}


def claim(name: str, *modes: str) -> Manifest:
    """Return a bound PersistentVolumeClaim of the user's."""
    metadata = {"name": name, "namespace": NAMESPACE}
    status = {"phase": "Bound", "capacity": {"storage": "10Gi"}}
    spec = {"accessModes": list(modes)}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec, "status": status}


def storage_class(name: str, *, grows: bool = True, binding: str = "Immediate") -> Manifest:
    """Return a StorageClass."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "csi.example.com",
        "allowVolumeExpansion": grows,
        "volumeBindingMode": binding,
    }


def cosi_crd(*served: str) -> Manifest:
    """Return COSI's CustomResourceDefinition, serving these versions."""
    versions = [{"name": name, "served": True} for name in served]
    name = "bucketclaims.objectstorage.k8s.io"
    return {"kind": "CustomResourceDefinition", "metadata": {"name": name}, "spec": {"versions": versions}}


COSI_KEY = BucketNames.of(Names(NAME, "registry"), "fast", "keys").key
"""The key of the integration for the class that the specs name."""


class Cluster:
    """One Registry, or Cache, in a cluster. `reconcile` does what Crossplane does; the rest is what others do meanwhile."""

    def __init__(
        self, spec: Mapping[str, Any], *users: Manifest, claimed: bool = False, name: str = NAME, kind: str = "Registry"
    ) -> None:
        self.name = name
        self.kind = kind
        self.spec: Any = copy.deepcopy(spec)
        self.users = list(users)
        self.claimed = claimed
        self.composed: dict[str, Manifest] = {}
        self.status: dict[str, Any] = {}
        self.requirements: dict[str, Selector] = {}
        self.entropy = ENTROPY
        self.trial = "Complete"
        """The condition with which a trial ends at once; empty: it goes on."""

    @property
    def cosi(self) -> str:
        """The key of the integration, of whichever class."""
        return next((key for key in self.composed if key.startswith(Keys.COSI)), COSI_KEY)

    def composite(self) -> Manifest:
        """Return the composite as it is observed."""
        if not self.claimed:
            metadata = {"name": self.name, "namespace": NAMESPACE}
            return {"apiVersion": VERSION, "kind": self.kind, "metadata": metadata, "spec": self.spec, "status": self.status}
        spec = {**self.spec, "claimRef": {"kind": self.kind, "name": self.name, "namespace": NAMESPACE}}
        metadata = {"name": f"{self.name}-4405d"}
        return {"apiVersion": VERSION, "kind": f"X{self.kind}", "metadata": metadata, "spec": spec, "status": self.status}

    def required(self) -> dict[str, list[Manifest]]:
        """Return what was asked for, as far as it exists."""
        return {name: [one for one in self.users if _selected(one, wanted)] for name, wanted in self.requirements.items()}

    def observed(self) -> Observed:
        """Return what a call brings."""
        return observed(self.composite(), self.composed, self.required(), self.entropy)

    def answer(self) -> Answer:
        """Return the answer to the next call, which changes nothing here."""
        return compose.answer(self.observed())

    def reconcile(self) -> Answer:
        """Call until it is known what the function requires, then apply what it desires: as Crossplane does."""
        tracked = self.requirements
        for _ in range(6):
            answer = self.answer()
            if answer.fatal:
                # The loop ends, and what was asked for is forgotten: the next call brings what the last good answer required.
                self.requirements = tracked
                self._tell(answer)
                return answer
            if answer.requirements == self.requirements:
                self._tell(answer)
                self.status |= copy.deepcopy(dict(answer.status))
                self.composed = {key: self._applied(key, wanted) for key, wanted in answer.desired.items()}
                return self.reconcile() if self._tried() else answer
            self.requirements = dict(answer.requirements)
        raise AssertionError("requirements didn't stabilize after the maximum number of iterations (5)")

    def _tried(self) -> bool:
        """Let trials end, and tell whether one did."""
        trials = [job for key, job in self.composed.items() if key.startswith(Keys.TRIAL)] if self.trial else []
        begun = [job for job in trials if "status" not in job]
        for job in begun:
            job["status"] = {"conditions": [{"type": self.trial, "status": "True"}]}
        return bool(begun)

    def _tell(self, answer: Answer) -> None:
        told = [{"type": c.type, "status": c.status, "reason": c.reason, "message": c.message} for c in answer.conditions]
        kept = [c for c in self.status.get("conditions", []) if c["type"] not in {entry["type"] for entry in told}]
        self.status = {**self.status, "conditions": kept + told}

    def _applied(self, key: str, wanted: Manifest) -> Manifest:
        there = self.composed.get(key, {})
        made = {**copy.deepcopy(wanted), **({"status": there["status"]} if "status" in there else {})}
        if wanted["kind"] in ("Deployment", "StatefulSet"):
            _own_replicas(there, made)
            changed = there.get("spec") != made["spec"]
            made["metadata"]["generation"] = there.get("metadata", {}).get("generation", 0) + changed
        elif wanted["kind"] == "PersistentVolumeClaim" and "storageClassName" not in made["spec"]:
            made["spec"]["storageClassName"] = there.get("spec", {}).get("storageClassName", "standard")
        return made

    @property
    def deployment(self) -> Manifest:
        """The Deployment that is there."""
        return self.composed[Keys.DEPLOYMENT]

    @property
    def workload(self) -> Manifest:
        """What runs the pods: of two, the newer one."""
        found = [self.composed[key] for key in (Keys.DEPLOYMENT, Keys.STATEFUL_SET) if key in self.composed]
        target = self.status["release"]["target"]
        return max(found, key=lambda one: one["spec"]["template"]["metadata"]["annotations"][labels.RELEASE] == target)

    def report(self, reason: str = "NewReplicaSetAvailable", failure: str = "", **status: int) -> None:
        """Let the workload's controller report: that all is well, unless told otherwise."""
        workload = self.workload
        counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), workload["spec"]["replicas"])
        conditions = []
        if workload["kind"] == "Deployment":
            conditions += [{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "True", "reason": reason}]
        if failure:
            conditions.append({"type": "ReplicaFailure", "status": "True", "message": failure})
        generation = workload["metadata"]["generation"]
        workload["status"] = {"observedGeneration": generation, **counts, "conditions": conditions, **status}

    def expire(self) -> None:
        """Let the time of all Jobs without pods be up."""
        for key, job in self.composed.items():
            if key.startswith((Keys.DEADLINE, Keys.TURN)):
                job["status"] = {"conditions": [{"type": "FailureTarget", "status": "True", "reason": "DeadlineExceeded"}]}

    def bind(self, **status: Any) -> None:
        """Let the volumes be provisioned."""
        for key, manifest in self.composed.items():
            if key == Keys.VOLUME_CLAIM or key.startswith(Keys.CACHE_VOLUME):
                manifest["status"] = {"phase": "Bound", **status}

    def provision(self, bucket: Manifest) -> None:
        """Let COSI provision the bucket, and its driver write the Secret."""
        self.composed[self.cosi]["status"] = {"conditions": [{"type": "Provisioned", "status": "True", "message": "done"}]}
        bucket["metadata"]["name"] = self.composed[self.cosi]["spec"]["cosi"]["credentialsSecretName"]
        self.users.append(bucket)

    def scale(self, replicas: int, manager: str = AUTOSCALER) -> None:
        """Let an autoscaler set the number of replicas, which is its own from then on."""
        self.deployment["spec"]["replicas"] = replicas
        self.deployment["metadata"]["managedFields"] = [_owned(manager)]

    def settle(self) -> Answer:
        """Reconcile until all is well, and return the answer to the next call."""
        self.reconcile()
        if self.cosi in self.composed and Keys.BUCKET_SECRET not in self.composed:
            self.provision(secret("", **BUCKET))
            self.reconcile()
        self.bind()
        self.report()
        self.reconcile()
        return self.reconcile()


BUCKET = {
    "COSI_S3_BUCKET_ID": "images-1",
    "COSI_S3_ENDPOINT": "https://s3.store.svc:9000",
    "COSI_S3_REGION": "us-east-1",
    "COSI_S3_ADDRESSING_STYLE": "path",
    "COSI_S3_ACCESS_KEY_ID": "key",
    "COSI_S3_ACCESS_SECRET_KEY": "secret",
}
"""What a driver writes for COSI v1alpha2."""


def observed(
    composite: Manifest,
    composed: Mapping[str, Manifest] | None = None,
    required: Mapping[str, list[Manifest]] | None = None,
    entropy: str = ENTROPY,
) -> Observed:
    """Return what a call brings, from plain objects."""
    return Observed(
        PlainDocument(composite),
        {key: PlainDocument(manifest) for key, manifest in (composed or {}).items()},
        {name: [PlainDocument(one) for one in found] for name, found in (required or {}).items()},
        lambda: entropy,
    )


def _selected(manifest: Manifest, wanted: Selector) -> bool:
    metadata = manifest["metadata"]
    return (manifest["kind"], metadata["name"]) == (wanted.kind, wanted.name)


def _owned(manager: str) -> Manifest:
    return {"manager": manager, "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}}


def _own_replicas(there: Manifest, made: Manifest) -> None:
    """Do what server-side apply does with a field that is applied by us, or left out."""
    if "replicas" in made["spec"]:
        made["metadata"]["managedFields"] = [_owned(CROSSPLANE)]
        return
    owners = there.get("metadata", {}).get("managedFields", [])
    theirs = [entry for entry in owners if entry["manager"] != CROSSPLANE]
    made["metadata"]["managedFields"] = theirs
    made["spec"]["replicas"] = there["spec"]["replicas"] if theirs else 1
