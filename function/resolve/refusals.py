"""What may not take the place of what runs, although it could run by itself: said before anything is touched."""

from __future__ import annotations

from collections.abc import Iterator

from function.api.settings import Settings
from function.distribution import overrides
from function.releases.release import Release
from function.resolve import images
from function.resolve.images import Dialect, Image


def of(spec: Settings, wanted: Image, dialect: Dialect, good: Release | None) -> Iterator[str]:
    """Yield why a release with this image may not take the place of the good one, and what to do to mean it."""
    runs = _image(good) if good else None
    if runs is None:
        return
    if not spec.upgrade.allow_downgrade and _older(wanted, runs):
        yield (
            f"spec.image: {wanted.reference} is older than {runs.reference}, which runs, by more than a patch: an older version "
            "may not read what a newer one wrote. Name a newer one, or set upgrade.allowDowngrade to true to mean it"
        )
    for path in lost(spec, good, dialect):
        yield f"spec.config{path}: {wanted.reference} does not have this key, which {runs.reference}, that runs, has: leave it out"


def lost(spec: Settings, good: Release | None, dialect: Dialect | None) -> list[str]:
    """Return the keys of config that the dialect of the good release has and this one lost."""
    runs = _image(good) if good else None
    before = runs.dialect if runs else None
    if before is None or dialect is None or before == dialect:
        return []
    old, new = (overrides.unknown(spec.config, each) for each in (before, dialect))
    return [path for path in new if path not in old]


def _image(release: Release) -> Image | None:
    try:
        return images.parse(release.image)
    except ValueError:
        return None


def _older(wanted: Image, runs: Image) -> bool:
    """Tell whether it is older by a major or a minor version; a number that a tag leaves open is not compared."""
    if wanted.major is None or runs.major is None or wanted.dialect is None or runs.dialect is None:
        return False
    if wanted.major != runs.major or wanted.minor is None or runs.minor is None:
        return wanted.major < runs.major
    return wanted.minor < runs.minor
