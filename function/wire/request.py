"""From a request to what the core sees of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from function.observed import Observed
from function.wire import lens
from function.wire.document import WireDocument
from function.wire.values import encode

decode = lens.Request.FromString
"""A request of its bytes, as far as it is known what is in it."""


class Chance:
    """New random values, and whether one was used."""

    def __init__(self, entropy: Callable[[], str]) -> None:
        self._entropy = entropy
        self.used = False

    def __call__(self) -> str:
        """Return a new random value."""
        self.used = True
        return self._entropy()


def read(request: Any, entropy: Callable[[], str]) -> Observed:
    """Return what a request brings, and where new random values come from."""
    observed = request.observed
    return Observed(
        composite=_document(observed.composite),
        composed={key: _document(item) for key, item in observed.resources.items()},
        required={name: [_document(item) for item in found.items] for name, found in request.required_resources.items()},
        entropy=Chance(entropy),
        form=encode,
    )


def _document(resource: Any) -> WireDocument:
    return WireDocument(resource.resource.fields)
