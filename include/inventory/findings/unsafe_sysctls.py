"""Pods that set kernel parameters which a node has to allow first."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "unsafe_sysctl"
SEVERITIES = ("warning",)
WHY = "A kubelet refuses parameters it was not told to allow: the pod ends with SysctlForbidden, again and again."
# What every kubelet allows (Kubernetes 1.32).
SAFE = frozenset({
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
})


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads with sysctls beyond those every node allows."""
    for obj, spec in migrated_pods(inventory, definition):
        wanted = {row["name"] for row in (spec.get("securityContext") or {}).get("sysctls") or []}
        unsafe = sorted(wanted - SAFE)
        if unsafe:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"sets {', '.join(unsafe)}, which nodes refuse unless they are told to allow it",
                "set allowed-unsafe-sysctls in the kubelet settings of the target's node pool",
            )
