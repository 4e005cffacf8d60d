"""A pod's volumes, as kubelet lays them out: a directory each."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from function.kubernetes import quantity
from tests.dataplane.cluster.objects import Objects
from tests.dataplane.programs import program

Volume = Mapping[str, Any]


def lay_out(volume: Volume, folder: Path, objects: Objects, claims: Path, group: int | None) -> Path:
    """Return the directory of a volume, made below `folder`; a claim's is below `claims`, and outlives the pod."""
    place = folder / volume["name"]
    if "persistentVolumeClaim" in volume:
        place = claims / volume["persistentVolumeClaim"]["claimName"]
        place.mkdir(parents=True, exist_ok=True)
        _give(place, group)
    elif "emptyDir" in volume:
        place.mkdir()
        _limited(place, volume["emptyDir"])
        _give(place, group)
    elif "projected" in volume:
        mode = volume["projected"].get("defaultMode", 0o644)
        for source in volume["projected"]["sources"]:
            _write(place, _files(source, objects, mode, "name"), group)
    else:
        kind = "secret" if "secret" in volume else "configMap"
        mode = volume[kind].get("defaultMode", 0o644)
        _write(place, _files({kind: volume[kind]}, objects, mode, "secretName" if kind == "secret" else "name"), group)
    return place


def _limited(place: Path, written: Mapping[str, Any]) -> None:
    """Kubelet evicts a pod whose emptyDir is over its limit; in memory it is a limit of the file system."""
    if written.get("medium") == "Memory":
        size = int(quantity.parse(str(written.get("sizeLimit", "64Mi"))))
        subprocess.run([program("mount"), "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)


def _files(source: Mapping[str, Any], objects: Objects, mode: int, name: str) -> dict[str, tuple[bytes, int]]:
    kind, block = next((k, source[k]) for k in ("secret", "configMap") if k in source)
    optional = block.get("optional", False)
    data = objects.data("Secret" if kind == "secret" else "ConfigMap", block[name], optional)
    if not block.get("items"):
        return {key: (value, mode) for key, value in data.items()}
    found = {}
    for item in block["items"]:
        if item["key"] in data:
            found[item["path"]] = (data[item["key"]], item.get("mode", mode))
        elif not optional:
            raise KeyError(f"references non-existent key: {item['key']} of {block[name]}")
    return found


def _write(place: Path, files: Mapping[str, tuple[bytes, int]], group: int | None) -> None:
    place.mkdir(exist_ok=True)
    for path, (content, mode) in files.items():
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(mode if group is None else mode | 0o440)
        _own(target, group)


def _give(place: Path, group: int | None) -> None:
    """Make a volume the group's, as fsGroup says."""
    _own(place, group)
    place.chmod(0o777 if group is None else 0o2775)


def _own(path: Path, group: int | None) -> None:
    if group is not None and exists(group):
        os.chown(path, -1, group)


def exists(group: int) -> bool:
    """Whether there is that group here: in a user namespace of one user there is not."""
    return sum(int(line.split()[2]) for line in Path("/proc/self/gid_map").read_text().splitlines()) > group
