"""The upstream: down, asking for credentials, and trying to send them elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dataplane.cache.registries import Registry, cache
from tests.dataplane.cache.upstreams import Upstream, serving
from tests.dataplane.waiting import eventually

LAYER = b"layer" * 50_000
# Of the passwords "first" and "second".
ENTRIES = {
    "first": "robot:$2b$04$abcdefghijklmnopqrstuuvybHXQqehXl2NdtAhT6BAmwe6EZ8HOi\n",
    "second": "robot:$2b$04$abcdefghijklmnopqrstuu0m4FNu/b0Ul0dVXpD5yXn5kdSneXCgS\n",
}


def write(secret: Path, username: str, password: str) -> None:
    """Write a Secret's files, as carelessly as one is made with echo."""
    secret.mkdir(exist_ok=True)
    (secret / "username").write_text(username + "\n")
    (secret / "password").write_text(password + "\n")


def test_it_starts_while_upstream_is_down_and_serves_when_it_is_up(upstream: Registry, tmp_path: Path):
    image = upstream.push("team/app", "v1", LAYER)
    upstream.stop()
    with cache(tmp_path / "cache", f"http://{upstream.address}", tmp_path / "secret").running() as mirror:
        assert mirror.request("GET", "/").status == 200
        assert mirror.request("GET", "/v2/").status == 200
        assert not mirror.pull(image)
        upstream.start()
        assert mirror.pull(image)


def test_what_is_cached_goes_on_while_upstream_is_down_and_the_rest_comes_later(upstream: Registry, mirror: Registry):
    warm, cold = upstream.push("team/app", "warm", LAYER), upstream.push("team/app", "cold", LAYER + b"x")
    assert mirror.pull(warm)
    eventually(lambda: mirror.has(*warm.all), "it is stored")
    upstream.stop()
    assert mirror.pull(warm)
    assert not mirror.pull(cold)
    upstream.start()
    assert mirror.pull(cold)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Registry]:
    """A registry that asks for a name and a password (Basic)."""
    passwords = tmp_path / "htpasswd"
    passwords.write_text(ENTRIES["first"])
    auth = {"htpasswd": {"realm": "upstream", "path": str(passwords)}}
    with Registry(tmp_path / "upstream", {"auth": auth}, credentials=("robot", "first")).running() as registry:
        yield registry


def test_credentials_that_change_are_taken_up_without_a_restart(asking: Registry, tmp_path: Path):
    images = [asking.push("team/app", f"v{number}", LAYER + bytes([number])) for number in range(3)]
    secret = tmp_path / "secret"
    with cache(tmp_path / "cache", f"http://{asking.address}", secret).running() as mirror:
        assert not mirror.pull(images[0]), "nobody gets in without"
        write(secret, "robot", "first")
        assert mirror.pull(images[0])
        (tmp_path / "htpasswd").write_text(ENTRIES["second"])
        asking.credentials = ("robot", "second")
        eventually(lambda: asking.request("GET", "/v2/").status == 200, "upstream knows the new password")
        assert not mirror.pull(images[1])
        write(secret, "robot", "second")
        assert mirror.pull(images[1])
        assert mirror.pull(images[2])
        log = mirror.log.read_text()
    assert "first" not in log
    assert "second" not in log


def test_a_token_is_asked_for_at_the_upstream_itself(tmp_path: Path):
    secret = tmp_path / "secret"
    with serving() as upstream:
        upstream.realm = f"http://{upstream.address}/token"
        upstream.basic = ("robot", 'pa$$ "word"\\')
        image = upstream.image(LAYER)
        with cache(tmp_path / "cache", f"http://{upstream.address}", secret).running() as mirror:
            assert not mirror.pull(image)
            write(secret, *upstream.basic)
            assert mirror.pull(image)
        assert set(upstream.credentials()) == {'robot:pa$$ "word"\\'}


def test_credentials_are_never_sent_to_another_host(tmp_path: Path):
    write(tmp_path / "secret", "robot", "secret-of-the-team")
    with serving() as upstream, serving("127.0.0.2") as other, serving() as other_port:
        image = upstream.image(LAYER)
        for number, elsewhere in enumerate((other, other_port)):
            upstream.realm = f"http://{elsewhere.address}/token"
            with cache(tmp_path / f"cache{number}", f"http://{upstream.address}", tmp_path / "secret").running() as mirror:
                assert not mirror.pull(image)
                assert not _any_authorization(upstream)
            assert elsewhere.requests == [], "not even a token without credentials is asked for there"


def _any_authorization(upstream: Upstream) -> bool:
    assert upstream.requests
    return any(authorization for _, authorization in upstream.requests)


def test_an_upstream_that_asks_for_nothing_gets_nothing(tmp_path: Path):
    write(tmp_path / "secret", "robot", "secret-of-the-team")
    with serving() as upstream, cache(tmp_path / "cache", f"http://{upstream.address}", tmp_path / "secret").running() as mirror:
        image = upstream.image(LAYER)
        assert mirror.pull(image)
        assert not _any_authorization(upstream)
