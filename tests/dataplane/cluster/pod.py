"""A pod: what kubelet does for one."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.dataplane.cluster import images, volumes
from tests.dataplane.cluster.images import Image
from tests.dataplane.cluster.node import Node
from tests.dataplane.cluster.objects import Objects
from tests.dataplane.cluster.process import Place, Process

_NUMBERS = itertools.count(1)


class Pod:
    """A pod at a node, from the template of its workload and the objects that this names.

    `image` tells what an image reference has in it. As a context manager the pod is started, and killed at the end.
    """

    def __init__(
        self, node: Node, template: Mapping[str, Any], objects: Objects, image: Callable[[str], Image] = images.registry
    ) -> None:
        self.manifest = template
        spec = template["spec"]
        self.name = f"pod-{next(_NUMBERS)}"
        self.grace: int = spec.get("terminationGracePeriodSeconds", 30)
        self._node, self._spec = node, spec
        folder = node.folder / self.name
        folder.mkdir()
        self._namespace, self.address = node.network.namespace()
        security = spec.get("securityContext", {})
        group = security.get("fsGroup")
        laid_out = {v["name"]: volumes.lay_out(v, folder, objects, node.claims, group) for v in spec.get("volumes", ())}
        fields = {
            "metadata.name": self.name,
            "status.podIP": self.address,
            "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        }
        place = Place(folder, self._namespace, self.address, node.hosts, objects, fields, laid_out, security)
        self._init = [Process(one, image(one["image"]), place) for one in spec.get("initContainers", ())]
        self.containers = {one["name"]: Process(one, image(one["image"]), place) for one in spec["containers"]}
        self.sidecars = {one.name: one for one in self._init if one.manifest.get("restartPolicy") == "Always"}

    def __enter__(self) -> Pod:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def _all(self) -> list[Process]:
        return [*self.sidecars.values(), *self.containers.values()]

    def start(self, seconds: float = 60) -> None:
        """Run the init containers, one after the other; wait for each sidecar to have started; then start the containers."""
        for one in self._init:
            one.start()
            if one.name in self.sidecars:
                self._until_started(one, seconds)
            else:
                code = one.wait(seconds)
                assert code == 0, f"init container {one.name} ended with {code}: {self.log(one.name)}"
        for one in self.containers.values():
            one.start()

    def _until_started(self, one: Process, seconds: float) -> None:
        def started() -> bool:
            one.probe()
            return one.startup.verdict

        _until(started, seconds, lambda: f"{one.name} did not start: {self.log(one.name)}")

    def process(self, name: str = "") -> Process:
        """Return a container by its name; without one, the first."""
        return {one.name: one for one in [*self._init, *self.containers.values()]}[name or next(iter(self.containers))]

    def log(self, name: str = "") -> str:
        """Return what a container has logged."""
        return self.process(name).log.read_text(errors="replace")

    def port(self, name: str) -> int:
        """Return the number of a named port."""
        return next(one.ports[name] for one in self._all if name in one.ports)

    def url(self, port: str, path: str = "") -> str:
        """Return a URL at the pod."""
        return f"http://{self.address}:{self.port(port)}{path}"

    def probe(self) -> bool:
        """Execute each probe that is due once, and say whether the pod is ready."""
        for one in self._all:
            one.probe()
        return self.ready

    @property
    def ready(self) -> bool:
        """Whether all containers count as ready."""
        return all(one.ready for one in self._all)

    @property
    def alive(self) -> bool:
        """Whether kubelet would leave the containers alone."""
        return all(one.code is None and one.liveness.verdict for one in self._all)

    def until_ready(self, seconds: float = 60) -> Pod:
        """Probe until the pod is ready."""
        self._until(True, seconds)
        return self

    def until_unready(self, seconds: float = 60) -> None:
        """Probe until it is not."""
        self._until(False, seconds)

    def _until(self, ready: bool, seconds: float) -> None:
        def said() -> str:
            logs = "\n".join(f"{name}: {self.log(name)[-2000:]}" for name in [*self.sidecars, *self.containers])
            return f"{self.name} is{'' if ready else ' still'}{' not' if ready else ''} ready after {seconds} s\n{logs}"

        def reached() -> bool:
            found = self.probe() == ready
            assert found or not ready or any(one.code is None for one in self.containers.values()), said()
            return found

        _until(reached, seconds, said)

    def end(self, sleep: Callable[[float], object] = time.sleep) -> dict[str, int]:
        """End the pod as kubelet does, and return the exit codes; sidecars end last, in reverse order."""
        deadline = time.monotonic() + self.grace
        with ThreadPoolExecutor(max_workers=len(self.containers)) as pool:
            ended = {name: pool.submit(one.end, self.grace, sleep) for name, one in self.containers.items()}
        codes = {name: future.result() for name, future in ended.items()}
        for name, one in reversed(self.sidecars.items()):
            codes[name] = one.end(max(deadline - time.monotonic(), 2), sleep)
        self.kill()
        return codes

    def kill(self) -> None:
        """End it at once, as a node that loses power does."""
        for one in [*self._init, *self.containers.values()]:
            if one.started and one.code is None:
                one.signal(9)
                one.wait(60)
        if self._namespace.exists():
            self._node.network.forget(self._namespace)


def _until(reached: Callable[[], object], seconds: float, said: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, said()
        time.sleep(0.05)
