"""Know which Pod Security level takes the place of the PodSecurityPolicies of a namespace.

The levels: kubernetes.io/docs/concepts/security/pod-security-standards.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal

from include.inventory.pod_specs import containers, pod_spec

if TYPE_CHECKING:
    from include.inventory.store import Inventory

Level = Literal["baseline", "privileged"]

ENFORCE = "pod-security.kubernetes.io/enforce"
# Written on each pod by the policies' admission.
ADMITTED_BY = "kubernetes.io/psp"
# What `baseline` lets a container add.
HARMLESS = frozenset({
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
})
HOST = ("hostNetwork", "hostPID", "hostIPC")

Manifest = dict[str, Any]


def judging_policies(inventory: Inventory) -> dict[str, set[str]]:
    """Return the policies that let pods in, of each namespace that relies on them: it has no level of its own."""
    found: dict[str, set[str]] = defaultdict(set)
    for pod in inventory.each("Pod"):
        policy = (pod["metadata"].get("annotations") or {}).get(ADMITTED_BY)
        if policy:
            found[pod["metadata"]["namespace"]].add(policy)
    for namespace in inventory.each("Namespace"):
        if ENFORCE in (namespace["metadata"].get("labels") or {}):
            found.pop(namespace["metadata"]["name"], None)
    return dict(found)


def levels_instead(inventory: Inventory) -> dict[str, Level]:
    """Return the strictest level that refuses none of the pods, for each namespace that relied on policies.

    `restricted` is never among them: it refuses the movers of volumes.
    """
    found: dict[str, Level] = dict.fromkeys(judging_policies(inventory), "baseline")
    for obj in inventory.each() if found else ():
        namespace = obj["metadata"].get("namespace")
        if namespace in found and _needs_privileges(obj):
            found[namespace] = "privileged"
    return found


def _needs_privileges(obj: Manifest) -> bool:
    spec = pod_spec(obj)
    if spec is None:
        return False
    is_of_host = any(spec.get(name) for name in HOST)
    has_folder = any(volume.get("hostPath") for volume in spec.get("volumes") or [])
    return is_of_host or has_folder or any(_is_refused(container) for container in containers(obj))


def _is_refused(container: Manifest) -> bool:
    """Say whether `baseline` refuses a container; what it says of SELinux, sysctls and the like is left to a person."""
    context = container.get("securityContext") or {}
    added = {str(name).removeprefix("CAP_") for name in (context.get("capabilities") or {}).get("add") or []}
    has_port = any(port.get("hostPort") for port in container.get("ports") or [])
    is_unmasked = context.get("procMount", "Default") != "Default"
    return bool(context.get("privileged") or added - HARMLESS or has_port or is_unmasked)
