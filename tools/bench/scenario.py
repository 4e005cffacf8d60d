"""Requests as Crossplane makes them: of one that is new, and of what follows once its answer is applied and runs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence

import crossplane.function.proto.v1.run_function_pb2 as fnv1

from function import fn, wire
from tools.bench import cluster
from tools.bench.cluster import Manifest

MANAGERS = tuple(f"policy-controller-{number}" for number in range(1, 7))
"""With as many managers of their fields as this, the observed objects come to about 90 KB of JSON, as they do in busy clusters."""

SPEC: Manifest = {
    "image": "registry:3.1.1",
    "replicas": 3,
    "storage": {"s3": {"bucket": "team-a-images", "region": "eu-central-1", "credentialsSecretName": "images-s3"}},
}
ENTROPY = "5" * 64
_STATUS = {
    fnv1.STATUS_CONDITION_TRUE: "True",
    fnv1.STATUS_CONDITION_FALSE: "False",
    fnv1.STATUS_CONDITION_UNKNOWN: "Unknown",
}
_CAPABILITIES = (
    fnv1.CAPABILITY_CAPABILITIES,
    fnv1.CAPABILITY_REQUIRED_RESOURCES,
    fnv1.CAPABILITY_CREDENTIALS,
    fnv1.CAPABILITY_CONDITIONS,
    fnv1.CAPABILITY_REQUIRED_SCHEMAS,
)


def composite(spec: Manifest = SPEC, kind: str = "Registry", name: str = "images") -> Manifest:
    """Return the composite of a claim of this kind, as it is when it has just been made."""
    claim = {"apiVersion": "registry-operator.dev/v1alpha1", "kind": kind, "name": name, "namespace": "team-a"}
    labels = {
        "crossplane.io/claim-name": claim["name"],
        "crossplane.io/claim-namespace": claim["namespace"],
        "crossplane.io/composite": f"{name}-x7k2p",
    }
    crossplane = {
        "claimRef": claim,
        "compositionRef": {"name": "xregistries.registry-operator.dev"},
        "compositionRevisionRef": {"name": "xregistries.registry-operator.dev-4f1c2ab"},
        "compositionUpdatePolicy": "Automatic",
    }
    return {
        "apiVersion": "registry-operator.dev/v1alpha1",
        "kind": f"X{kind}",
        "metadata": cluster.stamped({"name": f"{name}-x7k2p", "labels": labels}, "composite"),
        "spec": {**crossplane, **spec},
    }


def required() -> dict[str, Manifest]:
    """Return the objects that the spec refers to, by the names under which they are required."""
    values = {"AWS_ACCESS_KEY_ID": "an-access-key", "AWS_SECRET_ACCESS_KEY": "a-secret-key"}
    data = {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}
    metadata = cluster.stamped({"name": "images-s3", "namespace": "team-a"}, "images-s3")
    return {"Secret/images-s3": {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": data}}


def request(
    made: Manifest, composed: Mapping[str, Manifest] | None = None, given: Mapping[str, Manifest] | None = None
) -> fnv1.RunFunctionRequest:
    """Return Crossplane's request for this composite, what it composes so far, and what it requires."""
    asked = fnv1.RunFunctionRequest()
    asked.meta.tag = "b4f1c0de" * 8
    asked.meta.capabilities.extend(_CAPABILITIES)
    asked.observed.composite.resource.CopyFrom(wire.struct(made))
    for key, manifest in (composed or {}).items():
        asked.observed.resources[key].resource.CopyFrom(wire.struct(manifest))
    for name, manifest in (given or {}).items():
        asked.required_resources[name].items.add().resource.CopyFrom(wire.struct(manifest))
    return asked


def reconciled(asked: fnv1.RunFunctionRequest, managers: Sequence[str] = ()) -> fnv1.RunFunctionRequest:
    """Return the next request, once the answer to this one is applied and all that it composes runs."""
    answer = fn.FunctionRunner(values=lambda _: ENTROPY).run(asked)
    made: Manifest = wire.StructDocument(asked.observed.composite.resource).at()
    desired = {key: wire.StructDocument(item.resource).at() for key, item in sorted(answer.desired.resources.items())}
    composed = {key: cluster.observed(key, manifest, made, managers) for key, manifest in desired.items()}
    entries = [(entry.type, _STATUS[entry.status], entry.reason, entry.message) for entry in answer.conditions]
    entries += [("Synced", "True", "ReconcileSuccess", ""), ("Ready", "True", "Available", "")]
    names = ("type", "status", "reason", "message", "lastTransitionTime")
    told = wire.StructDocument(answer.desired.composite.resource).at("status") or {}
    references = [_reference(manifest) for manifest in desired.values()]
    made["status"] = {**told, "conditions": [dict(zip(names, (*entry, cluster.THEN), strict=True)) for entry in entries]}
    made["spec"] = {**made["spec"], "resourceRefs": references}
    following = request(made, composed)
    for name, found in asked.required_resources.items():
        following.required_resources[name].CopyFrom(found)
    return following


def _reference(manifest: Manifest) -> Manifest:
    metadata = manifest["metadata"]
    where = {name: metadata[name] for name in ("name", "namespace") if name in metadata}
    return {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], **where}


def settled(
    spec: Manifest = SPEC, given: Mapping[str, Manifest] | None = None, managers: Sequence[str] = ()
) -> fnv1.RunFunctionRequest:
    """Return the request of a Registry of which nothing changes any more; `given` is what the spec refers to."""
    return following(request(composite(spec), given=required() if given is None else given), managers)


def following(asked: fnv1.RunFunctionRequest, managers: Sequence[str] = ()) -> fnv1.RunFunctionRequest:
    """Return the request that comes once nothing changes any more, after this one."""
    # Created; then known as rolled out; then told so.
    for _ in range(3):
        asked = reconciled(asked, managers)
    return asked


def observed_bytes(asked: fnv1.RunFunctionRequest) -> int:
    """Return how much JSON the observed composed objects come to."""
    return sum(len(json.dumps(wire.StructDocument(item.resource).at())) for item in asked.observed.resources.values())
