"""What a spec composes, taken apart: manifests, the pod, its container, its environment, its config.yml."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import yaml

from function.kubernetes import labels
from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests.specs import Spec
from tests.states import settled


def composed(spec: Spec) -> Mapping[str, Manifest]:
    """Return all that a valid spec composes once what it needs is there."""
    answer = settled(spec).answer()
    assert answer.fatal == ""
    return answer.desired


def pod(spec: Spec) -> Manifest:
    """Return the spec of the pods."""
    found: Manifest = composed(spec)[Keys.DEPLOYMENT]["spec"]["template"]["spec"]
    return found


def container(spec: Spec) -> Manifest:
    """Return the container of the registry, the only one."""
    [found] = pod(spec)["containers"]
    return dict(found)


def environment(spec: Spec) -> dict[str, Any]:
    """Return the environment: text, or where the value comes from; and see that no name is set twice."""
    found = container(spec)["env"]
    assert len({one["name"] for one in found}) == len(found)
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in found}


def config(spec: Spec) -> Manifest:
    """Return the config.yml."""
    return config_of(composed(spec))


def config_of(desired: Mapping[str, Manifest]) -> Manifest:
    """Return the config.yml of the release that the Deployment among these manifests runs."""
    wanted = desired[Keys.DEPLOYMENT]["metadata"]["annotations"][labels.WANTED]
    release = desired[f"{Keys.RELEASE}{wanted}"]
    found: Manifest = yaml.safe_load(decoded(release)["config.yml"])
    return found


def decoded(secret: Manifest) -> dict[str, str]:
    """Return what a Secret holds."""
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
