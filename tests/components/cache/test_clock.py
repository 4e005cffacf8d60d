"""A clock that jumps: nothing is removed for it, and what expires still does."""

import pytest

from tests.components.cache.janitors import Janitor, removed
from tests.components.cache.stores import DAY, Store

TTL = {"TTL_SECONDS": DAY, "MAX_BYTES": 0}
YEARS = 20 * 365 * DAY


@pytest.fixture
def blobs(store: Store) -> list[str]:
    """Blobs that were fetched 20, 10 and 1 hours ago."""
    return [store.blob(str(hours), fetched=hours * 3600) for hours in (20, 10, 1)]


@pytest.mark.parametrize("jump", [YEARS, 3 * DAY, 3600, -3600, -3 * DAY, -YEARS])
def test_a_jump_removes_nothing_and_the_ttl_goes_on(janitor: Janitor, store: Store, blobs: list[str], jump: int):
    now, uptime = store.now, 5000
    janitor.clock(now, uptime)
    assert janitor.once(**TTL) == []
    janitor.clock(now + 30 + jump, uptime + 30)
    [entry] = janitor.once(**TTL)
    assert (entry["level"], entry["seconds"]) == ("warning", jump)
    assert store.blobs() == set(blobs)
    janitor.clock(now + 5 * 3600 + jump, uptime + 5 * 3600)
    assert removed(janitor.once(**TTL), "expired") == blobs[:1]
    janitor.clock(now + 22 * 3600 + jump, uptime + 22 * 3600)
    assert removed(janitor.once(**TTL), "expired") == blobs[1:2]
    janitor.clock(now + 25 * 3600 + jump, uptime + 25 * 3600)
    assert removed(janitor.once(**TTL), "expired") == blobs[2:]


def test_a_jump_keeps_the_order_of_use(janitor: Janitor, store: Store):
    digests = [store.blob(str(number), fetched=9 * DAY, used=9000 - number * 600, read=8990 - number * 600) for number in range(10)]
    janitor.clock(store.now - 30, 4970)
    janitor.once()
    janitor.clock(store.now + 3 * DAY, 5000)
    janitor.once()
    janitor.clock(store.now + 3 * DAY + 900, 5900)
    gone = removed(janitor.once(MAX_BYTES=1_000_000), "evicted")
    assert len(gone) > 1
    assert gone == digests[: len(gone)]


def test_what_was_fetched_after_the_jump_is_not_shifted(janitor: Janitor, store: Store):
    janitor.clock(store.now - 2 * DAY - 30, 4970)
    janitor.once()
    old, new = store.blob("old", fetched=2 * DAY + 7200), store.blob("new", fetched=10)
    janitor.clock(store.now, 5000)
    janitor.once(**TTL)
    assert store.folder(new).stat().st_mtime == store.now - 10
    assert abs(store.folder(old).stat().st_mtime - (store.now - 7200)) <= 60


def test_small_steps_of_the_clock_are_no_jump(janitor: Janitor, store: Store, blobs: list[str]):
    before = [store.folder(named).stat().st_mtime for named in blobs]
    janitor.clock(store.now, 5000)
    janitor.once(**TTL)
    janitor.clock(store.now + 30 + 120, 5030)
    assert janitor.once(**TTL) == []
    assert [store.folder(named).stat().st_mtime for named in blobs] == before


def test_another_boot_is_not_compared_with(janitor: Janitor, store: Store, blobs: list[str]):
    janitor.clock(store.now - 3600, 900_000)
    janitor.once(**TTL)
    clock = janitor.work / "clock"
    clock.write_text(clock.read_text().replace(clock.read_text().split()[2], "another-boot"))
    janitor.clock(store.now, 60)
    assert janitor.once(**TTL) == []
    assert store.blobs() == set(blobs)


def test_times_in_the_future_count_from_now(janitor: Janitor, store: Store):
    future = store.blob("future", fetched=-10 * DAY, used=-10 * DAY)
    janitor.clock(store.now, 5000)
    assert janitor.once(**TTL) == []
    assert store.folder(future).stat().st_mtime == store.now
    assert (store.folder(future) / "data").stat().st_mtime == store.now
    janitor.clock(store.now + DAY + 10, 5000 + DAY + 10)
    assert removed(janitor.once(**TTL), "expired") == [future]


def test_uploads_are_not_judged_by_a_clock_that_jumped(janitor: Janitor, store: Store):
    upload = "repositories/team/app/_uploads/0a1b2c3d-0000-4000-8000-0123456789ab"
    file = store.file(f"{upload}/data", "half", age=60)
    janitor.clock(store.now, 5000)
    janitor.once()
    janitor.clock(store.now + DAY, 5030)
    janitor.once()
    janitor.clock(store.now + DAY + 60, 5090)
    janitor.once()
    assert file.exists()
    janitor.clock(store.now + DAY + 8000, 5030 + 8000)
    janitor.once()
    assert not file.exists()
