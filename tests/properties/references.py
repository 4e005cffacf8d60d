"""What manifests refer to, and what a spec names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from function.kubernetes.document import Manifest

SOURCES = (
    ("secret", "Secret", "secretName"),
    ("configMap", "ConfigMap", "name"),
    ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
)


def referred(manifests: Mapping[str, Manifest]) -> set[tuple[str, str]]:
    """Return what the manifests refer to in their namespace: kind and name."""
    found = set()
    for manifest in manifests.values():
        if manifest["kind"] == "HorizontalPodAutoscaler":
            target = manifest["spec"]["scaleTargetRef"]
            found.add((target["kind"], target["name"]))
        if manifest["kind"] != "Deployment":
            continue
        pod = manifest["spec"]["template"]["spec"]
        found.add(("ServiceAccount", pod["serviceAccountName"]))
        found |= {("Secret", secret["name"]) for secret in pod.get("imagePullSecrets", [])}
        for volume in pod["volumes"]:
            source = {kind: volume[field][name] for field, kind, name in SOURCES if field in volume}
            found |= set(source.items())
        for variable in pod["containers"][0]["env"]:
            if "valueFrom" in variable:
                found.add(("Secret", variable["valueFrom"]["secretKeyRef"]["name"]))
    return found


def texts(spec: Any) -> set[str]:
    """Return all texts of a spec."""
    if isinstance(spec, dict):
        return {text for part in spec.values() for text in texts(part)}
    if isinstance(spec, list):
        return {text for part in spec for text in texts(part)}
    return {spec} if isinstance(spec, str) else set()
