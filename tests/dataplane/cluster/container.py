"""A container's first process: builds its file tree, becomes its user, and gives way to the program. Run by path, not imported.

The tree is a tmpfs of its own with what its image has and what the pod mounts, at the paths that the pod names: nothing is
retyped, nothing is found that a container would not find, and a read-only root file system is one. Reads what to do as JSON
from its argument. System calls are made through libc, since Python has no names for these.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_NAMESPACE, NEW_NETWORK = 0x00020000, 0x40000000
READ_ONLY, NO_SUID, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 32, 4096, 16384, 1 << 18
DROP_BOUNDING, NO_NEW_PRIVILEGES = 24, 38
DEVICES = ("null", "zero", "full", "random", "urandom")


def call(name: str, *arguments: Any) -> None:
    """Make a system call, or say why not."""
    if getattr(LIBC, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}{arguments}: {os.strerror(code)}")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount as mount(2) does."""
    call("mount", source.encode(), target.encode(), kind.encode() or None, flags, options.encode() or None)


def enter(process: int) -> None:
    """Become a process of the container whose process this is."""
    root = os.open(f"/proc/{process}/root", os.O_RDONLY)
    for kind, flag in (("net", NEW_NETWORK), ("mnt", NEW_NAMESPACE)):
        handle = os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY)
        call("setns", handle, flag)
    os.fchdir(root)
    os.chroot(".")


def build(root: Path, network: str, files: dict[str, str], mounts: list[dict[str, Any]], read_only: bool) -> None:
    """Build the tree at `root`, an empty directory, and make it the root."""
    handle = os.open(network, os.O_RDONLY)
    call("setns", handle, NEW_NETWORK)
    call("unshare", NEW_NAMESPACE)
    mount("none", "/", flags=RECURSIVE | PRIVATE)
    mount("tmpfs", str(root), "tmpfs", NO_SUID, "mode=755")
    devices = {f"/dev/{name}": f"/dev/{name}" for name in DEVICES}
    for path, source in {**files, **devices}.items():
        place(root, path, source)
    (root / "proc").mkdir()
    mount("/proc", str(root / "proc"), flags=BIND | RECURSIVE)
    (root / "tmp").mkdir(mode=0o777)
    (root / "tmp").chmod(0o777)
    for one in mounts:
        target = place(root, one["path"], one["source"])
        if one["readOnly"]:
            mount("none", str(target), flags=REMOUNT | BIND | READ_ONLY | locked(target))
    if read_only:
        mount("none", str(root), flags=REMOUNT | BIND | READ_ONLY | NO_SUID)
    os.chroot(root)


def locked(path: Path) -> int:
    """Return the flags of a mount that a user namespace may not take away."""
    return os.statvfs(path).f_flag & (NO_SUID | 4 | 8 | 1024 | 2048)


def place(root: Path, path: str, source: str) -> Path:
    """Bind a file or a directory at a path below the root; a link is made anew, and an empty source an empty directory."""
    target = root / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not source:
        target.mkdir(exist_ok=True)
        return target
    if Path(source).is_symlink():
        target.symlink_to(Path(source).readlink())
        return target
    if Path(source).is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    mount(source, str(target), flags=BIND | RECURSIVE)
    return target


def become(user: int, group: int, groups: list[int]) -> None:
    """Drop all rights, and become the user where this machine has him."""
    for capability in range(64):
        LIBC.prctl(DROP_BOUNDING, capability, 0, 0, 0)
    mapped = sum(int(line.split()[2]) for line in Path("/proc/self/uid_map").read_text().splitlines())
    if mapped > max(user, group):
        os.setgroups(groups)
        os.setgid(group)
        os.setuid(user)
    LIBC.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def main(order: dict[str, Any]) -> None:
    """Do what the order says, and become the program."""
    if order.get("enter"):
        enter(order["enter"])
    else:
        build(Path(order["root"]), order["network"], order["files"], order["mounts"], order["readOnly"])
    os.chdir(order["directory"])
    become(order["user"], order["group"], order["groups"])
    os.umask(0o022)
    command = order["command"]
    os.execvpe(command[0], command, order["environment"])  # noqa: S606


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    except OSError as error:
        sys.exit(f"the container cannot start: {error}")
