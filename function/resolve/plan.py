"""The Plan: every decision that more than one part needs, made once. All that is composed is a pure function of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from function.api.kubernetes import Resources
from function.api.settings import Settings
from function.kubernetes.names import Keys, Names, digest
from function.record import record
from function.releases import machine
from function.releases.machine import UNDECIDED, Decision, Situation
from function.releases.release import Release
from function.resolve import own, refusals
from function.resolve.facts import Facts
from function.resolve.images import Dialect, Image
from function.resolve.owner import Owner
from function.resolve.references import Gap

DEFAULT_REQUESTS = {"cpu": "100m", "memory": "128Mi"}
PORT, METRICS_PORT = 5000, 5001
"""Where the container listens. The Service's port is the user's choice, this is not."""

DRAIN_SECONDS = 25
"""How long a registry that was told to stop lets running requests go on."""

SHAPING: dict[str, Any] = {
    "image": True,
    "version": True,
    "resources": True,
    "logging": True,
    "config": True,
    "image_pull_secrets": True,
    "proxy": True,
    "ca_bundle": True,
    "service_account": {"name"},
    "scheduling": {"node_selector", "tolerations", "affinity", "topology_spread_constraints", "priority_class_name"},
}
"""The settings that shape the pods of every kind; each kind adds its own."""


@record(kw_only=True)
class Plan:
    """What runs pods, decided: what is the same for every kind.

    `release_hash` is empty as long as what it needs is not there and nothing runs yet. `replicas` is None where an
    autoscaler has taken the number over. `exclusive`: a new pod cannot start before the old one has let go.
    `stateful`: each pod has a volume of its own. `sticky`: a client is better off with the pod that it had before.
    `refused`: why the wanted release may not take the place of the good one. `alone`: the pods that go on have to be one.
    `template` is the name of the template; `own` what the team did itself, where it matters whose a change is.
    """

    owner: Owner
    spec: Settings
    facts: Facts
    image: Image
    dialect: Dialect
    replicas: int | None
    single: bool
    exclusive: bool = False
    stateful: bool = False
    sticky: bool = False
    metrics_ports: tuple[int, ...] = (METRICS_PORT,)
    release_hash: str = ""
    decision: Decision = UNDECIDED
    refused: tuple[str, ...] = ()
    alone: bool = False
    template: str = ""
    own: str = ""

    @property
    def attempt(self) -> str:
        """The wanted release, and the user's word to try it again: what can fail."""
        retry = self.spec.upgrade.retry
        return f"{self.release_hash}-{digest(retry, 6)}" if retry else self.release_hash

    @property
    def elsewhere(self) -> str:
        """The key of the other kind of workload, where it runs the good release and is left to; else empty."""
        carried = self.facts.release(self.decision.carries)
        if carried is None or self.decision.carries == self.release_hash or carried.stateful == self.stateful:
            return ""
        return Keys.STATEFUL_SET if carried.stateful else Keys.DEPLOYMENT

    @property
    def unshareable(self) -> bool:
        """Whether the volume belongs to one pod, and to no other even on the same node."""
        return False

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What the spec refers to and cannot be used yet."""
        return self.facts.gaps

    @property
    def names(self) -> Names:
        """The names of the objects."""
        return self.owner.names

    @property
    def workload_key(self) -> str:
        """The key of what runs the pods."""
        return Keys.STATEFUL_SET if self.stateful else Keys.DEPLOYMENT

    @property
    def workload_kind(self) -> str:
        """The kind of what runs the pods."""
        return "StatefulSet" if self.stateful else "Deployment"

    @property
    def workload_name(self) -> str:
        """The name of the Deployment or StatefulSet."""
        return self.names.stateful if self.stateful else self.names.base

    @property
    def service_account(self) -> str:
        """The ServiceAccount of the pods."""
        return self.spec.service_account.name or self.names.base

    @property
    def zero_downtime(self) -> bool:
        """Whether pods can be replaced without a gap, and without losing what they hold."""
        return not self.exclusive

    @property
    def moving(self) -> bool:
        """Whether the good release still runs while another is on its way: it may use what that one does not."""
        runs = self.facts.good or self.facts.running
        return bool(runs) and (runs != self.release_hash or not self.ready_to_run)

    @property
    def identity(self) -> str:
        """What holds data that cannot be had again; empty where nothing does."""
        return ""

    @property
    def ready_to_run(self) -> bool:
        """Whether all that a new release needs is there."""
        return not self.gaps

    def kept(self, name: str) -> Release | None:
        """Return the stored release of this hash."""
        found = self.facts.release(name)
        return found if found and found.whole else None


PlanOf = TypeVar("PlanOf", bound=Plan)


def decided(made: PlanOf) -> PlanOf:
    """Return the plan with what becomes of its release."""
    upgrade, facts = made.spec.upgrade, made.facts
    refused = tuple(refusals.of(made.spec, made.image, made.dialect, made.kept(facts.good)))
    attempt, stage = machine.remembered(facts.failed)
    decision = machine.decide(
        Situation(
            target=made.release_hash if made.ready_to_run or made.kept(made.release_hash) else "",
            good=facts.good,
            attempt=made.attempt,
            failed=attempt,
            stage=stage,
            way_back=_way_back(made),
            refused=bool(refused),
            early=_early(made),
            begun=made.release_hash in (facts.running, facts.begun),
            overdue=facts.running == made.release_hash and facts.rollout == "overdue",
            serves=facts.ready,
            preflight=upgrade.preflight,
            trial=next((one.outcome for one in facts.trials if one.attempt == made.attempt), ""),
            automatic=upgrade.rollback == "Automatic",
        )
    )
    goes_on = facts.release(decision.carries) if decision.carries != made.release_hash else None
    return replace(made, decision=decision, refused=refused, alone=bool(goes_on and goes_on.alone))


def _way_back(made: Plan) -> bool:
    """Tell whether the good release is there, or can be brought back in the workload of this plan."""
    good = made.facts.release(made.facts.good)
    if good is None:
        return False
    if not good.whole:
        return made.facts.running == good.hash and good.stateful == made.stateful
    other = Keys.STATEFUL_SET if good.stateful else Keys.DEPLOYMENT
    return good.stateful == made.stateful or other in made.facts.workloads


def _early(made: Plan) -> bool:
    """Tell whether a change that is not the team's has to wait for its turn."""
    facts = made.facts
    if not made.own or any(one.attempt == made.attempt for one in facts.trials):
        return False
    if turns := [one for one in facts.turns if one.attempt == made.attempt]:
        # The Job of a turn has no pods: it ends when its time is up.
        return not own.edited(made.own, facts.own or made.own) and all(one.outcome != "failed" for one in turns)
    if not facts.own:
        # Either the spread came with this very change of the template; or the team has only now named one.
        return facts.ready and bool(made.template) and made.template == facts.template
    # A registry that is down is not to wait for what may mend it. But one that waits, untried, may be down for a moment.
    return facts.ready and not own.edited(made.own, facts.own)


def shape(spec: Settings, shaping: dict[str, Any]) -> Any:
    """Return of a spec what shapes the pods: a release is named by it, and a test says that nothing else reaches a pod.

    Only what the user wrote and what differs from the defaults counts, so that a new default, image or field restarts nobody.
    """
    written = spec.model_dump(mode="json", exclude_defaults=True, exclude_none=True, include=shaping)
    for block in ("proxy", "caBundle"):
        if written.get(block, {}).get("enabled") is False:
            del written[block]
    return without_empty(written)


def without_empty(value: Any) -> Any:
    """Leave out objects that say nothing; an empty list may say something: no topology spread, for one."""
    if not isinstance(value, dict):
        return value
    return {key: part for key, inner in value.items() if (part := without_empty(inner)) != {}}


def resources(written: Resources | None) -> dict[str, Any]:
    """Return a container's resources: what was written, and a small request where nothing was."""
    block = written.written() if written else {}
    requests, limits = dict(block.get("requests", {})), block.get("limits", {})
    for name, value in DEFAULT_REQUESTS.items():
        if name not in requests and name not in limits:
            requests[name] = value
    return {"requests": requests, **({"limits": limits} if limits else {})}
