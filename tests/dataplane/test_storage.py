"""Each storage holds what is pushed, and gives it back: images, indexes, artifacts, many layers, a large one; and deletes.

Distribution has no API for referrers, in neither dialect: a client keeps them in a tag, as the specification says, and so it is
done here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.authorities import Authority
from tests.dataplane.client import EMPTY, INDEX, MANIFEST, Client, described_as, digest
from tests.dataplane.cluster import Node
from tests.dataplane.conftest import COMBINATIONS, Storage
from tests.dataplane.layouts import PLATFORMS, Layout, checked, layer, skopeo
from tests.dataplane.registry import Registry

MEGABYTES = int(os.environ.get("LARGE_LAYER", "1024"))


@dataclass(frozen=True)
class Served:
    """A registry in use."""

    host: str
    client: Client
    dialect: str
    storage: str


@pytest.fixture(scope="module", params=COMBINATIONS, ids="-".join)
def served(
    request: pytest.FixtureRequest, node: Node, authority: Authority, storages: Callable[[str], Storage]
) -> Iterator[Served]:
    """A registry on each storage, whose images may be deleted."""
    dialect, name = request.param
    storage = storages(name)
    spec = {**storage.spec, "storage": {**storage.spec["storage"], "deleteEnabled": True}}
    # The dialects share a store, but not what is in it.
    for kind in ("s3", "azure", "gcs"):
        if kind in spec["storage"]:
            root = spec["storage"][kind].get("rootDirectory", "")
            spec["storage"][kind] = {**spec["storage"][kind], "rootDirectory": f"{root}/{dialect}"}
    with Registry(node, dialect, spec, *storage.users).served() as (service, _):
        client = Client(service.address, service.port, authority=authority.certificate.decode())
        yield Served(f"{service.address}:{service.port}", client, dialect, name)


def copied(served: Served, source: str, repository: str, folder: Path, *options: str) -> set[str]:
    """Push with skopeo and pull again; return the digests of what came back."""
    there, back = f"docker://{served.host}/{repository}", folder / "back"
    skopeo(folder, "copy", *options, "--dest-tls-verify=false", source, there)
    skopeo(folder, "copy", *options, "--src-tls-verify=false", there, f"oci:{back}:back")
    return checked(back)


def test_an_image_comes_back_as_it_was(served: Served, tmp_path: Path):
    layout = Layout(tmp_path / "image")
    source = layout.tag("v1", layout.image([layer(size, "image") for size in (1, 5_000, 3_000_000)]))
    assert copied(served, source, "team/image:v1", tmp_path) == checked(layout.folder)


def test_an_index_comes_back_with_all_its_platforms(served: Served, tmp_path: Path):
    layout = Layout(tmp_path / "index")
    images = [layout.image([layer(1000, platform)], platform) for platform in PLATFORMS]
    source = layout.tag("v1", layout.index(images))
    assert copied(served, source, "team/index:v1", tmp_path, "--all") == checked(layout.folder)
    chosen = skopeo(tmp_path, "--override-arch=arm64", "inspect", "--tls-verify=false", f"docker://{served.host}/team/index:v1")
    assert '"Architecture": "arm64"' in chosen


def test_two_hundred_layers(served: Served, tmp_path: Path):
    layout = Layout(tmp_path / "many")
    source = layout.tag("v1", layout.image([layer(200, f"many-{number}") for number in range(200)]))
    assert copied(served, source, "team/many:v1", tmp_path) == checked(layout.folder)


def test_a_large_layer(served: Served, tmp_path: Path):
    layout = Layout(tmp_path / "large")
    source = layout.tag("v1", layout.image([layout.large(MEGABYTES)]))
    assert copied(served, source, "team/large:v1", tmp_path) == checked(layout.folder)


def test_tags_and_the_catalog_list_what_is_there(served: Served):
    # One name is the beginning of another, and names have parts.
    repositories = ("list", "list/a", "list/a-b", "list/ab", "lister")
    tags = ("1", "1.0", "1.0.1", "latest")
    for repository in repositories:
        for tag in tags:
            served.client.push(repository, tag, layer(10, repository))
        # Distribution 2.8 lists them as the storage does, in no order.
        assert sorted(served.client.get(f"/v2/{repository}/tags/list").json()["tags"]) == sorted(tags)
    listed = served.client.get("/v2/_catalog?n=1000").json()["repositories"]
    assert set(repositories) <= set(listed)
    assert len(set(listed)) == len(listed)
    assert paged(served.client, "/v2/_catalog?n=2", "repositories") == set(listed)
    if served.dialect != "2.8":
        assert paged(served.client, "/v2/list/tags/list?n=3", "tags") == set(tags)


def paged(client: Client, path: str, key: str) -> set[str]:
    """Return what is listed page by page.

    Distribution 3.1.2 on S3 lists in the order of keys, `1.0.1/` before `1.0/`, and names some twice in pages: none is left out.
    """
    found: set[str] = set()
    while path:
        page = client.get(path).expect(200)
        found |= set(page.json()[key])
        path = page.headers.get("link", "").partition(">")[0].removeprefix("<")
    return found


def test_an_artifact_with_a_subject(served: Served):
    subject = served.client.push("team/signed", "v1", layer(100, "signed"))
    size = len(served.client.get(f"/v2/team/signed/manifests/{subject}", Accept=MANIFEST).body)
    signature = b"signature of " + subject.encode()
    for content in (b"{}", signature):
        served.client.push_blob("team/signed", content)
    artifact = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": "application/vnd.example.signature",
        "config": described_as(EMPTY, b"{}"),
        "layers": [described_as("application/octet-stream", signature)],
        "subject": {"mediaType": MANIFEST, "digest": subject, "size": size},
    }
    named = served.client.put_manifest("team/signed", "", artifact).expect(201).headers["docker-content-digest"]
    assert served.client.get(f"/v2/team/signed/referrers/{subject}").status == 404
    tag = subject.replace(":", "-")
    referrers = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{"mediaType": MANIFEST, "digest": named, "size": 1}]}
    served.client.put_manifest("team/signed", tag, referrers).expect(201)
    [found] = served.client.manifest("team/signed", tag)["manifests"]
    assert served.client.manifest("team/signed", found["digest"])["subject"]["digest"] == subject
    assert served.client.blob("team/signed", digest(signature)) == signature


def test_what_is_deleted_is_gone(served: Served):
    content = layer(1000, "deleted")
    named = served.client.push("team/deleted", "v1", content)
    kept = served.client.push("team/deleted", "v2", layer(1000, "kept"))
    served.client.request("DELETE", f"/v2/team/deleted/manifests/{named}").expect(202)
    for reference in (named, "v1"):
        served.client.get(f"/v2/team/deleted/manifests/{reference}", Accept=MANIFEST).expect(404)
    served.client.request("DELETE", f"/v2/team/deleted/blobs/{digest(content)}").expect(202)
    served.client.get(f"/v2/team/deleted/blobs/{digest(content)}").expect(404)
    assert served.client.get("/v2/team/deleted/tags/list").json()["tags"] == ["v2"]
    assert served.client.pull("team/deleted", kept) > 1000


def test_ranges_of_a_layer(served: Served):
    content = layer(100_000, "ranges")
    named = served.client.push_blob("team/ranges", content, chunk=0)
    path = f"/v2/team/ranges/blobs/{named}"
    ranges = [("100-199", 100, 200), ("99990-", 99_990, None)]
    # Azure, to which clients are sent, knows no range that is counted from the end.
    ranges += [("-10", -10, None)] if served.storage != "azure" else []
    for written, start, end in ranges:
        found = served.client.get(path, Range=f"bytes={written}").expect(206)
        assert found.body == content[start:end]
        first = len(content) + start if start < 0 else start
        assert found.headers["content-range"] == f"bytes {first}-{first + len(found.body) - 1}/{len(content)}"
    # Distribution 2.8 announces as many bytes with its refusal as the layer has, which never come.
    if served.dialect != "2.8":
        served.client.get(path, Range="bytes=200000-200001").expect(416)
    assert served.client.blob("team/ranges", named) == content
