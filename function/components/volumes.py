"""The volume in which a registry keeps images, and the PersistentVolumeClaim behind it: what is asked for, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from function.components.part import Part
from function.kubernetes import quantity
from function.kubernetes.document import Document, Manifest, condition, mapping, text
from function.kubernetes.names import VOLUME
from function.observed import Observed, Verdict
from function.resolve.facts import CLASS_REQUIREMENT, Claim

DIRECTORY = "/var/lib/registry"


def mounted(*volumes: Manifest) -> Part:
    """Return the part of a registry that keeps images in this directory; the volume is none where a StatefulSet brings it."""
    return Part(
        config={"storage": {"filesystem": {"rootdirectory": DIRECTORY}}},
        volumes=[{"name": VOLUME, **volume} for volume in volumes],
        mounts=[{"name": VOLUME, "mountPath": DIRECTORY}],
    )


def spec(size: int | str, storage_class: str, modes: Sequence[str], there: Claim | None) -> Manifest:
    """Return the spec of a claim; `there` is the one that it is applied to."""
    if there and there.size:
        wanted, has = quantity.parse(size), quantity.parse(there.size)
        if wanted < has or (wanted > has and not there.expandable):
            # No volume shrinks; and where its class does not let it grow, or is not known, the whole claim would be refused.
            size = there.size
    made: Manifest = {"accessModes": list(modes), "resources": {"requests": {"storage": str(size)}}}
    # Once the API server has chosen one it is ours to repeat: taken back, it would be a change of what cannot change.
    if class_name := storage_class or (there.storage_class if there else ""):
        made["storageClassName"] = class_name
    return made


def judge(claim: Document, observed: Observed) -> Verdict:
    """Say whether a claim is bound, and what it waits for."""
    name = f"PersistentVolumeClaim {text(claim.at('metadata', 'namespace'))}/{text(claim.at('metadata', 'name'))}"
    phase = text(claim.at("status", "phase"))
    if claim.at("metadata", "deletionTimestamp"):
        return Verdict(False, "ClaimDeleted", f"{name} was deleted, and goes when its last pod goes, with all images", trouble=True)
    if phase == "Lost":
        return Verdict(
            False,
            "ClaimLost",
            f"{name} has lost its volume: restore the volume, or the images from a backup",
            trouble=True,
        )
    if phase != "Bound":
        return _pending(claim, name, observed)
    for kind in ("Resizing", "FileSystemResizePending", "ControllerResizeError", "NodeResizeError"):
        entry = condition(claim, kind)
        if entry.get("status") == "True":
            return Verdict(True, "Growing", f"{name} is bound, and grows: {text(entry.get('message')) or kind}")
    capacity = mapping(claim.at("status", "capacity")).get("storage", "")
    return Verdict(True, "ClaimBound", f"{name} is bound{f' ({capacity})' if capacity else ''}")


def _pending(claim: Document, name: str, observed: Observed) -> Verdict:
    class_name = text(claim.at("spec", "storageClassName"))
    events = f"(kubectl -n {text(claim.at('metadata', 'namespace'))} describe pvc {text(claim.at('metadata', 'name'))})"
    if not class_name:
        message = f"{name} is pending: it names no StorageClass, and the cluster has no default: set storageClassName {events}"
        return Verdict(False, "ClaimPending", message, trouble=True)
    classes = observed.required.get(CLASS_REQUIREMENT)
    if classes is not None and not classes:
        message = f"{name} is pending: StorageClass {class_name} does not exist: create it, or delete the claim and name another"
        return Verdict(False, "StorageClassMissing", message, trouble=True)
    if classes and classes[0].at("volumeBindingMode") == "WaitForFirstConsumer":
        return Verdict(False, "ClaimPending", f"{name} is pending: it is bound when its first pod is scheduled {events}")
    by = f" by {text(classes[0].at('provisioner'))}" if classes else ""
    return Verdict(False, "ClaimPending", f"{name} is pending: its volume has yet to be provisioned{by} {events}")
