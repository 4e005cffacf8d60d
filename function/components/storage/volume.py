"""A volume, made or existing; or a directory of the pod."""

from __future__ import annotations

from function.components.part import Part, manifest
from function.kubernetes import quantity
from function.kubernetes.document import Document, Manifest, condition, mapping, text
from function.kubernetes.names import Keys
from function.observed import Observed, Verdict
from function.resolve.facts import CLASS_REQUIREMENT
from function.resolve.plan import Plan
from function.resolve.stores import claim_modes

DIRECTORY = "/var/lib/registry"
_FILESYSTEM: Manifest = {"storage": {"filesystem": {"rootdirectory": DIRECTORY}}}


def _mounted(volume: Manifest, manifests: dict[str, Manifest]) -> Part:
    return Part(
        config=_FILESYSTEM,
        volumes=[{"name": "data", **volume}],
        mounts=[{"name": "data", "mountPath": DIRECTORY}],
        manifests=manifests,
    )


def build(plan: Plan) -> Part:
    """Return the mounted claim, and the claim itself unless it is the user's."""
    claim = plan.storage.persistent_volume_claim
    assert claim is not None  # noqa: S101  this kind is chosen by it
    if claim.claim_name:
        return _mounted({"persistentVolumeClaim": {"claimName": claim.claim_name}}, {})
    assert claim.size is not None  # noqa: S101  checked by the rules
    there = plan.facts.claim
    size = claim.size
    if there and there.size and not there.expandable and quantity.parse(size) > quantity.parse(there.size):
        # Whether its class lets it grow is not known yet, and the API server would refuse the whole claim.
        size = there.size
    spec: Manifest = {"accessModes": list(claim_modes(claim, ())), "resources": {"requests": {"storage": str(size)}}}
    # Once the API server has chosen one it is ours to repeat: taken back, it would be a change of what cannot change.
    if class_name := claim.storage_class_name or (there.storage_class if there else ""):
        spec["storageClassName"] = class_name
    made = manifest(plan, "v1", "PersistentVolumeClaim", plan.names("data"), spec=spec)
    return _mounted({"persistentVolumeClaim": {"claimName": plan.names("data")}}, {Keys.VOLUME_CLAIM: made})


def build_empty(plan: Plan) -> Part:
    """Return the mounted directory."""
    empty = plan.storage.empty_dir
    limit = {"sizeLimit": str(empty.size)} if empty and empty.size is not None else {}
    return _mounted({"emptyDir": limit}, {})


def judge(plan: Plan, observed: Observed) -> Verdict:
    """Say whether the claim is bound, and what it waits for."""
    claim = plan.storage.persistent_volume_claim
    assert claim is not None  # noqa: S101
    if claim.claim_name:
        found = observed.required.get(f"PersistentVolumeClaim/{claim.claim_name}", ())
        return _claim(plan, found[0], observed) if found else Verdict(False, "Reading", "the claim has not been looked up yet")
    there = observed.composed.get(Keys.VOLUME_CLAIM)
    if there is None:
        return Verdict(False, "Creating", f"PersistentVolumeClaim {plan.owner.namespace}/{plan.names('data')} is being created")
    return _claim(plan, there, observed)


def _claim(plan: Plan, claim: Document, observed: Observed) -> Verdict:
    name = f"PersistentVolumeClaim {plan.owner.namespace}/{text(claim.at('metadata', 'name'))}"
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
        return _pending(plan, claim, name, observed)
    for kind in ("Resizing", "FileSystemResizePending", "ControllerResizeError", "NodeResizeError"):
        entry = condition(claim, kind)
        if entry.get("status") == "True":
            return Verdict(True, "Growing", f"{name} is bound, and grows: {text(entry.get('message')) or kind}")
    capacity = mapping(claim.at("status", "capacity")).get("storage", "")
    return Verdict(True, "ClaimBound", f"{name} is bound{f' ({capacity})' if capacity else ''}")


def _pending(plan: Plan, claim: Document, name: str, observed: Observed) -> Verdict:
    class_name = text(claim.at("spec", "storageClassName"))
    events = f"(kubectl -n {plan.owner.namespace} describe pvc {text(claim.at('metadata', 'name'))})"
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


def judge_empty(plan: Plan, observed: Observed) -> Verdict:  # noqa: ARG001
    """Say what an emptyDir means."""
    return Verdict(True, "EmptyDir", "images are kept in the pod, and are gone when it goes: for trials and tests")
