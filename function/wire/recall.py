"""Answers, remembered by what was looked at to find them.

The core is pure: whoever sees the same at each place where it looked, finds the same. So an answer is given again to a composite as
long as all that it was made from is as it was, whatever else of the observed objects has changed: resourceVersion, managedFields.

Of what was looked at only a digest is kept, under a key that this process made for itself; and of the answer all but the Secrets
whose values are no part of a plan. Those are written anew each time.

To remember costs a tenth of a first call, and is of use from the next one on: so it is done for who has asked before.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from function.kubernetes.document import Document, Manifest
from function.observed import Answer, Made, Observed
from function.record import record
from function.wire import response
from function.wire.document import WireDocument

LIMIT_BYTES, ENTRY_BYTES = 8 << 20, 20 << 10
"""How much is remembered in all; and what an answer comes to besides its bytes, with the plan that writes its Secrets."""

ROOM_BYTES = 4 * ENTRY_BYTES
"""There is room for one more as long as this is free: more than almost all answers come to."""

ASKED, RECENT = 4096, 200
"""Of how many composites it is known when they asked; and how many calls ago is not long: fewer than there mostly is room for."""

Place = tuple[str, ...]
Path = tuple[str, ...]


@record
class Recalled:
    """An answer: its own bytes, and how its Secrets are written. `paths` are where was looked, by the place of each document."""

    paths: Mapping[Place, tuple[Path, ...]]
    digest: bytes
    told: bytes
    again: Callable[[Observed], Mapping[str, Manifest]] | None
    ready: frozenset[str]
    objects: int
    fatal: str

    def write(self, request: Any, observed: Observed) -> bytes:
        """Return the response to a request."""
        return self.write_with(request, self.again(observed) if self.again else {})

    def write_with(self, request: Any, made: Mapping[str, Made]) -> bytes:
        """Return the response to a request, its Secrets having been made."""
        return response.carried(request) + self.told + response.resources(made, self.ready)


class Recall:
    """The answers of composites that were asked about more than once.

    A composite that requires something has two, for a Crossplane that asks twice each time: at first without what is required.

    Where there is no room left, only who has asked not long before takes the place of who asked least recently. Otherwise, of
    more composites than there is room for that are asked about in turn, each would lose its place before it asks again.
    """

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._key = secrets.token_bytes(32)
        self._limit, self._weight = limit, 0
        self._kept: OrderedDict[Place, Recalled] = OrderedDict()
        self._calls = 0
        self._asked: OrderedDict[int, int] = OrderedDict()

    def knows(self, composite: Document, required: Iterable[str]) -> bool:
        """Tell whether what is found for a composite is likely to be of use again before it is forgotten; and note that it asks.

        `required` are the names of what Crossplane has looked for.
        """
        self._calls += 1
        identity = _identity(composite, required)
        if identity in self._kept:
            return True
        name = hash(identity)
        before = self._asked.pop(name, None)
        self._asked[name] = self._calls
        if len(self._asked) > ASKED:
            self._asked.popitem(last=False)
        if before is None:
            return False
        return self._weight + ROOM_BYTES < self._limit or self._calls - before <= RECENT

    def find(self, request: Any, observed: Observed) -> Recalled | None:
        """Return the answer that was given when all was as it is now."""
        identity = _identity(observed.composite, observed.required)
        found = self._kept.get(identity)
        if found is None or response.extends(request):
            return None
        documents = _documents(observed)
        if documents.keys() != found.paths.keys() or self._digest(documents, found.paths) != found.digest:
            return None
        self._kept.move_to_end(identity)
        return found

    def write(self, request: Any, observed: Observed, answer: Answer) -> bytes:
        """Return the response of an answer that was just found, and remember the answer where the composite is known.

        Not what depends on chance, or on what earlier steps desire.
        """
        if not observed.known:
            return response.write(request, answer)
        identity = _identity(observed.composite, observed.required)
        if before := self._kept.pop(identity, None):
            self._weight -= _weight(before)
        volatile = {key for key, made in answer.desired.items() if not isinstance(made, bytes)}
        if getattr(observed.entropy, "used", True) or volatile != answer.secrets or response.extends(request):
            return response.write(request, answer)
        documents = _documents(observed)
        paths = {place: document.looked() if document else () for place, document in documents.items()}
        ready = answer.ready & volatile
        told = response.told(answer, b"", leaving_out=volatile)
        made = Recalled(paths, self._digest(documents, paths), told, answer.again, ready, len(answer.desired), answer.fatal)
        self._kept[identity] = made
        self._weight += _weight(made)
        while self._weight > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._weight -= _weight(oldest)
        return made.write_with(request, {key: answer.desired[key] for key in volatile})

    def _digest(self, documents: Mapping[Place, WireDocument | None], paths: Mapping[Place, tuple[Path, ...]]) -> bytes:
        found = []
        for place, looked in paths.items():
            if document := documents[place]:
                found += [document.canonical(path) for path in looked]
        lengths = [-1 if value is None else len(value) for value in found]
        return hashlib.blake2b(b"".join([b"%a" % lengths, *filter(None, found)]), key=self._key, digest_size=32).digest()


def _weight(recalled: Recalled) -> int:
    return ENTRY_BYTES + len(recalled.told)


def _identity(composite: Document, required: Iterable[str]) -> Place:
    at = composite.at
    return str(at("kind")), str(at("metadata", "namespace")), str(at("metadata", "name")), *sorted(required)


def _documents(observed: Observed) -> dict[Place, Any]:
    """Return all documents by their places; for what was required and is not there, that Crossplane has looked."""
    found: dict[Place, Any] = {("composite",): observed.composite}
    for key, document in observed.composed.items():
        found["composed", key] = document
    for name, documents in observed.required.items():
        found["required", name] = None
        for number, document in enumerate(documents):
            found["required", name, str(number)] = document
    return found
