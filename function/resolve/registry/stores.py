"""What a storage block means: which kind it is, what holds the images, and how many pods may use it."""

from __future__ import annotations

from typing import Literal, TypeVar

from function.api.storage import PersistentVolumeClaim, Storage
from function.record import record

Kind = Literal["cosi", "s3", "azure", "gcs", "volume", "emptyDir"]

BLOCKS: dict[str, Kind] = {
    "s3": "s3",
    "azure": "azure",
    "gcs": "gcs",
    "persistent_volume_claim": "volume",
    "empty_dir": "emptyDir",
}
ALIASES = tuple(Storage.model_fields[block].alias or block for block in BLOCKS)
"""The same blocks, as they are written."""

DRIVERS: dict[Kind, str] = {
    "cosi": "s3",
    "s3": "s3",
    "azure": "azure",
    "gcs": "gcs",
    "volume": "filesystem",
    "emptyDir": "filesystem",
}
"""Distribution's storage driver for each kind."""


Block = TypeVar("Block")


def chosen(block: Block | None) -> Block:
    """Return the block by which its kind of storage was chosen, and which is there for that reason."""
    if block is None:
        raise LookupError("a kind of storage was asked for that was not written")
    return block


@record
class Store:
    """The storage, decided.

    `identity` names what holds the images, in a form that users read and write (storage.replaces); empty where nothing lasts.
    `shared`: several pods may use it at once. `exclusive`: a new pod cannot start before the old one has let go of it.
    """

    kind: Kind
    identity: str
    shared: bool = True
    exclusive: bool = False


def kinds(storage: Storage | None) -> list[Kind]:
    """Return the kinds of storage that are written; right is exactly one."""
    if storage is None:
        return []
    written: list[Kind] = [kind for block, kind in BLOCKS.items() if getattr(storage, block) is not None]
    if storage.bucket_class_name or storage.bucket_access_class:
        written.append("cosi")
    return written


def claim_modes(claim: PersistentVolumeClaim, existing: tuple[str, ...]) -> tuple[str, ...]:
    """Return the access modes of the volume; `existing` are those of the claim that is there, empty while they are not known."""
    if claim.claim_name:
        return existing
    return tuple(claim.access_modes or ("ReadWriteOnce",))


def of(storage: Storage, claim_name: str, existing_modes: tuple[str, ...], recorded: str, bucket: str) -> Store:
    """Return the store that this block means, once it is known to be right.

    `claim_name` is that of the claim we make, `recorded` the identity of what holds the images now,
    `bucket` the one that COSI gave; while it is not known, the recorded one is meant, as long as its class is the same.
    """
    if storage.s3:
        s3 = storage.s3
        return Store("s3", _identity("s3", bucket=s3.bucket, endpoint=s3.endpoint.rstrip("/"), root=s3.root_directory.strip("/")))
    if storage.azure:
        azure = storage.azure
        root = azure.root_directory.strip("/")
        return Store(
            "azure",
            _identity("azure", account=azure.account_name, container=azure.container, realm=azure.realm, root=root),
        )
    if storage.gcs:
        return Store("gcs", _identity("gcs", bucket=storage.gcs.bucket, root=storage.gcs.root_directory.strip("/")))
    if storage.persistent_volume_claim:
        claim = storage.persistent_volume_claim
        modes = claim_modes(claim, existing_modes)
        # Of a claim that nobody has seen yet nothing is wrong: no pod is made before it is seen.
        shared = not modes or "ReadWriteMany" in modes
        return Store("volume", _identity("volume", claim=claim.claim_name or claim_name), shared=shared, exclusive=not shared)
    if storage.empty_dir:
        return Store("emptyDir", "", shared=False)
    identity = _identity("cosi", **{"class": storage.bucket_class_name})
    if bucket:
        return Store("cosi", f"{identity},bucket={bucket}")
    return Store("cosi", recorded if recorded.startswith(f"{identity},") else identity)


def _identity(kind: str, **coordinates: str) -> str:
    return f"{kind}:" + ",".join(f"{name}={value}" for name, value in coordinates.items() if value)
