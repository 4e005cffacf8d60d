"""The janitor, as a process of its own, in the shells and with the tools that images have."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

PROGRAMS = Path(__file__).parent.parent.parent.parent / "function/components/cache"
SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELLS = ("sh", "busybox") if shutil.which("busybox") else ("sh",)
PATIENCE_SECONDS = 60
"""How long to wait before a test has failed; nothing waits for this long when all is well."""

T = TypeVar("T")
Log = list[dict[str, Any]]


def eventually(condition: Callable[[], T], what: str) -> T:
    """Return what the condition gives once that is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.01)
    return value


@dataclass(frozen=True)
class Shell:
    """A shell with the tools beside it: the system's own, or nothing but BusyBox."""

    name: str
    tools: Path

    @property
    def path(self) -> str:
        return str(self.tools) if self.name == "busybox" else SYSTEM

    @property
    def program(self) -> str:
        return str(shutil.which("sh", path=self.path))


def shell(name: str, folder: Path) -> Shell:
    """Return a shell; for BusyBox its tools are made in this folder."""
    if name == "busybox":
        program = shutil.which("busybox")
        assert program, "busybox is not installed"
        applets = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
        for applet in {"busybox", *applets}:
            (folder / applet).symlink_to(program)
    return Shell(name, folder)


@dataclass
class Janitor:
    """A janitor of one store."""

    shell: Shell
    store: Path
    work: Path
    settings: dict[str, Any] = field(default_factory=dict)
    fakes: dict[str, str] = field(default_factory=dict)
    wrapper: tuple[str, ...] = ()
    programs: Path = PROGRAMS

    def fake(self, tool: str, script: str) -> None:
        """Put a function before a tool; it calls the tool itself by `command`. (Some BusyBoxes do not look at PATH for theirs.)"""
        self.fakes[tool] = f"{tool}() {{ {script}; }}"

    def clock(self, seconds: int, uptime: int) -> None:
        """Set what it takes for the time of day, and for the time since the system started."""
        self.fake("date", f'case $1 in +%s) echo {seconds} ;; *) command date "$@" ;; esac')
        self.work.mkdir(exist_ok=True)
        (self.work / "uptime").write_text(f"{uptime}.00 0.00\n")
        self.settings["UPTIME"] = self.work / "uptime"

    def _start(self, *arguments: str, settings: Mapping[str, Any]) -> subprocess.Popen[str]:
        values = {"STORE": self.store, "WORK": self.work, "METRICS_PORT": 0, **self.settings, **settings}
        environment = {name: str(value) for name, value in values.items()} | {"PATH": self.shell.path}
        faked = ("-c", "\n".join([*self.fakes.values(), '. "$0"'])) if self.fakes else ()
        command = [*self.wrapper, self.shell.program, *faked, str(self.programs / "janitor.sh"), *arguments]
        if self.wrapper:
            # The wrapper finds its own tools; the janitor has none but its shell's.
            command = [
                "/usr/bin/env",
                f"PATH={SYSTEM}",
                *self.wrapper,
                "/usr/bin/env",
                f"PATH={self.shell.path}",
                *command[len(self.wrapper) :],
            ]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)

    def once(self, **settings: Any) -> Log:
        """Do one round; return what it logged after its first line."""
        with self._start("once", settings=settings) as process:
            output, _ = process.communicate(timeout=PATIENCE_SECONDS)
            assert process.returncode == 0, output
        started, *log = [json.loads(line) for line in output.splitlines()]
        assert started["msg"] == "the janitor starts"
        return log

    @contextmanager
    def running(self, **settings: Any) -> Iterator[Running]:
        """Let it run until the end of the block."""
        process = self._start(settings=settings)
        try:
            yield Running(process, self.work)
        finally:
            # Also when it has ended: what it left behind would hold the pipe open that is read here.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def metrics(self) -> dict[str, float]:
        """Return the samples that it wrote."""
        return samples((self.work / "metrics").read_text())


@dataclass
class Running:
    """A janitor at work."""

    process: subprocess.Popen[str]
    work: Path

    def rounds(self, number: int = 2) -> None:
        """Wait until so many rounds have ended: the second one has begun after this was called."""
        for _ in range(number):
            before = self._round()
            eventually(lambda before=before: self._round() != before, "a round ends")  # type: ignore[misc]

    def _round(self) -> tuple[int, int]:
        try:
            state = (self.work / "metrics").stat()
        except FileNotFoundError:
            return (0, 0)
        return (state.st_ino, state.st_mtime_ns)

    def stop(self) -> tuple[int, Log]:
        """Ask it to end; return its exit code and all that it logged."""
        self.process.terminate()
        output, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, [json.loads(line) for line in output.splitlines()]

    def group(self) -> list[str]:
        """Return the processes of its group that are there, without those that ended."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                _, _, rest = (folder / "stat").read_text().rpartition(")")
                state, _, group = rest.split()[:3]
                if int(group) == self.process.pid and state != "Z":
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except (FileNotFoundError, ProcessLookupError):
                continue
        return found


def samples(text: str) -> dict[str, float]:
    """Return the samples of Prometheus' text form, by their name with labels; each has its HELP and TYPE before it."""
    found: dict[str, float] = {}
    described: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            _, keyword, name, rest = line.split(" ", 3)
            assert rest
            described.setdefault(name, set()).add(keyword)
        else:
            name, value = line.rsplit(" ", 1)
            assert described[name.partition("{")[0]] == {"HELP", "TYPE"}
            assert name not in found
            found[name] = float(value)
    return found


def removed(log: Log, reason: str) -> list[str]:
    """Return the digests that were removed for this reason, in order."""
    return [named for entry in log for named in entry.get("removed", {}).get(reason, {}).get("digests", [])]
