"""Probes as kubelet counts them, one attempt at a time and when a test asks for it: no test waits for a period to pass."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

Probe = Mapping[str, Any]
Run = Callable[[list[str], float], bool]
"""Runs a command in the container: its words, and how long it may take."""


class Counter:
    """A probe's verdict: what it was first, until as many attempts in a row as its threshold say otherwise."""

    def __init__(self, probe: Probe | None, first: bool) -> None:
        self.probe = probe
        self.verdict = first if probe else True
        self._last: bool | None = None
        self._row = 0

    def count(self, success: bool) -> None:
        """Take an attempt's result into account."""
        assert self.probe is not None
        self._row = self._row + 1 if success == self._last else 1
        self._last = success
        if self._row >= self.probe.get("successThreshold" if success else "failureThreshold", 1 if success else 3):
            self.verdict = success

    @property
    def seconds(self) -> int:
        """How long kubelet takes at most to find a failure out."""
        assert self.probe is not None
        return int(
            self.probe.get("periodSeconds", 10) * self.probe.get("failureThreshold", 3) + self.probe.get("timeoutSeconds", 1)
        )


def attempt(probe: Probe, address: str, ports: Mapping[str, int], run: Run) -> bool:
    """Execute a probe once."""
    timeout = probe.get("timeoutSeconds", 1)
    if "exec" in probe:
        return run(probe["exec"]["command"], timeout)
    if "tcpSocket" in probe:
        return _connects(probe["tcpSocket"].get("host", address), _port(probe["tcpSocket"], ports), timeout)
    if "httpGet" in probe:
        return _answers(probe["httpGet"], address, _port(probe["httpGet"], ports), timeout)
    raise NotImplementedError(f"a probe of the kind of {probe}")


def _port(action: Mapping[str, Any], ports: Mapping[str, int]) -> int:
    port = action["port"]
    return ports[port] if isinstance(port, str) else int(port)


def _connects(host: str, port: int, timeout: float) -> bool:
    try:
        socket.create_connection((host, port), timeout).close()
    except OSError:
        return False
    return True


def _answers(action: Mapping[str, Any], address: str, port: int, timeout: float) -> bool:
    """Kubelet checks no certificate, and takes any status from 200 to 399 for success."""
    host = action.get("host", address)
    if action.get("scheme", "HTTP") == "HTTPS":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
    headers = {header["name"]: header["value"] for header in action.get("httpHeaders", ())}
    try:
        connection.request("GET", action.get("path", "/"), headers={"User-Agent": "kube-probe/1.30", **headers})
        return 200 <= connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def succeeds(process: list[str], timeout: float) -> bool:
    """Run a command of an exec probe."""
    try:
        return subprocess.run(process, timeout=timeout, capture_output=True, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False
