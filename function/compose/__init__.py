"""The pipeline of each kind: what an observed state is answered with. This page is the table of contents of the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from function.compose import integration, template
from function.compose.cache import CACHE
from function.compose.registry import REGISTRY
from function.kubernetes.document import text
from function.observed import Answer, Observed

KINDS: Mapping[str, Callable[[Observed, int], Answer]] = {
    "XRegistry": REGISTRY.answer,
    "Registry": REGISTRY.answer,
    "XCache": CACHE.answer,
    "Cache": CACHE.answer,
    "XRegistryIntegration": integration.answer,
    "RegistryIntegration": integration.answer,
    "RegistryTemplate": template.answer,
}


def answer(observed: Observed, polled: int = 0) -> Answer:
    """Return the answer for a composite of any of our kinds.

    `polled` is how often, in seconds, to be called where Crossplane does not watch what we require; 0 where it does.
    """
    kind = text(observed.composite.at("kind"))
    if kind not in KINDS:
        known = ", ".join(KINDS)
        return Answer(fatal=f"this function does not know the kind {kind or '(none)'}: it composes {known}")
    return KINDS[kind](observed, polled)


def broken(observed: Observed) -> Answer:
    """Answer a call that failed by a mistake of ours: with what was told before, since nothing was found out."""
    message = "internal error: the function's log says more; nothing was changed"
    running = {"XCache": CACHE, "Cache": CACHE}.get(text(observed.composite.at("kind")), REGISTRY)
    return Answer(fatal=message, conditions=running.carried(observed, message))
