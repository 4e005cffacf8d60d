"""The names of all that we compose, and the keys by which Crossplane knows it. Both are API: changed only on purpose.

Crossplane adopts an object that has no controller, so our names carry our own suffix: a user's `my-registry` Service is never ours.
"""

from __future__ import annotations

import hashlib
import re

from function.record import record

LIMIT = 63
OWNER_LIMIT = LIMIT - len("-registry")
"""How long the name of a Registry may be: its Service is `<name>-registry`, and a Service's name has 63 characters at most."""

OWNER_PATTERN = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"
"""A Service's name is a DNS label that starts with a letter (RFC 1035)."""

VOLUME = "data"
"""The name of the volume that holds images, in a pod and in the template of its claim."""

_OWNER = re.compile(OWNER_PATTERN)


def digest(text: str, length: int = 10) -> str:
    """Return the first hexadecimal digits of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def fit(name: str, limit: int = LIMIT) -> str:
    """Return the name, or, where it exceeds the limit, its start and a hash of the whole: stable, and its own."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - 11].rstrip('-.')}-{digest(name)}"


def owner_problem(name: str) -> str:
    """Say what is wrong with the name of a Registry or Cache; empty where nothing is."""
    if len(name) > OWNER_LIMIT:
        return f"has {len(name)} characters; a registry's name has {OWNER_LIMIT} at most, so that its Service can be named after it"
    if not _OWNER.fullmatch(name):
        return "is not a name for a Service: use small letters, digits and '-', and start with a letter"
    return ""


@record
class Names:
    """The names of one registry's objects; `kind` is registry or cache."""

    owner: str
    kind: str

    @property
    def base(self) -> str:
        """The workload, its Service, ServiceAccount, NetworkPolicy, PodDisruptionBudget, autoscaler."""
        return fit(f"{self.owner}-{self.kind}")

    @property
    def stateful(self) -> str:
        """The StatefulSet: its pods carry its name and 11 characters in a label."""
        return fit(self.base, LIMIT - 11)

    def volume(self, ordinal: int) -> str:
        """Return the claim of a StatefulSet's pod, as its controller names it."""
        return f"{VOLUME}-{self.stateful}-{ordinal}"

    def __call__(self, suffix: str) -> str:
        """Return the name of the object with this suffix, such as `http` or `release-<hash>`."""
        return fit(f"{self.owner}-{self.kind}-{suffix}")


def integration(namespace: str, owner: str, kind: str, suffix: str, *, cluster_scoped: bool) -> str:
    """Return the name of a RegistryIntegration; cluster scoped, it must be unlike that of any other namespace.

    `<namespace>-<name>` alone would collide: a-b/c and a/b-c.
    """
    name = f"{owner}-{kind}-{suffix}"
    if not cluster_scoped:
        return fit(name)
    return f"{name[: LIMIT - 11].rstrip('-')}-{digest(f'{namespace}/{name}')}"


class Keys:
    """The keys by which Crossplane knows what a composite composes. One key, one kind, for ever."""

    DEPLOYMENT = "deployment"
    SERVICE = "service"
    SERVICE_ACCOUNT = "service-account"
    DISRUPTION_BUDGET = "pod-disruption-budget"
    NETWORK_POLICY = "network-policy"
    AUTOSCALER = "autoscaler"
    VOLUME_CLAIM = "volume-claim"
    HTTP_SECRET = "http-secret"  # noqa: S105  a name
    BUCKET_SECRET = "bucket-secret"  # noqa: S105  a name
    COSI = "cosi-"
    DELETION_PROTECTION = "deletion-protection"
    RELEASE = "release-"
    STATEFUL_SET = "stateful-set"
    CACHE_VOLUME = "cache-volume-"
    TRIAL = "trial-"
    DEADLINE = "deadline-"
    TURN = "turn-"


@record
class BucketNames:
    """The names of a bucket's COSI objects, and the key of the RegistryIntegration that composes them.

    Both objects are immutable: another class is another bucket, and another class of access another object, with a Secret of
    its own.
    """

    key: str
    claim: str
    access: str
    credentials: str

    @staticmethod
    def of(names: Names, bucket_class: str, access_class: str) -> BucketNames:
        """Return the names for these classes."""
        bucket = digest(bucket_class, 6)
        access = names(f"bucket-{bucket}-{digest(access_class, 6)}")
        return BucketNames(f"{Keys.COSI}{bucket}", names(f"bucket-{bucket}"), access, access)
