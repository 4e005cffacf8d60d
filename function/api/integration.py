"""RegistryIntegration: one API of a third party that a registry uses, apart from it, so that its troubles stay its own.

Internal: composed by a Registry, documented, never written by users.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from function.api.model import Model, Name


class COSI(Model):
    """A bucket by the Container Object Storage Interface."""

    version: Literal["v1alpha1", "v1alpha2"] = Field(description="The version of objectstorage.k8s.io that the cluster serves.")
    bucket_class_name: Name = Field(description="The BucketClass from which the bucket is provisioned.")
    bucket_access_class: Name = Field(description="The BucketAccessClass by which access to it is granted.")
    claim_name: Name = Field(description="The name of the BucketClaim.")
    access_name: Name = Field(description="The name of the BucketAccess.")
    credentials_secret_name: Name = Field(
        description="The Secret into which the driver writes the bucket's coordinates and credentials."
    )


class IntegrationSpec(Model):
    """The settings of one integration, resolved by the registry that composes it."""

    type: Literal["COSI"] = Field(description="Which API is used.")
    owner: Name = Field(description="The Registry that this belongs to.")
    namespace: Name = Field(description="The namespace of what is composed: the Registry's own.")
    cosi: COSI | None = Field(None, description="With type COSI: the bucket.")


class COSIStatus(Model):
    """What is known of the bucket."""

    bucket_ready: bool | None = Field(None, description="Whether the bucket was provisioned.")
    access_granted: bool | None = Field(None, description="Whether access to it was granted.")


class IntegrationStatus(Model):
    """What the registry needs to know."""

    cosi: COSIStatus | None = Field(None, description="With type COSI: what is known of the bucket.")
