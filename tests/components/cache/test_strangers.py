"""Whatever does not lie exactly where the registry puts it is left alone, and breaks nothing."""

import hashlib
import os
from pathlib import Path

import pytest

from tests.components.cache.janitors import Janitor, removed
from tests.components.cache.stores import DAY, Store

HEX = hashlib.sha256(b"stranger").hexdigest()
XX = HEX[:2]
# As strict as can be: but for what they are not, all that is in these stores would go.
LIMITS = {"TTL_SECONDS": 100, "MAX_BYTES": 1, "MIN_AGE": 1, "UPLOAD_AGE": 1, "TAG_AGE": 1}


@pytest.mark.parametrize(
    "path",
    [
        f"blobs/sha256/zz/{HEX}/data",
        f"blobs/sha256/00/{HEX}/data",
        f"blobs/sha256/{XX}/{HEX}.bak/data",
        f"blobs/sha256/{XX}/{HEX[:20]}/data",
        f"blobs/sha256/{XX}/{HEX.upper()}/data",
        f"blobs/sha 256/{XX}/{HEX}/data",
        f"blobs/sha256\n/{XX}/{HEX}/data",
        f"blobs/-rf/{XX}/{HEX}/data",
        f"blobs/sha256/{XX}/{HEX} /data",
        f"blobs/sha256/{XX}/{HEX}/data/data",
        f"blobs/sha256/{XX}/{HEX}/Data",
        f"blobs/sha256/{XX}/{HEX}/data.tmp",
        f"blobs/sha256/{XX}/{HEX}/data.{HEX}.tmp/data",
        f"blobs/sha256/{XX}/{HEX}",
        "blobs/sha256/data",
        "blobs/lost+found",
        "repositories/app/_layers/sha256/link/notes",
        f"repositories/App/_layers/sha256/{HEX}/link",
        f"repositories/app/_layers/sha256/{HEX}/link.bak",
        f"repositories/app/_layers/{HEX}/link",
        f"repositories/a p/_layers/sha256/{HEX}/link",
        "repositories/app/_uploads/notes/data",
        "repositories/app/_uploads/link",
        "other/file",
    ],
)
def test_a_stranger_stays(janitor: Janitor, store: Store, path: str):
    blob = store.blob("a", fetched=DAY)
    stranger = store.file(path, "mine", age=30 * DAY)
    assert removed(janitor.once(**LIMITS), "expired") == [blob]
    assert stranger.read_text() == "mine"


def test_a_blob_with_a_stranger_in_it_loses_its_data_alone(janitor: Janitor, store: Store):
    blob = store.blob("a", fetched=DAY)
    stranger = store.folder(blob) / "my notes"
    stranger.write_text("mine")
    store.age(store.folder(blob), DAY)
    log = janitor.once(**LIMITS)
    assert removed(log, "expired") == [blob]
    assert stranger.exists()
    assert not any("errors" in entry for entry in log)


def test_symbolic_links_are_not_followed(janitor: Janitor, store: Store, tmp_path: Path):
    elsewhere = Store(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    kept = {elsewhere.blob(str(number), fetched=DAY) for number in range(3)}
    first, second, third = (elsewhere.folder(named) for named in sorted(kept))
    store.file("blobs/sha256/keep", "")
    # A blob's directory, its data, and all blobs of an algorithm lie elsewhere.
    inner = store.folder("sha256:" + first.name)
    inner.parent.mkdir()
    inner.symlink_to(first)
    inner = store.folder("sha256:" + second.name)
    inner.mkdir(parents=True)
    (inner / "data").symlink_to(second / "data")
    store.age(inner, DAY)
    (store.v2 / "blobs/sha512").symlink_to(elsewhere.v2 / "blobs/sha256")
    assert not any(entry.get("removed") for entry in janitor.once(**LIMITS))
    assert elsewhere.blobs() == kept
    assert third.exists()


def test_the_ids_of_devices_and_pipes_do_not_matter(janitor: Janitor, store: Store):
    folder = store.folder("sha256:" + HEX)
    folder.mkdir(parents=True)
    os.mkfifo(folder / "data")
    store.age(folder, DAY)
    assert not any(entry.get("removed") for entry in janitor.once(**LIMITS))
    assert (folder / "data").exists()
