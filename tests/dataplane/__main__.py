"""Run pytest in namespaces of its own: `python -m tests.dataplane [arguments of pytest]`.

The tests need addresses, names, mounts and ports as a node of a cluster has them: three pods that each listen at :5000, a volume
at /var/lib/registry, `s3.storage.svc` as a name. So pytest runs in a network, mount and process namespace, which is the node; each
pod gets a network namespace, each container a mount namespace in it (tests/dataplane/cluster). Nothing of the host is changed, no
port of it is taken, and all processes end with pytest, however it ends.

Root makes the namespaces as they are; anybody else within a user namespace, where only one user exists: `runAsUser` and `fsGroup`
of a pod are then not played, and a test that is about them is skipped. Where the kernel makes none, this ends, and says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.dataplane.programs import ROOT, program


def refused(unshare: Path, mine: list[str]) -> str:
    """Return why the namespaces cannot be made; empty, where they can."""
    tried = subprocess.run(
        [unshare, *mine, "--mount", "--net", "--pid", "--fork", "true"], capture_output=True, text=True, check=False
    )
    return tried.stderr.strip()


def main() -> None:
    """Become the node, and pytest in it."""
    unshare = program("unshare")
    mine = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    if why := refused(unshare, mine):
        sys.exit(
            f"these tests need namespaces of their own, which this kernel refuses ({why}). Run them as root with CAP_SYS_ADMIN, or "
            "let users make namespaces: sysctl user.max_user_namespaces > 0, kernel.unprivileged_userns_clone = 1 (Debian), "
            "kernel.apparmor_restrict_unprivileged_userns = 0 (Ubuntu)"
        )
    namespaces = [*mine, "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    written = sys.argv[1:]
    if not any(Path(argument.partition("::")[0]).exists() for argument in written):
        written.append(str(Path(__file__).parent.relative_to(ROOT)))
    environment = {**os.environ, "DATAPLANE": "1"}
    os.execve(unshare, [unshare.name, *namespaces, sys.executable, "-m", "pytest", *written], environment)  # noqa: S606


main()
