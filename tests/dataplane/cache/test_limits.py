"""The limits of age and size, on the store of a registry that serves from it."""

import itertools
import os
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.components.cache.janitors import Janitor, removed
from tests.dataplane.cache import ages
from tests.dataplane.cache.registries import Image, Registry, digest
from tests.dataplane.programs import program
from tests.dataplane.waiting import eventually

DAY = 86400
MEGABYTE = 1 << 20


def images(upstream: Registry, number: int, size: int = MEGABYTE) -> list[Image]:
    """Push images of one layer each, all different."""
    return [upstream.push("team/app", f"v{one}", os.urandom(size)) for one in range(number)]


def pull(mirror: Registry, image: Image) -> None:
    """Pull an image, and wait until all of it is stored: the last of it is written after the answer has ended."""
    assert mirror.pull(image)
    eventually(lambda: mirror.has(*image.all), "it is stored")


def total(janitor: Janitor) -> float:
    """Return how many blobs it has removed, whatever for."""
    return sum(value for name, value in janitor.metrics().items() if name.startswith("registry_cache_removed_total"))


def test_what_was_fetched_longer_ago_than_the_ttl_goes_and_is_fetched_anew(janitor: Janitor, mirror: Registry, upstream: Registry):
    old, young = images(upstream, 2)
    for image in (old, young):
        pull(mirror, image)
    ages.fetched(mirror, 2 * DAY, *old.all)
    gone = removed(janitor.once(TTL_SECONDS=DAY), "expired")
    assert set(gone) == set(old.all)
    assert mirror.has(*young.all)
    assert not any(mirror.has(named) for named in old.all)
    pull(mirror, old)
    assert janitor.once(TTL_SECONDS=DAY) == [], "its age counts from the new fetch"
    upstream.stop()
    assert mirror.pull(old)


@pytest.mark.parametrize("what", ["manifest", "layer", "config"])
def test_a_part_that_is_gone_is_fetched_anew(janitor: Janitor, mirror: Registry, upstream: Registry, what: str):
    [image] = images(upstream, 1)
    pull(mirror, image)
    named = {"manifest": image.manifest, "config": image.blobs[0], "layer": image.blobs[1]}[what]
    ages.fetched(mirror, 2 * DAY, named)
    assert removed(janitor.once(TTL_SECONDS=DAY), "expired") == [named]
    pull(mirror, image)


def test_an_image_that_is_pulled_again_outlives_one_that_is_not(janitor: Janitor, mirror: Registry, upstream: Registry):
    pulled = images(upstream, 6)
    for age, image in enumerate(pulled):
        pull(mirror, image)
        ages.fetched(mirror, (9 - age) * 3600, *image.all)
    again = pulled[0]
    for hours in (4, 3):
        # Each of two reads within a day is seen, although relatime records but one.
        data = mirror.folder_of(again.blobs[1]) / "data"
        before = data.stat().st_atime
        assert mirror.pull(again)
        assert data.stat().st_atime > before, "the file system records no reads (noatime): use another for the tests"
        janitor.once()
        marked = data.stat()
        assert marked.st_mtime > marked.st_atime - 1
        os.utime(data, (marked.st_atime - hours * 60, marked.st_mtime - hours * 60))
    log = janitor.once(MAX_BYTES=6 * MEGABYTE)
    gone = removed(log, "evicted")
    assert gone == [image.blobs[1] for image in pulled[1 : 1 + len(gone)]], "the least recently used, and only what is large"
    assert len(gone) >= 2
    assert mirror.has(*again.all)
    assert all(mirror.pull(image) for image in pulled)


def test_pulls_go_on_while_it_removes(janitor: Janitor, mirror: Registry, upstream: Registry):
    pulled = images(upstream, 8)
    pulls: list[Image] = []
    retried: list[Image] = []
    enough = threading.Event()

    def work(number: int) -> None:
        for turn in itertools.count():
            if enough.is_set():
                return
            image = pulled[(number * 3 + turn) % len(pulled)]
            pulls.append(image)
            if not mirror.pull(image):
                # Between the registry's look at a blob and its opening that may go: clients try again.
                retried.append(image)
                assert mirror.pull(image)

    with janitor.running(INTERVAL=0, TTL_SECONDS=1, MAX_BYTES=4 * MEGABYTE, MIN_AGE=1) as running:
        with ThreadPoolExecutor(4) as workers:
            working = [workers.submit(work, number) for number in range(4)]
            try:
                running.rounds(1)
                eventually(lambda: any(w.done() for w in working) or (len(pulls) >= 100 and total(janitor) > 10), "it removed some")
            finally:
                enough.set()
            for worker in working:
                worker.result()
        code, log = running.stop()
    assert code == 0
    assert len(removed(log, "expired")) + len(removed(log, "evicted")) > 10
    assert [text for entry in log for text in entry.get("errors", [])] == []
    assert len(retried) <= len(pulls) / 50


def test_a_download_that_is_under_way_ends_well(janitor: Janitor, mirror: Registry, upstream: Registry):
    [image] = images(upstream, 1, 32 * MEGABYTE)
    pull(mirror, image)
    layer = image.blobs[1]
    read, go = threading.Event(), threading.Event()

    def slowly() -> bytes:
        with closing(HTTPConnection(mirror.address, timeout=60)) as connection:
            connection.request("GET", f"/v2/{image.repository}/blobs/{layer}")
            answer = connection.getresponse()
            first = answer.read(1000)
            read.set()
            assert go.wait(60)
            return first + answer.read()

    with ThreadPoolExecutor(1) as workers:
        download = workers.submit(slowly)
        assert read.wait(60)
        ages.fetched(mirror, 2 * DAY, layer)
        assert removed(janitor.once(TTL_SECONDS=DAY), "expired") == [layer]
        go.set()
        assert digest(download.result()) == layer


def test_a_real_client_pulls_before_and_after(janitor: Janitor, mirror: Registry, upstream: Registry, tmp_path: Path):
    [image] = images(upstream, 1)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    for turn in range(2):
        target = tmp_path / "pulled"
        shutil.rmtree(target, ignore_errors=True)
        command = [program("skopeo"), "--insecure-policy", "copy", "-q", "--src-tls-verify=false"]
        source = f"docker://{mirror.address}/{image.repository}:{image.tag}"
        subprocess.run([*command, source, f"dir:{target}"], check=True, env=environment, timeout=60)
        assert digest((target / image.blobs[1].removeprefix("sha256:")).read_bytes()) == image.blobs[1]
        eventually(lambda: mirror.has(*image.all), "it is stored")
        if turn == 0:
            ages.fetched(mirror, 2 * DAY, *image.all)
            assert set(removed(janitor.once(TTL_SECONDS=DAY), "expired")) == set(image.all)
