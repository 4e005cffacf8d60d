"""Let a program of the cluster end, and start it again as it was: for Crossplane, which is no pod there.

restart.py NAME, inside the cluster's network namespace.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

state, name = Path(os.environ["CLUSTER_STATE"]), sys.argv[1]
kept = state / "pid" / name
process = Path("/proc") / kept.read_text()
argv = process.joinpath("cmdline").read_bytes().decode().rstrip("\0").split("\0")
environment = dict(pair.split("=", 1) for pair in process.joinpath("environ").read_bytes().decode().rstrip("\0").split("\0"))
running = os.pidfd_open(int(process.name))
signal.pidfd_send_signal(running, signal.SIGTERM)
# It becomes readable when the process ends.
select.select([running], [], [])
with (state / "log" / name).open("ab") as log:
    started = subprocess.Popen(  # noqa: S603  as it was started before
        argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=state, start_new_session=True
    )
kept.write_text(str(started.pid))
