"""Moments as Kubernetes writes them (RFC 3339). None is ever asked for: there is no clock here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def after(moment: str, seconds: int) -> str:
    """Return the moment so many seconds later; an empty text where there is no moment."""
    try:
        read = datetime.fromisoformat(moment)
        later = (read + timedelta(seconds=seconds)).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    # Without a zone it is nobody's moment, and Kubernetes writes none.
    return later.strftime("%Y-%m-%dT%H:%M:%SZ") if read.tzinfo else ""
