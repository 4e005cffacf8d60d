"""Every key of config.yml, by dialect, with its type: the registry itself ignores what it does not know.

Source: configuration/configuration.go of distribution/distribution v2.8.3 and v3.1.2. `ANY` is what Distribution leaves untyped.
"""

from __future__ import annotations

from typing import Any

STRING, INTEGER, BOOLEAN, DURATION, STRINGS, HEADERS, OBJECT, ANY = (
    "a string",
    "a whole number",
    "true or false",
    "a duration such as 30s or 24h",
    "a list of strings",
    "an object of lists of strings",
    "an object",
    "anything",
)

_LETSENCRYPT = {"cachefile": STRING, "email": STRING, "hosts": STRINGS}
_SMTP = {"addr": STRING, "username": STRING, "password": STRING, "insecure": BOOLEAN}
_ENDPOINT = {
    "name": STRING,
    "disabled": BOOLEAN,
    "url": STRING,
    "headers": HEADERS,
    "timeout": DURATION,
    "threshold": INTEGER,
    "backoff": DURATION,
    "ignoredmediatypes": STRINGS,
    "ignore": {"mediatypes": STRINGS, "actions": STRINGS},
}
_CHECK = {"interval": DURATION, "threshold": INTEGER}
_MIDDLEWARE = [{"name": STRING, "disabled": BOOLEAN, "options": OBJECT}]

_BOTH: dict[str, Any] = {
    "version": STRING,
    "log": {
        "accesslog": {"disabled": BOOLEAN},
        "level": STRING,
        "formatter": STRING,
        "fields": OBJECT,
        "hooks": [
            {
                "disabled": BOOLEAN,
                "type": STRING,
                "levels": STRINGS,
                "options": {"smtp": _SMTP, "from": STRING, "to": STRINGS},
            }
        ],
    },
    "loglevel": STRING,
    "storage": {
        "filesystem": ANY,
        "inmemory": ANY,
        "s3": ANY,
        "s3aws": ANY,
        "azure": ANY,
        "gcs": ANY,
        "cache": {"blobdescriptor": STRING, "layerinfo": STRING},
        "delete": {"enabled": BOOLEAN},
        "redirect": {"disable": BOOLEAN},
        "maintenance": {
            "uploadpurging": {"enabled": BOOLEAN, "age": DURATION, "interval": DURATION, "dryrun": BOOLEAN},
            "readonly": {"enabled": BOOLEAN},
        },
    },
    "auth": ANY,
    "middleware": {"registry": _MIDDLEWARE, "repository": _MIDDLEWARE, "storage": _MIDDLEWARE},
    "http": {
        "addr": STRING,
        "net": STRING,
        "host": STRING,
        "prefix": STRING,
        "secret": STRING,
        "relativeurls": BOOLEAN,
        "draintimeout": DURATION,
        "tls": {
            "certificate": STRING,
            "key": STRING,
            "clientcas": STRINGS,
            "minimumtls": STRING,
            "ciphersuites": STRINGS,
            "letsencrypt": _LETSENCRYPT,
        },
        "headers": HEADERS,
        "debug": {"addr": STRING, "prometheus": {"enabled": BOOLEAN, "path": STRING}},
        "http2": {"disabled": BOOLEAN},
    },
    "notifications": {"events": {"includereferences": BOOLEAN}, "endpoints": [_ENDPOINT]},
    "redis": ANY,
    "health": {
        "file": [{"file": STRING, **_CHECK}],
        "http": [{"uri": STRING, "headers": HEADERS, "statuscode": INTEGER, "timeout": DURATION, **_CHECK}],
        "tcp": [{"addr": STRING, "timeout": DURATION, **_CHECK}],
        "storagedriver": {"enabled": BOOLEAN, **_CHECK},
    },
    "proxy": ANY,
    "validation": {"enabled": BOOLEAN, "disabled": BOOLEAN, "manifests": {"urls": {"allow": STRINGS, "deny": STRINGS}}},
    "policy": {"repository": {"classes": STRINGS}},
    "catalog": {"maxentries": INTEGER},
}


def _with(keys: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    head, _, rest = path.partition(".")
    return {**keys, head: _with(keys.get(head, {}), rest, value) if rest else value}


_V3 = {
    "log.reportcaller": BOOLEAN,
    "storage.cache.blobdescriptorsize": INTEGER,
    "storage.tag": {"concurrencylimit": INTEGER},
    "http.tls.clientauth": STRING,
    "http.tls.letsencrypt.directoryurl": STRING,
    "http.h2c": {"enabled": BOOLEAN},
    "tags": {"maxtags": INTEGER},
    "validation.manifests.indexes": {"platforms": STRING, "platformlist": [{"architecture": STRING, "os": STRING}]},
}
_V2 = {
    "storage.swift": ANY,
    "storage.oss": ANY,
    "compatibility": {"schema1": {"enabled": BOOLEAN, "trustkey": STRING}},
    "reporting": ANY,
}

_v3, _v2 = _BOTH, _BOTH
for _path, _type in _V3.items():
    _v3 = _with(_v3, _path, _type)
for _path, _type in _V2.items():
    _v2 = _with(_v2, _path, _type)

KEYS: dict[str, dict[str, Any]] = {"2.8": _v2, "3.1": _v3}
