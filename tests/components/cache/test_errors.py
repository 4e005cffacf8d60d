"""What goes wrong: the janitor says so and goes on, and it ends when it is told to."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.components.cache.janitors import PROGRAMS, Janitor, Shell, eventually, removed
from tests.components.cache.stores import Store


def test_a_store_that_is_not_there_yet(janitor: Janitor, store: Store):
    store.root.rmdir()
    with janitor.running(INTERVAL=0, TTL_SECONDS=1000) as running:
        running.rounds()
        blob = store.blob("a", fetched=2000)
        eventually(lambda: not store.blobs(), "the blob goes")
        running.rounds()
        code, log = running.stop()
    assert code == 0
    assert log[1]["level"] == "error"
    assert removed(log, "expired") == [blob]


def test_what_cannot_be_removed_is_an_error_and_not_counted(janitor: Janitor, store: Store):
    stuck, other = store.blob("stuck", fetched=2000), store.blob("other", fetched=2000)
    name = store.folder(stuck).name
    janitor.fake(
        "xargs",
        f'command xargs "$@" | cat; [ $2 != rm ] || {{ mkdir -p {store.root}/stuck; '
        f"touch {store.root}/stuck/data; mkdir -p {store.folder(stuck)}; touch {store.folder(stuck)}/data; "
        f"echo 'rm: {name}: Permission denied' >&2; return 123; }}",
    )
    [entry] = janitor.once(TTL_SECONDS=1000)
    assert (entry["level"], entry["errors"]) == ("error", [f"rm: {name}: Permission denied"])
    assert removed([entry], "expired") == [other]
    metrics = janitor.metrics()
    assert metrics["registry_cache_janitor_errors_total"] == 1
    assert metrics['registry_cache_removed_total{reason="expired"}'] == 1
    assert metrics["registry_cache_blobs"] == 1


def test_what_vanishes_under_it_is_no_error(janitor: Janitor, store: Store):
    gone, expired = store.blob("gone", fetched=900), store.blob("expired", fetched=2000)
    data = store.folder(gone)
    janitor.fake("find", f'command find "$@"; command stat -c %n {data}/nothing; rm -rf {data}')
    [entry] = janitor.once(TTL_SECONDS=500)
    assert "errors" not in entry
    assert expired in removed([entry], "expired")


@pytest.mark.parametrize("work", ["/proc/nowhere", "/dev/null"])
def test_a_work_directory_that_cannot_be_written_is_said_each_round(janitor: Janitor, store: Store, work: str):
    blob = store.blob("a", fetched=2000)
    janitor.work = Path(work)
    log = janitor.once(TTL_SECONDS=1000)
    assert any("cannot write" in text for entry in log for text in entry.get("errors", []))
    assert store.blobs() == {blob}


def test_an_error_is_one_line_of_json_whatever_is_in_it(janitor: Janitor, store: Store):
    store.blob("a")
    janitor.fake("du", """printf 'du: "a\\\\b"\\t\\001\\303\\251: Input/output error\\n' >&2; command du "$@" """)
    [entry] = janitor.once()
    assert entry["errors"] == ['du: "a\\b"????: Input/output error']


@pytest.mark.parametrize("busy", ["sleep", "find", "du", "sort"])
def test_it_ends_at_once_when_told_to_whatever_it_does(janitor: Janitor, store: Store, busy: str):
    store.blob("a", fetched=2000)
    mark = store.root / "busy"
    if busy != "sleep":
        janitor.fake(busy, f"touch {mark}; command sleep 3600")
    with janitor.running(TTL_SECONDS=1000, INTERVAL=3600) as running:
        if busy == "sleep":
            # A child that is not yet its program has the shell's own trap, and would miss the signal. (In a container the end of
            # the first process ends it all the same.)
            eventually(lambda: any("sleep 3600" in command for command in running.group()), "it sleeps after a round")
        else:
            eventually(mark.exists, f"{busy} runs")
        code, log = running.stop()
        assert code == 0
        eventually(lambda: not running.group(), "nothing is left of it")
    assert log[0]["msg"] == "the janitor starts"


def test_a_setting_that_is_no_number_is_refused(tools: Shell):
    run = subprocess.run(
        [tools.program, PROGRAMS / "janitor.sh"],
        env={"PATH": tools.path, "MAX_BYTES": "100Gi"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert json.loads(run.stdout)["setting"] == "MAX_BYTES"


def test_it_says_what_it_was_told(janitor: Janitor):
    with janitor.running(TTL_SECONDS=86400, MAX_BYTES=5_000_000_000, INTERVAL=7) as running:
        running.rounds(1)
        _, [entry, *rest] = running.stop()
    assert rest == []
    said = {name: entry[name] for name in ("ttl_seconds", "max_bytes", "interval_seconds", "store", "level", "service")}
    assert said == {
        "ttl_seconds": 86400,
        "max_bytes": 5_000_000_000,
        "interval_seconds": 7,
        "store": str(janitor.store),
        "level": "info",
        "service": "janitor",
    }
