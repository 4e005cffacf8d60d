"""spec.storage: one kind of storage, and how the registry uses it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from function.api.model import Model, OptionalName, Quantity, validated

Directory = Annotated[str, Field(pattern=r"^[^\x00-\x1f]*$", max_length=512)]
BucketName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][-._a-zA-Z0-9]{1,254}$")]


class S3(Model):
    """An existing bucket of S3, or of a store that speaks S3."""

    bucket: BucketName = Field(description="The bucket. It must exist.")
    region: Annotated[str, Field(pattern=r"^[-a-zA-Z0-9]*$")] = Field(
        "",
        description="The bucket's region, such as eu-central-1. Needed without endpoint; with it, the default is us-east-1.",
    )
    endpoint: Annotated[str, Field(pattern=r"^((https?://)?[-._a-zA-Z0-9\[\]:]+/?)?$")] = Field(
        "", description="URL of a store other than AWS, such as https://minio.storage.svc:9000. Absent: AWS."
    )
    force_path_style: bool | None = Field(
        None,
        description="Name the bucket in the path, not in the host. Default: true with endpoint, else false. "
        "Distribution 2.8 decides by itself: true with endpoint.",
    )
    root_directory: Directory = Field("", description="A prefix for all objects of this registry.")
    credentials_secret_name: OptionalName = Field(
        "",
        description="A Secret with the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. "
        "Absent: the identity of the service account (IRSA; needs Distribution 3) or of the node.",
    )


class Azure(Model):
    """An existing container of Azure Blob Storage."""

    container: Annotated[str, Field(pattern=r"^[a-z0-9$][-a-z0-9]{1,62}$")] = Field(description="The container. It must exist.")
    account_name: Annotated[str, Field(pattern=r"^[a-z0-9]{3,24}$")] = Field(description="The storage account.")
    realm: Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]*(:[0-9]+)?$")] = Field(
        "", description="The domain of the cloud's storage. Default core.windows.net."
    )
    root_directory: Directory = Field("", description="A prefix for all blobs of this registry.")
    credentials_secret_name: OptionalName = Field(
        "",
        description="A Secret with the key accountKey. Absent: the identity of the service account (needs Distribution 3).",
    )


class GCS(Model):
    """An existing bucket of Google Cloud Storage."""

    bucket: BucketName = Field(description="The bucket. It must exist.")
    root_directory: Directory = Field("", description="A prefix for all objects of this registry.")
    credentials_secret_name: OptionalName = Field(
        "",
        description="A Secret with the key key.json, the key of a Google service account. "
        "Absent: the identity of the Kubernetes service account.",
    )


class PersistentVolumeClaim(Model):
    """A volume: made for the registry (size), or existing (claimName)."""

    model_config = validated("!(has(self.size) && has(self.claimName))", "give size, to make a volume, or claimName, not both")

    size: Quantity | None = Field(
        None,
        description="How large a volume to ask for. It may grow later, where its StorageClass allows that; never shrink.",
    )
    storage_class_name: OptionalName = Field("", description="The StorageClass. Absent: the cluster's default.")
    access_modes: list[Literal["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"]] | None = Field(
        None,
        min_length=1,
        description="Default [ReadWriteOnce], which allows one replica. More replicas need ReadWriteMany.",
    )
    claim_name: OptionalName = Field("", description="An existing PersistentVolumeClaim of the same namespace, in place of size.")


class EmptyDir(Model):
    """A directory that goes when the pod goes: for trials and tests."""

    size: Quantity | None = Field(None, description="How large it may become; the pod is evicted when it grows beyond it.")


class Storage(Model):
    """Where the images are kept: exactly one kind of storage."""

    model_config = validated(
        "[has(self.bucketClassName) || has(self.bucketAccessClass), has(self.s3), has(self.azure), has(self.gcs), "
        "has(self.persistentVolumeClaim), has(self.emptyDir)].filter(kind, kind).size() <= 1",
        "keep one storage: bucketClassName with bucketAccessClass, s3, azure, gcs, persistentVolumeClaim or emptyDir",
    )

    bucket_class_name: OptionalName = Field(
        "", description="COSI: the BucketClass from which a bucket is provisioned. Goes with bucketAccessClass."
    )
    bucket_access_class: OptionalName = Field(
        "", description="COSI: the BucketAccessClass by which access to the bucket is granted."
    )
    s3: S3 | None = Field(None, description="An existing bucket of S3, or of a store that speaks S3.")
    azure: Azure | None = Field(None, description="An existing container of Azure Blob Storage.")
    gcs: GCS | None = Field(None, description="An existing bucket of Google Cloud Storage.")
    persistent_volume_claim: PersistentVolumeClaim | None = Field(
        None, description="A volume: made for the registry (size), or existing (claimName)."
    )
    empty_dir: EmptyDir | None = Field(
        None, description="A directory that goes when the pod goes, and all images with it: for trials and tests."
    )
    delete_enabled: bool = Field(False, description="Whether clients may delete images. Default false.")
    redirect: Literal["Auto", "Enabled", "Disabled"] = Field(
        "Auto",
        description="Whether clients are sent to the bucket to download layers. Default Auto. Auto: yes at AWS, Azure and Google; "
        "no with COSI or an endpoint, which clients may not reach.",
    )
    replaces: str = Field(
        "",
        max_length=1024,
        description="A change that would lead to other storage is refused, since the images would be left behind. "
        "To mean it, write here the storage that is left, as status.storage.identity shows it.",
    )
