"""Cache: a pull-through cache of one upstream registry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from function.api.model import Duration, Model, OptionalName, Quantity
from function.api.settings import Settings, Status


class CacheVolume(Model):
    """Where each replica keeps what it has fetched."""

    type: Literal["emptyDir", "persistentVolumeClaim"] = Field(
        "emptyDir",
        description="emptyDir: a directory of the node, which goes when the pod goes. "
        "persistentVolumeClaim: a volume for each replica, which stays when the pod is replaced. Default emptyDir.",
    )
    size: Quantity | None = Field(
        None,
        description="How large the cache of each replica may become. Default 20Gi. Volumes grow with it, where their StorageClass "
        "allows that; they never shrink.",
    )
    access_mode: Literal["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"] | None = Field(
        None, description="The access mode of each volume. Default ReadWriteOnce. An emptyDir has none."
    )
    storage_class_name: OptionalName = Field(
        "", description="For persistentVolumeClaim: the StorageClass. Absent: the cluster's default."
    )


class CacheSpec(Settings):
    """A pull-through cache of one upstream registry (CNCF Distribution, 3.1 or newer)."""

    # The API server asks for it; where a preview does not, our own message says more than that it is missing.
    model_config = ConfigDict(json_schema_extra={"required": ["upstreamRegistryURL"]})

    template: OptionalName = Field(
        "",
        description="A RegistryTemplate: of its settings those hold that a Cache has too, where this Cache has none of its own.",
    )
    upstream_registry_url: Annotated[str, Field(max_length=1024)] | None = Field(
        None,
        alias="upstreamRegistryURL",
        description="The registry whose images are kept: scheme, host, and port if it has one of its own, "
        "such as https://registry-1.docker.io (Docker Hub) or https://ghcr.io.",
    )
    credentials_secret_name: OptionalName = Field(
        "",
        description="A Secret with the keys username and password, by which images are fetched. A change of it is taken up "
        "without a restart. Absent: without credentials. All who reach the cache may pull what these credentials may.",
    )
    volume: CacheVolume = Field(CacheVolume.model_construct(), description="Where each replica keeps what it has fetched.")
    cache_ttl: Duration | None = Field(
        None,
        alias="cacheTTL",
        description="How long after it was fetched a layer or manifest is removed, whether it is used or not; it is fetched again "
        "when it is asked for. Default: never (0).",
    )
    max_cache_size: Quantity | None = Field(
        None,
        description="How much each replica keeps: what was not used for longest goes first. Default: the size of the volume, "
        "which is the limit also where it is the smaller one.",
    )


class CacheStatus(Status):
    """What the operator knows of the cache."""

    upstream: str | None = Field(None, description="The registry whose images are kept.")
    hosts_toml: str | None = Field(
        None,
        alias="hostsTOML",
        description="The hosts.toml by which containerd pulls through the cache; its first line says where it belongs on a node.",
    )
