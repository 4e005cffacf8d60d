"""A node of a cluster and what it runs: network, volumes, containers, probes, as kubelet and kube-proxy do it.

From the composed objects alone: what a test starts is the pod template as it is in the Deployment, with the Secrets and ConfigMaps
that it names. `Node` is the machine, `Pod` plays kubelet for one pod, `Service` kube-proxy for one Service.
"""

from tests.dataplane.cluster.node import Node
from tests.dataplane.cluster.objects import Objects
from tests.dataplane.cluster.pod import Pod
from tests.dataplane.cluster.service import Service

__all__ = ["Node", "Objects", "Pod", "Service"]
