"""Values that nobody can guess, and that are the same when they are asked for again.

What a call makes may not be there at the next: Crossplane applied it not at all, or has not seen it yet. If that call made another
value, the pods that were meant for the first would be replaced at once. So a value is made of what it is for, under a key that all
pods of the function have and nobody else.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

Chance = Callable[[bytes], str]
"""Gives 64 hexadecimal digits for what they are for."""

_PURPOSE = b"registry-operator.dev: values of Secrets"


def of(key: bytes = b"") -> Chance:
    """Return where values come from: the same for the same key. Without a key, they are of this process alone."""
    # What the key is used for elsewhere tells nothing of it.
    own = hmac.digest(key, _PURPOSE, "sha256") if key else secrets.token_bytes(32)
    return lambda purpose: hmac.digest(own, purpose, "sha256").hex()
