"""Kubernetes' own types, as far as users write them in our API; the words of the descriptions are ours, the fields Kubernetes'."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from function.api.model import Model, Name, Quantity, Share, Strings

Weight = Annotated[int, Field(ge=1, le=100)]


class Requirement(Model):
    """One condition on labels or fields."""

    key: str = Field(description="The label's key.")
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"] = Field(
        description="How the label's value relates to values."
    )
    values: list[str] | None = Field(None, description="For In and NotIn: the values. For Gt and Lt: one whole number.")


class LabelSelector(Model):
    """Which objects, by their labels; all conditions must hold, and an empty selector means all."""

    match_labels: Strings | None = Field(None, description="Labels with exactly these values.")
    match_expressions: list[Requirement] | None = Field(None, description="Conditions on labels.")


class NodeSelectorTerm(Model):
    """A kind of node; all conditions must hold."""

    match_expressions: list[Requirement] | None = Field(None, description="Conditions on the node's labels.")
    match_fields: list[Requirement] | None = Field(None, description="Conditions on the node's fields (metadata.name).")


class NodeSelector(Model):
    """Kinds of nodes; one of them must fit."""

    node_selector_terms: list[NodeSelectorTerm] = Field(description="The kinds of nodes.")


class PreferredNode(Model):
    """A kind of node that is preferred."""

    weight: Weight = Field(description="How much, from 1 to 100.")
    preference: NodeSelectorTerm = Field(description="The kind of node.")


class NodeAffinity(Model):
    """On which nodes the pods may run, or rather run."""

    required_during_scheduling_ignored_during_execution: NodeSelector | None = Field(None, description="Nodes that must fit.")
    preferred_during_scheduling_ignored_during_execution: list[PreferredNode] | None = Field(
        None, description="Nodes that are preferred."
    )


class PodAffinityTerm(Model):
    """Pods, and the topology in which to be near to them or far from them."""

    label_selector: LabelSelector | None = Field(None, description="Which pods.")
    namespace_selector: LabelSelector | None = Field(None, description="In which namespaces; absent: in the registry's.")
    namespaces: list[str] | None = Field(None, description="In which namespaces, by name.")
    topology_key: str = Field(description="The node label that tells one place from another, such as kubernetes.io/hostname.")
    match_label_keys: list[str] | None = Field(None, description="Pod labels whose values are taken from the pod itself.")
    mismatch_label_keys: list[str] | None = Field(None, description="Pod labels whose values must differ from the pod's own.")


class PreferredPods(Model):
    """Pods to be near to, or far from, if possible."""

    weight: Weight = Field(description="How much, from 1 to 100.")
    pod_affinity_term: PodAffinityTerm = Field(description="Which pods, and how near.")


class PodAffinity(Model):
    """Pods to be near to, or far from."""

    required_during_scheduling_ignored_during_execution: list[PodAffinityTerm] | None = Field(
        None, description="Conditions that must hold."
    )
    preferred_during_scheduling_ignored_during_execution: list[PreferredPods] | None = Field(
        None, description="Conditions that should hold."
    )


class Affinity(Model):
    """Where pods run, as in a pod's spec.affinity."""

    node_affinity: NodeAffinity | None = Field(None, description="On which nodes.")
    pod_affinity: PodAffinity | None = Field(None, description="Near which pods.")
    pod_anti_affinity: PodAffinity | None = Field(None, description="Far from which pods.")


class Toleration(Model):
    """A taint of nodes that the pods tolerate."""

    key: str | None = Field(None, description="The taint's key; absent with operator Exists: every taint.")
    operator: Literal["Exists", "Equal"] | None = Field(None, description="Equal (the default) compares the value.")
    value: str | None = Field(None, description="The taint's value.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(None, description="Absent: every effect.")
    toleration_seconds: int | None = Field(None, description="For NoExecute: how long a pod stays on the tainted node.")


class TopologySpreadConstraint(Model):
    """How evenly pods are spread over zones, nodes or other places."""

    max_skew: Annotated[int, Field(ge=1)] = Field(description="By how many pods two places may differ.")
    topology_key: str = Field(description="The node label that tells one place from another.")
    when_unsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"] = Field(description="What to do when it cannot be kept.")
    label_selector: LabelSelector | None = Field(None, description="Which pods count; absent: those of this registry.")
    min_domains: Annotated[int, Field(ge=1)] | None = Field(None, description="How many places there are at least.")
    node_affinity_policy: Literal["Honor", "Ignore"] | None = Field(None, description="Whether node affinity narrows the places.")
    node_taints_policy: Literal["Honor", "Ignore"] | None = Field(None, description="Whether taints narrow the places.")
    match_label_keys: list[str] | None = Field(
        None, description="Pod labels by which pods are told apart, such as pod-template-hash."
    )


class IPBlock(Model):
    """A range of addresses."""

    cidr: str = Field(description="The range, such as 10.0.0.0/8.")
    except_: list[str] | None = Field(None, alias="except", description="Ranges within it that are left out.")


class NetworkPolicyPeer(Model):
    """Who may connect, as in a NetworkPolicy."""

    pod_selector: LabelSelector | None = Field(None, description="Pods, by their labels.")
    namespace_selector: LabelSelector | None = Field(None, description="The namespaces of the pods; absent: the registry's own.")
    ip_block: IPBlock | None = Field(None, description="A range of addresses; stands alone.")


Amounts = dict[
    Literal["cpu", "memory", "ephemeral-storage"],
    Annotated[Quantity, Field(description="A quantity, such as 500m (of CPU) or 1Gi (of memory).")],
]


class Resources(Model):
    """CPU and memory of a container."""

    requests: Amounts | None = Field(None, description="What is set aside for each pod.")
    limits: Amounts | None = Field(None, description="What a pod may use at most.")


class SecretReference(Model):
    """A Secret of the registry's namespace."""

    name: Name = Field(description="The Secret's name.")


class PodDisruptionBudget(Model):
    """How many pods a node drain may take away at once."""

    max_unavailable: Share = Field(1, description="A number of pods, or a share such as 25%. Default 1.")
