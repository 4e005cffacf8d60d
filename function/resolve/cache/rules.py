"""The rules of a Cache's spec that need more than one field, or the world, to be checked. One function a rule; all are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from function.api.cache import CacheSpec
from function.distribution import overrides
from function.record import record
from function.releases.release import Release
from function.resolve import images
from function.resolve.cache import upstreams
from function.resolve.cache.facts import CacheFacts
from function.resolve.cache.plan import DEFAULT_MODE
from function.resolve.owner import Owner
from function.resolve.problems import Problem
from function.resolve.rules import SHARED, STORAGE_CHANGE, Case

MOST_VOLUMES = 30
"""Each is an object that is composed; Crossplane's circuit breaker opens where many change at once."""


@record
class CacheCase(Case):
    """A Cache's spec and what is known beside it."""

    spec: CacheSpec
    facts: CacheFacts
    owner: Owner

    @property
    def driver(self) -> str:
        """See Case."""
        return "filesystem"

    @property
    def ours(self) -> Mapping[str, str]:
        """See Case."""
        return overrides.OURS_IN_A_CACHE

    @property
    def good(self) -> Release | None:
        """See Case."""
        return self.facts.release(self.facts.good)


Rule = Callable[[CacheCase], Iterator[Problem]]


def upstream(case: CacheCase) -> Iterator[Problem]:
    """The upstream is a registry, and another than this one."""
    path = "spec.upstreamRegistryURL"
    if not case.spec.upstream_registry_url:
        yield Problem(path, f"is missing: the registry whose images are kept, such as {upstreams.DOCKER_HUB} (Docker Hub)")
        return
    try:
        found = upstreams.parse(case.spec.upstream_registry_url)
    except ValueError as error:
        yield Problem(path, str(error))
        return
    service, namespace = case.owner.names.base, case.owner.namespace
    if found.host in (f"{service}.{namespace}", f"{service}.{namespace}.svc", f"{service}.{namespace}.svc.cluster.local"):
        yield Problem(path, "is this Cache itself: name the registry that it is in front of")


def version(case: CacheCase) -> Iterator[Problem]:
    """A Cache needs what Distribution has had since 3.1: credentials by a program, and sent to no other host."""
    needs = "a Cache needs Distribution 3.1 or newer"
    if case.spec.version == "2.8":
        yield Problem("spec.version", f"is 2.8: {needs}")
    try:
        found = images.parse(case.spec.image or images.DEFAULT)
    except ValueError:
        return
    if case.dialect == "2.8" and case.spec.version != "2.8":
        yield Problem("spec.image", f"its tag says version 2.8: {needs}, such as {images.DEFAULT}")
    elif found.dialect == "3.1" and found.minor == 0:
        yield Problem("spec.image", f"its tag says version 3.0: {needs}, such as {images.DEFAULT}")


def volume(case: CacheCase) -> Iterator[Problem]:
    """What only volumes have is for them; what they were made for stays."""
    wanted = case.spec.volume
    there = case.facts.made_for
    if wanted.type == "emptyDir":
        if wanted.storage_class_name:
            yield Problem("spec.volume.storageClassName", "needs type persistentVolumeClaim: an emptyDir has no StorageClass")
        return
    if case.spec.replicas and case.spec.replicas > MOST_VOLUMES:
        yield Problem("spec.replicas", f"is {case.spec.replicas}: with a volume for each there may be {MOST_VOLUMES} at most")
    if there is None:
        return
    advice = "make a Cache of another name with new volumes, and delete this one"
    if wanted.storage_class_name and there.storage_class != wanted.storage_class_name:
        made = there.storage_class or "the cluster's default"
        yield Problem("spec.volume.storageClassName", f"cannot change: the volumes were made with {made}; {advice}", STORAGE_CHANGE)
    mode = wanted.access_mode or DEFAULT_MODE
    if there.access_modes and set(there.access_modes) != {mode}:
        made = ", ".join(there.access_modes)
        yield Problem("spec.volume.accessMode", f"cannot change: the volumes were made with {made}; {advice}", STORAGE_CHANGE)


RULES: tuple[Rule, ...] = (*SHARED, upstream, version, volume)
