"""The node's network: a bridge, an address for each that asks, and a network namespace for each pod."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

from tests.dataplane.programs import program

PREFIX = 16
_NODE = "10.88.0.1"


class Network:
    """A bridge in the network namespace of this process, which is the node's own: nothing else is in it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        # Without an address of its own a bridge takes the lowest of its ports': it would change with each pod, and packets be lost.
        ip(
            "link set lo up",
            "link add pods address 02:00:00:00:00:01 type bridge",
            f"addr add {_NODE}/{PREFIX} dev pods",
            "link set pods up",
        )

    def address(self) -> str:
        """Return a new address of the node itself: for a service, or for a machine that is none of the pods."""
        number = next(self._numbers)
        address = f"10.88.{128 + number // 250}.{number % 250 + 1}"
        ip(f"addr add {address}/{PREFIX} dev pods")
        return address

    def namespace(self) -> tuple[Path, str]:
        """Return a new network namespace, and its address."""
        number = next(self._numbers)
        name, address = f"pod{number}", f"10.88.{64 + number // 250}.{number % 250 + 1}"
        ip(f"netns add {name}")
        ip(
            f"link add veth{number} type veth peer name eth0 netns {name}",
            f"link set veth{number} master pods up",
        )
        commands = ("link set lo up", f"addr add {address}/{PREFIX} dev eth0", "link set eth0 up", f"route add default via {_NODE}")
        ip(*commands, inside=name)
        return Path("/run/netns", name), address

    def forget(self, namespace: Path) -> None:
        """Remove a namespace, once its processes have ended."""
        ip(f"netns delete {namespace.name}")


def ip(*commands: str, inside: str = "") -> None:
    """Run commands of ip(8), in a namespace or in the node's."""
    where = ["-n", inside] if inside else []
    run = subprocess.run(
        [program("ip"), *where, "-batch", "-"], input="\n".join(commands), text=True, capture_output=True, check=False
    )
    assert run.returncode == 0, f"{commands}: {run.stderr}"
