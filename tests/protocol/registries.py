"""Registries of each kind of storage, with all that they refer to."""

from __future__ import annotations

import base64
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1

from function import wire
from function.kubernetes.names import BucketNames, Names
from tools.bench import scenario

Manifest = dict[str, Any]


def _secret(name: str, **data: str) -> Manifest:
    encoded = {key.replace("__", "."): base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "team-a"}, "data": encoded}


_CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "bucketclaims.objectstorage.k8s.io"},
    "spec": {"versions": [{"name": "v1alpha1", "served": True}]},
}
_BUCKET = (
    '{"spec": {"bucketName": "bucket-1", "secretS3": {"endpoint": "https://s3.storage.svc", "region": "us-east-1", '
    '"accessKeyID": "an-access-key", "accessSecretKey": "a-secret-key"}}}'
)
_BUNDLE = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "authorities", "namespace": "team-a"},
    "data": {"ca.crt": "-----BEGIN CERTIFICATE-----\n"},
}
_CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "images", "namespace": "team-a"},
    "spec": {"accessModes": ["ReadWriteMany"]},
}
_CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "fast"},
    "allowVolumeExpansion": True,
}

_CREDENTIALS = BucketNames.of(Names("images", "registry"), "standard", "keys").credentials
SPECS: dict[str, tuple[Manifest, dict[str, Manifest]]] = {
    "s3": (scenario.SPEC, scenario.required()),
    "azure": (
        {"storage": {"azure": {"container": "images", "accountName": "account", "credentialsSecretName": "azure"}}},
        {"Secret/azure": _secret("azure", accountKey="a-secret-key")},
    ),
    "gcs": (
        {"storage": {"gcs": {"bucket": "images", "credentialsSecretName": "gcs"}}},
        {"Secret/gcs": _secret("gcs", key__json="{}")},
    ),
    "cosi": (
        {"storage": {"bucketClassName": "standard", "bucketAccessClass": "keys"}},
        {
            "CustomResourceDefinition/bucketclaims.objectstorage.k8s.io": _CRD,
            f"Secret/{_CREDENTIALS}": _secret("bucket", BucketInfo=_BUCKET),
        },
    ),
    "volume": (
        {"storage": {"persistentVolumeClaim": {"size": "10Gi", "storageClassName": "fast"}}},
        {"StorageClass": _CLASS},
    ),
    "claim": (
        {"storage": {"persistentVolumeClaim": {"claimName": "images"}}},
        {"PersistentVolumeClaim/images": _CLAIM},
    ),
    "shared-claim": (
        {"storage": {"persistentVolumeClaim": {"claimName": "images"}}, "replicas": 3},
        {"PersistentVolumeClaim/images": _CLAIM},
    ),
    "authorities": (
        {"storage": {"emptyDir": {}}, "caBundle": {"configMapName": "authorities"}},
        {"ConfigMap/authorities": _BUNDLE},
    ),
    "scaled": (
        {**scenario.SPEC, "autoscaling": {"maxReplicas": 5}, "deletionProtection": True},
        scenario.required(),
    ),
}
"""By a name: a spec, and what Crossplane is asked to bring for it."""


def new(name: str) -> fnv1.RunFunctionRequest:
    """Return the first request for a Registry: nothing is composed yet, nothing looked for."""
    return scenario.request(scenario.composite(SPECS[name][0]))


def settled(name: str) -> fnv1.RunFunctionRequest:
    """Return the request for a Registry that has long been there."""
    return scenario.settled(*SPECS[name])


def unfetched(request: fnv1.RunFunctionRequest) -> fnv1.RunFunctionRequest:
    """Return the request as it is before Crossplane has looked for what is required."""
    copy = fnv1.RunFunctionRequest()
    copy.CopyFrom(request)
    copy.ClearField("required_resources")
    return copy


def missing(request: fnv1.RunFunctionRequest, name: str) -> fnv1.RunFunctionRequest:
    """Return the request as it is after Crossplane has looked for all that `name` needs, and found no more than CRDs."""
    copy = unfetched(request)
    for requirement, manifest in SPECS[name][1].items():
        found = copy.required_resources[requirement]
        if manifest["kind"] == "CustomResourceDefinition":
            found.items.add().resource.CopyFrom(wire.struct(manifest))
    return copy


def edited(name: str, **spec: Any) -> fnv1.RunFunctionRequest:
    """Return the request for a settled Registry whose spec has just been edited; a field that is None is taken out."""
    request = settled(name)
    written = {key: value for key, value in {**SPECS[name][0], **spec}.items() if value is not None}
    made = scenario.composite(written)
    fields = request.observed.composite.resource.fields
    fresh = scenario.request(made).observed.composite.resource.fields
    fields["spec"].CopyFrom(fresh["spec"])
    return request
