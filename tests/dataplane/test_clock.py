"""The clock of a pod's machine jumps: forwards, backwards, and so far that a store takes its requests for old ones.

The program is the real one, whose clock `clock/` changes while it runs (on x86-64, by ptrace). The clock that only goes on is left
alone, as it is by a jump. What no test waits for: an upload that is under way when the clock jumps by more than a week is removed
as abandoned when Distribution next looks for such, which is once a day.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.dataplane import stores
from tests.dataplane.client import Client, digest
from tests.dataplane.cluster import Node, Pod, images
from tests.dataplane.cluster.images import Image
from tests.dataplane.layouts import layer
from tests.dataplane.programs import program
from tests.dataplane.registry import DIALECTS, Registry, client, unhealthy
from tests.dataplane.waiting import eventually
from tests.specs import VOLUME

HOUR = 3600
DAY = 24 * HOUR

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the clock is changed on x86-64 alone")


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@dataclass
class Clock:
    """The clock of a pod's machine."""

    file: Path

    def ahead(self, seconds: int) -> None:
        """Set it so many seconds ahead of the true time."""
        # Written in place, and of one length: it is read at any moment.
        with self.file.open("r+") as file:
            file.write(f"{seconds:+012d}")

    def image(self, reference: str) -> Image:
        """Return an image whose registry has this clock."""
        image = images.registry(reference)
        itself, file = "/bin/registry-itself", "/clock"
        files = {"/bin/registry": str(program("clock")), itself: image.files["/bin/registry"], file: str(self.file)}
        environment = {"CLOCK_PROGRAM": itself, "CLOCK_FILE": file}
        return Image(image.files | files, image.entrypoint, image.environment | environment)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A clock that is right."""
    file = tmp_path / "clock"
    file.write_text(f"{0:+012d}")
    # Every user may read it, whoever may enter the directory: it is mounted.
    file.chmod(0o644)
    return Clock(file)


class Upload:
    """An upload that goes on, a part at a time."""

    def __init__(self, one: Client, repository: str, parts: int) -> None:
        self.client, self.repository = one, repository
        self.content = layer(parts * 100_000, repository)
        self.location, self.sent = one.begin(repository), 0

    def go_on(self) -> None:
        """Send the next part."""
        self.location = self.client.append(self.location, self.content[self.sent : self.sent + 100_000], self.sent)
        self.sent += 100_000

    def end(self) -> None:
        """Send the rest, and see that all of it is there."""
        self.client.finish(self.location, digest(self.content), self.content[self.sent :]).expect(201)
        assert self.client.blob(self.repository, digest(self.content)) == self.content


@pytest.fixture
def pod(node: Node, dialect: str, clock: Clock) -> Iterator[Pod]:
    """A pod on a volume, whose clock may jump."""
    with Registry(node, dialect, VOLUME).pod(clock.image) as pod:
        yield pod.until_ready()


def test_an_upload_goes_on_whatever_the_clock_does(pod: Pod, clock: Clock):
    one = client(pod)
    named = one.push("jumps", "v1", layer(1000, "image"))
    upload = Upload(one, "jumps/upload", 5)
    upload.go_on()
    for seconds in (3 * DAY, -3 * DAY, 0):
        clock.ahead(seconds)
        told = parsedate_to_datetime(one.get("/v2/").headers["date"]).timestamp()
        assert abs(told - seconds - time.time()) < HOUR, "its clock did not jump"
        assert one.pull("jumps", "v1") > 1000
        one.push("jumps", f"v{seconds}", layer(1000, f"image{seconds}"))
        upload.go_on()
        assert pod.probe()
        assert pod.alive
    upload.end()
    assert one.pull("jumps", named) > 1000


def test_a_store_that_takes_requests_for_old_ones_is_back_when_the_clock_is_right(node: Node, dialect: str, clock: Clock):
    with (
        stores.s3(node, f"skewed-{dialect}") as store,
        Registry(node, dialect, store.spec, *store.users).pod(clock.image) as pod,
    ):
        one = client(pod.until_ready())
        named = one.push("jumps", "v1", layer(1000, "image"))
        upload = Upload(one, "jumps/upload", 3)
        upload.go_on()
        clock.ahead(HOUR)
        assert b"403" in eventually(lambda: unhealthy(pod), "its looks at the store fail")
        pod.until_unready()
        for _ in range(pod.process().liveness.probe["failureThreshold"] + 1):
            pod.probe()
            assert pod.alive
        one.request("GET", f"/v2/jumps/manifests/{named}").expect(500, 503)
        clock.ahead(0)
        pod.until_ready()
        upload.go_on()
        upload.end()
        assert one.pull("jumps", named) > 1000
