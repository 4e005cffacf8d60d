"""From a request to what the core sees of it."""

from __future__ import annotations

from typing import Any

from function.observed import Observed
from function.wire import lens
from function.wire.document import WireDocument

decode = lens.Request.FromString
"""A request of its bytes, as far as it is known what is in it."""


def read(request: Any, entropy: str) -> Observed:
    """Return what a request brings, and a new random value."""
    observed = request.observed
    return Observed(
        composite=_document(observed.composite),
        composed={key: _document(item) for key, item in observed.resources.items()},
        required={name: [_document(item) for item in found.items] for name, found in request.required_resources.items()},
        entropy=entropy,
    )


def _document(resource: Any) -> WireDocument:
    return WireDocument(resource.resource.fields)
