"""What a RegistryIntegration composes: the objects of one third party's API."""

from __future__ import annotations

from function.api.integration import COSI, IntegrationSpec
from function.kubernetes import labels
from function.kubernetes.document import Document, Manifest, mapping, text
from function.observed import Verdict

CLAIM, ACCESS = "bucket-claim", "bucket-access"
GROUP = "objectstorage.k8s.io"


def cosi(spec: IntegrationSpec, settings: COSI) -> dict[str, Manifest]:
    """Return a BucketClaim and a BucketAccess. The access is immutable, hence a key of its own for each class."""
    if settings.version == "v1alpha1":
        claim: Manifest = {"bucketClassName": settings.bucket_class_name, "protocols": ["S3"]}
        access: Manifest = {
            "bucketClaimName": settings.claim_name,
            "bucketAccessClassName": settings.bucket_access_class,
            "credentialsSecretName": settings.credentials_secret_name,
            "protocol": "S3",
        }
    else:
        claim = {"bucketClassName": settings.bucket_class_name, "protocols": ["S3"]}
        bucket = {
            "bucketClaimName": settings.claim_name,
            "accessMode": "ReadWrite",
            "accessSecretName": settings.credentials_secret_name,
        }
        access = {"bucketClaims": [bucket], "bucketAccessClassName": settings.bucket_access_class, "protocol": "S3"}
    return {
        CLAIM: _object(spec, settings, "BucketClaim", settings.claim_name, claim),
        access_key(settings): _object(spec, settings, "BucketAccess", settings.access_name, access),
    }


def access_key(settings: COSI) -> str:
    """Return the key of the BucketAccess."""
    return f"{ACCESS}-{settings.access_name.rpartition('-')[2]}"


def _object(owner: IntegrationSpec, settings: COSI, kind: str, name: str, spec: Manifest) -> Manifest:
    return {
        "apiVersion": f"{GROUP}/{settings.version}",
        "kind": kind,
        "metadata": {"name": name, "namespace": owner.namespace, "labels": labels.selector("registry", owner.owner)},
        "spec": spec,
    }


def judge_claim(claim: Document | None, name: str) -> Verdict:
    """Say whether the bucket was provisioned, in either version's words."""
    if claim is None:
        return Verdict(False, "WaitingForBucket", f"BucketClaim {name} is being created")
    status = mapping(claim.at("status"))
    if status.get("bucketReady") is True or status.get("readyToUse") is True:
        return Verdict(True, "BucketReady", "the bucket was provisioned")
    if error := text(mapping(status.get("error")).get("message")):
        return Verdict(False, "BucketFailed", f"BucketClaim {name}: {error}", trouble=True)
    return Verdict(False, "WaitingForBucket", f"BucketClaim {name} waits for COSI's driver to provision a bucket")


def judge_access(access: Document | None, name: str) -> Verdict:
    """Say whether access was granted, in either version's words."""
    if access is None:
        return Verdict(False, "WaitingForAccess", f"BucketAccess {name} is being created")
    status = mapping(access.at("status"))
    granted = status.get("accessGranted") is True and bool(text(status.get("accountID")))
    if granted or status.get("readyToUse") is True:
        return Verdict(True, "AccessGranted", "access to the bucket was granted")
    if error := text(mapping(status.get("error")).get("message")):
        return Verdict(False, "AccessFailed", f"BucketAccess {name}: {error}", trouble=True)
    return Verdict(False, "WaitingForAccess", f"BucketAccess {name} waits for COSI's driver to grant access")
