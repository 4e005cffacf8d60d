"""Metrics: what the janitor counts, and how they are served."""

from __future__ import annotations

import http.client
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.components.cache.janitors import PATIENCE_SECONDS, PROGRAMS, Janitor, Shell, eventually, samples
from tests.components.cache.stores import Store


def test_what_is_counted(janitor: Janitor, store: Store):
    for number in range(3):
        store.blob(f"expired {number}", fetched=2000)
    store.blob("kept")
    [entry] = janitor.once(TTL_SECONDS=1500, MAX_BYTES=50_000_000)
    metrics = janitor.metrics()
    assert metrics["registry_cache_store_bytes"] == entry["used_bytes"] > 100_000
    assert metrics["registry_cache_limit_bytes"] == 50_000_000
    assert metrics["registry_cache_blobs"] == 1
    assert metrics['registry_cache_removed_total{reason="expired"}'] == 3
    assert metrics['registry_cache_removed_bytes_total{reason="expired"}'] == entry["removed"]["expired"]["bytes"]
    for reason in ("evicted", "abandoned", "incomplete", "unlinked"):
        assert metrics[f'registry_cache_removed_total{{reason="{reason}"}}'] == 0
    assert metrics["registry_cache_janitor_errors_total"] == 0
    assert metrics["registry_cache_janitor_last_round_timestamp_seconds"] >= store.now
    assert metrics["registry_cache_janitor_last_round_duration_seconds"] >= 0


def test_counters_go_up_from_round_to_round(janitor: Janitor, store: Store):
    with janitor.running(INTERVAL=0, TTL_SECONDS=1000) as running:
        for number in range(1, 4):
            store.blob(str(number), fetched=2000)
            eventually(
                lambda number=number: janitor.work.joinpath("metrics").exists() and _expired(janitor) == number, "it is counted"
            )
        running.stop()


def _expired(janitor: Janitor) -> float:
    return janitor.metrics()['registry_cache_removed_total{reason="expired"}']


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file that is served."""
    file = tmp_path / "metrics"
    file.write_text("# HELP a b\n# TYPE a gauge\na 1\n")
    return file


@contextmanager
def connected(tools: Shell, file: Path) -> Iterator[tuple[socket.socket, subprocess.Popen[bytes]]]:
    """Return our end of a connection whose other end answers, as nc would start it."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE_SECONDS)
    command = [tools.program, str(PROGRAMS / "metrics.sh"), str(file)]
    with ours, subprocess.Popen(command, stdin=theirs, stdout=theirs, env={"PATH": tools.path}) as process:
        theirs.close()
        yield ours, process
        ours.close()
        process.wait(timeout=PATIENCE_SECONDS)


def ask(tools: Shell, file: Path, *pieces: bytes, end: bool = False) -> http.client.HTTPResponse:
    """Send a request in pieces; return the answer."""
    with connected(tools, file) as (ours, _):
        for piece in pieces:
            ours.sendall(piece)
        if end:
            ours.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(ours, method="HEAD" if pieces[:1] and pieces[0].startswith(b"HEAD") else "GET")
        answer.begin()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        return answer


REST = b"Host: localhost:5002\r\nUser-Agent: Prometheus/3\r\nAccept: text/plain\r\n\r\n"


@pytest.mark.parametrize("target", [b"/metrics", b"/metrics?name=up"])
def test_the_file_is_served(tools: Shell, file: Path, target: bytes):
    answer = ask(tools, file, b"GET " + target + b" HTTP/1.1\r\n" + REST)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text == file.read_text()  # type: ignore[attr-defined]
    assert int(answer.headers["Content-Length"]) == file.stat().st_size


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET / HTTP/1.1", 404),
        (b"GET /metrics/../etc/passwd HTTP/1.1", 404),
        (b"GET /metricsx HTTP/1.1", 404),
        (b"GET * HTTP/1.1", 404),
        (b"HEAD /metrics HTTP/1.1", 200),
        (b"POST /metrics HTTP/1.1", 405),
        (b"GET /metrics", 400),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"$(touch /tmp/x) `id` * ? HTTP/1.1", 400),
        (b"GET /metrics HTTP/1.1 and more", 200),
        (b"", 400),
    ],
)
def test_other_requests(tools: Shell, file: Path, request_line: bytes, status: int):
    assert ask(tools, file, request_line + b"\r\n" + REST).status == status


