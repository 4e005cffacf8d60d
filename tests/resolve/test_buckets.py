"""What COSI's drivers write into their Secrets, in both versions of COSI."""

import json
from typing import Any

import pytest

from function.kubernetes.document import PlainDocument
from function.resolve.registry import buckets
from tests.clusters import BUCKET, secret

INFO = {
    "metadata": {"name": "bc-7f2e"},
    "spec": {
        "bucketName": "images-1",
        "authenticationType": "KEY",
        "secretS3": {
            "endpoint": "https://s3.store.svc:9000",
            "region": "eu-central-1",
            "accessKeyID": "key",
            "accessSecretKey": "secret",
        },
        "secretAzure": None,
        "protocols": ["s3"],
    },
}


def info(**changes: Any) -> PlainDocument:
    """Return a v1alpha1 Secret; a change is of the S3 part, or of the bucket's name."""
    spec = {**INFO["spec"], "secretS3": {**INFO["spec"]["secretS3"], **changes}}
    return PlainDocument(secret("s", BucketInfo=json.dumps({**INFO, "spec": spec})))


def keys(**changes: str) -> PlainDocument:
    """Return a v1alpha2 Secret."""
    return PlainDocument(secret("s", **{**BUCKET, **changes}))


def test_bucket_info_of_v1alpha1_is_read():
    found = buckets.of_driver(info())
    assert found is not None
    assert found.data() == {
        "bucket": "images-1",
        "endpoint": "https://s3.store.svc:9000",
        "region": "eu-central-1",
        "pathStyle": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }


@pytest.mark.parametrize(
    ("style", "path_style"), [("path", "true"), ("virtual", "false"), ("", "true")], ids=["path", "virtual", "absent"]
)
def test_keys_of_v1alpha2_are_read(style: str, path_style: str):
    found = buckets.of_driver(keys(COSI_S3_ADDRESSING_STYLE=style))
    assert found is not None
    assert found.data() == {
        "bucket": "images-1",
        "endpoint": "https://s3.store.svc:9000",
        "region": "us-east-1",
        "pathStyle": path_style,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }


def test_a_region_that_the_driver_leaves_out_is_one_that_distribution_takes():
    for found in (buckets.of_driver(info(region="")), buckets.of_driver(keys(COSI_S3_REGION=""))):
        assert found is not None
        assert found.region == "us-east-1"


@pytest.mark.parametrize("missing", ["endpoint", "accessKeyID", "accessSecretKey"])
def test_bucket_info_without_a_coordinate_is_none(missing: str):
    assert buckets.of_driver(info(**{missing: ""})) is None


@pytest.mark.parametrize("missing", ["COSI_S3_BUCKET_ID", "COSI_S3_ENDPOINT", "COSI_S3_ACCESS_KEY_ID", "COSI_S3_ACCESS_SECRET_KEY"])
def test_keys_without_a_coordinate_are_none(missing: str):
    assert buckets.of_driver(keys(**{missing: ""})) is None


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            "{",
            "[]",
            "null",
            "3",
            '"x"',
            "{}",
            '{"spec": null}',
            '{"spec": []}',
            '{"spec": {"bucketName": 3, "secretS3": "x"}}',
        ],
        *['{"spec": {"bucketName": "b", "secretS3": null, "secretAzure": {"accessToken": "t"}}}', "\ufeff{}"],
    ],
)
def test_malformed_bucket_info_is_none(text: str):
    assert buckets.of_driver(PlainDocument(secret("s", BucketInfo=text))) is None


def test_bucket_info_that_is_nested_without_end_is_none():
    assert buckets.of_driver(PlainDocument(secret("s", BucketInfo="[" * 100_000))) is None


def test_a_name_that_is_no_text_is_none():
    """JSON can write half a surrogate pair, which no Secret of ours could hold."""
    assert buckets.of_driver(info(accessKeyID="\ud800")) is None


@pytest.mark.parametrize("data", [None, [], {}, {"BucketInfo": 3}, {"BucketInfo": "not base64!"}, {"BucketInfo": "/w=="}])
def test_a_secret_of_any_shape_is_read(data: Any):
    assert buckets.of_driver(PlainDocument({"data": data})) is None
    assert buckets.of_ours(PlainDocument({"data": data})) is None


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_our_own_secret_gives_the_bucket_back(style: str):
    found = buckets.of_driver(keys(COSI_S3_ADDRESSING_STYLE=style))
    assert found is not None
    assert buckets.of_ours(PlainDocument(secret("s", **found.data()))) == found


def test_a_bucket_does_not_show_its_credentials():
    found = buckets.of_driver(keys())
    assert "secret" not in repr(found)
    assert "key" not in repr(found)
