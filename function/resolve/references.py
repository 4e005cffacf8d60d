"""The objects of the user's that a spec refers to: asked for, checked, and part of a release by their contents."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

from function.api.settings import Settings
from function.api.storage import Storage
from function.kubernetes.document import Document, text
from function.observed import Selector
from function.record import record

AWS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
AZURE_KEYS = ("accountKey",)
GCS_KEYS = ("key.json",)


@record
class Reference:
    """An object of the registry's namespace, named at `path` of the spec, that must hold these keys."""

    path: str
    kind: Literal["Secret", "ConfigMap", "PersistentVolumeClaim"]
    name: str
    keys: tuple[str, ...] = ()
    storage: bool = True

    @property
    def requirement(self) -> str:
        """The name under which Crossplane is asked for it."""
        return f"{self.kind}/{self.name}"

    def selector(self, namespace: str) -> Selector:
        """Return what Crossplane is asked for."""
        return Selector("v1", self.kind, self.name, namespace)


@record
class Gap:
    """A reference that cannot be used yet, and why; an empty message means that Crossplane has not looked yet."""

    reference: Reference
    message: str

    @property
    def reason(self) -> str:
        """The condition's reason."""
        if not self.message:
            return "Reading"
        return {"Secret": "SecretNotUsable", "ConfigMap": "ConfigMapNotUsable"}.get(self.reference.kind, "ClaimMissing")


def of_storage(storage: Storage | None) -> list[Reference]:
    """Return what a storage block refers to."""
    found = []
    for block, keys in (("s3", AWS_KEYS), ("azure", AZURE_KEYS), ("gcs", GCS_KEYS)):
        settings = getattr(storage, block, None)
        if settings and settings.credentials_secret_name:
            path = f"spec.storage.{block}.credentialsSecretName"
            found.append(Reference(path, "Secret", settings.credentials_secret_name, keys))
    if storage and storage.persistent_volume_claim and storage.persistent_volume_claim.claim_name:
        path = "spec.storage.persistentVolumeClaim.claimName"
        found.append(Reference(path, "PersistentVolumeClaim", storage.persistent_volume_claim.claim_name))
    return found


def of_settings(spec: Settings) -> list[Reference]:
    """Return what the settings refer to that every kind has."""
    if not (spec.ca_bundle and spec.ca_bundle.enabled and spec.ca_bundle.config_map_name):
        return []
    bundle = spec.ca_bundle
    return [Reference("spec.caBundle.configMapName", "ConfigMap", bundle.config_map_name, (bundle.key,), storage=False)]


def secret_value(document: Document, key: str) -> bytes | None:
    """Return what a Secret holds under this key; None where it holds nothing, or nothing readable."""
    try:
        return base64.b64decode(text(document.at("data", key)), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _value(kind: str, document: Document, key: str) -> bytes | None:
    if kind == "Secret":
        return secret_value(document, key)
    return text(document.at("data", key)).encode() or None


def check(
    references: Sequence[Reference], required: Mapping[str, Sequence[Document]], namespace: str, salt: str
) -> tuple[dict[str, str], tuple[Gap, ...]]:
    """Return a digest of the contents of each reference that is there, by its path, and the gaps.

    The digests are salted: a release's name is made of them, and must not tell whether two secrets are equal.
    """
    digests: dict[str, str] = {}
    gaps: list[Gap] = []
    for reference in references:
        if reference.requirement not in required:
            gaps.append(Gap(reference, ""))
            continue
        documents = required[reference.requirement]
        where = f"{reference.kind} {namespace}/{reference.name}, named in {reference.path},"
        if not documents:
            keys = f" with the {_keys(reference.keys)}" if reference.keys else ""
            gaps.append(Gap(reference, f"{where} does not exist: create it{keys}"))
            continue
        values = {key: _value(reference.kind, documents[0], key) for key in reference.keys}
        if absent := [key for key, value in values.items() if value is None]:
            gaps.append(Gap(reference, f"{where} lacks the {_keys(absent)}"))
            continue
        digest = hashlib.sha256(salt.encode("utf-8", "surrogateescape"))
        for key, value in values.items():
            digest.update(f"\0{key}\0{len(value or b'')}\0".encode() + (value or b""))
        digests[reference.path] = digest.hexdigest()
    return digests, tuple(gaps)


def _keys(keys: Sequence[str]) -> str:
    return f"{'key' if len(keys) == 1 else 'keys'} {' and '.join(keys)}"


def access_modes(documents: Sequence[Document]) -> tuple[str, ...]:
    """Return the access modes of an existing claim."""
    modes = documents[0].at("spec", "accessModes") if documents else None
    return tuple(mode for mode in (modes if isinstance(modes, list) else []) if isinstance(mode, str))
