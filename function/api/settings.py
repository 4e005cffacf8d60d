"""What a Registry and a Cache have in common: how pods are run, reached, and replaced."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from function.api import kubernetes
from function.api.model import Model, OptionalName, Port, Seconds, SecretKey, Strings

Replicas = Annotated[int, Field(ge=1, le=1000)]
Image = Annotated[str, Field(min_length=1, max_length=1024)]
ProxyURL = Annotated[str, Field(max_length=2048)]


class Service(Model):
    """How the registry is reached."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = Field(
        "ClusterIP", description="The Service's type. Default ClusterIP."
    )
    port: Port = Field(5000, description="The Service's port. Default 5000.")
    node_port: Port | None = Field(
        None, description="For NodePort and LoadBalancer: the port of the nodes. Absent: Kubernetes chooses."
    )
    annotations: Strings | None = Field(None, description="Annotations of the Service, such as those of a cloud's load balancer.")
    load_balancer_class: Annotated[str, Field(max_length=253)] | None = Field(
        None, description="For LoadBalancer: which implementation. Kubernetes does not let it change."
    )


class Logging(Model):
    """What the registry logs."""

    level: Literal["error", "warn", "info", "debug"] = Field(
        "info", description="The least severe level that is logged. Default info."
    )
    format: Literal["json", "text"] = Field("json", description="How log lines are written. Default json.")
    access_log: bool = Field(True, description="Whether each request is logged. Default true.")


class ServiceAccount(Model):
    """The identity of the pods."""

    name: OptionalName = Field(
        "", description="An existing ServiceAccount. Absent: one is made, and annotations are its annotations."
    )
    annotations: Strings | None = Field(None, description="Annotations of the ServiceAccount that is made, such as a cloud's role.")


class Proxy(Model):
    """Proxies for what the registry itself asks of the network, such as its bucket."""

    enabled: bool = Field(True, description="Default true. false: as if the block were absent, also where a template has it.")
    http_proxy: ProxyURL = Field("", description="Proxy for http URLs.")
    https_proxy: ProxyURL = Field("", description="Proxy for https URLs.")
    no_proxy: ProxyURL = Field("", description="Hosts that are asked directly, separated by commas.")


class CABundle(Model):
    """Certificate authorities that the registry trusts besides those of its image: that of its bucket, for example."""

    enabled: bool = Field(True, description="Default true. false: as if the block were absent, also where a template has it.")
    config_map_name: OptionalName = Field("", description="A ConfigMap of the same namespace with the certificates (PEM).")
    key: SecretKey = Field("ca.crt", description="The ConfigMap's key. Default ca.crt.")


class Scheduling(Model):
    """Where the pods run."""

    node_selector: Strings | None = Field(None, description="Labels that a node must have.")
    tolerations: list[kubernetes.Toleration] | None = Field(None, description="Taints of nodes that the pods tolerate.")
    affinity: kubernetes.Affinity | None = Field(None, description="As in a pod's spec.affinity.")
    topology_spread_constraints: list[kubernetes.TopologySpreadConstraint] | None = Field(
        None, description="Default: spread over nodes and over zones, as far as possible. A list replaces the default."
    )
    priority_class_name: OptionalName = Field("", description="The pods' PriorityClass.")
    pod_disruption_budget: kubernetes.PodDisruptionBudget | None = Field(
        None, description="With more than one replica: how many pods a node drain may take away at once."
    )


class NetworkPolicy(Model):
    """Who may connect to the pods."""

    enabled: bool = Field(True, description="false: no NetworkPolicy is made. Default true.")
    ingress_from: list[kubernetes.NetworkPolicyPeer] | None = Field(
        None, description="Who may use the registry. Absent or empty: all."
    )
    metrics_from: list[kubernetes.NetworkPolicyPeer] | None = Field(
        None,
        description="Who may read the metrics, on a port that shows more than clients should see. "
        "Absent or empty: pods labelled app.kubernetes.io/name=prometheus of any namespace.",
    )


