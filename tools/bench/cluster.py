"""What a cluster makes of what is composed: Crossplane's marks, defaults, a status, and managedFields."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

Manifest = dict[str, Any]

THEN = "2026-01-01T00:00:00Z"
_LIST_KEYS = ("name", "containerPort", "port", "topologyKey", "uid")
_POD_DEFAULTS = {"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler"}
_CONTAINER_DEFAULTS = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}


def observed(key: str, manifest: Manifest, composite: Manifest, managers: Sequence[str] = ()) -> Manifest:
    """Return a composed object as a cluster returns it when all is well; `managers` are others that own its fields too."""
    metadata = manifest["metadata"]
    owner = composite["metadata"]
    labels = {name: value for name, value in owner["labels"].items() if name.startswith("crossplane.io/claim-")}
    applied = {
        **manifest,
        "metadata": {
            **metadata,
            "annotations": {**metadata.get("annotations", {}), "crossplane.io/composition-resource-name": key},
            "labels": {**metadata["labels"], **labels, "crossplane.io/composite": owner["name"]},
            "ownerReferences": [
                {
                    "apiVersion": composite["apiVersion"],
                    "blockOwnerDeletion": True,
                    "controller": True,
                    "kind": composite["kind"],
                    "name": owner["name"],
                    "uid": owner["uid"],
                }
            ],
        },
    }
    made = _DEFAULTED.get(manifest["kind"], dict)(applied)
    crossplane = f"apiextensions.crossplane.io/composed/{hashlib.sha256(key.encode()).hexdigest()}"
    entries = [_managed(manager, "Apply", applied, manifest["apiVersion"]) for manager in (crossplane, *managers)]
    if "status" in made:
        status = _managed("kube-controller-manager", "Update", {"status": made["status"]}, manifest["apiVersion"])
        entries.append({**status, "subresource": "status"})
    return {**made, "metadata": {**stamped(made["metadata"], key), "managedFields": entries}}


def stamped(metadata: Manifest, seed: str) -> Manifest:
    """Return metadata with what the API server itself writes."""
    own = {
        "creationTimestamp": THEN,
        "generation": 1,
        "resourceVersion": "184467",
        "uid": str(uuid.uuid5(uuid.NAMESPACE_OID, seed)),
    }
    return {**own, **metadata}


def _managed(manager: str, operation: str, fields: Manifest, api_version: str) -> Manifest:
    owned = {name: value for name, value in fields.items() if name not in ("apiVersion", "kind")}
    metadata = {name: value for name, value in owned.get("metadata", {}).items() if name not in ("name", "namespace")}
    return {
        "apiVersion": api_version,
        "fieldsType": "FieldsV1",
        "fieldsV1": _fields({**owned, "metadata": metadata} if metadata else owned),
        "manager": manager,
        "operation": operation,
        "time": THEN,
    }


def _fields(value: object) -> Manifest:
    """Return the set of fields of a value, as managedFields writes it."""
    if isinstance(value, dict):
        return {f"f:{name}": _fields(part) for name, part in value.items()}
    if isinstance(value, list):
        return {_element(item): {".": {}, **_fields(item)} for item in value if isinstance(item, dict)}
    return {}


def _element(item: Manifest) -> str:
    name = next((name for name in _LIST_KEYS if name in item), "")
    return f'k:{{"{name}":"{item.get(name)}"}}'


def _deployment(manifest: Manifest) -> Manifest:
    replicas = manifest["spec"]["replicas"]
    template = manifest["spec"]["template"]
    containers = [{**_CONTAINER_DEFAULTS, **container} for container in template["spec"]["containers"]]
    pod = {**_POD_DEFAULTS, **template["spec"], "containers": containers, "serviceAccount": template["spec"]["serviceAccountName"]}
    status = {
        "availableReplicas": replicas,
        "conditions": [
            _condition("Available", "MinimumReplicasAvailable", "Deployment has minimum availability."),
            _condition("Progressing", "NewReplicaSetAvailable", "ReplicaSet has successfully progressed."),
        ],
        "observedGeneration": 1,
        "readyReplicas": replicas,
        "replicas": replicas,
        "updatedReplicas": replicas,
    }
    annotations = {**manifest["metadata"]["annotations"], "deployment.kubernetes.io/revision": "1"}
    return {
        **manifest,
        "metadata": {**manifest["metadata"], "annotations": annotations},
        "spec": {**manifest["spec"], "template": {**template, "spec": pod}},
        "status": status,
    }


def _stateful_set(manifest: Manifest) -> Manifest:
    replicas = manifest["spec"]["replicas"]
    counts = dict.fromkeys(("availableReplicas", "currentReplicas", "readyReplicas", "replicas", "updatedReplicas"), replicas)
    revision = {"currentRevision": "images-cache-7d9f8c6b5", "updateRevision": "images-cache-7d9f8c6b5"}
    return {**manifest, "status": {"collisionCount": 0, "observedGeneration": 1, **counts, **revision}}


def _claim(manifest: Manifest) -> Manifest:
    spec = {"storageClassName": "standard", "volumeMode": "Filesystem", "volumeName": "pvc-8a4f", **manifest["spec"]}
    status = {
        "accessModes": manifest["spec"]["accessModes"],
        "capacity": manifest["spec"]["resources"]["requests"],
        "phase": "Bound",
    }
    return {**manifest, "spec": spec, "status": status}


def _job(manifest: Manifest) -> Manifest:
    return {**manifest, "status": {"conditions": [_condition("Complete", "CompletionsReached", "")], "succeeded": 1}}


def _service(manifest: Manifest) -> Manifest:
    given = {
        "clusterIP": "10.96.17.4",
        "clusterIPs": ["10.96.17.4"],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "sessionAffinity": "None",
    }
    return {**manifest, "spec": {**given, **manifest["spec"]}, "status": {"loadBalancer": {}}}


def _budget(manifest: Manifest) -> Manifest:
    status = {
        "conditions": [_condition("DisruptionAllowed", "SufficientPods", "")],
        "currentHealthy": 3,
        "desiredHealthy": 2,
        "disruptionsAllowed": 1,
        "expectedPods": 3,
        "observedGeneration": 1,
    }
    return {**manifest, "status": status}


def _condition(type_: str, reason: str, message: str) -> Manifest:
    return {"lastTransitionTime": THEN, "message": message, "reason": reason, "status": "True", "type": type_}


_DEFAULTED = {
    "Deployment": _deployment,
    "Job": _job,
    "PersistentVolumeClaim": _claim,
    "PodDisruptionBudget": _budget,
    "Service": _service,
    "StatefulSet": _stateful_set,
}
