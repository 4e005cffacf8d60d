"""Whose objects these are: the registry's name and namespace, however the composite came to be."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from function.kubernetes.document import Document, text
from function.kubernetes.names import Names, owner_problem
from function.record import record
from function.resolve.problems import InvalidSpec, Problem


@record(slots=False)
class Owner:
    """A Registry or Cache as its team knows it. In the flavour with claims the composite is the claim's, and cluster scoped."""

    kind: Literal["Registry", "Cache"]
    name: str
    namespace: str
    claimed: bool

    @cached_property
    def names(self) -> Names:
        """The names of its objects."""
        return Names(self.name, self.kind.lower())


def read(composite: Document, kind: Literal["Registry", "Cache"]) -> Owner:
    """Return the owner; InvalidSpec where a composite has no claim, or a name that its objects could not carry."""
    claimed = composite.at("kind") == f"X{kind}"
    if claimed:
        name, namespace = (
            text(composite.at("spec", "claimRef", "name")),
            text(composite.at("spec", "claimRef", "namespace")),
        )
        if not name or not namespace:
            raise InvalidSpec(
                [Problem("spec.claimRef", f"is missing: create a {kind} in a namespace, and its X{kind} is made from it")]
            )
    else:
        name, namespace = text(composite.at("metadata", "name")), text(composite.at("metadata", "namespace"))
        if not name or not namespace:
            field = "namespace" if name else "name"
            raise InvalidSpec([Problem(f"metadata.{field}", "is missing")])
    if problem := owner_problem(name):
        raise InvalidSpec([Problem("metadata.name", problem)])
    return Owner(kind, name, namespace, claimed)
