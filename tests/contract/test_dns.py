"""The lab's DNS answers for its zone, says that other names do not exist, and takes updates signed with its key only."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.tsig
import dns.update
import pytest

from lab import addresses

pytestmark = pytest.mark.lab
SOMEWHERE = "198.18.0.99"


def ask(name: str, kind: str = "A") -> dns.message.Message:
    question = dns.message.make_query(name, kind)
    question.flags |= dns.flags.RD
    return dns.query.udp(question, addresses.DNS, timeout=2)


def address_of(name: str) -> str | None:
    answer = ask(name).answer
    return str(answer[0][0]) if answer else None


@pytest.fixture
def key(connections: dict[str, dict[str, Any]]) -> dns.tsig.Key:
    known = connections["dns"]
    return dns.tsig.Key(known["login"], known["password"], known["extra"]["algorithm"])


@pytest.fixture
def name(key: dns.tsig.Key) -> Generator[str]:
    """Return a name of nobody in the zone."""
    label = f"contract-{uuid.uuid4().hex[:8]}"
    yield f"{label}.lab."
    removal = dns.update.UpdateMessage("lab.", keyring=key)
    removal.delete(label)
    dns.query.tcp(removal, addresses.DNS, timeout=2)


@pytest.fixture
def update(name: str) -> Callable[..., dns.message.Message]:
    def send(key: dns.tsig.Key | None, name: str = name, zone: str = "lab.") -> dns.message.Message:
        message = dns.update.UpdateMessage(zone, keyring=key)
        message.replace(dns.name.from_text(name), 1, "A", SOMEWHERE)
        return dns.query.tcp(message, addresses.DNS, timeout=2)

    return send


@pytest.mark.parametrize(("host", "address"), addresses.HOST_NAMES.items())
def test_every_service_has_its_name(host: str, address: str, connections: object) -> None:
    assert address_of(host.replace("*", "any-bucket")) == address


@pytest.mark.parametrize("kind", ["A", "AAAA", "SRV"])
@pytest.mark.parametrize("other", ["example.com.", "pg.source.lab.svc.cluster.local.", "no-such-name.lab."])
def test_other_names_do_not_exist_and_that_is_said_at_once(
    other: str, kind: str, connections: object
) -> None:
    began = time.monotonic()
    answer = ask(other, kind)
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert answer.flags & dns.flags.AA
    assert time.monotonic() - began < 0.5


def test_a_name_without_an_address_of_a_kind_exists_all_the_same(connections: object) -> None:
    answer = ask(addresses.SWR_HOST, "AAAA")
    assert (answer.rcode(), answer.answer) == (dns.rcode.NOERROR, [])


def test_a_signed_update_is_taken_and_seen_at_once(
    update: Callable[..., dns.message.Message], key: dns.tsig.Key, name: str
) -> None:
    assert address_of(name) is None
    assert update(key).rcode() == dns.rcode.NOERROR
    answer = ask(name).answer[0]
    assert str(answer[0]) == SOMEWHERE
    assert answer.ttl == 1


def test_an_unsigned_update_is_refused(update: Callable[..., dns.message.Message], name: str) -> None:
    assert update(None).rcode() == dns.rcode.REFUSED
    assert address_of(name) is None


def test_an_update_signed_with_another_secret_is_refused(
    update: Callable[..., dns.message.Message], key: dns.tsig.Key, name: str
) -> None:
    with pytest.raises(dns.tsig.PeerBadSignature):
        update(dns.tsig.Key(key.name, "YW5vdGhlci1rZXktdGhhdC1pcy1sb25nLWVub3VnaA==", key.algorithm))
    assert address_of(name) is None


def test_an_update_signed_by_an_unknown_key_is_refused(
    update: Callable[..., dns.message.Message], key: dns.tsig.Key, name: str
) -> None:
    with pytest.raises(dns.tsig.PeerBadKey):
        update(dns.tsig.Key("somebody-else", key.secret, key.algorithm))
    assert address_of(name) is None


@pytest.mark.parametrize("zone", [".", "example.com."])
def test_the_key_is_for_the_labs_zone_only(
    zone: str, update: Callable[..., dns.message.Message], key: dns.tsig.Key
) -> None:
    answer = update(key, name=f"contract.{zone.lstrip('.')}", zone=zone)
    assert answer.rcode() in {dns.rcode.REFUSED, dns.rcode.NOTAUTH}


def test_the_zone_is_given_to_nobody(connections: object) -> None:
    message = dns.message.make_query("lab.", "AXFR")
    answer = dns.query.tcp(message, addresses.DNS, timeout=2)
    assert answer.rcode() == dns.rcode.REFUSED
