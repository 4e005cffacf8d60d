"""The cluster, by kubectl: commands, and watches over its API."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def kubectl(*argv: str, stdin: object = None) -> str:
    text = json.dumps(stdin) if stdin is not None else None
    done = subprocess.run(["kubectl", *argv], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"kubectl {' '.join(argv)[:200]}: {done.stderr.strip()}")
    return done.stdout


def apply(*objects: dict[str, Any]) -> None:
    kubectl("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": objects})


@contextmanager
def proxy() -> Iterator[str]:
    """Give the URL at which the API answers without further ado."""
    process = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        found = re.search(r"127\.0\.0\.1:\d+", process.stdout.readline())
        assert found, "kubectl proxy did not start"
        yield f"http://{found[0]}"
    finally:
        process.terminate()
        process.wait()


def watch(url: str, seen: Callable[[str, dict[str, Any]], None]) -> None:
    """Call `seen` with the type and the object of each event, for as long as this process runs."""

    def follow() -> None:
        versions: dict[str, str] = {}
        while True:
            try:
                with urllib.request.urlopen(url) as lines:  # noqa: S310
                    for line in lines:
                        event = json.loads(line)
                        metadata = event["object"].get("metadata", {})
                        uid, version = metadata.get("uid", ""), metadata.get("resourceVersion", "")
                        # A watch that begins anew tells first what is there.
                        if versions.get(uid) != version or event["type"] == "DELETED":
                            versions[uid] = version
                            seen(event["type"], event["object"])
            except (urllib.error.URLError, OSError):
                time.sleep(1)

    threading.Thread(target=follow, daemon=True).start()


def served(url: str, resource: str) -> bool:
    """Tell whether the API has a resource of ours."""
    with urllib.request.urlopen(f"{url}/apis/registry-operator.dev/v1alpha1") as answer:  # noqa: S310
        return any(each["name"] == resource for each in json.load(answer)["resources"])
