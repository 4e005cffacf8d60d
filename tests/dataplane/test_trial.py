"""The trial of a release: the pod of the composed Job passes when all is well, and does not when the release could not work.

How long kubelet goes on asking, and when the Job's deadline ends it, is not waited for: a pod that has started to listen is asked
a few times, and what it says then it would go on saying.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import clusters
from tests.clusters import Cluster
from tests.dataplane import stores
from tests.dataplane.client import Client
from tests.dataplane.cluster import Node, Objects, Pod, probes
from tests.dataplane.layouts import layer
from tests.dataplane.registry import DIALECTS, Registry, client
from tests.dataplane.stores import Store
from tests.specs import IMAGES, SHARED_VOLUME

BROKEN: dict[str, Any] = {"config": {"middleware": {"storage": [{"name": "no-such"}]}}}


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def trial(node: Node, dialect: str, before: dict[str, Any], change: dict[str, Any], *users: Manifest, name: str) -> Pod:
    """Return the pod with which a change of a Registry that runs is tried, not started yet."""
    cluster = Cluster({"image": IMAGES[dialect], **before}, *users, name=name)
    cluster.settle()
    cluster.trial = ""
    cluster.spec |= change
    answer = cluster.reconcile()
    assert not answer.fatal, answer.fatal
    [job] = [manifest for key, manifest in answer.desired.items() if key.startswith(Keys.TRIAL)]
    return Pod(node, job["spec"]["template"], Objects([*answer.desired.values(), *cluster.users]))


def passes(pod: Pod, attempts: int = 3) -> bool:
    """Start the pod's sidecar; once its probe has passed, run what the pod is there for, and say whether that succeeds."""
    [registry] = pod.sidecars.values()
    [done] = pod.containers.values()
    registry.start()
    asked = 0
    while asked < attempts and registry.code is None:
        listens = probes.attempt({"tcpSocket": {"port": "registry"}}, pod.address, registry.ports, registry.execute)
        registry.probe()
        if registry.startup.verdict:
            done.start()
            return done.wait(60) == 0
        asked += listens
        time.sleep(0.1)
    return False


def s3_trial(node: Node, dialect: str, store: Store, change: dict[str, Any], *users: Manifest) -> Pod:
    """Return the pod with which a change of a Registry on S3 is tried."""
    return trial(node, dialect, store.spec, change, *store.users, *users, name=f"tried-{dialect.replace('.', '-')}")


def test_a_release_that_works_passes(node: Node, dialect: str):
    with stores.s3(node, f"tried-{dialect}") as store:
        with Registry(node, dialect, store.spec, *store.users).running(1) as [running]:
            client(running).push("team/image", "v1", layer(1000, "image"))
        pod = s3_trial(node, dialect, store, {"logging": {"level": "debug"}})
        assert passes(pod), pod.log("registry")
        one = Client(pod.address, pod.process("registry").ports["registry"])
        assert one.pull("team/image", "v1") > 1000
        one.request("POST", "/v2/team/image/blobs/uploads/").expect(405)
        with pytest.raises(OSError, match="refused"):
            Client(pod.address, 5001).get("/debug/vars")
        pod.kill()


def test_a_store_without_any_image_passes(node: Node, dialect: str):
    with stores.s3(node, f"new-{dialect}") as store:
        pod = s3_trial(node, dialect, store, {"logging": {"level": "debug"}})
        assert passes(pod), pod.log("registry")
        pod.kill()


def test_a_shared_volume_passes_and_is_written_by_nobody(node: Node, dialect: str):
    name = f"tried-volume-{dialect.replace('.', '-')}"
    with Registry(node, dialect, SHARED_VOLUME, name=name).running(1) as [running]:
        client(running).push("team/image", "v1", layer(1000, "image"))
        pod = trial(node, dialect, SHARED_VOLUME, {"logging": {"level": "debug"}}, name=name)
        assert passes(pod), pod.log("registry")
        assert Client(pod.address, pod.process("registry").ports["registry"]).pull("team/image", "v1") > 1000
        pod.kill()


@pytest.mark.parametrize("trouble", ["wrong keys", "no bucket", "broken config", "refuses connections", "never answers"])
def test_a_release_that_cannot_work_does_not_pass(node: Node, dialect: str, trouble: str):
    with stores.s3(node, f"{trouble.replace(' ', '-')}-{dialect}") as store:
        s3 = store.spec["storage"]["s3"]
        wrong = clusters.secret("wrong-keys", AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="wrong")
        change = {
            "wrong keys": {"storage": {"s3": {**s3, "credentialsSecretName": "wrong-keys"}}},
            "no bucket": {
                "storage": {"s3": {**s3, "bucket": "elsewhere"}, "replaces": f"s3:bucket=images,endpoint={s3['endpoint']}"}
            },
            "broken config": BROKEN,
        }.get(trouble, {"logging": {"level": "debug"}})
        pod = s3_trial(node, dialect, store, change, wrong)
        if trouble == "refuses connections":
            store.server.stop()
        elif trouble == "never answers":
            store.server.pause()
        # One that is not answered at all is waited for as long as the probe says.
        assert not passes(pod, 1 if trouble == "never answers" else 3), pod.log("registry")
        pod.kill()
