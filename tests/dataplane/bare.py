"""The registry that ours is compared with: the same program as its image starts it, with the config.yml that is in the image."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests import clusters
from tests.dataplane.cluster import Node, Objects, Pod
from tests.dataplane.registry import Registry

HEALTH = {"storagedriver": {"enabled": True, "interval": "10s", "threshold": 3}}
HEADERS = {"X-Content-Type-Options": ["nosniff"]}
DEFAULTS: dict[str, dict[str, Any]] = {
    "2.8": {
        "version": "0.1",
        "log": {"fields": {"service": "registry"}},
        "storage": {"cache": {"blobdescriptor": "inmemory"}},
        "http": {"addr": ":5000", "headers": HEADERS},
        "health": HEALTH,
    },
    "3.1": {
        "version": "0.1",
        "log": {"level": "debug", "fields": {"service": "registry", "environment": "development"}},
        "storage": {"delete": {"enabled": True}, "cache": {"blobdescriptor": "inmemory"}, "tag": {"concurrencylimit": 5}},
        "http": {
            "addr": ":5000",
            "debug": {"addr": ":5001", "prometheus": {"enabled": True, "path": "/metrics"}},
            "headers": HEADERS,
        },
        "health": HEALTH,
    },
}
"""What the images have as their own config.yml, but for the driver of the storage."""


def pod(node: Node, registry: Registry, name: str) -> Pod:
    """Return a pod with the image's config and environment, on the same storage as the registry; of a volume it has its own.

    Where the registry does not send clients to the store, neither does this: else the two would not do the same.
    """
    template = copy.deepcopy(registry.deployment["spec"]["template"])
    spec, [container] = template["spec"], template["spec"]["containers"]
    storage = registry.config["storage"]
    driver = {kind: block for kind, block in storage.items() if kind in ("filesystem", "s3", "redirect")}
    config = copy.deepcopy(DEFAULTS[registry.dialect])
    config["storage"] |= driver
    spec["volumes"] = [{"name": "config", "configMap": {"name": "bare"}}]
    if "filesystem" in storage:
        spec["volumes"].append({"name": "data", "persistentVolumeClaim": {"claimName": name}})
    container["env"] = [one for one in container["env"] if one["name"].startswith("AWS_")]
    objects = [clusters.config_map("bare", config__yml=json.dumps(config)), *registry.users]
    return Pod(node, template, Objects(objects))
