"""What the limits of age and size take, and what they leave."""

import os

from tests.components.cache.janitors import Janitor, removed
from tests.components.cache.stores import DAY, Store

MEGABYTE = 1_000_000


def test_nothing_is_removed_without_a_limit(janitor: Janitor, store: Store):
    store.blob("old", fetched=100 * DAY)
    before = store.everything()
    assert janitor.once() == []
    assert store.everything() == before


def test_what_was_fetched_longer_ago_than_the_ttl_goes(janitor: Janitor, store: Store):
    old = store.blob("old", fetched=2000)
    young = store.blob("young", fetched=900)
    [entry] = janitor.once(TTL_SECONDS=1000)
    assert store.blobs() == {young}
    assert not store.folder(old).exists()
    assert entry["removed"].keys() == {"expired"}
    assert entry["removed"]["expired"]["digests"] == [old]
    assert entry["removed"]["expired"]["count"] == 1
    assert entry["used_bytes_before"] - entry["used_bytes"] == entry["removed"]["expired"]["bytes"] >= 100_000
    assert entry["level"] == "info"


def test_the_ttl_counts_from_the_fetch_however_often_it_is_used(janitor: Janitor, store: Store):
    used = store.blob("used", fetched=2000, used=1, read=0)
    assert removed(janitor.once(TTL_SECONDS=1000), "expired") == [used]


def test_least_recently_used_go_first_until_the_store_is_low(janitor: Janitor, store: Store):
    digests = [store.blob(str(number), fetched=9000, used=8000 - number * 100) for number in range(20)]
    log = janitor.once(MAX_BYTES=2 * MEGABYTE)
    gone = removed(log, "evicted")
    assert gone == digests[: len(gone)]
    assert store.blobs() == set(digests[len(gone) :])
    [entry] = log
    assert 0.55 * 2 * MEGABYTE < entry["used_bytes"] <= 0.70 * 2 * MEGABYTE
    assert entry["limit_bytes"] == 2 * MEGABYTE


def test_below_the_high_mark_nothing_is_evicted(janitor: Janitor, store: Store):
    store.blob("a", 800_000, fetched=9000)
    assert janitor.once(MAX_BYTES=MEGABYTE) == []


def test_what_was_read_again_outlives_what_was_fetched_after_it(janitor: Janitor, store: Store):
    read = store.blob("read", fetched=9000, used=9000, read=2000)
    others = [store.blob(str(number), fetched=8000 - number) for number in range(9)]
    gone = removed(janitor.once(MAX_BYTES=MEGABYTE), "evicted")
    assert gone == others[: len(gone)]
    assert read in store.blobs()


def test_a_read_is_marked_so_that_relatime_sees_the_next(janitor: Janitor, store: Store):
    data = store.folder(store.blob("read", fetched=9000, used=9000, read=2000)) / "data"
    unread = store.folder(store.blob("unread", fetched=9000)) / "data"
    untouched = unread.stat().st_mtime_ns
    janitor.once()
    assert store.now - 2000 < data.stat().st_mtime <= store.now - 2000 + 60
    assert data.stat().st_atime == store.now - 2000
    assert unread.stat().st_mtime_ns == untouched
    assert data.parent.stat().st_mtime == store.now - 9000, "when it was fetched is not forgotten"
    marked = data.stat().st_mtime_ns
    janitor.once()
    assert data.stat().st_mtime_ns == marked, "a mark is not a read"


def test_a_read_in_the_very_second_of_the_mark_is_marked(janitor: Janitor, store: Store):
    data = store.folder(store.blob("read", fetched=9000)) / "data"
    second = store.now - 500
    os.utime(data, ns=(second * 10**9 + 7, second * 10**9))
    janitor.once()
    assert data.stat().st_mtime > second


def test_reads_of_long_ago_keep_their_order(janitor: Janitor, store: Store):
    digests = [store.blob(str(number), fetched=9 * DAY, read=9000 - number * 600) for number in range(10)]
    janitor.once()
    gone = removed(janitor.once(MAX_BYTES=MEGABYTE), "evicted")
    assert len(gone) > 1
    assert gone == digests[: len(gone)]


def test_what_is_young_is_not_evicted(janitor: Janitor, store: Store):
    fetched = [store.blob(f"fetched {number}", fetched=300) for number in range(5)]
    used = [store.blob(f"used {number}", fetched=9000, used=300) for number in range(5)]
    [entry] = janitor.once(MAX_BYTES=1_200_000)
    assert store.blobs() == {*fetched, *used}
    assert (entry["level"], entry["msg"]) == ("warning", "the store is above its limit, and nothing more may go yet")


def test_what_is_young_goes_where_the_disk_is_full_but_not_what_is_in_use(janitor: Janitor, store: Store):
    young = [store.blob(f"young {number}", fetched=500 - number) for number in range(8)]
    new = [store.blob(f"new {number}", fetched=20) for number in range(2)]
    manifest = store.blob("manifest", 1000, fetched=500)
    gone = removed(janitor.once(MAX_BYTES=1_050_000), "evicted")
    assert 0 < len(gone) < 4, "down to the high mark, no further"
    assert gone == young[: len(gone)]
    assert {*new, manifest} <= store.blobs()


def test_manifests_go_after_all_that_is_large_and_no_further_than_must_be(janitor: Janitor, store: Store):
    manifests = [store.blob(f"manifest {number}", 30_000, fetched=9000 - number) for number in range(20)]
    large = [store.blob(f"large {number}", fetched=5000 - number) for number in range(10)]
    gone = removed(janitor.once(MAX_BYTES=1_200_000), "evicted")
    assert set(gone) <= set(large)
    kept = store.blobs()
    gone = removed(janitor.once(MAX_BYTES=600_000), "evicted")
    assert gone[: len(kept & set(large))] == [named for named in large if named in kept]
    left = [named for named in manifests if named in store.blobs()]
    assert 0 < len(left) < len(manifests)
    assert left == manifests[-len(left) :]


def test_a_volume_that_others_fill_is_a_smaller_limit(janitor: Janitor, store: Store):
    digests = [store.blob(str(number), fetched=9000 - number) for number in range(20)]
    janitor.fake("stat", 'case $1 in -f) echo "0 4096" ;; *) command stat "$@" ;; esac')
    log = janitor.once(MAX_BYTES=100 * MEGABYTE)
    gone = removed(log, "evicted")
    assert gone == digests[: len(gone)] != []
    assert log[0]["limit_bytes"] == log[0]["used_bytes_before"]


def test_what_expired_counts_before_anything_is_evicted(janitor: Janitor, store: Store):
    expired = [store.blob(f"expired {number}", fetched=9000 - number) for number in range(5)]
    others = [store.blob(str(number), fetched=2000) for number in range(5)]
    log = janitor.once(MAX_BYTES=1_000_000, TTL_SECONDS=5000)
    assert removed(log, "expired") == expired
    assert store.blobs() == set(others)


def test_a_round_removes_no_more_than_a_batch(janitor: Janitor, store: Store):
    for number in range(5):
        store.blob(str(number), fetched=2000)
    left = []
    for _ in range(3):
        janitor.once(TTL_SECONDS=1000, BATCH=2)
        left.append(len(store.blobs()))
    assert left == [3, 1, 0]


def test_no_more_than_a_hundred_digests_are_named(janitor: Janitor, store: Store):
    for number in range(120):
        store.blob(str(number), 10, fetched=2000)
    [entry] = janitor.once(TTL_SECONDS=1000)
    assert (entry["removed"]["expired"]["count"], len(entry["removed"]["expired"]["digests"])) == (120, 100)
