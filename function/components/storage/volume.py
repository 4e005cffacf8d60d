"""A volume, made or existing; or a directory of the pod."""

from __future__ import annotations

from function.components import volumes
from function.components.part import Part, manifest
from function.kubernetes.names import Keys
from function.observed import Observed, Verdict
from function.resolve.registry.plan import RegistryPlan
from function.resolve.registry.stores import chosen, claim_modes


def build(plan: RegistryPlan) -> Part:
    """Return the mounted claim, and the claim itself unless it is the user's."""
    claim = chosen(plan.storage.persistent_volume_claim)
    if claim.claim_name:
        return volumes.mounted({"persistentVolumeClaim": {"claimName": claim.claim_name}})
    assert claim.size is not None  # noqa: S101  checked by the rules
    spec = volumes.spec(claim.size, claim.storage_class_name, claim_modes(claim, ()), plan.facts.claim)
    made = manifest(plan, "v1", "PersistentVolumeClaim", plan.names("data"), spec=spec)
    part = volumes.mounted({"persistentVolumeClaim": {"claimName": plan.names("data")}})
    return part._replace(manifests={Keys.VOLUME_CLAIM: made})


def build_empty(plan: RegistryPlan) -> Part:
    """Return the mounted directory."""
    empty = plan.storage.empty_dir
    limit = {"sizeLimit": str(empty.size)} if empty and empty.size is not None else {}
    return volumes.mounted({"emptyDir": limit})


def judge(plan: RegistryPlan, observed: Observed) -> Verdict:
    """Say whether the claim is bound, and what it waits for."""
    claim = chosen(plan.storage.persistent_volume_claim)
    if claim.claim_name:
        found = observed.required.get(f"PersistentVolumeClaim/{claim.claim_name}", ())
        return volumes.judge(found[0], observed) if found else Verdict(False, "Reading", "the claim has not been looked up yet")
    there = observed.composed.get(Keys.VOLUME_CLAIM)
    if there is None:
        return Verdict(False, "Creating", f"PersistentVolumeClaim {plan.owner.namespace}/{plan.names('data')} is being created")
    return volumes.judge(there, observed)


def judge_empty(_plan: RegistryPlan, _observed: Observed) -> Verdict:
    """Say what an emptyDir means."""
    return Verdict(True, "EmptyDir", "images are kept in the pod, and are gone when it goes: for trials and tests")
