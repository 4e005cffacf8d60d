"""The rules of the settings that every kind has, where more than one field is needed to check them. One function a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from function.api.settings import Settings
from function.distribution import overrides
from function.kubernetes import quantity
from function.record import record
from function.releases.release import Release
from function.resolve import images, refusals
from function.resolve.images import Dialect
from function.resolve.problems import Problem, repeats

STORAGE_CHANGE = "StorageChangeRefused"


@record
class Case:
    """A spec and what is known beside it."""

    spec: Settings
    dialect: Dialect | None

    @property
    def driver(self) -> str:
        """Distribution's storage driver; empty where it is not known."""
        return ""

    @property
    def ours(self) -> Mapping[str, str]:
        """What a user may not write into config, and why."""
        return overrides.OURS

    @property
    def good(self) -> Release | None:
        """The release that runs, where there is one."""
        return None


AnyCase = TypeVar("AnyCase", bound=Case)
Rule = Callable[[Case], Iterator[Problem]]


def broken(rules: Iterable[Callable[[AnyCase], Iterator[Problem]]], case: AnyCase, unread: Iterable[Problem]) -> list[Problem]:
    """Return all problems: those of what could not be read, and of the rules those that do not only repeat them."""
    read = list(unread)
    found = [problem for rule in rules for problem in rule(case)]
    return [*read, *(problem for problem in found if not any(repeats(problem, other) for other in read))]


def image(case: Case) -> Iterator[Problem]:
    """The image is a reference whose dialect is known."""
    if case.spec.image is None:
        if case.spec.version and case.spec.version != images.parse(images.DEFAULT).dialect:
            yield Problem(
                "spec.version",
                f"is {case.spec.version}, but the default image is {images.DEFAULT}: set spec.image too",
                lacking=True,
            )
        return
    try:
        parsed = images.parse(case.spec.image)
    except ValueError:
        yield Problem(
            "spec.image",
            "is not an image reference, such as registry:3.1.1 or registry.example.com/mirror/registry:3.1.1",
        )
        return
    if case.spec.version:
        if parsed.dialect and parsed.dialect != case.spec.version:
            yield Problem(
                "spec.version",
                f"is {case.spec.version}, but the tag of {case.spec.image} says {parsed.dialect}: leave one out",
            )
    elif parsed.unsupported:
        yield Problem(
            "spec.image",
            f"its tag says version {parsed.unsupported}; Distribution 2.8 and 3 are supported. "
            "If the tag means something else, set spec.version",
        )
    elif parsed.dialect is None:
        yield Problem(
            "spec.version",
            f"is needed, since the tag of {case.spec.image} does not tell it: 2.8, or 3.1 for all of Distribution 3",
            lacking=True,
        )


def upgrade(case: Case) -> Iterator[Problem]:
    """Kubernetes wants a deadline that a pod can meet."""
    wanted = case.spec.upgrade
    if wanted.progress_deadline_seconds <= wanted.min_ready_seconds:
        yield Problem(
            "spec.upgrade.progressDeadlineSeconds",
            f"is {wanted.progress_deadline_seconds}: it must be more than minReadySeconds ({wanted.min_ready_seconds})",
        )


def resources(case: Case) -> Iterator[Problem]:
    """Requests are within limits."""
    if case.spec.resources is None:
        return
    limits = case.spec.resources.limits or {}
    for name, request in (case.spec.resources.requests or {}).items():
        if name in limits and quantity.parse(request) > quantity.parse(limits[name]):
            yield Problem(f"spec.resources.requests.{name}", f"is {request}, more than the limit of {limits[name]}")


def proxy(case: Case) -> Iterator[Problem]:
    """Nothing secret stands in plain sight."""
    block = case.spec.proxy
    for name, url in (("httpProxy", block.http_proxy), ("httpsProxy", block.https_proxy)) if block and block.enabled else ():
        if overrides.USERINFO.search(url):
            yield Problem(f"spec.proxy.{name}", "holds a password, which would stand in plain sight: use a proxy that needs none")


def service(case: Case) -> Iterator[Problem]:
    """Fields of a Service that its type does not have."""
    if case.spec.service.type == "ClusterIP" and case.spec.service.node_port is not None:
        yield Problem("spec.service.nodePort", "needs type NodePort or LoadBalancer", lacking=True)
    if case.spec.service.type != "LoadBalancer" and case.spec.service.load_balancer_class is not None:
        yield Problem("spec.service.loadBalancerClass", "needs type LoadBalancer", lacking=True)


def service_account(case: Case) -> Iterator[Problem]:
    """Annotations are for a ServiceAccount that we make."""
    if case.spec.service_account.name and case.spec.service_account.annotations:
        yield Problem(
            "spec.serviceAccount.annotations",
            "cannot be set for an existing ServiceAccount (name): annotate it yourself",
        )


def ca_bundle(case: Case) -> Iterator[Problem]:
    """A bundle comes from somewhere."""
    if case.spec.ca_bundle and case.spec.ca_bundle.enabled and not case.spec.ca_bundle.config_map_name:
        yield Problem("spec.caBundle.configMapName", "is missing: name the ConfigMap that holds the certificates", lacking=True)


def config(case: Case) -> Iterator[Problem]:
    """The user's part of config.yml breaks nothing."""
    dialects = [case.dialect] if case.dialect else ["3.1", "2.8"]
    found, *others = (list(overrides.problems(case.spec.config, dialect, case.driver, case.ours)) for dialect in dialects)
    # Where the dialect changes, that is said of the upgrade, which does not stop all else.
    lost = refusals.lost(case.spec, case.good, case.dialect)
    for path, message in found:
        if path in lost:
            continue
        # As long as the dialect is not known, what one of them has may be right.
        if all(path in dict(other) for other in others):
            yield Problem(f"spec.config{path}", message)


SHARED: tuple[Rule, ...] = (
    image,
    upgrade,
    resources,
    service,
    proxy,
    service_account,
    ca_bundle,
    config,
)
