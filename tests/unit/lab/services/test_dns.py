from __future__ import annotations

import dns.rdatatype
import dns.zone

from lab import addresses
from lab.services.dns import Dns, first_zone


def test_the_zone_begins_with_its_name_server_only() -> None:
    zone = dns.zone.from_text(first_zone(), origin=addresses.DNS_ZONE)
    assert str(zone.get_rdataset("ns", "A")[0]) == addresses.DNS
    assert {str(name) for name in zone} == {"@", "ns"}


def test_answers_are_forgotten_after_a_second_also_that_a_name_does_not_exist() -> None:
    zone = dns.zone.from_text(first_zone(), origin=addresses.DNS_ZONE)
    assert {rdataset.ttl for _, rdataset in zone.iterate_rdatasets()} == {1}
    assert zone.get_rdataset("@", dns.rdatatype.SOA)[0].minimum == 1


def test_the_zone_of_all_other_names_is_empty() -> None:
    zone = dns.zone.from_text(first_zone(), origin=".")
    assert {str(name) for name in zone} == {"@", "ns.lab"}


def test_only_the_key_may_change_the_zone(secrets: dict[str, str]) -> None:
    text = Dns().text()
    assert text.count(secrets["tsig_key"]) == 1
    assert f'allow-update {{ key "{addresses.DNS_KEY_NAME}"; }};' in text
    assert text.count("allow-update") == 1
    assert "allow-transfer { none; };" in text
