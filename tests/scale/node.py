"""A node that runs nothing: it tells the API server that its pods run, as a kubelet would after it started them."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from tests.scale.api import API, Object, RefusedError

NAME = "scale"
TAINT = "scale"
NODES = "/api/v1/nodes"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
HEARTBEAT_SECONDS = 10
STATUS = "application/strategic-merge-patch+json"
SCHEDULING = {"nodeSelector": {TAINT: "true"}, "tolerations": [{"key": TAINT, "operator": "Exists"}]}
"""What brings pods to this node, as in a Registry's spec.scheduling."""


def now(pattern: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return datetime.now(UTC).strftime(pattern)


class Node:
    """One node with room for all pods; only those that tolerate its taint come to it."""

    def __init__(self, api: API) -> None:
        self.api = api
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._numbers = itertools.count(1)

    def __enter__(self) -> Node:
        self._register()
        for work in (self._beat, self._run):
            self._threads.append(threading.Thread(target=work, daemon=True))
            self._threads[-1].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for path in (f"{NODES}/{NAME}", f"{LEASES}/{NAME}"):
            self._quietly("DELETE", path)

    def _quietly(self, method: str, path: str, body: Object | None = None, content: str = "application/json") -> None:
        """Send a request whose object may be gone, or newer, by now."""
        try:
            self.api.call(method, path, body, content)
        except RefusedError as refused:
            if refused.args[0] not in (404, 409, 422):
                raise

    def _register(self) -> None:
        room = {"cpu": "100k", "memory": "100Ti", "pods": "100k", "ephemeral-storage": "100Ti"}
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": "NothingRuns",
            "lastHeartbeatTime": now(),
            "lastTransitionTime": now(),
        }
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": NAME, "labels": {TAINT: "true", "kubernetes.io/hostname": NAME, "kubernetes.io/os": "linux"}},
            "spec": {"taints": [{"key": TAINT, "effect": "NoSchedule"}]},
        }
        self._quietly("DELETE", f"{NODES}/{NAME}")
        self.api.call("POST", NODES, node)
        self.api.call(
            "PATCH", f"{NODES}/{NAME}/status", {"status": {"capacity": room, "allocatable": room, "conditions": [ready]}}, STATUS
        )

    def _beat(self) -> None:
        while True:
            spec = {"holderIdentity": NAME, "leaseDurationSeconds": 40, "renewTime": now("%Y-%m-%dT%H:%M:%S.%fZ")}
            lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": NAME}, "spec": spec}
            try:
                self.api.call("PATCH", f"{LEASES}/{NAME}", {"spec": spec}, "application/merge-patch+json")
            except RefusedError:
                self._quietly("POST", LEASES, lease)
            if self._ended.wait(HEARTBEAT_SECONDS):
                return

    def _run(self) -> None:
        path = f"/api/v1/pods?fieldSelector=spec.nodeName%3D{NAME}"
        with ThreadPoolExecutor(4) as workers:
            while not self._ended.is_set():
                try:
                    for event in self.api.watch(path):
                        if self._ended.is_set():
                            return
                        if event["type"] in ("ADDED", "MODIFIED"):
                            workers.submit(self._tell, event["object"])
                except OSError:
                    time.sleep(1)

    def _tell(self, pod: Object) -> None:
        meta = pod["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
        if meta.get("deletionTimestamp"):
            self._quietly("DELETE", path, {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}})
        elif pod.get("status", {}).get("phase") == "Pending":
            self._quietly("PATCH", f"{path}/status", {"status": status(pod, next(self._numbers))}, STATUS)


def status(pod: Object, number: int) -> Object:
    """Return the status of a pod whose containers run; or have ended well, where they belong to a Job."""
    job = any(owner["kind"] == "Job" for owner in pod["metadata"].get("ownerReferences", []))
    ready = "False" if job else "True"
    spec = pod["spec"]
    address = f"10.{200 + number // 65536 % 50}.{number // 256 % 256}.{number % 256}"

    def container(one: Object, runs: bool) -> dict[str, Any]:
        state: Object = {"running": {"startedAt": now()}}
        if not runs:
            state = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now(), "finishedAt": now()}}
        return {
            "name": one["name"],
            "image": one["image"],
            "imageID": one["image"],
            "ready": runs or not one.get("restartPolicy"),
            "restartCount": 0,
            "started": runs,
            "state": state,
        }

    return {
        "phase": "Succeeded" if job else "Running",
        "hostIP": "192.0.2.1",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": now(),
        "conditions": [
            {"type": kind, "status": value, "lastTransitionTime": now()}
            for kind, value in {"Initialized": "True", "ContainersReady": ready, "Ready": ready}.items()
        ],
        "containerStatuses": [container(one, not job) for one in spec["containers"]],
        "initContainerStatuses": [
            container(one, not job and one.get("restartPolicy") == "Always") for one in spec.get("initContainers", [])
        ],
    }
