"""The names by which dashboards and alerts know the registry are there, for both dialects."""

from __future__ import annotations

import re

import pytest

from tests.dataplane.client import Client
from tests.dataplane.cluster import Node
from tests.dataplane.layouts import layer
from tests.dataplane.registry import DIALECTS, Registry, client
from tests.specs import VOLUME

BOTH = {
    "registry_http_in_flight_requests": "gauge",
    "registry_http_requests_total": "counter",
    "registry_http_request_duration_seconds": "histogram",
    "registry_http_request_size_bytes": "histogram",
    "registry_http_response_size_bytes": "histogram",
    "registry_storage_action_seconds": "histogram",
    "process_start_time_seconds": "gauge",
    "process_resident_memory_bytes": "gauge",
    "go_goroutines": "gauge",
}
OWN = {
    "2.8": {"registry_storage_cache_total": "counter"},
    "3.1": {
        "registry_storage_cache_requests_total": "counter",
        "registry_storage_cache_hits_total": "counter",
        "registry_proxy_requests_total": "counter",
        "registry_proxy_hits_total": "counter",
        "registry_proxy_misses_total": "counter",
        "registry_proxy_pulled_bytes_total": "counter",
        "registry_proxy_pushed_bytes_total": "counter",
    },
}
HANDLERS = {"base", "blob", "blob_upload", "blob_upload_chunk", "catalog", "manifest", "tags"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_metrics_are_there(node: Node, dialect: str):
    with Registry(node, dialect, VOLUME).running() as [pod]:
        one = client(pod)
        one.push("team/image", "v1", layer(1000, "image"))
        one.pull("team/image", "v1")
        one.get("/v2/")
        one.get("/v2/_catalog").expect(200)
        one.get("/v2/team/image/tags/list").expect(200)
        text = Client(pod.address, pod.port("metrics")).get("/metrics").expect(200).body.decode()
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    wanted = BOTH | OWN[dialect]
    assert {name: types.get(name) for name in wanted} == wanted
    assert not set(types) & {name for other in OWN if other != dialect for name in OWN[other]}
    handlers = set(re.findall(r'^registry_http_requests_total\{.*?handler="([^"]+)"', text, re.M))
    assert handlers >= HANDLERS
    assert 'driver="filesystem"' in text