def test_a_request_that_comes_byte_by_byte(tools: Shell, file: Path):
    request = b"GET /metrics HTTP/1.1\r\n\r\n"
    assert ask(tools, file, *(request[number : number + 1] for number in range(len(request)))).status == 200


def test_lines_may_end_without_a_carriage_return(tools: Shell, file: Path):
    assert ask(tools, file, b"GET /metrics HTTP/1.0\n\n").status == 200


def test_garbage_is_cut_off(tools: Shell, file: Path):
    assert ask(tools, file, b"x" * 20_000, end=True).status == 400


def test_who_sends_nothing_and_leaves_is_forgotten(tools: Shell, file: Path):
    with connected(tools, file) as (_, process):
        pass
    assert process.returncode is not None


def test_before_the_first_round_there_is_nothing(tools: Shell, tmp_path: Path):
    assert ask(tools, tmp_path / "nothing", b"GET /metrics HTTP/1.1\r\n\r\n").status == 503


def _port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]  # type: ignore[no-any-return]


def get(port: int, path: str = "/metrics") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def served(port: int) -> bool:
    try:
        return get(port)[0] == 200
    except (ConnectionError, http.client.HTTPException):
        return False


def test_they_are_served_while_the_janitor_runs_and_no_longer(janitor: Janitor, store: Store):
    if janitor.shell.name != "busybox":
        # What the system has for nc is of many kinds; this is of one.
        janitor.shell = Shell("sh", janitor.shell.tools)
        if not _has_busybox():
            pytest.skip("no BusyBox is here, whose nc serves")
    store.blob("a")
    port = _port()
    with janitor.running(METRICS_PORT=port) as running:
        eventually(lambda: served(port), "it serves")
        assert samples(get(port)[1])["registry_cache_blobs"] == 1
        assert get(port, "/other")[0] == 404
        idle = socket.create_connection(("127.0.0.1", port))
        answers: list[int] = []
        threads = [threading.Thread(target=lambda: answers.append(get(port)[0])) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert answers == [200] * 10, "one that sends nothing holds up nobody"
        idle.close()
        assert running.stop()[0] == 0
        eventually(lambda: not running.group(), "nothing is left of it")
    with pytest.raises(ConnectionError):
        get(port)


def _has_busybox() -> bool:
    return subprocess.run(["/bin/sh", "-c", "command -v busybox"], capture_output=True, check=False).returncode == 0


def test_an_nc_that_dies_is_started_again(janitor: Janitor):
    if not _has_busybox():
        pytest.skip("no BusyBox is here, whose nc serves")
    port = _port()
    with janitor.running(METRICS_PORT=port, INTERVAL=0) as running:
        eventually(lambda: served(port), "it serves")
        found = subprocess.run(
            ["pgrep", "-g", str(running.process.pid), "-f", f"nc .*{port}"], capture_output=True, text=True, check=True
        )
        for pid in found.stdout.split():
            subprocess.run(["kill", "-9", pid], check=False)
        eventually(lambda: served(port), "it serves again")
        _, log = running.stop()
    assert [entry["msg"] for entry in log[1:]] == ["metrics are not served"]


def test_without_an_nc_that_serves_it_says_so_once(janitor: Janitor, store: Store):
    for tool in ("nc", "busybox"):
        janitor.fake(tool, "echo 'usage: nc [-46CDdFhklNnrStUuvZz] [destination] [port]' >&2; return 1")
    blob = store.blob("a", fetched=2000)
    with janitor.running(METRICS_PORT=_port(), INTERVAL=0, TTL_SECONDS=1000) as running:
        running.rounds(4)
        _, log = running.stop()
    assert [entry["msg"] for entry in log if entry["level"] == "warning"] == ["metrics are not served"]
    assert blob not in store.blobs()
