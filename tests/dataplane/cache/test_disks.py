"""Full disks, read-only ones, and what else a pod in a cluster has: no root, no privileges."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components.cache.janitors import PROGRAMS, Janitor, Shell, removed, shell
from tests.components.cache.stores import Store
from tests.dataplane.cache import ages
from tests.dataplane.cache.disks import mounted, used_percent
from tests.dataplane.cache.registries import Image, Registry, cache
from tests.dataplane.waiting import eventually

MEGABYTE = 1 << 20


@pytest.fixture
def small(tmp_path: Path, upstream: Registry) -> Iterator[Registry]:
    """A cache on a volume of 24 MiB."""
    mirror = cache(tmp_path / "cache", f"http://{upstream.address}", tmp_path / "secret")
    with mounted(mirror.store, 24 * MEGABYTE), mirror.running() as registry:
        yield registry


def fill(mirror: Registry, images: list[Image]) -> list[Image]:
    """Pull images; return those that did not come whole."""
    return [image for image in images if not mirror.pull(image)]


def stored(mirror: Registry, images: list[Image]) -> list[str]:
    return [named for image in images for named in image.all if mirror.has(named)]


def test_a_full_disk_breaks_pulls_until_the_janitor_comes(tools: Shell, small: Registry, upstream: Registry, tmp_path: Path):
    images = [upstream.push("team/app", f"v{number}", os.urandom(5 * MEGABYTE)) for number in range(7)]
    assert fill(small, images), "what the janitor is for: a full disk breaks pulls"
    assert used_percent(small.store) > 75
    janitor = Janitor(tools, small.store, tmp_path / "work", {"FULL": 80, "HIGH": 60, "LOW": 40})
    # All of it is too young to be evicted otherwise. What is in use this very minute stays.
    assert removed(janitor.once(), "evicted") == []
    ages.fetched(small, 120, *stored(small, images))
    [entry] = [entry for entry in janitor.once() if entry.get("removed")]
    assert entry["removed"]["evicted"]["count"] >= 1
    assert entry["limit_bytes"] <= 24 * MEGABYTE, "the volume is the limit, though none was set"
    assert used_percent(small.store) <= 60
    assert small.pull(images[0])
    assert small.pull(images[-1])


def test_a_volume_smaller_than_meant_is_kept_from_filling(tools: Shell, small: Registry, upstream: Registry, tmp_path: Path):
    images = [upstream.push("team/app", f"v{number}", os.urandom(2 * MEGABYTE)) for number in range(30)]
    janitor = Janitor(tools, small.store, tmp_path / "work", {"MAX_BYTES": 100_000 * MEGABYTE})
    for image in images:
        assert small.pull(image)
        eventually(lambda image=image: small.has(*image.all), "it is stored")
        ages.fetched(small, 3600, *image.all)
        janitor.once()
        assert used_percent(small.store) <= 86
    assert small.pull(images[0])


@pytest.mark.parametrize("full", ["before", "meanwhile"])
def test_a_full_directory_of_its_own_does_not_stop_it(tools: Shell, tmp_path: Path, full: str):
    (tmp_path / "store").mkdir()
    store = Store(tmp_path / "store")
    for number in range(400):
        store.blob(str(number), 10, fetched=2000)
    with mounted(tmp_path / "work", 64 * 1024 if full == "before" else 32 * 1024) as work:
        if full == "before":
            with pytest.raises(OSError, match="No space"):
                (work / "filler").write_bytes(b"x" * 128 * 1024)
        with Janitor(tools, store.root, work).running(INTERVAL=0, TTL_SECONDS=1000) as running:
            if full == "before":
                assert eventually(lambda: running.process.stdout and running.process.stdout.readline(), "it starts")
                assert '"error"' in eventually(lambda: running.process.stdout and running.process.stdout.readline(), "it says so")
                (work / "filler").unlink()
            eventually(lambda: not store.blobs(), "all go, if in several rounds")
            assert running.stop()[0] == 0


def test_a_store_that_is_read_only_is_said_and_left(tools: Shell, tmp_path: Path):
    with mounted(tmp_path / "store", MEGABYTE) as folder:
        store = Store(folder)
        blob = store.blob("a", 1000, fetched=2000)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        [entry] = Janitor(tools, folder, tmp_path / "work").once(TTL_SECONDS=1000)
        assert entry["level"] == "error"
        assert any("Read-only file system" in text for text in entry["errors"])
        assert removed([entry], "expired") == []
        assert store.blobs() == {blob}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A directory that everybody may enter, as those of pytest may not be."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_it_needs_no_root_no_capability_and_no_writable_root(open_folder: Path):
    for name in ("tools", "store", "work"):
        (open_folder / name).mkdir()
    programs = open_folder / "programs"
    programs.mkdir()
    for file in PROGRAMS.iterdir():
        if file.suffix in (".sh", ".awk"):
            (programs / file.name).write_bytes(file.read_bytes())
    store = Store(open_folder / "store")
    expired = store.blob("expired", fetched=2000)
    read = store.blob("read", fetched=900, read=100)
    subprocess.run(["chown", "-R", "65532:65532", open_folder / "store", open_folder / "work"], check=True)
    janitor = Janitor(shell("busybox", open_folder / "tools"), store.root, open_folder / "work")
    confined = (
        'for f in store work; do mount --bind "$0/$f" "$0/$f" || exit; done; mount -o remount,bind,ro / || exit; '
        "touch /tmp/writable 2>/dev/null && exit 99; "
        'exec setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"'
    )
    janitor.wrapper = ("/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", confined, str(open_folder))
    janitor.programs = programs
    [entry] = janitor.once(TTL_SECONDS=1000)
    assert removed([entry], "expired") == [expired]
    assert "errors" not in entry
    assert (store.folder(read) / "data").stat().st_mtime > store.now - 100
    assert janitor.metrics()["registry_cache_blobs"] == 1
