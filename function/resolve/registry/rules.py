"""The rules of a Registry's spec that need more than one field, or the world, to be checked. One function a rule; all are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from function.api.registry import RegistrySettings
from function.api.storage import PersistentVolumeClaim
from function.kubernetes import quantity
from function.record import record
from function.releases.release import Release
from function.resolve.problems import Problem
from function.resolve.registry import stores
from function.resolve.registry.facts import RegistryFacts
from function.resolve.registry.stores import Store
from function.resolve.rules import SHARED, STORAGE_CHANGE, Case


@record
class RegistryCase(Case):
    """A Registry's spec and what is known beside it. `store` is None where the storage block itself is wrong."""

    spec: RegistrySettings
    facts: RegistryFacts
    store: Store | None
    own_claim: str = ""

    @property
    def driver(self) -> str:
        """See Case."""
        return stores.DRIVERS[self.store.kind] if self.store else ""

    @property
    def good(self) -> Release | None:
        """See Case."""
        return self.facts.release(self.facts.good)


Rule = Callable[[RegistryCase], Iterator[Problem]]


def one_storage(case: RegistryCase) -> Iterator[Problem]:
    """There is exactly one kind of storage."""
    written = stores.kinds(case.spec.storage)
    choices = "bucketClassName with bucketAccessClass, s3, azure, gcs, persistentVolumeClaim or emptyDir"
    if not written:
        yield Problem("spec.storage", f"is missing: choose one of {choices}", lacking=True)
    elif len(written) > 1:
        names = {"cosi": "bucketClassName", "volume": "persistentVolumeClaim"}
        found = ", ".join(names.get(kind, kind) for kind in written)
        yield Problem("spec.storage", f"names more than one storage ({found}): keep one of them")


def bucket_classes(case: RegistryCase) -> Iterator[Problem]:
    """COSI needs both classes."""
    storage = case.spec.storage
    if storage and storage.bucket_class_name and not storage.bucket_access_class:
        yield Problem("spec.storage.bucketAccessClass", "is missing: bucketClassName needs it", lacking=True)
    if storage and storage.bucket_access_class and not storage.bucket_class_name:
        yield Problem("spec.storage.bucketClassName", "is missing: bucketAccessClass needs it", lacking=True)


def s3(case: RegistryCase) -> Iterator[Problem]:
    """S3 at AWS needs a region; the old dialect chooses the path style by itself."""
    settings = case.spec.storage.s3 if case.spec.storage else None
    if settings is None:
        return
    if not settings.region and not settings.endpoint:
        yield Problem("spec.storage.s3.region", "is missing: it is needed unless an endpoint is given", lacking=True)
    if case.dialect == "2.8" and settings.force_path_style is not None and settings.force_path_style != bool(settings.endpoint):
        yield Problem(
            "spec.storage.s3.forcePathStyle",
            "has no effect in Distribution 2.8, which names the bucket in the path with an endpoint, and else in the host: "
            "leave it out",
        )


def azure(case: RegistryCase) -> Iterator[Problem]:
    """The old dialect knows only account keys."""
    settings = case.spec.storage.azure if case.spec.storage else None
    if settings and case.dialect == "2.8" and not settings.credentials_secret_name:
        yield Problem(
            "spec.storage.azure.credentialsSecretName", "is missing: Distribution 2.8 can only use an account key", lacking=True
        )
    if settings and case.dialect == "2.8" and settings.root_directory:
        yield Problem("spec.storage.azure.rootDirectory", "has no effect in Distribution 2.8: leave it out, or use Distribution 3")


def volume(case: RegistryCase) -> Iterator[Problem]:
    """A volume is either made or there."""
    claim = case.spec.storage.persistent_volume_claim if case.spec.storage else None
    path = "spec.storage.persistentVolumeClaim"
    if claim is None:
        return
    if claim.size is None and not claim.claim_name:
        yield Problem(path, "needs size, to make a volume, or claimName, to use an existing one", lacking=True)
    if claim.claim_name and claim.claim_name == case.own_claim:
        yield Problem(f"{path}.claimName", "is the claim that is made for this Registry, and would be deleted: keep size")
    if claim.claim_name:
        others = {"size": claim.size, "storageClassName": claim.storage_class_name, "accessModes": claim.access_modes}
        for name in (name for name, value in others.items() if value):
            yield Problem(f"{path}.{name}", "cannot be set for an existing claim (claimName): leave it out")


