"""What a Cache's Plan takes from the observed state: the volumes that its pods have."""

from __future__ import annotations

from function.api.cache import CacheSpec
from function.kubernetes.document import PlainDocument, items, mapping, text
from function.kubernetes.names import Keys
from function.observed import Observed, Selector
from function.record import record
from function.resolve import facts, references
from function.resolve.facts import CLASS_REQUIREMENT, Claim, Facts
from function.resolve.owner import Owner
from function.resolve.references import Reference

CREDENTIAL_KEYS = ("username", "password")


@record(kw_only=True)
class CacheFacts(Facts):
    """All that the Plan of a Cache takes from the observed state.

    `made_for` is the claim of which the StatefulSet was made, which cannot change; `claims` are those that are there, by the
    ordinals of their pods.
    """

    made_for: Claim | None = None
    claims: tuple[tuple[int, Claim], ...] = ()


def credentials(spec: CacheSpec) -> Reference | None:
    """Return the Secret with the upstream's credentials; its contents reach the pods by themselves."""
    if not spec.credentials_secret_name:
        return None
    return Reference("spec.credentialsSecretName", "Secret", spec.credentials_secret_name, CREDENTIAL_KEYS, storage=False)


def requirements(spec: CacheSpec, owner: Owner, observed: Observed) -> dict[str, Selector]:
    """Return what Crossplane shall bring: the same for the same spec, but for the StorageClass of volumes that are there."""
    referred = [*references.of_settings(spec), *filter(None, [credentials(spec)])]
    wanted = {reference.requirement: reference.selector(owner.namespace) for reference in referred}
    if spec.volume.type == "persistentVolumeClaim":
        first = observed.composed.get(f"{Keys.CACHE_VOLUME}0")
        if name := (text(first.at("spec", "storageClassName")) if first else "") or spec.volume.storage_class_name:
            wanted[CLASS_REQUIREMENT] = Selector("storage.k8s.io/v1", "StorageClass", name)
    return wanted


def read(spec: CacheSpec, owner: Owner, observed: Observed) -> CacheFacts:
    """Return the facts of an observed state."""
    stateful = observed.composed.get(Keys.STATEFUL_SET)
    deployment = observed.composed.get(Keys.DEPLOYMENT)
    wanted = (stateful, deployment) if spec.volume.type == "persistentVolumeClaim" else (deployment, stateful)
    # One that was deleted is there until its pods are gone.
    workload = min(
        (one for one in wanted if one is not None), key=lambda one: bool(one.at("metadata", "deletionTimestamp")), default=None
    )
    templates = items(stateful.at("spec", "volumeClaimTemplates")) if stateful else []
    return CacheFacts(
        # No Secret is among what is referred to, so there is nothing to salt.
        **facts.common(observed, workload, references.of_settings(spec), owner.namespace, ""),
        made_for=facts.claim(PlainDocument(mapping(templates[0])), observed) if templates else None,
        claims=tuple(sorted(_claims(observed))),
    )


def _claims(observed: Observed) -> list[tuple[int, Claim]]:
    found = []
    for key, document in observed.composed.items():
        ordinal = key.removeprefix(Keys.CACHE_VOLUME)
        if key != ordinal and ordinal.isdecimal() and (claim := facts.claim(document, observed)):
            found.append((int(ordinal), claim))
    return found
