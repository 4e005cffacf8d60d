"""The schemas of Kubernetes, oldest and newest of the supported versions, strict: a field that they do not know is a mistake."""

from __future__ import annotations

import functools
import json

import kubernetes_validate
from kubernetes_validate import utils

from function.kubernetes.document import Manifest

OLDEST, NEWEST = "1.30", "1.37"
UNKNOWN = ("registry-operator.dev/", "objectstorage.k8s.io/", "protection.crossplane.io/")
"""Kinds that are not Kubernetes' own."""

# To read a schema takes five times as long as to use it.
utils.schema_contents = functools.cache(utils.schema_contents)


def validate(manifest: Manifest) -> None:
    """Raise where an API server of one of these versions would not know the manifest for what it is."""
    if not manifest["apiVersion"].startswith(UNKNOWN):
        _validated(json.dumps(manifest, sort_keys=True))


@functools.lru_cache(maxsize=4096)
def _validated(manifest: str) -> None:
    for version in (OLDEST, NEWEST):
        kubernetes_validate.validate(json.loads(manifest), version, strict=True)
