"""A bucket that COSI provisioned: its coordinates and credentials, as a driver hands them over.

v1alpha1 writes one key, BucketInfo, with JSON that a pod cannot use; v1alpha2 writes flat keys. Both become one Secret of ours,
which also outlives the driver's: when COSI is taken away, the registry goes on with what it has.
"""

from __future__ import annotations

import json
from dataclasses import replace

from function.kubernetes.document import Document, mapping, text
from function.record import record
from function.resolve.references import AWS_KEYS, secret_value


@record(repr=False)
class Bucket:
    """Where the bucket is, and how it is opened. It has no repr: a traceback must not show credentials."""

    bucket: str
    endpoint: str
    region: str
    path_style: bool
    access_key: str
    secret_key: str

    def without_keys(self) -> Bucket:
        """Return where it is, and nothing that opens it."""
        return replace(self, access_key="", secret_key="")

    def data(self) -> dict[str, str]:
        """Return what our own Secret holds, before base64."""
        return {
            "bucket": self.bucket,
            "endpoint": self.endpoint,
            "region": self.region,
            "pathStyle": json.dumps(self.path_style),
            AWS_KEYS[0]: self.access_key,
            AWS_KEYS[1]: self.secret_key,
        }


def of_driver(secret: Document) -> Bucket | None:
    """Return the bucket of a driver's Secret, of either version; None where it is incomplete or not S3."""
    if info := _string(secret, "BucketInfo"):
        try:
            spec = mapping(mapping(json.loads(info)).get("spec"))
        except (ValueError, RecursionError):
            return None
        s3 = mapping(spec.get("secretS3"))
        return _complete(
            Bucket(
                text(spec.get("bucketName")),
                text(s3.get("endpoint")),
                text(s3.get("region")),
                True,
                text(s3.get("accessKeyID")),
                text(s3.get("accessSecretKey")),
            )
        )
    return _complete(
        Bucket(
            _string(secret, "COSI_S3_BUCKET_ID"),
            _string(secret, "COSI_S3_ENDPOINT"),
            _string(secret, "COSI_S3_REGION"),
            _string(secret, "COSI_S3_ADDRESSING_STYLE") != "virtual",
            _string(secret, "COSI_S3_ACCESS_KEY_ID"),
            _string(secret, "COSI_S3_ACCESS_SECRET_KEY"),
        )
    )


def of_ours(secret: Document) -> Bucket | None:
    """Return the bucket that our own Secret holds."""
    return _complete(
        Bucket(
            _string(secret, "bucket"),
            _string(secret, "endpoint"),
            _string(secret, "region"),
            _string(secret, "pathStyle") != "false",
            *(_string(secret, key) for key in AWS_KEYS),
        )
    )


def _complete(found: Bucket) -> Bucket | None:
    """Return the bucket if it can be used; a region means nothing outside AWS, but Distribution asks for one."""
    if not (found.bucket and found.endpoint and found.access_key and found.secret_key):
        return None
    try:
        "".join(found.data().values()).encode()
    except UnicodeEncodeError:
        # JSON can write half a surrogate pair, which no Secret of ours could hold.
        return None
    return found if found.region else replace(found, region="us-east-1")


def _string(secret: Document, key: str) -> str:
    return (secret_value(secret, key) or b"").decode("utf-8", "replace")
