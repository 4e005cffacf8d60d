"""What a Registry's Plan takes from the observed state: its volume or bucket, the secret its pods share, its autoscaler."""

from __future__ import annotations

from function.api.registry import RegistrySpec
from function.api.storage import Storage
from function.kubernetes import workloads
from function.kubernetes.document import items, mapping, number, text
from function.kubernetes.names import BucketNames, Keys
from function.observed import Observed, Selector
from function.record import record
from function.releases.release import hashed
from function.resolve import facts, references
from function.resolve.facts import CLASS_REQUIREMENT, Claim, Facts
from function.resolve.owner import Owner
from function.resolve.references import Gap, Reference
from function.resolve.registry import buckets
from function.resolve.registry.buckets import Bucket

COSI_CRD = "bucketclaims.objectstorage.k8s.io"
COSI_VERSIONS = ("v1alpha1", "v1alpha2")
CRD_REQUIREMENT = f"CustomResourceDefinition/{COSI_CRD}"


@record(kw_only=True)
class RegistryFacts(Facts):
    """All that the Plan of a Registry takes from the observed state; of Secrets it has salted digests, and no values.

    `bucket` is without its keys; `bucket_contents` is the digest of all that its Secret holds, and `http_contents` that of the
    secret that the pods share.
    """

    replicas: int | None = None
    replicas_are_ours: bool = True
    claim: Claim | None = None
    claim_modes: tuple[str, ...] = ()
    cosi_version: str = ""
    bucket: Bucket | None = None
    bucket_contents: str = ""
    http_contents: str = ""
    other_bucket: str = ""


def requirements(spec: RegistrySpec, owner: Owner, observed: Observed) -> dict[str, Selector]:
    """Return what Crossplane shall bring: the same for the same spec, but for the StorageClass of a volume that is there."""
    wanted = {reference.requirement: reference.selector(owner.namespace) for reference in _referred(spec)}
    storage = spec.storage
    if storage and storage.bucket_class_name and storage.bucket_access_class:
        wanted[CRD_REQUIREMENT] = Selector("apiextensions.k8s.io/v1", "CustomResourceDefinition", COSI_CRD)
        secret = bucket_names(owner, storage).credentials
        # Under its name: what another class was given must not be taken for it.
        wanted[f"Secret/{secret}"] = Selector("v1", "Secret", secret, owner.namespace)
    if storage and storage.persistent_volume_claim and not storage.persistent_volume_claim.claim_name:
        claim = observed.composed.get(Keys.VOLUME_CLAIM)
        name = text(claim.at("spec", "storageClassName")) if claim else ""
        if name := name or storage.persistent_volume_claim.storage_class_name:
            wanted[CLASS_REQUIREMENT] = Selector("storage.k8s.io/v1", "StorageClass", name)
    return wanted


def _referred(spec: RegistrySpec) -> list[Reference]:
    return [*references.of_storage(spec.storage), *references.of_settings(spec)]


def bucket_names(owner: Owner, storage: Storage) -> BucketNames:
    """Return the names of the COSI objects."""
    return BucketNames.of(owner.names, storage.bucket_class_name, storage.bucket_access_class)


def read(spec: RegistrySpec, owner: Owner, observed: Observed) -> RegistryFacts:
    """Return the facts of an observed state."""
    workload = observed.composed.get(Keys.DEPLOYMENT)
    salt = http_secret(observed)
    common = facts.common(observed, workload, _referred(spec), owner.namespace, salt)
    if workload is not None and Keys.HTTP_SECRET not in observed.composed:
        # It was deleted, say: the pods are made anew with another, once that can be read back.
        common["gaps"] += (Gap(Reference("", "Secret", owner.names("http"), storage=False), ""),)
    bucket, other = find_bucket(spec, owner, observed, common["storage"])
    autoscaled = bool(spec.autoscaling and spec.autoscaling.enabled)
    return RegistryFacts(
        **common,
        replicas=number(workload.at("spec", "replicas")) or None if workload and autoscaled else None,
        replicas_are_ours=workloads.replicas_are_ours(workload) if workload and autoscaled else True,
        claim=facts.claim(observed.composed.get(Keys.VOLUME_CLAIM), observed),
        claim_modes=_existing_modes(spec, observed),
        cosi_version=_cosi_version(spec, owner, observed),
        bucket=bucket and bucket.without_keys(),
        bucket_contents=_salted(salt, list(bucket.data().values())) if bucket else "",
        http_contents=_salted(salt, []),
        other_bucket=other,
    )


