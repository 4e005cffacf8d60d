"""The machine that pods run on."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.dataplane.cluster.network import Network, ip
from tests.dataplane.programs import program


class Node:
    """This process's namespaces as a machine: its network, its names, its volumes.

    `folder` is where pods, volumes and logs are; a claim is a directory there, the same for all pods that name it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.claims = folder / "claims"
        self.hosts = folder / "hosts"
        self.hosts.write_text("127.0.0.1 localhost\n")
        _mount("--make-rprivate", "/")
        _mount("-t", "tmpfs", "tmpfs", "/run")
        Path("/run/netns").mkdir()
        resolver = folder / "resolv.conf"
        # No name server: what is asked for is in the table of names, or does not exist, and nothing waits for an answer.
        resolver.write_text("nameserver 127.0.0.1\noptions attempts:1 timeout:1\n")
        for path, source in (("/etc/hosts", self.hosts), ("/etc/resolv.conf", resolver)):
            _mount("--bind", str(source), str(Path(path).resolve()))
        self.network = Network()

    def name(self, host: str, address: str) -> str:
        """Let a name mean an address, for all pods and for the node itself; return the address."""
        kept = [line for line in self.hosts.read_text().splitlines() if line.split()[1] != host]
        # Written in place: it is mounted wherever it is read.
        self.hosts.write_text("\n".join([*kept, f"{address} {host}", ""]))
        return address

    def machine(self, host: str) -> str:
        """Return the address of a new machine of this name, on which a test may listen at any port."""
        return self.name(host, self.network.address())

    def gone(self, address: str) -> None:
        """Let a machine's address be gone: what connects to it is refused or waits, as with a machine that is off."""
        ip(f"addr del {address}/16 dev pods", f"route add blackhole {address}/32")

    def back(self, address: str) -> None:
        """Let it be there again."""
        ip(f"route del blackhole {address}/32", f"addr add {address}/16 dev pods")

    @contextlib.contextmanager
    def small_claim(self, name: str, size: str) -> Iterator[Path]:
        """Provide a claim whose volume holds no more than this."""
        place = self.claims / name
        place.mkdir(parents=True)
        _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place))
        yield place
        subprocess.run([program("umount"), "--lazy", place], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run([program("mount"), *arguments], check=True)
