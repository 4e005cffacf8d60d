"""What a registry leaves in its store, and what it does when that is gone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.components.cache.janitors import Janitor, Shell, removed
from tests.dataplane.cache import ages
from tests.dataplane.cache.registries import Image, Registry, cache
from tests.dataplane.cache.upstreams import serving
from tests.dataplane.waiting import eventually

DAY = 86400
LAYER = b"layer" * 500_000


def uploads(mirror: Registry) -> list[Path]:
    return list((mirror.store / "docker/registry/v2/repositories").glob("team/app/_uploads/*"))


def test_an_upload_under_way_is_left_and_one_that_was_broken_off_is_removed(tools: Shell, tmp_path: Path):
    with serving() as upstream:
        image = upstream.image(LAYER)
        upstream.stalling = image.blobs[1]
        mirror = cache(tmp_path / "cache", f"http://{upstream.address}", tmp_path / "secret")
        janitor = Janitor(tools, mirror.store, tmp_path / "work")
        limits = {"TTL_SECONDS": 1, "MAX_BYTES": 1}
        with ThreadPoolExecutor(1) as workers:
            with mirror.running():
                for named in image.blobs[:1]:
                    assert mirror.blob(image, named).status == 200
                workers.submit(lambda: mirror.blob(image, image.blobs[1]))
                assert upstream.stalled.wait(60)
                [upload] = eventually(lambda: uploads(mirror), "it is being stored")
                janitor.once(**limits)
                assert (upload / "data").exists()
            # Killed in the middle of it.
            upstream.go_on.set()
        with mirror.running():
            janitor.once(**limits)
            assert upload.exists(), "it changed a moment ago"
            ages.changed(upload, 3 * 3600)
            [entry] = [entry for entry in janitor.once(**limits) if entry.get("removed")]
            assert entry["removed"]["abandoned"]["count"] == 1
            assert not upload.exists()
            assert mirror.pull(image)
            eventually(lambda: mirror.has(*image.all), "it is stored")


def test_an_upload_that_the_janitor_saw_ends_well(tools: Shell, tmp_path: Path):
    with serving() as upstream:
        image = upstream.image(LAYER)
        upstream.stalling = image.blobs[1]
        with (
            cache(tmp_path / "cache", f"http://{upstream.address}", tmp_path / "secret").running() as mirror,
            ThreadPoolExecutor(1) as workers,
        ):
            download = workers.submit(lambda: mirror.blob(image, image.blobs[1]))
            assert upstream.stalled.wait(60)
            Janitor(tools, mirror.store, tmp_path / "work").once(TTL_SECONDS=1, MAX_BYTES=1)
            upstream.go_on.set()
            assert download.result().body == LAYER
            eventually(lambda: mirror.has(image.blobs[1]), "it is stored")


def answers(mirror: Registry, image: Image) -> dict[str, int]:
    """Return the status that each way to ask for a part of an image has."""
    return {
        "tag": mirror.manifest(image).status,
        "digest": mirror.manifest(image, image.manifest).status,
        **{named: mirror.blob(image, named).status for named in image.blobs},
        **{f"HEAD {named}": mirror.request("HEAD", f"/v2/{image.repository}/blobs/{named}").status for named in image.blobs},
    }


def links(mirror: Registry) -> set[str]:
    root = mirror.store / "docker/registry/v2/repositories"
    return {str(path.relative_to(root)) for path in root.rglob("link")}


def test_links_that_lead_nowhere_may_go(janitor: Janitor, mirror: Registry, upstream: Registry):
    lost, kept = upstream.push("team/app", "lost", LAYER), upstream.push("team/app", "kept", LAYER + b"x")
    for image in (lost, kept):
        assert mirror.pull(image)
        eventually(lambda image=image: mirror.has(*image.all), "it is stored")
    repositories = mirror.store / "docker/registry/v2/repositories"
    eventually(lambda: len(links(mirror)) == 2 * 5 - _shared(lost, kept), "all links are written")
    ages.fetched(mirror, 2 * DAY, *(set(lost.all) - set(kept.all)))
    janitor.once(TTL_SECONDS=DAY)
    upstream.stop()
    before = answers(mirror, lost)
    assert set(before.values()) == {200, 500} or set(before.values()) == {500}
    ages.changed(repositories, 3600)
    assert _count(janitor) > 0
    assert answers(mirror, lost) == before, "nothing is worse than it was"
    assert mirror.pull(kept)
    # A tag says "try again" as long as it is there, and "no such image" without: so it is kept longer.
    assert (repositories / "team/app/_manifests/tags/lost/current/link").exists()
    ages.changed(repositories, 8 * DAY)
    assert _count(janitor) == 1
    assert answers(mirror, lost) == {**before, "tag": 404}
    assert mirror.pull(kept)
    assert mirror.request("GET", "/v2/team/app/tags/list").body.count(b"lost") == 0
    upstream.start()
    assert mirror.pull(lost)
    eventually(lambda: mirror.has(*lost.all) and len(links(mirror)) == 2 * 5 - _shared(lost, kept), "it is stored again")
    upstream.stop()
    assert mirror.pull(lost)
    assert mirror.pull(kept)


def _shared(one: Image, other: Image) -> int:
    return len(set(one.blobs) & set(other.blobs))


def _count(janitor: Janitor) -> int:
    [entry] = janitor.once()
    assert "errors" not in entry
    return int(entry["removed"]["unlinked"]["count"])


def test_what_the_registry_stored_matches_what_the_janitor_knows(janitor: Janitor, mirror: Registry, upstream: Registry):
    image = upstream.push("team/app", "v1", LAYER)
    assert mirror.pull(image)
    eventually(lambda: mirror.has(*image.all), "it is stored")
    ages.fetched(mirror, 2 * DAY, *image.all)
    assert set(removed(janitor.once(TTL_SECONDS=DAY), "expired")) == set(image.all)
    files = [path for path in (mirror.store / "docker/registry/v2/blobs").rglob("*") if path.is_file()]
    assert files == [], "no file of the registry's is unknown to the janitor"
