"""What a call brings in, and what it answers, in plain values: the border between the shell and the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from function.kubernetes.document import Document, Manifest
from function.record import record

Made = Any
"""A manifest that was made: as it is, or in the form that the shell keeps it in."""

Form = Callable[[Manifest], Made]


def as_it_is(manifest: Manifest) -> Made:
    """Return a manifest: the form in which the core makes it."""
    return manifest


@record
class Observed:
    """All that a call may depend on.

    `required` lacks a name as long as Crossplane has not looked for it; an empty list says that it looked and found nothing.
    `entropy` gives a random value of 64 hexadecimal digits, for a secret that has yet to be made: the same until it is there.
    `form` is what a manifest is turned into before it is remembered. `known` tells whether it is likely that the composite asks
    again before what was made for it is forgotten: that is remembered only then. No answer depends on it.
    """

    composite: Document
    composed: Mapping[str, Document]
    required: Mapping[str, Sequence[Document]]
    entropy: Callable[[], str]
    form: Form = as_it_is
    known: bool = True


@record
class Selector:
    """An object that Crossplane shall bring with the next call."""

    api_version: str
    kind: str
    name: str
    namespace: str | None = None


@record
class Verdict:
    """What an observed state means: `ready`, and why. `trouble` tells a failure from a mere wait."""

    ready: bool
    reason: str
    message: str
    trouble: bool = False


@record
class Condition:
    """An entry of status.conditions of the composite and its claim."""

    type: str
    status: Literal["True", "False", "Unknown"]
    reason: str
    message: str
    trouble: bool = False

    @staticmethod
    def of(type: str, verdict: Verdict) -> Condition:  # noqa: A002  the field's name in Kubernetes
        """Return the condition that says what the verdict says."""
        return Condition(type, "True" if verdict.ready else "False", verdict.reason, verdict.message, verdict.trouble)


@record
class Event:
    """A Kubernetes event on the composite and its claim."""

    severity: Literal["Normal", "Warning"]
    reason: str
    message: str


@record
class Answer:
    """What Crossplane is told. With `fatal`, it applies nothing, and only conditions and events count.

    What is in `desired` may be returned again: nobody changes it. What of it is in `secrets` holds values that are not to be
    remembered; `again` writes that anew, for a state that is the same in all that was looked at. `ttl` is in seconds; 0 means:
    when something changes.
    """

    desired: Mapping[str, Made] = field(default_factory=dict)
    ready: frozenset[str] = frozenset()
    composite_ready: bool = False
    status: Mapping[str, Any] = field(default_factory=dict)
    conditions: Sequence[Condition] = ()
    events: Sequence[Event] = ()
    requirements: Mapping[str, Selector] = field(default_factory=dict)
    ttl: int = 0
    fatal: str = ""
    secrets: frozenset[str] = frozenset()
    again: Callable[[Observed], Mapping[str, Manifest]] | None = field(default=None, compare=False)
