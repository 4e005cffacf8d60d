"""What the registry leaves behind: uploads, half-made blobs, links that lead nowhere."""

import pytest

from tests.components.cache.janitors import Janitor
from tests.components.cache.stores import DAY, Store

UPLOAD = "repositories/team/app/_uploads/0a1b2c3d-0000-4000-8000-0123456789ab"
OTHER = "repositories/team/app/_uploads/0a1b2c3d-0000-4000-8000-ba9876543210"


def test_an_upload_in_which_nothing_changed_for_long_is_removed(janitor: Janitor, store: Store):
    store.file(f"{UPLOAD}/hashstates/sha256/0", "state", age=3 * 3600)
    store.age(store.v2 / UPLOAD / "hashstates", 3 * 3600)
    store.file(f"{UPLOAD}/startedat", "2026", age=3 * 3600)
    store.file(f"{UPLOAD}/data", "x" * 50_000, age=3 * 3600)
    [entry] = janitor.once()
    assert not (store.v2 / UPLOAD).exists()
    assert (store.v2 / UPLOAD).parent.exists()
    assert entry["removed"]["abandoned"]["count"] == 1
    assert entry["removed"]["abandoned"]["bytes"] >= 50_000


def test_an_upload_that_still_changes_is_left(janitor: Janitor, store: Store):
    store.file(f"{UPLOAD}/startedat", "2026", age=3 * 3600)
    store.file(f"{UPLOAD}/data", "x" * 50_000, age=3600)
    store.age(store.v2 / UPLOAD, 3 * 3600)
    store.file(f"{OTHER}/data", "x", age=3 * 3600)
    janitor.once()
    assert (store.v2 / UPLOAD / "startedat").exists()
    assert not (store.v2 / OTHER).exists()


@pytest.mark.parametrize("strange", ["notes", "data (copy)", "hashstates/other/thing/0", "new\nline"])
def test_an_upload_with_something_strange_in_it_is_left(janitor: Janitor, store: Store, strange: str):
    store.file(f"{UPLOAD}/data", "x", age=3 * 3600)
    file = store.file(f"{UPLOAD}/{strange}", "mine", age=3 * 3600)
    assert janitor.once() == []
    assert file.exists()


def test_half_made_and_half_removed_blobs_go_when_they_are_old(janitor: Janitor, store: Store):
    old, new = store.folder("sha256:" + "ab" * 32), store.folder("sha256:" + "cd" * 32)
    for folder, age in ((old, 3600), (new, 60)):
        folder.mkdir(parents=True)
        store.age(folder, age)
    [entry] = janitor.once()
    assert (old.exists(), new.exists()) == (False, True)
    assert entry["removed"]["incomplete"]["count"] == 1


def test_what_the_registry_was_writing_when_it_was_killed_goes(janitor: Janitor, store: Store):
    named = store.blob("a")
    scrap = store.folder(named) / "data.0a1b2c3d-0000-4000-8000-0123456789ab.tmp"
    link = store.file(
        "repositories/app/_layers/sha256/" + "ab" * 32 + "/link.0a1b2c3d-0000-4000-8000-0123456789ab.tmp", "x", 3 * 3600
    )
    for age, there in ((3600, True), (3 * 3600, False)):
        scrap.write_text("half")
        store.age(scrap, age)
        janitor.once()
        assert scrap.exists() == there
    assert not link.exists()
    assert store.blobs() == {named}


class Image:
    """An image of which a tag, a revision and two layers are linked."""

    def __init__(self, store: Store, repository: str, tag: str, age: float) -> None:
        self.store, self.repository, self.tag = store, repository, tag
        self.manifest = store.blob(f"{repository}:{tag}", 500)
        self.layers = [store.blob(f"{repository}:{tag} {number}") for number in range(2)]
        hexadecimal = self.manifest.removeprefix("sha256:")
        self.current = store.link(f"{repository}/_manifests/tags/{tag}/current", self.manifest, age)
        self.links = [
            store.link(f"{repository}/_manifests/tags/{tag}/index/sha256/{hexadecimal}", self.manifest, age),
            store.link(f"{repository}/_manifests/revisions/sha256/{hexadecimal}", self.manifest, age),
            *(store.link(f"{repository}/_layers/sha256/{one.removeprefix('sha256:')}", one, age) for one in self.layers),
        ]

    def lose(self, *digests: str) -> None:
        for named in digests:
            (self.store.folder(named) / "data").unlink()
            self.store.folder(named).rmdir()


def test_links_whose_blob_is_gone_are_removed(janitor: Janitor, store: Store):
    kept, lost, fresh = (Image(store, "team/app", tag, age) for tag, age in (("kept", DAY), ("lost", DAY), ("fresh", 60)))
    for image in (lost, fresh):
        image.lose(image.manifest, *image.layers)
    [entry] = janitor.once()
    assert not any(link.parent.exists() for link in lost.links)
    assert all(link.exists() for link in (*kept.links, kept.current, *fresh.links, fresh.current))
    assert entry["removed"]["unlinked"]["count"] == 4
    assert lost.current.exists(), "a tag is kept longer"


def test_a_tag_goes_when_nobody_asked_for_it_for_long(janitor: Janitor, store: Store):
    lost, kept = Image(store, "app", "lost", 8 * DAY), Image(store, "app", "kept", 8 * DAY)
    lost.lose(lost.manifest)
    janitor.once()
    assert not lost.current.parent.parent.exists()
    assert lost.current.parent.parent.parent.exists()
    assert all(link.exists() for link in (*kept.links, kept.current, *lost.links[2:]))


def test_a_tag_that_cannot_be_read_as_one_is_left(janitor: Janitor, store: Store):
    link = store.link("app/_manifests/tags/v1/current", "../../etc/passwd", 8 * DAY)
    janitor.once()
    assert link.exists()


def test_sweeps_go_on_where_the_batch_ended(janitor: Janitor, store: Store):
    lost = Image(store, "team/app", "lost", DAY)
    lost.lose(lost.manifest, *lost.layers)
    with janitor.running(INTERVAL=0, BATCH=3) as running:
        running.rounds(4)
    assert not any(link.exists() for link in lost.links)
