"""What a user may write into `config`, the part of config.yml that is merged last.

Nothing that the dialect ignores or panics on, no secret, and nothing that the operator relies on.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from function.distribution.keys import ANY, BOOLEAN, DURATION, HEADERS, INTEGER, KEYS, OBJECT, STRING, STRINGS

Finding = tuple[str, str]
"""The path below `config` (".http.addr"), and what is wrong there."""

_FIELD = "has a field of its own: {}"
OURS = {
    "version": "is set by the operator",
    "loglevel": _FIELD.format("spec.logging.level"),
    "log.level": _FIELD.format("spec.logging.level"),
    "log.formatter": _FIELD.format("spec.logging.format"),
    "log.accesslog": _FIELD.format("spec.logging.accessLog"),
    "http.addr": "is set by the operator: probes and the Service rely on it",
    "http.net": "is set by the operator: probes and the Service rely on it",
    "http.prefix": "is not available: probes rely on the path /",
    "http.secret": "is made by the operator, one for all replicas",
    "http.draintimeout": "is set by the operator, to fit the pod's grace period",
    "http.tls": "is not available: its files have no place in the pod",
    "http.debug": "is set by the operator: metrics rely on it",
    "storage.delete": _FIELD.format("spec.storage.deleteEnabled"),
    "storage.redirect": _FIELD.format("spec.storage.redirect"),
    "storage.maintenance.readonly": _FIELD.format("spec.readOnly"),
    "storage.cache": "is chosen by the operator: a cache in memory goes stale with several replicas",
    "health.storagedriver": "is set by the operator: readiness relies on it",
    "auth": "is not available: its files have no place in the pod",
    "redis": "is not available in a Registry yet",
    "proxy": "is not available: a Registry takes pushes, a pull-through cache cannot",
    "reporting": "is not available: it holds a secret",
}
OURS_IN_A_CACHE = {
    **OURS,
    "storage.delete": "is set by the operator: the cache relies on it",
    "storage.redirect": "is not available: a Cache keeps images on a volume",
    "storage.maintenance": "is set by the operator: the cache relies on it",
    "storage.cache": "is not available: it would remember what was removed",
    "redis": "is not available: it would remember what was removed",
    "proxy": _FIELD.format("spec.upstreamRegistryURL"),
}
_DRIVERS = ("filesystem", "inmemory", "s3", "s3aws", "azure", "gcs", "swift", "oss")
_LOCATION = {
    "bucket",
    "region",
    "regionendpoint",
    "rootdirectory",
    "container",
    "accountname",
    "realm",
    "serviceurl",
    "forcepathstyle",
    "keyfile",
}
_SECRET = re.compile(
    r"(password|passwd|secret|token|credential|accesskey|accountkey|apikey|privatekey|authorization|connectionstring)",
    re.I,
)
USERINFO = re.compile(r"://[^/\s@]+:[^/\s@]*@")
_DURATION = re.compile(r"^[-+]?(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+$")


def problems(config: dict[str, Any], dialect: str, driver: str = "", ours: Mapping[str, str] = OURS) -> Iterator[Finding]:
    """Yield what is wrong with a partial config.yml for this dialect and this storage driver; `ours` may not be in it."""
    yield from _object(config, KEYS[dialect], "", _Target(dialect, driver, ours))


def unknown(config: dict[str, Any], dialect: str) -> list[str]:
    """Return the paths of the keys that this dialect does not have."""
    return [path for path, message in problems(config, dialect) if message.startswith(_unknown(dialect))]


def _unknown(dialect: str) -> str:
    return f"Distribution {dialect} has no such key"


class _Target(NamedTuple):
    dialect: str
    driver: str
    ours: Mapping[str, str]


def _object(value: dict[str, Any], keys: dict[str, Any], path: str, target: _Target) -> Iterator[Finding]:
    for key, part in value.items():
        here = f"{path}.{key}"
        name = here.lstrip(".")
        if name in target.ours:
            yield here, target.ours[name]
        elif _SECRET.search(key) and part not in ({}, [], "", None):
            yield here, "looks like a secret: config is kept in plain sight; a secret belongs into a Secret"
        elif key not in keys:
            near = difflib.get_close_matches(key, keys, n=1, cutoff=0.6)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield here, f"{_unknown(target.dialect)}{hint}"
        elif path == ".storage" and key in _DRIVERS:
            yield from _driver(key, part, here, target.driver)
        else:
            yield from _value(part, keys[key], here, target)


def _driver(name: str, value: object, here: str, driver: str) -> Iterator[Finding]:
    if driver and name != driver:
        yield here, f"would be a second storage driver beside {driver}: choose the storage in spec.storage"
    elif not isinstance(value, dict):
        yield here, "must be an object"
    else:
        for key in value:
            if key in _LOCATION:
                yield f"{here}.{key}", "says where the images are: that has its place in spec.storage"
        yield from _free({key: part for key, part in value.items() if key not in _LOCATION}, here)


def _value(value: object, type_: Any, here: str, target: _Target) -> Iterator[Finding]:
    if isinstance(type_, dict):
        if not isinstance(value, dict):
            yield here, "must be an object"
            return
        yield from _object(value, type_, here, target)
        yield from _purging(value, here)
    elif isinstance(type_, list):
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            yield here, "must be a list of objects"
            return
        for index, item in enumerate(value):
            yield from _object(item, type_[0], f"{here}[{index}]", target)
    elif type_ == ANY:
        yield from _free(value, here)
    elif not _fits(value, type_):
        yield here, f"must be {type_}"
    else:
        yield from _free(value, here)


def _purging(value: dict[str, Any], here: str) -> Iterator[Finding]:
    """The registry panics where purging is on and one of its settings is absent."""
    if here == ".storage.maintenance.uploadpurging" and value.get("enabled", True) is not False:
        for key in ("age", "interval", "dryrun"):
            if key not in value:
                yield f"{here}.{key}", "is missing: the registry does not start without it"


def _free(value: object, here: str) -> Iterator[Finding]:
    """Look for secrets in what has no schema."""
    if isinstance(value, dict):
        for key, part in value.items():
            if _SECRET.search(key):
                yield (
                    f"{here}.{key}",
                    "looks like a secret: config is kept in plain sight; a secret belongs into a Secret",
                )
            else:
                yield from _free(part, f"{here}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _free(part, f"{here}[{index}]")
    elif isinstance(value, str) and USERINFO.search(value):
        yield here, "holds a user and a password in its URL: config is kept in plain sight"


def _fits(value: object, type_: str) -> bool:
    if type_ == BOOLEAN:
        return isinstance(value, bool)
    if type_ == INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    if type_ == DURATION:
        return isinstance(value, str) and bool(_DURATION.fullmatch(value))
    if type_ == STRINGS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if type_ == HEADERS:
        return isinstance(value, dict) and all(_fits(item, STRINGS) for item in value.values())
    if type_ == OBJECT:
        return isinstance(value, dict)
    return type_ == STRING and isinstance(value, str)