def replicas(case: RegistryCase) -> Iterator[Problem]:
    """Storage that one pod holds allows one replica."""
    if case.store is None or case.store.shared:
        return
    if case.store.kind == "emptyDir":
        reason = "an emptyDir is each pod's own"
    else:
        modes = stores.claim_modes(_claim(case.spec), case.facts.claim_modes)
        reason = f"the volume ({', '.join(modes)}) belongs to one node"
    advice = "use a bucket, or a volume with accessModes [ReadWriteMany]"
    if case.spec.autoscaling and case.spec.autoscaling.enabled:
        yield Problem("spec.autoscaling", f"needs storage that several pods share, but {reason}: {advice}")
    elif case.spec.replicas is not None and case.spec.replicas > 1:
        yield Problem("spec.replicas", f"is {case.spec.replicas}, but {reason}: {advice}, or 1 replica")


def _claim(spec: RegistrySettings) -> PersistentVolumeClaim:
    """Return the volume: only that has access modes."""
    return stores.chosen(spec.storage.persistent_volume_claim if spec.storage else None)


def autoscaling(case: RegistryCase) -> Iterator[Problem]:
    """The bounds are in order."""
    bounds = case.spec.autoscaling
    if bounds and bounds.min_replicas > bounds.max_replicas:
        yield Problem("spec.autoscaling.maxReplicas", f"is {bounds.max_replicas}, less than minReplicas ({bounds.min_replicas})")


def storage_change(case: RegistryCase) -> Iterator[Problem]:
    """Nobody loses images by editing YAML: what holds them is left only on purpose."""
    if case.store is None or not case.facts.storage or case.store.identity == case.facts.storage:
        return
    if not case.facts.in_use:
        # No pod was ever ready on it: there are no images to leave behind.
        return
    storage = case.spec.storage
    if storage is None or storage.replaces == case.facts.storage:
        return
    to = case.store.identity or "an emptyDir"
    yield Problem(
        "spec.storage",
        f"would lead from {case.facts.storage} to {to}, and leave the images behind. Set it back; or copy the images and, "
        f'to mean it, set storage.replaces to "{case.facts.storage}"',
        reason=STORAGE_CHANGE,
    )


def volume_change(case: RegistryCase) -> Iterator[Problem]:
    """A volume that is there grows, where its class allows that; all else of it stays."""
    wanted = case.spec.storage.persistent_volume_claim if case.spec.storage else None
    there = case.facts.claim
    path = "spec.storage.persistentVolumeClaim"
    if wanted is None or wanted.size is None or there is None or not there.size:
        return
    change = quantity.parse(wanted.size) - quantity.parse(there.size)
    if change < 0:
        yield Problem(
            f"{path}.size",
            f"is {wanted.size}, less than the {there.size} that the volume has: sizes only grow",
            STORAGE_CHANGE,
        )
    elif change > 0 and there.expandable is False:
        why = f"StorageClass {there.storage_class} does not allow it" if there.storage_class else "it has no StorageClass"
        yield Problem(
            f"{path}.size",
            f"cannot grow from {there.size}: {why}",
            STORAGE_CHANGE,
        )
    if wanted.storage_class_name and there.storage_class and wanted.storage_class_name != there.storage_class:
        yield Problem(f"{path}.storageClassName", f"cannot change: the volume was made with {there.storage_class}", STORAGE_CHANGE)
    if set(stores.claim_modes(wanted, ())) != set(there.access_modes):
        modes = ", ".join(there.access_modes)
        yield Problem(f"{path}.accessModes", f"cannot change: the volume was made with [{modes}]", STORAGE_CHANGE)


RULES: tuple[Rule, ...] = (
    *SHARED,
    one_storage,
    bucket_classes,
    s3,
    azure,
    volume,
    replicas,
    autoscaling,
    storage_change,
    volume_change,
)