class Upgrade(Model):
    """How a change reaches the pods."""

    progress_deadline_seconds: Annotated[int, Field(ge=30, le=86400)] = Field(
        300, description="How long a rollout may go without progress before it counts as failed. Default 300."
    )
    min_ready_seconds: Annotated[Seconds, Field(le=3600)] = Field(
        15, description="How long a new pod must be ready before the next one is replaced. Default 15."
    )
    preflight: bool = Field(
        True,
        description="Whether a new release is started once beside the one that runs, without traffic and read-only, before a pod "
        "is replaced. Default true.",
    )
    spread_seconds: Annotated[int, Field(ge=0, le=86400)] = Field(
        0,
        description="Over how many seconds the registries that use a template come to follow a change of it that replaces pods: "
        "each has its turn at another moment of that time. An edit of a registry's own spec, and new contents of a Secret that it "
        "uses, do not wait. 0: all at once. Default 0.",
    )
    rollback: Literal["Automatic", "Manual"] = Field(
        "Automatic",
        description="What happens when a rollout fails. Automatic: the release that was good comes back as it was, and the one "
        "that failed is not tried again until something of it changes, or retry does. Manual: it is left as it is. "
        "Default Automatic.",
    )
    allow_downgrade: bool = Field(
        False,
        description="Whether an image may take the place of one with a newer major or minor version. Default false.",
    )
    retry: Annotated[str, Field(max_length=256)] = Field(
        "", description="Any text. Another one lets a release that failed be tried again."
    )


class ReleaseStatus(Model):
    """Which release runs, and which one is meant to."""

    current: str | None = Field(None, description="The release that was last rolled out completely.")
    target: str | None = Field(None, description="The release that is meant to run.")
    failed: str | None = Field(
        None,
        description="The target, if it failed: it is not tried again by itself. Behind it is a digest of upgrade.retry.",
    )
    phase: Literal["Waiting", "Refused", "Scheduled", "Trial", "RollingOut", "Current", "RolledBack", "Failed"] | None = Field(
        None, description="How far the target is."
    )
    message: str | None = Field(None, description="The same in words.")


class TemplateInUse(Model):
    """The template in use."""

    name: str | None = Field(None, description="Its name.")
    generation: int | None = Field(None, description="The generation of it that is in effect.")


class Settings(Model):
    """What a Registry, a RegistryTemplate and a Cache have in common."""

    image: Image | None = Field(
        None,
        description="The registry's image. Default registry:3.1.1; a Registry without it keeps the image "
        "that it has until something else of its pods changes. A tag that moves (registry:2, registry:3) cannot be rolled back.",
    )
    version: Literal["", "2.8", "3.1"] = Field(
        "",
        description="The dialect of its configuration, where the image's tag does not tell: 2.8, or 3.1 for all of Distribution 3.",
    )
    replicas: Replicas | None = Field(None, description="How many pods. Default 2, or 1 where the storage allows only one.")
    resources: kubernetes.Resources | None = Field(
        None, description="CPU and memory of each pod. Default: requests of 100m and 128Mi."
    )
    service: Service = Field(Service.model_construct(), description="How the registry is reached.")
    logging: Logging = Field(Logging.model_construct(), description="What the registry logs.")
    config: dict[str, Any] = Field(
        default_factory=dict,
        description="A part of Distribution's config.yml, merged last: the way out for what has no field here. "
        "Not for secrets, nor for what the operator itself relies on.",
    )
    deletion_protection: bool = Field(False, description="Whether deleting this object is refused. Default false.")
    service_account: ServiceAccount = Field(ServiceAccount.model_construct(), description="The identity of the pods.")
    image_pull_secrets: list[kubernetes.SecretReference] | None = Field(
        None, description="Secrets by which the registry's own image is pulled."
    )
    proxy: Proxy | None = Field(None, description="Proxies for what the registry itself asks of the network.")
    ca_bundle: CABundle | None = Field(
        None, description="Certificate authorities that the registry trusts besides those of its image."
    )
    scheduling: Scheduling = Field(Scheduling.model_construct(), description="Where the pods run.")
    network_policy: NetworkPolicy = Field(NetworkPolicy.model_construct(), description="Who may connect to the pods.")
    upgrade: Upgrade = Field(Upgrade.model_construct(), description="How a change reaches the pods.")


class Status(Model):
    """What is known of a Registry or a Cache."""

    url: str | None = Field(None, description="Where the registry is reached inside the cluster.")
    image: str | None = Field(None, description="The image that runs.")
    version: str | None = Field(None, description="The configuration dialect of what runs: 2.8, or 3.1 for all of Distribution 3.")
    replicas: int | None = Field(None, description="How many pods there are, without the one more that a rollout starts.")
    ready_replicas: int | None = Field(None, description="How many of them are ready.")
    zero_downtime: bool | None = Field(None, description="Whether a change of the pods loses no request.")
    release: ReleaseStatus | None = Field(None, description="Which release runs, and which one is meant to.")
    template: TemplateInUse | None = Field(None, description="The template in use.")
