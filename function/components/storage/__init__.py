"""Where the images are kept. One module for each kind of storage; a new kind is a new module and a row in KINDS."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from function.components.part import Part
from function.components.storage import azure, cosi, gcs, s3, volume
from function.kubernetes.document import Manifest
from function.observed import Observed, Verdict
from function.resolve.registry.plan import RegistryPlan
from function.resolve.registry.stores import Kind


class _Kind(NamedTuple):
    build: Callable[[RegistryPlan], Part]
    judge: Callable[[RegistryPlan, Observed], Verdict]
    redirects: bool | None
    """Whether clients are sent to the store unless the user says otherwise; None where it has no URL."""


def _existing(where: Callable[[RegistryPlan], str]) -> Callable[[RegistryPlan, Observed], Verdict]:
    """Return how a bucket is judged that was there before: whether it answers, only the pods find out."""

    def judge(plan: RegistryPlan, _observed: Observed) -> Verdict:
        return Verdict(True, "BucketConfigured", f"{where(plan)} is configured; pods are ready only while it answers")

    return judge


KINDS: dict[Kind, _Kind] = {
    "cosi": _Kind(cosi.build, cosi.judge, redirects=False),
    "s3": _Kind(s3.build, _existing(s3.where), redirects=True),
    "azure": _Kind(azure.build, _existing(azure.where), redirects=True),
    "gcs": _Kind(gcs.build, _existing(gcs.where), redirects=True),
    "volume": _Kind(volume.build, volume.judge, redirects=None),
    "emptyDir": _Kind(volume.build_empty, volume.judge_empty, redirects=None),
}


def build(plan: RegistryPlan) -> Part:
    """Return the storage's own part."""
    return KINDS[plan.store.kind].build(plan)


def settings(plan: RegistryPlan) -> Part:
    """Return what of the section storage all kinds share."""
    redirects = KINDS[plan.store.kind].redirects
    shared: Manifest = {"delete": {"enabled": plan.storage.delete_enabled}}
    if redirects is not None:
        shared["redirect"] = {"disable": not _redirects(plan, redirects)}
    if plan.spec.read_only:
        shared["maintenance"] = {"readonly": {"enabled": True}}
    if plan.single:
        # With several replicas each would remember what another has deleted.
        shared["cache"] = {"blobdescriptor": "inmemory"}
    return Part(config={"storage": shared})


def _redirects(plan: RegistryPlan, usual: bool) -> bool:
    if plan.storage.redirect == "Auto":
        # Clients may not reach an endpoint that the registry reaches.
        return usual and not (plan.storage.s3 and plan.storage.s3.endpoint)
    return plan.storage.redirect == "Enabled"


def judge(plan: RegistryPlan, observed: Observed) -> Verdict:
    """Say whether the storage can be used: what the user must provide first, then what the kind itself knows."""
    for gap in plan.gaps:
        if gap.reference.storage and gap.message:
            return Verdict(False, gap.reason, gap.message, trouble=True)
        if gap.reference.storage:
            return Verdict(False, gap.reason, f"{gap.reference.kind} {gap.reference.name} has not been looked up yet")
    return KINDS[plan.store.kind].judge(plan, observed)
