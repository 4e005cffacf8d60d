"""One container: its process, its probes, its end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.dataplane.cluster import environment, probes
from tests.dataplane.cluster.images import Image
from tests.dataplane.cluster.objects import Objects

LAUNCHER = Path(__file__).with_name("container.py")
MINIMUM_GRACE = 2.0
"""What kubelet leaves a container at least, where preStop took all of the grace period."""


@dataclass(frozen=True)
class Place:
    """What the containers of a pod share."""

    folder: Path
    network: Path
    address: str
    hosts: Path
    objects: Objects
    fields: Mapping[str, str]
    volumes: Mapping[str, Path]
    security: Mapping[str, Any]


class Process:
    """A container of a pod, from its manifest; it may be started again, as kubelet restarts it."""

    def __init__(self, container: Mapping[str, Any], image: Image, place: Place) -> None:
        self.manifest = container
        self.name: str = container["name"]
        self.ports = {port["name"]: port["containerPort"] for port in container.get("ports", ()) if "name" in port}
        self._image, self._place = image, place
        self._process: subprocess.Popen[bytes] | None = None
        self.log = place.folder / f"{self.name}.log"
        self._reset()

    def _reset(self) -> None:
        self.startup = probes.Counter(self.manifest.get("startupProbe"), first=False)
        self.readiness = probes.Counter(self.manifest.get("readinessProbe"), first=False)
        self.liveness = probes.Counter(self.manifest.get("livenessProbe"), first=True)

    def start(self) -> None:
        """Start it; what it logs is appended to its log."""
        self._reset()
        root = self._place.folder / f"{self.name}.root"
        root.mkdir(exist_ok=True)
        values = {**self._image.environment, **environment.environment(self.manifest, self._place.objects, self._place.fields)}
        order = {
            "root": str(root),
            "network": str(self._place.network),
            "files": {**self._image.files, **self._names()},
            "mounts": [self._mount(mount) for mount in self.manifest.get("volumeMounts", ())],
            "readOnly": self.manifest.get("securityContext", {}).get("readOnlyRootFilesystem", False),
            **self._run(environment.command(self.manifest, self._image.entrypoint, values), values),
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(launched(order), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _names(self) -> dict[str, str]:
        return {"/etc/hosts": str(self._place.hosts), "/etc/resolv.conf": "/etc/resolv.conf"}

    def _mount(self, mount: Mapping[str, Any]) -> dict[str, Any]:
        source = self._place.volumes[mount["name"]]
        if "subPath" in mount:
            source = source / mount["subPath"]
        return {"path": mount["mountPath"], "source": str(source), "readOnly": mount.get("readOnly", False)}

    def _run(self, command: list[str], values: Mapping[str, str]) -> dict[str, Any]:
        """Return how the container's processes run: the pod's security context, and the container's over it."""
        security = {**self._place.security, **self.manifest.get("securityContext", {})}
        user, group = security.get("runAsUser", 0), security.get("runAsGroup", 0)
        assert user or not security.get("runAsNonRoot"), f"container {self.name} would run as root, which runAsNonRoot refuses"
        groups = [security["fsGroup"]] if "fsGroup" in security else []
        directory = self.manifest.get("workingDir", "/")
        return {
            "command": command,
            "environment": dict(values),
            "directory": directory,
            "user": user,
            "group": group,
            "groups": groups,
        }

    @property
    def started(self) -> bool:
        """Whether it was ever started."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process; it is of this machine's process namespace."""
        assert self._process is not None, f"container {self.name} was not started"
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code as Kubernetes shows it, None while it runs."""
        assert self._process is not None
        found = self._process.poll()
        return 128 - found if found is not None and found < 0 else found

    def wait(self, seconds: float) -> int | None:
        """Return its exit code, or None where it does not end in time."""
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return self.code

    def execute(self, command: list[str], timeout: float) -> bool:
        """Run a command in the container, and say whether it succeeded."""
        return probes.succeeds(self._inside(command), timeout)

    def _inside(self, command: list[str]) -> list[str]:
        values = {**self._image.environment, **environment.environment(self.manifest, self._place.objects, self._place.fields)}
        return launched({"enter": self.pid, **self._run(command, values)})

    def probe(self) -> None:
        """Execute each probe once that is due: until the startup probe has succeeded, no other is."""
        if self.code is not None:
            self.readiness.verdict = False
            return
        due = (self.readiness, self.liveness) if self.startup.verdict else (self.startup,)
        for counter in due:
            if counter.probe:
                counter.count(probes.attempt(counter.probe, self._place.address, self.ports, self.execute))

    @property
    def ready(self) -> bool:
        """Whether the container counts as ready."""
        return self.code is None and self.startup.verdict and self.readiness.verdict

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def end(self, grace: float, sleep: Callable[[float], object] = time.sleep) -> int:
        """End it as kubelet does: preStop, SIGTERM, and SIGKILL after the grace period, which preStop is part of."""
        assert self._process is not None
        begun = time.monotonic()
        action = self.manifest.get("lifecycle", {}).get("preStop")
        if action and self.code is None:
            self._before_stop(action, grace, sleep)
        if self.code is None:
            self._process.terminate()
            left = max(grace - (time.monotonic() - begun), MINIMUM_GRACE)
            if self.wait(left) is None:
                self._process.kill()
                self._process.wait()
        code = self.code
        assert code is not None
        return code

    def _before_stop(self, action: Mapping[str, Any], grace: float, sleep: Callable[[float], object]) -> None:
        if "sleep" in action:
            sleep(min(action["sleep"]["seconds"], grace))
        else:
            probes.attempt({**action, "timeoutSeconds": grace}, self._place.address, self.ports, self.execute)


def launched(order: Mapping[str, Any]) -> list[str]:
    """Return the command that does what the order says."""
    return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(order)]