def _salted(salt: str, values: list[str]) -> str:
    # Not of a format, so that a new one is no new content. All releases are named by it: it stays as it is.
    return hashed([1, {"salt": salt, "values": values}])


def http_secret(observed: Observed) -> str:
    """Return the secret that all pods share: made once, then carried over.

    It starts with a letter: Distribution parses the variable as YAML, where 0123 and 12e4 are numbers.
    """
    secret = observed.composed.get(Keys.HTTP_SECRET)
    value = references.secret_value(secret, "secret") if secret else None
    return value.decode("utf-8", "surrogateescape") if value else f"s{observed.entropy()}"


def _existing_modes(spec: RegistrySpec, observed: Observed) -> tuple[str, ...]:
    """Return the modes of an existing claim; while it cannot be seen, those that the workload was made for."""
    claim = spec.storage.persistent_volume_claim if spec.storage else None
    if claim is None or not claim.claim_name:
        return ()
    found = observed.required.get(f"PersistentVolumeClaim/{claim.claim_name}")
    workload = observed.composed.get(Keys.DEPLOYMENT)
    if found or workload is None:
        return references.access_modes(found or ())
    return ("ReadWriteOnce",) if workload.at("spec", "strategy", "type") == "Recreate" else ("ReadWriteMany",)


def _cosi_version(spec: RegistrySpec, owner: Owner, observed: Observed) -> str:
    """Return the version of COSI to use: the one in use, as long as it is served; empty where there is none."""
    if spec.storage is None or not spec.storage.bucket_class_name:
        return ""
    integration = observed.composed.get(bucket_names(owner, spec.storage).key)
    used = text(integration.at("spec", "cosi", "version")) if integration else ""
    found = observed.required.get(CRD_REQUIREMENT)
    if found is None:
        # Not looked for yet: what is there stays.
        return used
    if not found:
        return ""
    versions = [mapping(version) for version in items(found[0].at("spec", "versions"))]
    served = [name for name in COSI_VERSIONS if any(v.get("name") == name and v.get("served") is True for v in versions)]
    return used if used in served else next(iter(served), used)


def _is_of(storage: Storage, recorded: str) -> bool:
    """Tell whether what holds the images is of the class that is wanted; nothing holds any before the first release."""
    return not recorded or recorded.startswith(f"cosi:class={storage.bucket_class_name},")


def find_bucket(spec: RegistrySpec, owner: Owner, observed: Observed, recorded: str) -> tuple[Bucket | None, str]:
    """Return the bucket to use, and the name of another that COSI gave since then and that must not be used.

    What our own Secret holds goes on when the driver's is gone. A bucket other than the one that holds the images
    (COSI was taken away and came back, say) is used only when storage.replaces says so.
    """
    if spec.storage is None or not spec.storage.bucket_class_name:
        return None, ""
    requirement = f"Secret/{bucket_names(owner, spec.storage).credentials}"
    driver = next((buckets.of_driver(secret) for secret in observed.required.get(requirement, ())), None)
    secret = observed.composed.get(Keys.BUCKET_SECRET)
    ours = buckets.of_ours(secret) if secret and _is_of(spec.storage, recorded) else None
    if driver is None or ours is None or driver.bucket == ours.bucket:
        return driver or ours, ""
    if recorded.endswith(f",bucket={ours.bucket}") and spec.storage.replaces != recorded:
        return ours, driver.bucket
    return driver, ""
