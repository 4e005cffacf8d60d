"""The documents of a preview: which one is rendered, which are observed, and which are there to be referred to."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from function.api import VERSION
from function.compose import KINDS
from function.record import record

RESOURCE_NAME = "crossplane.io/composition-resource-name"
CLAIMS = {"Registry": "XRegistry", "Cache": "XCache"}
CLAIMABLE = (*CLAIMS.values(), "XRegistryIntegration")
"""Kinds of scope LegacyCluster."""

Manifest = dict[str, Any]


class Unusable(Exception):  # noqa: N818  it is the files that are
    """A file cannot be used; the message names it and says why."""


@record
class Documents:
    """The composite as it was written, the composed objects by their keys, and all others."""

    composite: Manifest
    observed: dict[str, Manifest]
    others: Sequence[Manifest]


def read(paths: Iterable[Path]) -> Documents:
    """Return the documents of these files and directories; Unusable where one is no YAML, or none is a composite of ours."""
    found = [
        document for path in paths for documents in map(_load, _files(path)) if _is_input(path, documents) for document in documents
    ]
    # A template beside a Registry is there to be referred to.
    composites = sorted((document for document in found if _is_ours(document)), key=lambda d: d["kind"] == "RegistryTemplate")
    if not composites:
        raise Unusable(f"no document is of {VERSION} and of a kind that is composed: {', '.join(KINDS)}")
    observed, others = {}, []
    for document in found:
        key = _annotations(document).get(RESOURCE_NAME)
        if document is composites[0]:
            continue
        if isinstance(key, str):
            observed[key] = document
        else:
            others.append(document)
    return Documents(composites[0], observed, others)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for pattern in ("*.yaml", "*.yml") for file in path.glob(pattern))
    return [path]


def _is_input(path: Path, documents: Sequence[Manifest]) -> bool:
    """Tell whether a file of a directory is meant: what a render has written there is not what the next one reads."""
    return path.is_file() or not any(
        str(document.get("apiVersion", "")).startswith("render.crossplane.io/") for document in documents
    )


def _load(file: Path) -> list[Any]:
    try:
        documents: list[Any] = list(yaml.load_all(file.read_bytes(), Loader=_Loader))
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Unusable(f"{file} is not YAML: {' '.join(str(error).split())}") from error
    try:
        text = json.dumps(documents, ensure_ascii=False, allow_nan=False)
        text.encode()
        documents = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise Unusable(f"{file} holds what JSON, and so Kubernetes, does not know: {error}") from error
    documents = [item for document in documents if document is not None for item in _items(document)]
    for document in documents:
        if not isinstance(document, dict) or not isinstance(document.get("metadata", {}), dict):
            raise Unusable(f"{file}: a document is not a Kubernetes object: it needs apiVersion, kind, metadata")
    return documents


def _items(document: object) -> list[object]:
    """Return the objects of a List, which is how kubectl writes several; else the object itself."""
    if isinstance(document, dict) and document.get("kind") == "List" and isinstance(document.get("items"), list):
        return list(document["items"])
    return [document]


class _Loader(yaml.SafeLoader):
    """Reads a date as the string that Kubernetes would read."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _annotations(document: Manifest) -> Manifest:
    annotations = (document.get("metadata") or {}).get("annotations")
    return annotations if isinstance(annotations, dict) else {}


def _is_ours(document: Manifest) -> bool:
    is_kind = document.get("apiVersion") == VERSION and str(document.get("kind")) in KINDS
    return is_kind and RESOURCE_NAME not in _annotations(document)


def composite(written: Manifest, *, claims: bool) -> Manifest:
    """Return what Crossplane makes of what a user wrote: of a claim, its composite; always with a uid.

    The composite of a claim has the claim's name and five random characters; here they are made of its namespace and name.
    """
    kind = CLAIMS.get(str(written.get("kind")))
    if not isinstance(written.get("spec", {}), dict):
        raise Unusable(f"{written['kind']}: spec must be an object")
    made = {**written, "metadata": dict(written.get("metadata") or {})}
    if claims and kind and "crossplane" not in (written.get("spec") or {}):
        name, namespace = (made["metadata"].get(field) for field in ("name", "namespace"))
        if not (isinstance(name, str) and isinstance(namespace, str) and name and namespace):
            raise Unusable(f"{written['kind']}: metadata.name and metadata.namespace are needed, both strings")
        suffix = hashlib.sha256(f"{namespace}/{name}".encode()).hexdigest()[:5]
        reference = {"apiVersion": written["apiVersion"], "kind": written["kind"], "name": name, "namespace": namespace}
        made["kind"] = kind
        made["metadata"] = {
            "name": f"{name}-{suffix}",
            "labels": {"crossplane.io/claim-name": name, "crossplane.io/claim-namespace": namespace},
        }
        made["spec"] = {**(written.get("spec") or {}), "claimRef": reference}
    return made


def uid(made: Manifest) -> str:
    """Return the composite's uid; where it has none, the one that Crossplane's own render makes up."""
    metadata = made["metadata"]
    group, _, version = str(made["apiVersion"]).rpartition("/")
    seed = f"{group}/{version}, Kind={made['kind']}\0{metadata.get('namespace', '')}\0{metadata.get('name', '')}"
    return str(metadata.get("uid") or uuid.uuid5(uuid.UUID(int=0), seed))
