"""What a user may write into config, for both dialects."""

from typing import Any

import pytest

from function.distribution import overrides

DIALECTS = ("2.8", "3.1")


def nested(path: str, value: Any) -> dict[str, Any]:
    head, _, rest = path.partition(".")
    return {head: nested(rest, value) if rest else value}


def found(config: dict[str, Any], dialect: str = "3.1", driver: str = "s3") -> list[tuple[str, str]]:
    return list(overrides.problems(config, dialect, driver))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "config",
    [
        {},
        {"log": {"fields": {"environment": "test", "deep": {"a": [1, None]}}}},
        {"log": {"hooks": [{"type": "mail", "levels": ["panic"], "options": {"smtp": {"addr": "mail:25"}, "to": ["a@b.c"]}}]}},
        {"http": {"host": "https://registry.example.com", "relativeurls": False, "http2": {"disabled": True}}},
        {"http": {"headers": {"X-Frame-Options": ["DENY"]}}},
        {"storage": {"maintenance": {"uploadpurging": {"enabled": False}}}},
        {"storage": {"maintenance": {"uploadpurging": {"age": "168h", "interval": "24h", "dryrun": False}}}},
        {"storage": {"s3": {"chunksize": 10485760, "encrypt": True, "storageclass": "STANDARD"}}},
        {"middleware": {"storage": [{"name": "redirect", "options": {"baseurl": "https://cdn.example.com"}}]}},
        {"notifications": {"endpoints": [{"name": "a", "url": "https://a", "timeout": "1s", "threshold": 3, "backoff": "1m30s"}]}},
        {"notifications": {"endpoints": [{"name": "a", "ignore": {"mediatypes": ["a/b"], "actions": ["pull"]}}]}},
        {"health": {"tcp": [{"addr": "redis:6379", "interval": "5s"}], "file": [{"file": "/var/lib/registry/down"}]}},
        {"validation": {"manifests": {"urls": {"allow": ["^https://"], "deny": []}}}},
        {"policy": {"repository": {"classes": ["image"]}}},
        {"catalog": {"maxentries": 100}},
    ],
    ids=str,
)
def test_what_the_registry_understands_may_be_written(config: dict[str, Any], dialect: str):
    assert found(config, dialect) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("log.reportcaller", True),
        ("storage.tag.concurrencylimit", 8),
        ("http.h2c.enabled", True),
        ("tags.maxtags", 50),
        ("validation.manifests.indexes.platforms", "all"),
    ],
)
def test_a_key_of_distribution_3_is_refused_where_2_8_would_ignore_it_or_panic(path: str, value: Any):
    assert found(nested(path, value), "3.1") == []
    [(_, message)] = found(nested(path, value), "2.8")
    assert message.startswith("Distribution 2.8 has no such key")


def test_a_key_of_distribution_2_is_refused_where_3_would_ignore_it():
    config = nested("compatibility.schema1.enabled", True)
    assert found(config, "2.8") == []
    assert found(config, "3.1") == [(".compatibility", "Distribution 3.1 has no such key")]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", overrides.OURS)
def test_what_the_operator_sets_itself_cannot_be_overridden(path: str, dialect: str):
    assert found(nested(path, {"a": 1}), dialect) == [(f".{path}", overrides.OURS[path])]


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("log.level", "spec.logging.level"),
        ("log.formatter", "spec.logging.format"),
        ("log.accesslog", "spec.logging.accessLog"),
        ("storage.delete", "spec.storage.deleteEnabled"),
        ("storage.redirect", "spec.storage.redirect"),
        ("storage.maintenance.readonly", "spec.readOnly"),
    ],
)
def test_what_has_a_field_names_it(path: str, advice: str):
    [(_, message)] = found(nested(path, {}))
    assert message == f"has a field of its own: {advice}"


