"""All pods are replaced while clients pull and push, and no request fails.

As a Deployment does it with the composed strategy: a new pod is ready before an old one is told to end. That it ends is known to
the Service only some time later, during which it still gets new connections: the preStop sleep is for that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.dataplane.cluster import Node, Pod
from tests.dataplane.conftest import Storage
from tests.dataplane.registry import DIALECTS, Registry, client, endpoints
from tests.dataplane.traffic import traffic

LATE = 5
"""Seconds after which the Service has heard that a pod is leaving, of those that the preStop sleep lasts."""


@pytest.mark.parametrize("storage", ["shared volume", "s3"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_rolling_restart_loses_no_request(node: Node, storages: Callable[[str], Storage], dialect: str, storage: str):
    used = storages(storage)
    registry = Registry(node, dialect, {**used.spec, "replicas": 3}, *used.users)
    assert registry.deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    codes: list[dict[str, int]] = []
    with registry.served() as (service, pods), traffic(service.address, service.port) as seen:
        seen.until(5)
        serving, leaving, new = list(pods), [], []
        for old in pods:
            new.append(registry.pod())
            new[-1].start()
            serving = [pod for pod in serving if pod is not old] + [new[-1].until_ready()]
            # Until the Service hears of it, the old pod gets new connections, as the new one does.
            service.endpoints(endpoints([*serving, old]))
            heard = threading.Event()
            leaving.append(_end(old, codes, heard))
            seen.until(3)
            service.endpoints(endpoints(serving))
            heard.set()
        for thread in leaving:
            thread.join(pods[0].grace + 10)
        seen.until(5)
        assert codes == [{"registry": 0}] * 3, "a pod had to be killed"
    assert seen.failures == []
    one = client(new[0])
    for repository, digest in seen.pushed:
        assert one.pull(repository, digest) > 50_000
    for pod in new:
        pod.kill()


def _end(pod: Pod, codes: list[dict[str, int]], heard: threading.Event) -> threading.Thread:
    """End a pod; however long it takes on this machine until the Service has heard of it, the preStop sleep counts it as LATE."""

    def sleep(seconds: float) -> None:
        assert heard.wait(60)
        time.sleep(seconds - LATE)

    thread = threading.Thread(target=lambda: codes.append(pod.end(sleep)))
    thread.start()
    return thread
