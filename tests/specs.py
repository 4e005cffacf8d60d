"""Specs that are valid, and the objects of the user's that they refer to."""

from __future__ import annotations

from typing import Any

from function.kubernetes.document import Manifest
from tests import clusters
from tests.clusters import Cluster

Spec = dict[str, Any]

VOLUME: Spec = {"storage": {"persistentVolumeClaim": {"size": "10Gi"}}}
SHARED_VOLUME: Spec = {"storage": {"persistentVolumeClaim": {"size": "10Gi", "accessModes": ["ReadWriteMany"]}}}
OWN_CLAIM: Spec = {"storage": {"persistentVolumeClaim": {"claimName": "images"}}}
EMPTY: Spec = {"storage": {"emptyDir": {}}}
S3: Spec = {"storage": {"s3": {"bucket": "images", "region": "eu-central-1", "credentialsSecretName": "s3-keys"}}}
MINIO: Spec = {"storage": {"s3": {"bucket": "images", "endpoint": "https://minio:9000", "credentialsSecretName": "s3-keys"}}}
AZURE: Spec = {"storage": {"azure": {"container": "images", "accountName": "acme", "credentialsSecretName": "azure-key"}}}
GCS: Spec = {"storage": {"gcs": {"bucket": "images", "credentialsSecretName": "gcs-key"}}}
COSI: Spec = {"storage": {"bucketClassName": "fast", "bucketAccessClass": "keys"}}

STORAGES: dict[str, Spec] = {
    "volume": VOLUME,
    "shared volume": SHARED_VOLUME,
    "own claim": OWN_CLAIM,
    "emptyDir": EMPTY,
    "s3": S3,
    "minio": MINIO,
    "azure": AZURE,
    "gcs": GCS,
    "cosi": COSI,
}

CACHE: Spec = {"upstreamRegistryURL": "https://registry.example.com"}
VOLUMES_CACHE: Spec = {**CACHE, "volume": {"type": "persistentVolumeClaim", "size": "50Gi"}}
PRIVATE_CACHE: Spec = {**CACHE, "credentialsSecretName": "upstream", "caBundle": {"configMapName": "authorities"}}
CACHES: dict[str, Spec] = {"directories": CACHE, "volumes": VOLUMES_CACHE, "private": PRIVATE_CACHE}

IMAGES = {"2.8": "registry:2.8.3", "3.1": "registry:3.1.1"}


def users() -> list[Manifest]:
    """Return all objects that these specs refer to."""
    return [
        clusters.secret("s3-keys", AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret"),
        clusters.secret("azure-key", accountKey="a2V5"),
        clusters.secret("gcs-key", key__json="{}"),
        clusters.secret("upstream", username="ci", password="secret-value"),
        clusters.config_map("authorities", ca__crt="-----BEGIN CERTIFICATE-----"),
        clusters.claim("images", "ReadWriteMany"),
        clusters.claim("other-images", "ReadWriteMany"),
        clusters.storage_class("standard"),
        clusters.cosi_crd("v1alpha2"),
    ]


def cluster(spec: Spec, **more: Any) -> Cluster:
    """Return a cluster with a Registry of this spec, and with all that it refers to."""
    return Cluster({**spec, **more}, *users())


def cache(spec: Spec, **more: Any) -> Cluster:
    """Return a cluster with a Cache of this spec, and with all that it refers to."""
    return Cluster({**spec, **more}, *users(), name="my-cache", kind="Cache")
