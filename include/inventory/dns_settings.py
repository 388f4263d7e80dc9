"""Read what a cluster's DNS answers beside its own names: domains that other servers know, and names of its own.

Where it stands: kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers; AKS keeps it in coredns-custom, GKE in kube-dns.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.errors import ClusterError

if TYPE_CHECKING:
    from include.clusters import Cluster

logger = logging.getLogger(__name__)

FOLDER = "/api/v1/namespaces/kube-system/configmaps"
CONFIG_MAPS = ("coredns", "coredns-custom", "kube-dns")
FORWARDING = frozenset({"forward", "proxy"})
# Plugins that answer names of their own, or other names than were asked for.
ANSWERING = frozenset({"file", "hosts", "rewrite", "template"})
OWN_ZONES = re.compile(r"^(?:\.|cluster\.local|(?:\d+\.)*(?:in-addr|ip6)\.arpa)$")

Settings = dict[str, Any]


def read_dns_settings(cluster: Cluster) -> Settings:
    """Return `{"domains": {domain: [server]}, "plugins": [name]}`; empty where the source does not let it be read."""
    found: Settings = {"domains": {}, "plugins": []}
    try:
        maps = [cluster.find(f"{FOLDER}/{name}") for name in CONFIG_MAPS]
    except ClusterError as error:
        logger.warning("What the source's DNS forwards cannot be read: %s", error)
        return found
    for data in [(one or {}).get("data") or {} for one in maps]:
        for key, text in sorted(data.items()):
            _merge(found, dns_settings(key, text))
    return found


def dns_settings(key: str, text: str) -> Settings:
    """Return the settings that one key of these ConfigMaps has."""
    if key == "stubDomains":
        return {"domains": _stub_domains(text), "plugins": []}
    domains: dict[str, list[str]] = {}
    plugins: set[str] = set()
    for zones, words in _statements(text):
        if words[0] in FORWARDING:
            servers = [word for word in words[2:] if word[0].isdigit() or word.startswith("[")]
            domains |= {zone: servers for zone in zones if servers and not OWN_ZONES.match(zone)}
        elif words[0] in ANSWERING:
            plugins.add(words[0])
    return {"domains": domains, "plugins": sorted(plugins)}


def _stub_domains(text: str) -> dict[str, list[str]]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _statements(corefile: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield each statement of a Corefile with the zones of its server block."""
    zones: list[str] = []
    depth = 0
    for line in corefile.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if depth == 0:
            zones = [_zone(word) for word in words if word != "{"]
        elif depth == 1 and words[0] != "}":
            yield zones, [word for word in words if word not in {"{", "}"}]
        depth += line.count("{") - line.count("}")


def _zone(word: str) -> str:
    """Return the zone of e.g. `dns://corp.example.com:53`."""
    place = word.rstrip("{,").rpartition("://")[2]
    return place.rpartition(":")[0] or place


def _merge(found: Settings, more: Settings) -> None:
    found["domains"] |= more["domains"]
    found["plugins"] = sorted({*found["plugins"], *more["plugins"]})
