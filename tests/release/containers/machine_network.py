"""What dockerd changes in the machine's network, and leaves behind when it ends: put back as it was."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from types import TracebackType

_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
_BRIDGE = "docker0"
_OF_DOCKER = re.compile(rf"DOCKER|{_BRIDGE}|\bbr-[0-9a-f]{{12}}\b")


class MachineNetwork:
    """Remember the machine's network at the beginning of the block, and take Docker's traces away at its end.

    :param kept: a file that keeps what was so before, should the test be killed: the next one puts that back.
    """

    def __init__(self, kept: Path) -> None:
        self._kept = kept

    def __enter__(self) -> MachineNetwork:
        assert not subprocess.run(["pgrep", "-x", "dockerd"], capture_output=True).stdout, (
            "A container engine runs on this machine already: the test starts one of its own, and would take away that "
            "one's rules and bridge at its end. Stop it first."
        )
        if not self._kept.exists():
            state = {"forwarding": _FORWARDING.read_text(), "policy": _forward_policy()}
            self._kept.write_text(json.dumps(state))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state = json.loads(self._kept.read_text())
        for table in ("filter", "nat"):
            _remove_docker_rules(table)
        if Path(f"/sys/class/net/{_BRIDGE}").exists():
            subprocess.run(["ip", "link", "delete", _BRIDGE], check=True)
        _iptables("filter", "-P", "FORWARD", state["policy"])
        _FORWARDING.write_text(state["forwarding"])
        self._kept.unlink()


def _remove_docker_rules(table: str) -> None:
    """Delete every rule that names a chain or a device of Docker's, then the chains."""
    lines = _iptables(table, "-S").splitlines()
    for line in lines:
        if line.startswith("-A") and _OF_DOCKER.search(line):
            _iptables(table, "-D", *shlex.split(line)[1:])
    for line in lines:
        if line.startswith("-N DOCKER"):
            _iptables(table, "-X", line.split()[1])


def _forward_policy() -> str:
    return _iptables("filter", "-S", "FORWARD").split()[2]


def _iptables(table: str, *arguments: str) -> str:
    done = subprocess.run(["iptables", "-w", "-t", table, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, f"iptables -t {table} {' '.join(arguments)}: {done.stderr}"
    return done.stdout
