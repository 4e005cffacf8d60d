"""From documents to what Crossplane would show: the function is called as Crossplane calls it, its answer applied to nothing.

Source: crossplane/crossplane internal/render, and crossplane/cli cmd/crossplane/render (2.4, 2.5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1
import crossplane.function.proto.v1.run_function_pb2_grpc as grpcv1
import grpc

from function import fn, wire
from function.kubernetes.document import mapping
from function.preview import documents
from function.preview.documents import RESOURCE_NAME, Documents, Manifest, Unusable
from function.record import record

ENTROPY = "0123456789abcdef" * 4
"""In place of a new random value, so that a preview is the same each time."""

ROUNDS = 5
CALL_SECONDS = 60.0
THEN = "2024-01-01T00:00:00Z"
_STATUS = {
    fnv1.STATUS_CONDITION_TRUE: "True",
    fnv1.STATUS_CONDITION_FALSE: "False",
    fnv1.STATUS_CONDITION_UNKNOWN: "Unknown",
}
_SEVERITY = {fnv1.SEVERITY_NORMAL: "Normal", fnv1.SEVERITY_WARNING: "Warning", fnv1.SEVERITY_FATAL: "Fatal"}


@record
class Rendered:
    """The composite with its status, the composed objects by their keys, and the results; `fatal` where it was refused."""

    composite: Manifest
    composed: dict[str, Manifest]
    results: list[Manifest] = field(default_factory=list)
    fatal: str = ""


def render(given: Documents, *, claims: bool = True, target: str | None = None) -> Rendered:
    """Return what Crossplane would compose from these documents; `target` is a function that serves elsewhere."""
    composite = documents.composite(given.composite, claims=claims)
    request = fnv1.RunFunctionRequest()
    request.meta.tag = "preview"
    seen = {**composite, "metadata": {**composite["metadata"], "uid": documents.uid(composite)}}
    request.observed.composite.resource.CopyFrom(wire.struct(seen))
    for key, observed in given.observed.items():
        request.observed.resources[key].resource.CopyFrom(wire.struct(observed))
    return _shown(composite, _answer(request, given, target))


def _answer(request: fnv1.RunFunctionRequest, given: Documents, target: str | None) -> fnv1.RunFunctionResponse:
    """Call until the function has all that it requires, as Crossplane does."""
    response = _call(request, target)
    for _ in range(ROUNDS):
        wanted = response.requirements.resources
        if set(wanted) == set(request.required_resources) or _is_fatal(response):
            break
        for name, selector in wanted.items():
            found = [document for document in given.others if _selects(selector, document)]
            request.required_resources[name].items.extend(fnv1.Resource(resource=wire.struct(document)) for document in found)
        response = _call(request, target)
    return response


def _is_fatal(response: fnv1.RunFunctionResponse) -> bool:
    return any(result.severity == fnv1.SEVERITY_FATAL for result in response.results)


def _call(request: fnv1.RunFunctionRequest, target: str | None) -> fnv1.RunFunctionResponse:
    if target is None:
        return fn.FunctionRunner(values=lambda _: ENTROPY).run(request)
    with grpc.insecure_channel(target) as channel:
        try:
            response: fnv1.RunFunctionResponse = grpcv1.FunctionRunnerServiceStub(channel).RunFunction(
                request, timeout=CALL_SECONDS, wait_for_ready=True
            )
        except grpc.RpcError as error:
            raise Unusable(f"--target: no function answers at {target}: {error.details()}") from error
    return response


def _selects(selector: fnv1.ResourceSelector, document: Manifest) -> bool:
    metadata = mapping(document.get("metadata"))
    return (document.get("apiVersion"), document.get("kind"), metadata.get("name")) == (
        selector.api_version,
        selector.kind,
        selector.match_name,
    ) and str(metadata.get("namespace") or "") == selector.namespace


def _shown(composite: Manifest, response: fnv1.RunFunctionResponse) -> Rendered:
    fatal = next((result.message for result in response.results if result.severity == fnv1.SEVERITY_FATAL), "")
    ready = {key: resource.ready == fnv1.READY_TRUE for key, resource in response.desired.resources.items()}
    composed = {
        key: _composed(composite, key, wire.StructDocument(response.desired.resources[key].resource).at()) for key in sorted(ready)
    }
    status = _status(composite, response, fatal)
    spec = {**mapping(composite.get("spec"))}
    references = [_reference(manifest, namespaced=_namespaced(composite)) for manifest in composed.values()]
    if not fatal:
        _place(composite, spec, sorted(references, key=lambda r: r["apiVersion"] + r["kind"] + r["name"]))
    results = [] if fatal else [_selected(composite)]
    results += [
        _result(
            _SEVERITY[result.severity],
            result.reason or "ComposeResources",
            f'Pipeline step "compose": {result.message}',
        )
        for result in response.results
    ]
    unready = [key for key, is_ready in sorted(ready.items()) if not is_ready]
    results += [_result("Normal", "ComposeResources", f'Composed resource "{key}" is not yet ready') for key in unready]
    return Rendered({**composite, "spec": spec, "status": status}, composed, results, fatal)


def _namespaced(composite: Manifest) -> bool:
    return "namespace" in composite["metadata"]


def _place(composite: Manifest, spec: Manifest, references: list[Manifest]) -> None:
    """Put the references where this scope has them."""
    if composite["kind"] in documents.CLAIMABLE:
        spec["resourceRefs"] = references
    else:
        spec["crossplane"] = {**mapping(spec.get("crossplane")), "resourceRefs": references}


def _reference(manifest: Manifest, *, namespaced: bool) -> Manifest:
    metadata = manifest["metadata"]
    reference = {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], "name": metadata["name"]}
    if not namespaced and "namespace" in metadata:
        reference["namespace"] = metadata["namespace"]
    return reference


def _composed(composite: Manifest, key: str, manifest: Manifest) -> Manifest:
    """Return a composed object with what Crossplane adds to its metadata."""
    metadata = mapping(manifest.get("metadata"))
    given = mapping(composite["metadata"].get("labels"))
    annotations = {**mapping(metadata.get("annotations")), RESOURCE_NAME: key}
    root = given.get("crossplane.io/composite") or composite["metadata"].get("name")
    labels = {**mapping(metadata.get("labels")), "crossplane.io/composite": root}
    claim = {name: given[name] for name in ("crossplane.io/claim-name", "crossplane.io/claim-namespace") if name in given}
    owner = {
        "apiVersion": composite["apiVersion"],
        "kind": composite["kind"],
        "name": composite["metadata"].get("name"),
        "uid": documents.uid(composite),
        "controller": True,
        "blockOwnerDeletion": True,
    }
    owned: Manifest = {"annotations": annotations, "labels": {**labels, **claim}, "ownerReferences": [owner]}
    return {**manifest, "metadata": {**metadata, **owned}}


def _status(composite: Manifest, response: fnv1.RunFunctionResponse, fatal: str) -> Manifest:
    before = mapping(composite.get("status"))
    desired = response.desired.composite
    told: Manifest = mapping(wire.StructDocument(desired.resource).at("status"))
    entries = [("Responsive", "True", "WatchCircuitClosed", "")]
    entries += [(entry.type, _STATUS[entry.status], entry.reason, entry.message) for entry in response.conditions]
    if fatal:
        entries.append(
            (
                "Synced",
                "False",
                "ReconcileError",
                f'cannot compose resources: pipeline step "compose" returned a fatal result: {fatal}',
            )
        )
    else:
        is_ready = desired.ready == fnv1.READY_TRUE
        entries += [
            ("Synced", "True", "ReconcileSuccess", ""),
            ("Ready", str(is_ready), "Available" if is_ready else "Creating", ""),
        ]
    status = _merged(before, told)
    status["conditions"] = _conditions(before.get("conditions"), entries)
    # Crossplane keeps, on a composite that may have a claim, which conditions are the claim's too.
    if composite["kind"] in documents.CLAIMABLE and response.conditions:
        status["claimConditionTypes"] = [entry.type for entry in response.conditions]
    return status


def _conditions(before: object, entries: Iterable[tuple[str, str, str, str]]) -> list[Manifest]:
    found: dict[Any, Manifest] = {c.get("type"): c for c in before if isinstance(c, dict)} if isinstance(before, list) else {}
    for type_, status, reason, message in entries:
        entry = {"type": type_, "status": status, "reason": reason, "lastTransitionTime": THEN}
        found[type_] = {**entry, **({"message": message} if message else {})}
    return [{**entry, "lastTransitionTime": THEN} for entry in found.values()]


def _merged(base: Manifest, over: Manifest) -> Manifest:
    merged = dict(base)
    for key, value in over.items():
        mine = merged.get(key)
        merged[key] = _merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return merged


def _selected(composite: Manifest) -> Manifest:
    plural = f"{composite['kind'].lower()}s".replace("registrys", "registries")
    group = composite["apiVersion"].partition("/")[0]
    return _result("Normal", "SelectComposition", f"Successfully selected composition: {plural}.{group}")


def _result(severity: str, reason: str, message: str) -> Manifest:
    return {
        "apiVersion": "render.crossplane.io/v1beta1",
        "kind": "Result",
        "severity": severity,
        "reason": reason,
        "message": message,
    }
