from typing import Any

from function.distribution.keys import KEYS


def paths(keys: dict[str, Any], here: str = "") -> set[str]:
    found = set()
    for key, value in keys.items():
        below = value[0] if isinstance(value, list) else value
        found |= paths(below, f"{here}{key}.") if isinstance(below, dict) else {f"{here}{key}"}
    return found


def test_what_distribution_3_added_is_no_key_of_the_old_dialect():
    assert paths(KEYS["3.1"]) - paths(KEYS["2.8"]) == {
        "log.reportcaller",
        "storage.cache.blobdescriptorsize",
        "storage.tag.concurrencylimit",
        "http.tls.clientauth",
        "http.tls.letsencrypt.directoryurl",
        "http.h2c.enabled",
        "tags.maxtags",
        "validation.manifests.indexes.platforms",
        "validation.manifests.indexes.platformlist.architecture",
        "validation.manifests.indexes.platformlist.os",
    }


def test_what_distribution_3_removed_is_no_key_of_the_new_dialect():
    assert paths(KEYS["2.8"]) - paths(KEYS["3.1"]) == {
        "storage.swift",
        "storage.oss",
        "compatibility.schema1.enabled",
        "compatibility.schema1.trustkey",
        "reporting",
    }
