"""Releases: the exact config.yml and pod template that run, kept together, and what became of them."""

from function.releases.release import RELEASE_FORMATS, Release, fingerprint

__all__ = ["RELEASE_FORMATS", "Release", "fingerprint"]
