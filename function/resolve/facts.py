"""Facts: the few observed values that what we want depends on, each latched, so that a flapping state never makes us flap."""

from __future__ import annotations

from dataclasses import dataclass

from function.api.registry import RegistrySpec
from function.api.storage import Storage
from function.kubernetes import deployments, labels, quantity
from function.kubernetes.document import items, mapping, number, text
from function.kubernetes.names import BucketNames, Keys
from function.observed import Observed, Selector
from function.releases.release import Release, stored
from function.resolve import buckets, references
from function.resolve.buckets import Bucket
from function.resolve.owner import Owner
from function.resolve.references import Gap

COSI_CRD = "bucketclaims.objectstorage.k8s.io"
COSI_VERSIONS = ("v1alpha1", "v1alpha2")
CRD_REQUIREMENT = f"CustomResourceDefinition/{COSI_CRD}"
CLASS_REQUIREMENT = "StorageClass"


@dataclass(frozen=True, slots=True)
class Claim:
    """The PersistentVolumeClaim of ours that is there. `expandable` is None while its StorageClass is not known."""

    size: str
    storage_class: str
    access_modes: tuple[str, ...]
    expandable: bool | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a Plan takes from the observed state.

    `running` is the release of the pod template; `in_use` tells whether a pod was ever ready; `held` is how many pods
    there are, and whether one must go before another comes.
    """

    http_secret: str
    digests: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()
    releases: tuple[Release, ...] = ()
    wanted: str = ""
    good: str = ""
    running: str = ""
    in_use: bool = False
    held: tuple[int, bool] | None = None
    failed: str = ""
    storage: str = ""
    replicas: int | None = None
    replicas_are_ours: bool = True
    claim: Claim | None = None
    claim_modes: tuple[str, ...] = ()
    cosi_version: str = ""
    bucket: Bucket | None = None
    other_bucket: str = ""


def requirements(spec: RegistrySpec, owner: Owner, observed: Observed) -> dict[str, Selector]:
    """Return what Crossplane shall bring: the same for the same spec, but for the StorageClass of a volume that is there."""
    wanted = {reference.requirement: reference.selector(owner.namespace) for reference in references.of(spec)}
    storage = spec.storage
    if storage and storage.bucket_class_name and storage.bucket_access_class:
        wanted[CRD_REQUIREMENT] = Selector("apiextensions.k8s.io/v1", "CustomResourceDefinition", COSI_CRD)
        secret = _bucket_names(owner, storage).credentials
        # Under its name: what another class was given must not be taken for it.
        wanted[f"Secret/{secret}"] = Selector("v1", "Secret", secret, owner.namespace)
    if storage and storage.persistent_volume_claim and not storage.persistent_volume_claim.claim_name:
        claim = observed.composed.get(Keys.VOLUME_CLAIM)
        name = text(claim.at("spec", "storageClassName")) if claim else ""
        if name := name or storage.persistent_volume_claim.storage_class_name:
            wanted[CLASS_REQUIREMENT] = Selector("storage.k8s.io/v1", "StorageClass", name)
    return wanted


def _bucket_names(owner: Owner, storage: Storage) -> BucketNames:
    return BucketNames.of(owner.names, storage.bucket_class_name, storage.bucket_access_class)


def read(spec: RegistrySpec, owner: Owner, observed: Observed) -> Facts:
    """Return the facts of an observed state."""
    workload = observed.composed.get(Keys.DEPLOYMENT)
    annotations = mapping(workload.at("metadata", "annotations")) if workload else {}
    wanted, good, failed = (text(annotations.get(name)) for name in (labels.WANTED, labels.GOOD, labels.FAILED))
    if workload is None:
        good = text(observed.composite.at("status", "release", "current"))
    state = deployments.read(workload) if workload else None
    if state and wanted and state.release == wanted and state.complete:
        good = wanted
    # A workload may have been deleted by hand; the composite's own status still knows which storage it used.
    storage = text(annotations.get(labels.STORAGE)) or text(observed.composite.at("status", "storage", "identity"))
    http_secret = _http_secret(observed)
    digests, gaps = references.check(references.of(spec), observed.required, owner.namespace, http_secret)
    bucket, other = _bucket(spec, owner, observed, storage)
    autoscaled = bool(spec.autoscaling and spec.autoscaling.enabled)
    return Facts(
        http_secret=http_secret,
        digests=tuple(sorted(digests.items())),
        gaps=gaps,
        releases=stored(observed.composed, sorted(_kept(observed))),
        wanted=wanted,
        good=good,
        running=state.release if state else "",
        held=(state.desired, workload.at("spec", "strategy", "type") == "Recreate") if workload and state else None,
        in_use=bool(good) or bool(state and state.ready),
        failed=failed,
        storage=storage,
        replicas=number(workload.at("spec", "replicas")) or None if workload and autoscaled else None,
        replicas_are_ours=deployments.replicas_are_ours(workload) if workload and autoscaled else True,
        claim=_claim(observed),
        claim_modes=_existing_modes(spec, observed),
        cosi_version=_cosi_version(spec, owner, observed),
        bucket=bucket,
        other_bucket=other,
    )


def _kept(observed: Observed) -> list[str]:
    return [key.removeprefix(Keys.RELEASE) for key in observed.composed if key.startswith(Keys.RELEASE)]


def _http_secret(observed: Observed) -> str:
    """Return the secret that all pods share: made once, then carried over.

    It starts with a letter: Distribution parses the variable as YAML, where 0123 and 12e4 are numbers.
    """
    secret = observed.composed.get(Keys.HTTP_SECRET)
    value = references.secret_value(secret, "secret") if secret else None
    return value.decode("utf-8", "surrogateescape") if value else f"s{observed.entropy}"


def _claim(observed: Observed) -> Claim | None:
    claim = observed.composed.get(Keys.VOLUME_CLAIM)
    if claim is None:
        return None
    name = text(claim.at("spec", "storageClassName"))
    classes = observed.required.get(CLASS_REQUIREMENT) if name else ()
    return Claim(
        size=_readable(claim.at("spec", "resources", "requests", "storage")),
        storage_class=name,
        access_modes=tuple(mode for mode in items(claim.at("spec", "accessModes")) if isinstance(mode, str)),
        expandable=None if classes is None else any(found.at("allowVolumeExpansion") is True for found in classes),
    )


def _readable(size: object) -> str:
    """Return a size if it is one; what cannot be compared is not compared."""
    try:
        quantity.parse(str(size))
    except ValueError:
        return ""
    return str(size)


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
    integration = observed.composed.get(_bucket_names(owner, spec.storage).key)
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


def _bucket(spec: RegistrySpec, owner: Owner, observed: Observed, recorded: str) -> tuple[Bucket | None, str]:
    """Return the bucket to use, and the name of another that COSI gave since then and that must not be used.

    What our own Secret holds goes on when the driver's is gone. A bucket other than the one that holds the images
    (COSI was taken away and came back, say) is used only when storage.replaces says so.
    """
    if spec.storage is None or not spec.storage.bucket_class_name:
        return None, ""
    requirement = f"Secret/{_bucket_names(owner, spec.storage).credentials}"
    driver = next((buckets.of_driver(secret) for secret in observed.required.get(requirement, ())), None)
    secret = observed.composed.get(Keys.BUCKET_SECRET)
    ours = buckets.of_ours(secret) if secret and _is_of(spec.storage, recorded) else None
    if driver is None or ours is None or driver.bucket == ours.bucket:
        return driver or ours, ""
    if recorded.endswith(f",bucket={ours.bucket}") and spec.storage.replaces != recorded:
        return ours, driver.bucket
    return driver, ""