@pytest.mark.parametrize(
    ("config", "path", "hint"),
    [
        ({"http": {"hots": "a"}}, ".http.hots", "; did you mean host?"),
        ({"lgo": {}}, ".lgo", "; did you mean log?"),
        ({"xyzzy": 1}, ".xyzzy", ""),
        ({"health": {"tcp": [{}, {"adr": "a"}]}}, ".health.tcp[1].adr", "; did you mean addr?"),
    ],
)
def test_a_misspelt_key_is_found_since_the_registry_would_ignore_it(config: dict[str, Any], path: str, hint: str):
    assert found(config) == [(path, f"Distribution 3.1 has no such key{hint}")]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("http", "x", "must be an object"),
        ("http.host", 3, "must be a string"),
        ("http.relativeurls", "true", "must be true or false"),
        ("catalog.maxentries", "100", "must be a whole number"),
        ("catalog.maxentries", True, "must be a whole number"),
        ("http.headers", {"A": "b"}, "must be an object of lists of strings"),
        ("http.headers", ["A"], "must be an object of lists of strings"),
        ("policy.repository.classes", "image", "must be a list of strings"),
        ("policy.repository.classes", [1], "must be a list of strings"),
        ("notifications.endpoints", {}, "must be a list of objects"),
        ("notifications.endpoints", ["a"], "must be a list of objects"),
        ("storage.s3", "images", "must be an object"),
    ],
)
def test_a_value_of_another_type_is_refused_since_the_registry_would_not_start(path: str, value: Any, message: str):
    assert found(nested(path, value)) == [(f".{path}", message)]


@pytest.mark.parametrize("value", ["1s", "1m30s", "1.5h", "100ms", "0", ".5s", "10us", "10µs"])
def test_a_duration_of_go_is_one(value: str):
    assert found({"health": {"tcp": [{"interval": value}]}}) == []


@pytest.mark.parametrize("value", ["5", "1d", "", "s", "1 s", 5, "1s ", "1s\n"], ids=repr)
def test_what_go_does_not_take_for_a_duration_is_refused(value: Any):
    assert found({"health": {"tcp": [{"interval": value}]}}) == [
        (".health.tcp[0].interval", "must be a duration such as 30s or 24h")
    ]


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"storage": {"s3": {"accesskey": "AKIA"}}}, ".storage.s3.accesskey"),
        ({"storage": {"s3": {"secretkey": "x"}}}, ".storage.s3.secretkey"),
        ({"log": {"hooks": [{"options": {"smtp": {"password": "x"}}}]}}, ".log.hooks[0].options.smtp.password"),
        ({"log": {"fields": {"apiKey": "x"}}}, ".log.fields.apiKey"),
        ({"log": {"fields": {"a": [{"token": "x"}]}}}, ".log.fields.a[0].token"),
        ({"middleware": {"storage": [{"options": {"privatekey": "x"}}]}}, ".middleware.storage[0].options.privatekey"),
        ({"notifications": {"endpoints": [{"headers": {"Authorization": ["Bearer x"]}}]}}, None),
    ],
    ids=str,
)
def test_a_secret_is_refused_since_config_is_kept_in_plain_sight(config: dict[str, Any], path: str | None):
    [(where, message)] = found(config)
    assert where == (path or ".notifications.endpoints[0].headers.Authorization")
    assert "a secret belongs into a Secret" in message


def test_a_password_in_a_url_is_refused():
    [(path, message)] = found({"notifications": {"endpoints": [{"url": "https://user:word@example.com"}]}})
    assert path == ".notifications.endpoints[0].url"
    assert "a user and a password" in message


def test_a_second_storage_driver_is_refused_since_the_registry_would_not_start():
    assert found({"storage": {"filesystem": {}}}) == [
        (".storage.filesystem", "would be a second storage driver beside s3: choose the storage in spec.storage")
    ]


@pytest.mark.parametrize("key", ["bucket", "region", "regionendpoint", "rootdirectory", "forcepathstyle"])
def test_where_the_images_are_is_said_in_spec_storage_alone(key: str):
    [(path, message)] = found({"storage": {"s3": {key: "x"}}})
    assert path == f".storage.s3.{key}"
    assert "spec.storage" in message


def test_purging_without_its_settings_is_refused_since_the_registry_panics():
    assert found({"storage": {"maintenance": {"uploadpurging": {"age": "1h"}}}}) == [
        (".storage.maintenance.uploadpurging.interval", "is missing: the registry does not start without it"),
        (".storage.maintenance.uploadpurging.dryrun", "is missing: the registry does not start without it"),
    ]


def test_all_problems_are_found_at_once():
    config = {"http": {"addr": ":80", "hots": "a"}, "catalog": {"maxentries": "x"}, "redis": {}}
    assert [path for path, _ in found(config)] == [".http.addr", ".http.hots", ".catalog.maxentries", ".redis"]


@pytest.mark.parametrize("fields", [["a"], "a", 3])
def test_log_fields_that_are_no_object_are_refused_since_the_registry_would_not_start(fields: Any):
    """Distribution declares them as map[string]interface{}: nothing but an object can be read."""
    assert found({"log": {"fields": fields}}) == [(".log.fields", "must be an object")]
