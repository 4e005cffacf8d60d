"""What is measured: the requests that a function answers day by day, by their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import crossplane.function.proto.v1.run_function_pb2 as fnv1

from function import fn, wire
from tools.bench import cluster, scenario
from tools.bench.cluster import Manifest
from tools.bench.scenario import ENTROPY, MANAGERS

REGISTRY: Manifest = {**scenario.SPEC, "template": "standard"}
CACHE: Manifest = {
    "template": "standard",
    "upstreamRegistryURL": "https://registry-1.docker.io",
    "replicas": 2,
    "volume": {"type": "persistentVolumeClaim", "size": "50Gi"},
}
MISTAKES: Manifest = {"replicas": "three", "resource": {"requests": {"cpu": "1"}}, "image": "registry:2.6.0"}
_TEMPLATE: Manifest = {
    "logging": {"level": "warn"},
    "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
    "scheduling": {"nodeSelector": {"pool": "registries"}},
    "locked": ["scheduling.nodeSelector"],
}


def _given() -> dict[str, Manifest]:
    metadata = {**cluster.stamped({"name": "standard"}, "standard"), "generation": 4}
    made = {"apiVersion": "registry-operator.dev/v1alpha1", "kind": "RegistryTemplate", "metadata": metadata, "spec": _TEMPLATE}
    return {**scenario.required(), "RegistryTemplate/standard": made}


def ready(name: str = "images", managers: Sequence[str] = MANAGERS) -> fnv1.RunFunctionRequest:
    """Return the request for a Registry of three replicas on S3, with a template, that has long been ready."""
    # A directory of its own, so that no two Registries have the same spec.
    spec = {**REGISTRY, "storage": {"s3": {**REGISTRY["storage"]["s3"], "rootDirectory": f"/{name}"}}}
    return scenario.following(scenario.request(scenario.composite(spec, name=name), given=_given()), managers)


def rolling() -> fnv1.RunFunctionRequest:
    """Return the request for the same Registry while one of its pods has been replaced, and two have not."""
    asked = _edited(ready(), {"resources": {"requests": {"cpu": "500m", "memory": "256Mi"}}})
    # The trial passes; then the Deployment carries what was tried.
    for _ in range(2):
        asked = scenario.reconciled(asked, MANAGERS)
    found = asked.observed.resources["deployment"].resource
    deployment: Manifest = wire.StructDocument(found).at()
    status = {**deployment["status"], "replicas": 4, "updatedReplicas": 1, "unavailableReplicas": 1}
    progressing = {**status["conditions"][1], "reason": "ReplicaSetUpdated", "message": "ReplicaSet is progressing."}
    status["conditions"] = [status["conditions"][0], progressing]
    found.CopyFrom(wire.struct({**deployment, "status": status}))
    return asked


def cache() -> fnv1.RunFunctionRequest:
    """Return the request for a Cache of two replicas with volumes that has long been ready."""
    return scenario.following(scenario.request(scenario.composite(CACHE, "Cache"), given=_given()), MANAGERS)


def invalid() -> fnv1.RunFunctionRequest:
    """Return the request for the ready Registry after mistakes were written into its spec."""
    return _edited(ready(), MISTAKES)


SCENARIOS: dict[str, Callable[[], fnv1.RunFunctionRequest]] = {
    "ready": ready,
    "rolling": rolling,
    "cache": cache,
    "invalid": invalid,
}


def _edited(asked: fnv1.RunFunctionRequest, spec: dict[str, Any]) -> fnv1.RunFunctionRequest:
    made: Manifest = wire.StructDocument(asked.observed.composite.resource).at()
    asked.observed.composite.resource.CopyFrom(wire.struct({**made, "spec": {**made["spec"], **spec}}))
    return asked


def answered(name: str, asked: fnv1.RunFunctionRequest) -> fnv1.RunFunctionResponse:
    """Return our answer, which must be the one that the scenario of this name is about."""
    answer = fn.FunctionRunner(values=lambda _: ENTROPY).run(asked)
    told = {entry.type: entry.reason for entry in answer.conditions}
    as_meant = {
        "ready": steady(answer),
        "cache": steady(answer),
        "rolling": told.get("Upgraded") == "RollingOut" and bool(answer.desired.resources),
        "invalid": told.get("Valid") == "InvalidSpec",
    }
    if not as_meant[name]:
        raise SystemExit(f"the request of the bench is not {name}:\n{answer.results}\n{answer.conditions}\n{answer.meta}")
    return answer


def steady(answer: fnv1.RunFunctionResponse) -> bool:
    """Tell whether all is well and nothing changes any more."""
    fatal = any(result.severity == fnv1.SEVERITY_FATAL for result in answer.results)
    return not fatal and answer.desired.composite.ready == fnv1.READY_TRUE and not answer.meta.ttl.ToTimedelta()
