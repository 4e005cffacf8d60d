"""What is done to a registry that runs, and how it has to end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

Spec = dict[str, Any]
MISSING = "example.invalid/registry:3.9.9"
# The registry does not start with a middleware that it does not have; which ones there are, an image decides.
PANICS: Spec = {"config": {"middleware": {"storage": [{"name": "there-is-no-such-middleware"}]}}}
MENDED: Spec = {"config": None, "logging": {"level": "debug"}}
UNTRIED: Spec = {"upgrade": {"preflight": False}}


def unhealthy(after: str) -> Spec:
    """Return what lets a registry say, after a time, that it is not healthy, since there is a file."""
    return {"config": {"health": {"file": [{"file": "/etc/hosts", "interval": after, "threshold": 1}]}}}


class Stage(Protocol):
    """What scenarios may do."""

    old_image: str
    new_image: str

    def patch(self, name: str, spec: Spec) -> None:
        """Change the spec of a Registry."""

    def patch_template(self, name: str, spec: Spec) -> None:
        """Change the spec of the RegistryTemplate of a scenario."""

    def set_key(self, name: str, key: str) -> None:
        """Change the content of the Secret that the storage of a Registry names."""

    def delete_deployment(self, name: str) -> None:
        """Delete the Deployment of a Registry."""

    def restart_function(self, name: str) -> None:
        """Delete the pods of the function."""

    def restart_crossplane(self, name: str) -> None:
        """Let Crossplane end, and start again."""


Act = Callable[[Stage, str], None]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A change, and how it ends: with this reason of Upgraded, and at most so many changes of the pod template.

    `midway` happens when `Upgraded` has the reason `when` and so many pods run the new template. `keys`: its storage looks at
    the keys. `alone`: it disturbs others, and comes after them.
    """

    name: str
    change: Act
    ends: str
    templates: int
    spec: Spec = field(default_factory=dict)
    midway: Act | None = None
    when: str = "RollingOut"
    updated: int = 1
    keys: bool = False
    count: int = 1
    alone: int = 0
    brief: bool = False

    @property
    def registries(self) -> list[str]:
        return [self.name] if self.count == 1 else [f"{self.name}-{n}" for n in range(self.count)]


def to(*specs: Spec) -> Act:
    """Return what changes a spec."""
    merged: Spec = {}
    for spec in specs:
        merged |= spec
    return lambda stage, name: stage.patch(name, merged)


SCENARIOS = (
    Scenario(
        name="better-image",
        spec={"image": "old"},
        change=lambda stage, name: stage.patch(name, {"image": stage.new_image}),
        ends="Current",
        templates=1,
        brief=True,
    ),
    Scenario(name="missing-image", change=to({"image": MISSING}), ends="TrialFailed", templates=0, brief=True),
    Scenario(name="missing-image-untried", change=to({"image": MISSING}, UNTRIED), ends="RolledBack", templates=2),
    Scenario(name="fails-its-probe", change=to(unhealthy("1s")), ends="TrialFailed", templates=0),
    Scenario(name="fails-its-probe-untried", change=to(unhealthy("1s"), UNTRIED), ends="RolledBack", templates=2),
    Scenario(
        name="fails-its-probe-late",
        spec={"upgrade": {"minReadySeconds": 30, "progressDeadlineSeconds": 60}},
        change=to(unhealthy("20s")),
        ends="RolledBack",
        templates=2,
    ),
    Scenario(name="panics", change=to(PANICS), ends="TrialFailed", templates=0),
    Scenario(name="panics-untried", change=to(PANICS, UNTRIED), ends="RolledBack", templates=2, brief=True),
    Scenario(
        name="keys-changed",
        keys=True,
        change=lambda stage, name: stage.set_key(name, "wrong"),
        ends="TrialFailed",
        templates=0,
        brief=True,
    ),
    Scenario(
        name="keys-changed-untried",
        keys=True,
        spec=UNTRIED,
        change=lambda stage, name: stage.set_key(name, "wrong"),
        ends="RolledBack",
        templates=2,
    ),
    Scenario(
        name="other-keys",
        keys=True,
        change=to({"storage": {"s3": {"credentialsSecretName": "keys-wrong"}}}),
        ends="TrialFailed",
        templates=0,
    ),
    Scenario(
        name="little-memory",
        change=to({"resources": {"requests": {"memory": "8Mi"}, "limits": {"memory": "8Mi"}}}),
        ends="TrialFailed",
        templates=0,
    ),
    Scenario(
        name="little-memory-untried",
        change=to({"resources": {"requests": {"memory": "8Mi"}, "limits": {"memory": "8Mi"}}}, UNTRIED),
        ends="RolledBack",
        templates=2,
    ),
    Scenario(
        name="template",
        spec={"replicas": 2},
        count=10,
        change=lambda stage, name: stage.patch_template(name, {**PANICS, **UNTRIED}),
        ends="RolledBack",
        templates=2,
    ),
    Scenario(
        name="fixed-in-a-rollback",
        change=to(PANICS, UNTRIED),
        when="RolledBack",
        updated=0,
        midway=to(MENDED),
        ends="Current",
        templates=3,
        brief=True,
    ),
    Scenario(name="fixed-in-a-rollout", change=to(PANICS, UNTRIED), midway=to(MENDED), ends="Current", templates=2),
    Scenario(
        name="deployment-deleted",
        change=to({"logging": {"level": "debug"}}),
        midway=lambda stage, name: stage.delete_deployment(name),
        ends="Current",
        templates=1,
    ),
    Scenario(
        name="function-restarted",
        change=to(PANICS, UNTRIED),
        midway=lambda stage, name: stage.restart_function(name),
        ends="RolledBack",
        templates=2,
        alone=1,
    ),
    Scenario(
        name="crossplane-restarted",
        change=to(PANICS, UNTRIED),
        midway=lambda stage, name: stage.restart_crossplane(name),
        ends="RolledBack",
        templates=2,
        alone=2,
    ),
)
