"""The upstream of a Cache: a registry by scheme, host and port, which is all that Distribution's proxy knows of it."""

from __future__ import annotations

import re

from function.record import record

DOCKER_HUB = "https://registry-1.docker.io"
_DOCKER_HUB = ("docker.io", "www.docker.io", "index.docker.io", "hub.docker.com", "registry.hub.docker.com", "www.docker.com")

# RFC 3986, as far as it is of use here: everything behind the authority is taken apart to say what is wrong with it.
_URL = re.compile(
    r"^(?P<scheme>[a-zA-Z][-+.a-zA-Z0-9]*)://(?:(?P<userinfo>[^/?#@]*)@)?(?P<host>\[[^\]/?#]*\]|[^:/?#]*)(?::(?P<port>[^/?#]*))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?P<fragment>#.*)?$",
    re.ASCII,
)
_HOST = re.compile(
    r"^(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*)$",
    re.ASCII,
)


@record
class Upstream:
    """An upstream registry. `port` is empty where the scheme's own is meant."""

    scheme: str
    host: str
    port: str

    @property
    def url(self) -> str:
        """The URL, as Distribution wants it."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}" if self.port else self.host

    @property
    def name(self) -> str:
        """How images name it: those of Docker Hub do not name the host that serves them."""
        return "docker.io" if self.url == DOCKER_HUB else self.authority


def parse(url: str) -> Upstream:
    """Return the upstream; ValueError, whose text says what is wrong and what to write, where it is none."""
    match = _URL.fullmatch(url)
    if match is None:
        if _HOST.fullmatch(url.partition("/")[0].partition(":")[0]):
            raise ValueError(f"needs a scheme: {_hub(url) or f'https://{url}'}")
        raise ValueError("is not a URL: write scheme, host and, if it has one of its own, port, such as https://ghcr.io")
    scheme, host, port = match["scheme"].lower(), match["host"].lower(), match["port"] or ""
    if match["userinfo"] is not None:
        raise ValueError(
            "holds credentials, which would stand in plain sight: "
            "put them into a Secret (keys username and password) and name it in spec.credentialsSecretName"
        )
    if scheme not in ("http", "https"):
        raise ValueError(f"has the scheme {scheme}: only https and http are known")
    if not _HOST.fullmatch(host):
        raise ValueError("has no host that could be asked: write one such as https://ghcr.io")
    if host in _DOCKER_HUB:
        raise ValueError(f"is not where Docker Hub keeps its images: write {DOCKER_HUB}")
    if match["port"] is not None and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise ValueError("has a port that is no number from 1 to 65535")
    found = Upstream(scheme, host, "" if (scheme, port) in (("https", "443"), ("http", "80")) else port)
    if match["query"] is not None or match["fragment"] is not None:
        raise ValueError(f"has more than scheme, host and port: write {found.url}")
    if match["path"] not in (None, "/"):
        raise ValueError(f"has a path, which belongs into the names of the images that are pulled: write {found.url}")
    return found


def _hub(url: str) -> str:
    return DOCKER_HUB if url.partition("/")[0].partition(":")[0].lower() in _DOCKER_HUB else ""
