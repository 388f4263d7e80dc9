"""The lab's network: one bridge with the services' addresses, and a network namespace a node on it."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

from lab import addresses
from lab.addresses import MACHINES, SOURCE, ClusterAddresses, Machine
from lab.execution import in_network, run
from lab.parts import Program

NAMESPACES = Path("/run/netns")
_COMMENT = ["-m", "comment", "--comment", "cce-lab"]
_BRIDGED = ["FORWARD", "-i", addresses.BRIDGE, "-o", addresses.BRIDGE, *_COMMENT, "-j", "ACCEPT"]
_TO_HOST = ["INPUT", "-i", addresses.BRIDGE, *_COMMENT, "-j", "ACCEPT"]


class Network:
    """The part that has no process: the bridge, the addresses, the namespaces, the routes."""

    name = "network"
    depends_on: tuple[str, ...] = ()
    address = addresses.NETWORK

    def prepare(self) -> None:
        """Do nothing: the network is made by `make` before anything is started, in the machine's own namespace."""

    def programs(self) -> list[Program]:
        """Return nothing: a network has no process."""
        return []

    def is_ready(self) -> bool:
        """Say whether each node can be reached and each service address is there."""
        present = _addresses_of(addresses.BRIDGE)
        return all(address in present for address in addresses.SERVICE_ADDRESSES) and all(
            _answers(machine.address) for machine in MACHINES
        )

    def finish(self) -> None:
        """Do nothing more."""


def _answers(address: str) -> bool:
    """Say whether a machine is at an address: one that refuses a connection is there, too."""
    try:
        socket.create_connection((address, 9), timeout=2).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True


def missing_namespaces() -> list[str]:
    """Return the network namespaces that are not there: processes in them cannot be repaired, only started anew."""
    return [machine.netns for machine in MACHINES if not _is_namespace(machine.netns)]


def make() -> None:
    """Make the bridge, the addresses, the namespaces and the routes that are not there yet."""
    _make_bridge()
    for machine in MACHINES:
        _make_machine(machine)
    lead_to_pods(SOURCE)
    for rule in (_BRIDGED, _TO_HOST):
        if subprocess.run(["iptables", "-w", "-C", *rule], capture_output=True).returncode != 0:
            run(["iptables", "-w", "-I", *rule])


def lead_to_pods(cluster: ClusterAddresses) -> None:
    """Tell everybody on the bridge the way to a cluster's pods.

    Addresses of pods are not rewritten: whoever gets a packet must know the way back.
    """
    for machine in cluster.machines:
        route = ["ip", "route", "replace", cluster.pods_of(machine), "via", machine.address]
        run([*route, "dev", addresses.BRIDGE])
        for other in MACHINES:
            if other is not machine:
                run(route, netns=other.netns)


def clear(machine: Machine) -> None:
    """Take from a machine what Kubernetes made in its network: addresses, bridges, rules."""
    for table in ("nat", "filter", "mangle"):
        run(["iptables", "-w", "-t", table, "-F"], netns=machine.netns, check=False)
        run(["iptables", "-w", "-t", table, "-X"], netns=machine.netns, check=False)
    run(["ip", "link", "delete", "cni0"], netns=machine.netns, check=False)
    for address in _addresses_of("eth0", machine.netns) - {machine.address}:
        run(["ip", "address", "delete", f"{address}/32", "dev", "eth0"], netns=machine.netns, check=False)


def _make_bridge() -> None:
    if not _exists(addresses.BRIDGE):
        run(["ip", "link", "add", addresses.BRIDGE, "type", "bridge"])
    run(["ip", "link", "set", addresses.BRIDGE, "up"])
    present = _addresses_of(addresses.BRIDGE)
    if addresses.BRIDGE_ADDRESS not in present:
        run([
            "ip",
            "address",
            "add",
            f"{addresses.BRIDGE_ADDRESS}/{addresses.PREFIX_LENGTH}",
            "dev",
            addresses.BRIDGE,
        ])
    for address in addresses.SERVICE_ADDRESSES:
        if address not in present:
            run(["ip", "address", "add", f"{address}/32", "dev", addresses.BRIDGE])


def _make_machine(machine: Machine) -> None:
    if not _is_namespace(machine.netns):
        _make_namespace(NAMESPACES / machine.netns)
    if not _exists("eth0", machine.netns):
        run(["ip", "link", "delete", machine.link], check=False)
        peer = ["type", "veth", "peer", "name", "eth0", "netns", f"/run/netns/{machine.netns}"]
        run(["ip", "link", "add", machine.link, *peer])
    run(["ip", "link", "set", machine.link, "master", addresses.BRIDGE, "up"])
    run(["ip", "link", "set", "lo", "up"], netns=machine.netns)
    run(["ip", "link", "set", "eth0", "up"], netns=machine.netns)
    if machine.address not in _addresses_of("eth0", machine.netns):
        address = f"{machine.address}/{addresses.PREFIX_LENGTH}"
        run(["ip", "address", "add", address, "dev", "eth0"], netns=machine.netns)
    run(["ip", "route", "replace", "default", "via", addresses.BRIDGE_ADDRESS], netns=machine.netns)
    _set(machine.netns, "net.ipv4.ip_forward", "1")
    # a pod that reaches itself or its neighbour through a Service needs bridged packets to pass iptables
    _set(machine.netns, "net.bridge.bridge-nf-call-iptables", "1")


def _make_namespace(path: Path) -> None:
    """Make a network namespace with a name. `ip netns add` would also leave a mount on /run/netns itself."""
    path.parent.mkdir(exist_ok=True)
    path.touch()
    run(["unshare", f"--net={path}", "true"])


def _set(netns: str, name: str, value: str) -> None:
    place = f"/proc/sys/{name.replace('.', '/')}"
    subprocess.run(in_network(netns, ["sh", "-c", f"echo {value} > {place}"]), capture_output=True)


def remove() -> None:
    """Remove all of the network, whatever is there of it."""
    for rule in (_BRIDGED, _TO_HOST):
        while subprocess.run(["iptables", "-w", "-D", *rule], capture_output=True).returncode == 0:
            continue
    for machine in MACHINES:
        path = NAMESPACES / machine.netns
        run(["ip", "link", "delete", machine.link], check=False)
        while _is_namespace(machine.netns) and _unmounted(path):
            continue
        path.unlink(missing_ok=True)
    run(["ip", "link", "delete", addresses.BRIDGE], check=False)
    if NAMESPACES.is_dir() and not any(NAMESPACES.iterdir()) and not NAMESPACES.is_mount():
        NAMESPACES.rmdir()


def _unmounted(path: Path) -> bool:
    return subprocess.run(["umount", str(path)], capture_output=True).returncode == 0


def _is_namespace(netns: str) -> bool:
    path = NAMESPACES / netns
    return path.exists() and path.stat().st_dev != NAMESPACES.stat().st_dev


def _exists(device: str, netns: str | None = None) -> bool:
    command = in_network(netns, ["ip", "link", "show", device])
    return subprocess.run(command, capture_output=True).returncode == 0


def _addresses_of(device: str, netns: str | None = None) -> set[str]:
    text = run(["ip", "-json", "-4", "address", "show", "dev", device], netns=netns, check=False)
    links: list[dict[str, Any]] = json.loads(text) if text.strip() else []
    return {entry["local"] for link in links for entry in link.get("addr_info", [])}
