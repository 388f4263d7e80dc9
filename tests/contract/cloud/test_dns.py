"""DNS's zone and record sets, asked by the SDK; what is made is asked of a real name server."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkdns.v2 import (
    CreateRecordSetRequest,
    CreateRecordSetRequestBody,
    DeleteRecordSetRequest,
    ListPublicZonesRequest,
    ListRecordSetsByZoneRequest,
    ListRecordSetsRequest,
    ShowPublicZoneRequest,
    ShowRecordSetRequest,
    UpdateRecordSetReq,
    UpdateRecordSetRequest,
)

from lab.cloud.assembly import Backends

from .conftest import Server
from .models import Checked


@pytest.fixture
def name() -> str:
    return f"shop-{uuid.uuid4().hex[:8]}.lab."


@pytest.fixture
def zone(dns: Checked) -> str:
    (found,) = dns.list_public_zones(ListPublicZonesRequest(type="public", name="lab.")).zones
    return str(found.id)


def make(dns: Checked, zone: str, name: str, **changed: Any) -> Any:
    wanted = {"type": "A", "ttl": 60, "records": ["198.18.20.7"]} | changed
    body = CreateRecordSetRequestBody(name=name, **wanted)
    return dns.create_record_set(CreateRecordSetRequest(zone_id=zone, body=body))


def show(dns: Checked, made: Any) -> Any:
    return dns.show_record_set(ShowRecordSetRequest(zone_id=made.zone_id, recordset_id=made.id))


def remove(dns: Checked, made: Any) -> Any:
    return dns.delete_record_set(DeleteRecordSetRequest(zone_id=made.zone_id, recordset_id=made.id))


def refused(run: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientRequestException) as caught:
        run()
    return caught.value.status_code, caught.value.error_code


def test_the_zone_is_shown(dns: Checked, zone: str) -> None:
    shown = dns.show_public_zone(ShowPublicZoneRequest(zone_id=zone))
    assert (shown.name, shown.status, shown.zone_type) == ("lab.", "ACTIVE", "public")


def test_a_record_set_that_is_made_is_answered_by_the_name_server_and_becomes_active(
    dns: Checked, zone: str, name: str, server: Server, behind: Backends
) -> None:
    made = make(dns, zone, name)
    assert (made.status, made.status_code) == ("PENDING_CREATE", 202)
    assert behind.name_server.records(name, "A") == (60, ["198.18.20.7"])
    server.put_forward(10)
    assert show(dns, made).status == "ACTIVE"


def test_a_record_set_is_changed_and_removed(
    dns: Checked, zone: str, name: str, server: Server, behind: Backends
) -> None:
    made = make(dns, zone, name)
    server.put_forward(10)
    body = UpdateRecordSetReq(name=name, type="A", ttl=5, records=["198.18.20.8", "198.18.20.9"])
    request = UpdateRecordSetRequest(zone_id=zone, recordset_id=made.id, body=body)
    assert dns.update_record_set(request).status == "PENDING_UPDATE"
    assert behind.name_server.records(name, "A") == (5, ["198.18.20.8", "198.18.20.9"])
    assert refused(lambda: remove(dns, made)) == (409, "DNS.0314")
    server.put_forward(10)
    assert remove(dns, made).status == "PENDING_DELETE"
    assert behind.name_server.records(name, "A") == (0, [])
    server.put_forward(10)
    assert refused(lambda: show(dns, made)) == (404, "DNS.0313")


def test_a_name_that_others_made_is_found_and_cannot_be_made_again(
    dns: Checked, zone: str, name: str, behind: Backends
) -> None:
    behind.name_server.put(name, "A", 1, ["198.18.20.5"])
    assert refused(lambda: make(dns, zone, name)) == (400, "DNS.0312")
    request = ListRecordSetsByZoneRequest(zone_id=zone, name=name, type="A", search_mode="equal")
    (found,) = dns.list_record_sets_by_zone(request).recordsets
    assert (found.records, found.status) == (["198.18.20.5"], "ACTIVE")
    behind.name_server.put(name, "A", 1, ["198.18.20.6"])
    assert show(dns, found).records == ["198.18.20.6"]


def test_record_sets_of_all_zones_are_listed_by_part_of_the_name(dns: Checked, zone: str, name: str) -> None:
    made = make(dns, zone, name)
    found = dns.list_record_sets(ListRecordSetsRequest(name=name[:9])).recordsets
    assert made.id in {one.id for one in found}
    request = ListRecordSetsRequest(name=name[:9], search_mode="equal")
    assert dns.list_record_sets(request).recordsets == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "shop.example.com."}, "DNS.0304"),
        ({"type": "NOTHING"}, "DNS.0307"),
        ({"ttl": 0}, "DNS.0303"),
        ({"records": []}, "DNS.0308"),
        ({"records": ["no-address"]}, "DNS.0308"),
    ],
)
def test_what_dns_does_not_take_is_refused(
    dns: Checked, zone: str, name: str, changed: dict[str, Any], code: str
) -> None:
    wanted = {"name": name} | changed
    assert refused(lambda: make(dns, zone, wanted.pop("name"), **wanted)) == (400, code)


@pytest.mark.parametrize(
    "kinds",
    [("A", "CNAME"), ("CNAME", "A")],
    ids=["an alias beside an address", "an address beside an alias"],
)
def test_an_alias_stands_alone(dns: Checked, zone: str, name: str, kinds: tuple[str, str]) -> None:
    values = {"A": ["198.18.20.7"], "CNAME": ["ns.lab."]}
    make(dns, zone, name, type=kinds[0], records=values[kinds[0]])
    error = refused(lambda: make(dns, zone, name, type=kinds[1], records=values[kinds[1]]))
    assert error == (400, "DNS.0016")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("TXT", ['"v=spf1 -all"']),
        ("AAAA", ["2001:db8::1"]),
        ("MX", ["10 mail.example.com."]),
        ("SRV", ["1 2 5432 pg.lab."]),
        ("CAA", ['0 issue "letsencrypt.org"']),
    ],
)
def test_other_kinds_of_records_are_made_too(
    dns: Checked, zone: str, name: str, server: Server, kind: str, values: list[str]
) -> None:
    made = make(dns, zone, name, type=kind, records=values)
    server.put_forward(10)
    assert show(dns, made).records == values


def test_another_zone_does_not_exist(dns: Checked, name: str) -> None:
    assert refused(lambda: make(dns, "0" * 32, name)) == (404, "DNS.0302")


def test_a_record_set_that_is_to_fail_is_in_error_and_not_answered(
    dns: Checked, zone: str, name: str, server: Server, behind: Backends
) -> None:
    server.fault("dns.create_record_set", "fails")
    made = make(dns, zone, name)
    server.put_forward(10)
    assert show(dns, made).status == "ERROR"
    assert behind.name_server.records(name, "A") == (0, [])


def test_a_record_set_that_never_arrives_stays_pending(
    dns: Checked, zone: str, name: str, server: Server
) -> None:
    server.fault("dns.create_record_set", "never arrives")
    made = make(dns, zone, name)
    server.put_forward(86400)
    assert show(dns, made).status == "PENDING_CREATE"
