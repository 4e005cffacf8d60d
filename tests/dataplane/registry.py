"""A Registry that runs: what its spec composes, as pods behind a Service."""

from __future__ import annotations

import base64
import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests.clusters import NAMESPACE, Cluster
from tests.dataplane.client import Client
from tests.dataplane.cluster import Node, Objects, Pod, Service
from tests.specs import IMAGES

Spec = Mapping[str, Any]
DIALECTS = tuple(IMAGES)

_NUMBERS = itertools.count(1)


class Registry:
    """What a spec composes for a dialect, with these objects of the user's, once all that it needs is there.

    Each has a name of its own, and with it a volume of its own.
    """

    def __init__(self, node: Node, dialect: str, spec: Spec, *users: Manifest, name: str = "") -> None:
        cluster = Cluster({"image": IMAGES[dialect], **spec}, *users, name=name or f"registry-{next(_NUMBERS)}")
        answer = cluster.settle()
        assert not answer.fatal, answer.fatal
        self.composed = answer.desired
        self.deployment = answer.desired[Keys.DEPLOYMENT]
        self.replicas: int = self.deployment["spec"]["replicas"]
        self.users = cluster.users
        self.objects = Objects([*answer.desired.values(), *cluster.users])
        self.node, self.dialect = node, dialect

    @property
    def config(self) -> dict[str, Any]:
        """The config.yml of the release that runs."""
        release = self.deployment["spec"]["template"]["metadata"]["annotations"][labels.RELEASE]
        [name] = [key for key in self.composed if key == f"{Keys.RELEASE}{release}"]
        found: dict[str, Any] = yaml.safe_load(base64.b64decode(self.composed[name]["data"]["config.yml"]))
        return found

    def pod(self) -> Pod:
        """Return a new pod, not started yet."""
        return Pod(self.node, self.deployment["spec"]["template"], self.objects)

    @contextlib.contextmanager
    def running(self, replicas: int = 0) -> Iterator[Sequence[Pod]]:
        """Run as many pods as are composed, ready."""
        with contextlib.ExitStack() as stack:
            pods = [stack.enter_context(self.pod()) for _ in range(replicas or self.replicas)]
            yield [pod.until_ready() for pod in pods]

    @contextlib.contextmanager
    def service(self) -> Iterator[Service]:
        """Run the composed Service, without endpoints yet."""
        manifest = self.composed[Keys.SERVICE]
        [port] = manifest["spec"]["ports"]
        address = self.node.machine(f"{manifest['metadata']['name']}.{NAMESPACE}.svc")
        with contextlib.closing(Service(address, port["port"])) as service:
            yield service

    @contextlib.contextmanager
    def served(self, replicas: int = 0) -> Iterator[tuple[Service, Sequence[Pod]]]:
        """Run the pods behind the Service."""
        with self.running(replicas) as pods, self.service() as service:
            service.endpoints(endpoints(pods))
            yield service, pods


def endpoints(pods: Sequence[Pod]) -> list[tuple[str, int]]:
    """Return where the Service's port leads."""
    return [(pod.address, pod.port("registry")) for pod in pods]


def client(pod: Pod, **more: Any) -> Client:
    """Return a client of one pod."""
    return Client(pod.address, pod.port("registry"), **more)


def unhealthy(pod: Pod) -> bytes:
    """Return why the registry itself says that it is not healthy; empty, where it does not, or does not answer yet."""
    try:
        found = Client(pod.address, pod.port("metrics")).get("/debug/health")
    except OSError:
        return b""
    return found.body if found.status == 503 else b""
