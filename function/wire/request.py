"""From a request to what the core sees of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from function.chance import Chance
from function.kubernetes.document import Document
from function.observed import Observed
from function.wire import lens
from function.wire.document import WireDocument
from function.wire.values import encode

decode = lens.Request.FromString
"""A request of its bytes, as far as it is known what is in it."""


_PURPOSE = (("kind",), ("metadata", "namespace"), ("metadata", "name"), ("metadata", "uid"), ("status", "release", "current"))
"""A Secret that is deleted once there was a good release is made anew with another value."""


class Entropy:
    """The random value for a composite that has none yet, and whether it was asked for."""

    def __init__(self, composite: WireDocument, values: Chance) -> None:
        self._composite, self._values = composite, values
        self.used = False

    def __call__(self) -> str:
        """Return the value."""
        self.used = True
        return self._values(json.dumps([self._composite.at(*path) for path in _PURPOSE]).encode())


def read(request: Any, values: Chance, known: Callable[[Document, Iterable[str]], bool] = lambda *_: True) -> Observed:
    """Return what a request brings, where random values come from, and whether the composite is known."""
    observed = request.observed
    composite = _document(observed.composite)
    required = {name: [_document(item) for item in found.items] for name, found in request.required_resources.items()}
    return Observed(
        composite=composite,
        composed={key: _document(item) for key, item in observed.resources.items()},
        required=required,
        entropy=Entropy(composite, values),
        form=encode,
        known=known(composite, required),
    )


def _document(resource: Any) -> WireDocument:
    return WireDocument(resource.resource.fields)
