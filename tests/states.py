"""States of a cluster, each made from a settled one by what may happen to it; and what a condition says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from function.kubernetes.document import Manifest
from function.observed import Condition
from tests.clusters import Cluster
from tests.specs import Spec, cluster

Change = Callable[[Cluster], Any]
Row = tuple[Callable[[], Cluster], str, str, str, bool]
"""A state, and what its condition says: status, reason, a part of the message, and whether something is wrong."""


def settled(spec: Spec, *changes: Change) -> Cluster:
    """Return a cluster where all was well until these changes."""
    registry = cluster(spec)
    registry.settle()
    for change in changes:
        change(registry)
    return registry


def first(spec: Spec, *users: Manifest) -> Cluster:
    """Return a cluster with only these objects of the user's, whose requirements were looked up, and nothing composed yet."""
    registry = Cluster(spec, *users)
    registry.requirements = dict(registry.answer().requirements)
    return registry


def told(registry: Cluster, kind: str) -> Condition:
    """Return what the condition of this type says, and see that all conditions are there and fit to be read."""
    answer = registry.answer()
    types = [entry.type for entry in answer.conditions]
    assert types == ["Valid", "StorageReady", "Available", "Upgraded", *types[4:]], "conditions are on every answer"
    for entry in answer.conditions:
        assert entry.reason.isalnum()
        assert entry.message
        assert "secret-value" not in entry.message
    return next(entry for entry in answer.conditions if entry.type == kind)


def check(kind: str, row: Row) -> None:
    """See that the condition of this type says what the row says."""
    build, status, reason, said, trouble = row
    entry = told(build(), kind)
    assert (entry.status, entry.reason, entry.trouble) == (status, reason, trouble)
    assert said in entry.message


def named(row: Row) -> str:
    """Return the name of a row's test."""
    return f"{row[2]}-{row[3][:30]}"


def no_users(registry: Cluster) -> None:
    """Let all objects of the user's be gone."""
    registry.users = []


def driver_gone(registry: Cluster) -> None:
    """Let the Secret of COSI's driver be gone."""
    registry.users = [one for one in registry.users if "COSI_S3_BUCKET_ID" not in one.get("data", {})]
