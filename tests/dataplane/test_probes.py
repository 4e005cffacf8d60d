"""What kubelet would think of a pod, in every state that it can be in."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.dataplane import stores
from tests.dataplane.client import Client
from tests.dataplane.cluster import Node, Pod
from tests.dataplane.cluster.probes import Counter
from tests.dataplane.layouts import layer
from tests.dataplane.registry import DIALECTS, Registry, client, unhealthy
from tests.dataplane.waiting import eventually
from tests.specs import VOLUME

EVERY = 4
"""Seconds between two looks of the registry at its storage."""

FOUND_OUT = 15
"""How long a pod without storage may count as ready: what a new pod must be ready for, before the next one is replaced."""


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def test_until_it_has_started_no_other_probe_counts(node: Node, dialect: str):
    with Registry(node, dialect, VOLUME).pod() as pod:
        process = pod.process()
        assert not process.startup.verdict
        assert not pod.ready
        assert pod.alive
        while not process.startup.verdict:
            assert process.readiness.verdict is False
            pod.probe()
        assert not process.readiness.verdict, "the round in which it has started asks only whether it has"
        pod.until_ready()
        assert pod.alive


def test_a_pod_whose_config_is_wrong_never_starts(node: Node, dialect: str):
    registry = Registry(node, dialect, {**VOLUME, "config": {"middleware": {"storage": [{"name": "no-such"}]}}})
    with registry.pod() as pod:
        code = pod.process().wait(30)
        pod.probe()
        assert code not in (None, 0)
        assert not pod.ready


def test_without_its_store_a_pod_is_not_ready_and_goes_on_living(node: Node, dialect: str):
    with stores.s3(node, f"outage-{dialect}") as store, Registry(node, dialect, store.spec, *store.users).running(1) as [pod]:
        named = client(pod).push("team/image", "v1", layer(1000, "image"))
        took: list[float] = []
        # A machine that is busy may need longer once; settings that need longer do so each time.
        while not took or (took[-1] >= FOUND_OUT and len(took) < 3):
            store.server.stop()
            begun = time.monotonic()
            pod.until_unready()
            # The registry's own check has found it out; kubelet's last attempts come at its own times.
            took.append(time.monotonic() - begun)
            for _ in range(pod.process().liveness.probe["failureThreshold"] + 1):
                pod.probe()
                assert pod.alive
            store.server.start()
            pod.until_ready()
            assert client(pod).pull("team/image", named) > 1000
        assert took[-1] < FOUND_OUT, took


def looks(pod: Pod) -> float:
    """Return how often the registry has looked at its storage: what the runbook and alerts count."""
    text = Client(pod.address, pod.port("metrics")).get("/metrics").expect(200).body.decode()
    return float(re.search(r'^registry_storage_action_seconds_count\{action="Stat",driver="s3aws"\} (\S+)$', text, re.M)[1])


def test_a_store_that_is_silent_for_a_while_costs_nothing_but_the_while(node: Node, dialect: str):
    """A store that takes connections and answers none is not found out: Distribution's check of it has no end of its own.

    So the pods stay ready, and requests wait. What is asked meanwhile is answered once the store answers. That no look at the
    store comes to an end any more shows in the metrics alone.
    """
    with stores.s3(node, f"silent-{dialect}") as store, Registry(node, dialect, store.spec, *store.users).running(1) as [pod]:
        named = client(pod).push("team/image", "v1", layer(1000, "image"))
        before = looks(pod)
        eventually(lambda: looks(pod) > before, "it looks at the store")
        store.server.pause()
        with ThreadPoolExecutor(max_workers=1) as pool:
            pulled = pool.submit(client(pod).pull, "team/image", named)
            time.sleep(1)
            seen, begun = looks(pod), time.monotonic()
            # A store that answers is looked at twice meanwhile.
            while time.monotonic() < begun + 2.5 * EVERY:
                assert pod.probe()
                assert pod.alive
                time.sleep(0.5)
            assert looks(pod) == seen
            assert not pulled.done()
            store.server.resume()
            assert pulled.result() > 1000
        eventually(lambda: looks(pod) > seen, "it looks at the store again")


def test_a_pod_that_starts_without_its_store_does_not_stay_ready(node: Node, dialect: str):
    with stores.s3(node, f"absent-{dialect}") as store:
        store.server.stop()
        with Registry(node, dialect, store.spec, *store.users).pod() as pod:
            eventually(lambda: pod.process().code is not None or unhealthy(pod), "its first looks at the store have failed")
            pod.until_unready()
            for _ in range(pod.process().readiness.probe["failureThreshold"] + 1):
                assert not pod.probe()
        store.server.start()


def test_a_pod_that_drains_lets_requests_end(node: Node, dialect: str):
    with Registry(node, dialect, VOLUME).running() as [pod]:
        content = layer(200_000, "slow")
        one = client(pod)
        location = one.begin("slow")
        preparing, told = threading.Event(), threading.Event()

        def slowly():
            yield content[:100_000]
            preparing.set()
            assert told.wait(60)
            yield content[100_000:]

        answers = []
        headers = {"Content-Length": str(len(content)), "Content-Range": f"0-{len(content) - 1}"}
        upload = threading.Thread(target=lambda: answers.append(one.request("PATCH", location, slowly(), headers)))
        upload.start()
        assert preparing.wait(30)
        codes = {}
        ending = threading.Thread(target=lambda: codes.update(pod.end(sleep=lambda _: pod.probe())))
        ending.start()
        pod.until_unready()
        assert pod.process().code is None, "it ended while a request was going on"
        told.set()
        upload.join(60)
        ending.join(60)
        assert answers[0].status == 202
        assert codes == {"registry": 0}


def test_verdicts_need_as_many_attempts_in_a_row_as_the_threshold_says():
    counter = Counter({"failureThreshold": 3, "successThreshold": 2, "periodSeconds": 5, "timeoutSeconds": 2}, first=True)
    for success, verdict in (
        (False, True),
        (False, True),
        (True, True),
        (False, True),
        (False, True),
        (False, False),
        (True, False),
        (True, True),
    ):
        counter.count(success)
        assert counter.verdict is verdict
    assert counter.seconds == 17
