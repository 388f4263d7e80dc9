"""The name that customers use: where it leads, and its first record."""

from __future__ import annotations

import ipaddress

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update
import httpx

from lab import addresses
from lab.clusters.api import ClusterApi
from lab.secrets import secrets

NAME = f"{addresses.SHOP_HOST}."

_TTL = 1
_SECONDS = 3
_SERVICE = "/api/v1/namespaces/shop/services/web"


def published_address() -> str | None:
    """Return the address the name leads to, as the lab's DNS server says; None if it has none yet."""
    question = dns.message.make_query(NAME, dns.rdatatype.A)
    answer = dns.query.udp(question, addresses.DNS, port=addresses.DNS_PORT, timeout=_SECONDS)
    found = [
        record.to_text() for rrset in answer.answer for record in rrset if record.rdtype == dns.rdatatype.A
    ]
    return found[0] if found else None


def publish(address: str) -> None:
    """Make the name's first record. A record that is there stays: after a cutover it leads to the target.

    Raises:
        RuntimeError: the server refused the signed update.
    """
    key = dns.tsig.Key(addresses.DNS_KEY_NAME, secrets()["tsig_key"], addresses.DNS_KEY_ALGORITHM)
    update = dns.update.UpdateMessage(addresses.DNS_ZONE, keyring=key)
    update.absent(NAME)
    update.add(NAME, _TTL, "A", address)
    code = dns.query.tcp(update, addresses.DNS, port=addresses.DNS_PORT, timeout=_SECONDS).rcode()
    if code not in {dns.rcode.NOERROR, dns.rcode.YXDOMAIN}:
        raise RuntimeError(f"The lab's DNS server refused the record {NAME}: {dns.rcode.to_text(code)}")


def balancer_address(api: ClusterApi) -> str | None:
    """Return the address of the front's load balancer in a cluster, or None while it has none."""
    balancer = api.get(_SERVICE)["status"].get("loadBalancer", {})
    return next((str(entry["ip"]) for entry in balancer.get("ingress") or []), None)


def is_moved() -> bool:
    """Say whether customers are led elsewhere than to the source: a migration has moved them."""
    address = published_address()
    if address is None:
        return False
    return ipaddress.ip_address(address) not in ipaddress.ip_network(addresses.SOURCE.load_balancers)


def is_open(address: str) -> bool:
    """Say whether the shop answers at an address, with all that it depends on."""
    headers = {"Host": addresses.SHOP_HOST}
    answer = httpx.get(f"http://{address}/healthz", headers=headers, timeout=_SECONDS, trust_env=False)
    return answer.status_code == 200
