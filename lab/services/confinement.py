"""Command lines of services that see folders of the lab in places of their own, or a network of their own."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path


def confined(
    command: Sequence[str],
    *,
    mounts: Mapping[Path, str],
    user: str | None = None,
    own_network: bool = False,
    stale_socket: Path | None = None,
) -> list[str]:
    """Return the command line that runs `command` in a mount namespace of its own.

    Args:
        command: the program and its arguments.
        mounts: folder of the lab -> folder of the machine that it covers, for this command alone. A user without
            rights on the folders above the project reaches the lab's data only this way.
        user: whom the command runs as, and whose group.
        own_network: give the command a network with nothing but its own loopback: no port of it can collide with
            another's, and nobody else reaches one.
        stale_socket: a socket to remove first; a server that was killed leaves it, and the next cannot listen.
    """
    steps = []
    if own_network:
        steps.append("ip link set lo up")
    steps += [f"mount --bind {shlex.quote(str(folder))} {place}" for folder, place in mounts.items()]
    if stale_socket is not None:
        steps.append(f"rm -f {shlex.quote(str(stale_socket))}")
    steps.append('exec "$@"')
    namespaces = ["--mount", "--propagation", "private", *(["--net"] if own_network else [])]
    return ["unshare", *namespaces, "sh", "-c", " && ".join(steps), "lab", *as_user(user, command)]


def as_user(user: str | None, command: Sequence[str]) -> list[str]:
    """Return the command line that runs `command` as a user of the machine."""
    if user is None:
        return list(command)
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--", *command]
