"""What an image reference tells: its tag, whether that tag moves, and which dialect of config.yml its registry reads."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from function.record import record

Dialect = Literal["2.8", "3.1"]

DEFAULT = "registry:3.1.1"
"""The newest exact tag of docker.io/library/registry that is known to exist."""

# distribution/reference: [domain[:port]/]path[:tag][@digest]
_REFERENCE = re.compile(
    r"^(?:(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][-a-zA-Z0-9]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][-a-zA-Z0-9]*[a-zA-Z0-9]))*"
    r"|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?"
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}))?$",
    re.ASCII,
)
_VERSION = re.compile(r"^v?(?P<major>[0-9]+)(?:\.(?P<minor>[0-9]+))?(?P<patch>\.[0-9]+)?(?:[-+_.].*)?$", re.ASCII)


@record
class Image:
    """An image reference, taken apart.

    `dialect` is None where the tag does not tell; `unsupported` is the version that it tells instead. `major` and `minor`
    are the numbers before and behind the first dot of its version; None where the tag has none.
    """

    reference: str
    tag: str
    digest: str
    dialect: Dialect | None
    unsupported: str
    exact: bool
    major: int | None = None
    minor: int | None = None

    @property
    def pull_policy(self) -> str:
        """A tag that moves is pulled each time, or nodes would run what they happen to have."""
        return "IfNotPresent" if self.exact else "Always"


@lru_cache(256)
def parse(reference: str) -> Image:
    """Return what the reference tells; ValueError where it is no image reference."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    tag, digest = match.group("tag") or "", match.group("digest") or ""
    version = _VERSION.match(tag)
    dialect: Dialect | None = None
    unsupported = ""
    if version:
        major, minor = version.group("major"), version.group("minor")
        if major == "3":
            dialect = "3.1"
        elif major == "2" and minor in (None, "8"):
            dialect = "2.8"
        else:
            unsupported = major if minor is None else f"{major}.{minor}"
    exact = bool(digest) or bool(version and version.group("patch"))
    minor = int(version.group("minor")) if version and version.group("minor") else None
    first = int(version.group("major")) if version else None
    return Image(reference, tag, digest, dialect, unsupported, exact, first, minor)


def dialect(image: str | None, version: Literal["", "2.8", "3.1"]) -> Dialect | None:
    """Return the dialect of a spec: as it is written, or as the image's tag tells; None where neither says."""
    try:
        tagged = parse(image or DEFAULT).dialect
    except ValueError:
        tagged = None
    return version or tagged
