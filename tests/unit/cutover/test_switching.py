from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from include.adaptation.merge_patch import apply_merge_patch
from include.cutover import record_door
from include.cutover.front_door import is_traffic_on_target
from include.cutover.steps import recorded_steps, timed_step
from include.cutover.switching import switch_back, switch_traffic
from include.errors import ClusterUnavailableError, PermanentError, TemporaryError
from include.planning.fixed_rows import fixed_rows
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from include.zones import RecordSet, records_of
from tests.builders.objects import MemoryCluster, make
from tests.builders.runs import run as lab_run

KEY = "endpoint/shop.lab."


def service(address: str | None) -> dict[str, Any]:
    ingress = [{"ip": address}] if address else []
    spec = {
        "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
        "selector": {"app": "web"},
        "externalTrafficPolicy": "Local",
    }
    return make("v1", "Service", "web", spec=spec, status={"loadBalancer": {"ingress": ingress}})


class Patching(MemoryCluster):
    """Take merge patches as the API does."""

    def patch(self, path: str, patch: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        self.objects[path] = apply_merge_patch(self.objects[path], copy.deepcopy(patch))
        return copy.deepcopy(self.objects[path])


class Zone:
    """Be the DNS server's memory."""

    def __init__(self, *records: RecordSet) -> None:
        self.records = list(records)
        self.writes = 0

    def read(self, run: MigrationRun) -> list[RecordSet]:
        return self.records

    def write(self, run: MigrationRun, records: list[RecordSet]) -> None:
        self.records = records
        self.writes += 1


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Zone:
    made = Zone(RecordSet("CNAME", 60, ("old.example.",)))
    monkeypatch.setattr(record_door, "read_record", made.read)
    monkeypatch.setattr(record_door, "write_record", made.write)
    return made


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    made = lab_run(tmp_path)
    save_plan(made.ledger, Plan(items=fixed_rows(made.definition)))
    made.__dict__["source"] = Patching("source", service("198.18.10.100"))
    made.__dict__["target"] = MemoryCluster("target", service("198.18.20.32"))
    return made


def test_the_record_leads_to_the_target_afterwards(run: MigrationRun, zone: Zone) -> None:
    assert not is_traffic_on_target(run)
    switch_traffic(run)
    assert zone.records == [RecordSet("A", 1, ("198.18.20.32",))]
    assert is_traffic_on_target(run)
    assert run.ledger.proofs("cutover")[KEY].equal
    item = run.ledger.item("cutover", KEY)
    assert item is not None
    assert item.action == "adapted"


class Silent(MemoryCluster):
    """Be a cluster that does not answer."""

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        raise ClusterUnavailableError("no answer", cluster=self.name)

    find = get


def test_a_target_that_is_down_does_not_hide_that_the_record_leads_to_the_source(
    run: MigrationRun, zone: Zone
) -> None:
    zone.records = [RecordSet("A", 1, ("198.18.10.100",))]
    run.__dict__["target"] = Silent("target")
    assert not is_traffic_on_target(run)


def test_a_source_that_is_down_does_not_hide_that_the_record_leads_to_the_target(
    run: MigrationRun, zone: Zone
) -> None:
    zone.records = [RecordSet("A", 1, ("198.18.20.32",))]
    run.__dict__["source"] = Silent("source")
    assert is_traffic_on_target(run)


def test_a_record_that_leads_elsewhere_is_not_judged_without_the_target(
    run: MigrationRun, zone: Zone
) -> None:
    run.__dict__["target"] = Silent("target")
    with pytest.raises(ClusterUnavailableError):
        is_traffic_on_target(run)


def test_a_record_that_names_the_target_s_load_balancer_leads_to_the_target(
    run: MigrationRun, zone: Zone
) -> None:
    balancer = {"loadBalancer": {"ingress": [{"hostname": "Web-1.elb.example"}]}}
    run.__dict__["target"] = MemoryCluster("target", make("v1", "Service", "web", status=balancer))

    switch_traffic(run)

    assert zone.records == [RecordSet("CNAME", 1, ("Web-1.elb.example.",))]
    assert is_traffic_on_target(run)


@pytest.mark.parametrize("failure", ["SERVFAIL", "REFUSED"])
def test_a_dns_server_that_fails_is_not_taken_for_an_empty_record(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    import dns.message
    import dns.query
    import dns.rcode

    def answer(question: Any, *_: Any, **__: Any) -> Any:
        made = dns.message.make_response(question)
        made.set_rcode(dns.rcode.from_text(failure))
        return made

    monkeypatch.setattr(dns.query, "tcp", answer)

    with pytest.raises(TemporaryError, match=rf"DNS record shop\.lab\.: .* answers {failure}"):
        is_traffic_on_target(run)


def test_a_second_switch_changes_nothing_and_keeps_the_way_back(run: MigrationRun, zone: Zone) -> None:
    switch_traffic(run)
    switch_traffic(run)
    assert zone.writes == 1
    item = run.ledger.item("cutover", KEY)
    assert item is not None
    assert item.action == "already_equal"
    switch_back(run)
    assert zone.records == [RecordSet("CNAME", 60, ("old.example.",))]


def test_the_way_back_of_another_run_leads_to_the_sources_service(run: MigrationRun, zone: Zone) -> None:
    switch_back(run)
    assert zone.records == [RecordSet("A", 1, ("198.18.10.100",))]


def test_a_service_without_an_address_is_no_place_to_switch_to(run: MigrationRun, zone: Zone) -> None:
    run.__dict__["target"] = MemoryCluster("target", service(None))
    with pytest.raises(
        PermanentError, match="Service shop/web, target cluster: has no load balancer address"
    ):
        switch_traffic(run)
    assert zone.writes == 0


SLICE = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/cce-migration-web"
WEB = "/api/v1/namespaces/shop/services/web"


def test_customers_who_still_come_to_the_source_are_led_on_until_the_way_back(
    run: MigrationRun, zone: Zone
) -> None:
    before = run.source.get(WEB)
    switch_traffic(run)
    # once more: what it was before is not forgotten
    switch_traffic(run)

    led_on = run.source.get(WEB)
    assert "selector" not in led_on["spec"]
    assert led_on["spec"]["externalTrafficPolicy"] == "Cluster"
    endpoints = run.source.get(SLICE)
    assert endpoints["endpoints"][0]["addresses"] == ["198.18.20.32"]
    assert endpoints["ports"] == [{"name": "http", "port": 80, "protocol": "TCP"}]
    assert endpoints["metadata"]["labels"]["kubernetes.io/service-name"] == "web"

    switch_back(run)
    assert run.source.find(SLICE) is None
    assert {**run.source.get(WEB)["spec"]} == before["spec"]


def test_a_source_that_cannot_lead_on_fails_no_switch(run: MigrationRun, zone: Zone) -> None:
    balancer = {"loadBalancer": {"ingress": [{"hostname": "web-1.elb.example"}]}}
    run.__dict__["target"] = MemoryCluster("target", make("v1", "Service", "web", status=balancer))
    before = run.source.get(WEB)
    switch_traffic(run)
    assert is_traffic_on_target(run)
    assert run.source.get(WEB) == before


def test_addresses_become_records_of_their_type() -> None:
    assert [row.type for row in records_of(["10.0.0.1", "fd00::1"], 5)] == ["A", "AAAA"]
    assert records_of(["lb.example"], 5) == [RecordSet("CNAME", 5, ("lb.example.",))]


def test_steps_are_told_in_their_order_and_parts_as_one(run: MigrationRun) -> None:
    with timed_step(run, "second"):
        pass
    with timed_step(run, "copy", "a"), timed_step(run, "copy", "b"):
        pass
    assert [row["name"] for row in recorded_steps(run.ledger)] == ["second", "copy"]


def test_steps_count_from_a_moment_and_tell_which_the_switch_waited_for(run: MigrationRun) -> None:
    for name in ("quiesce the source", "switch the front door"):
        with timed_step(run, name):
            pass
    first, last = recorded_steps(run.ledger)
    assert first["started"] == pytest.approx(0.0)
    assert last["started"] >= 0.0
    assert (first["critical"], last["critical"]) == (True, True)
    assert recorded_steps(run.ledger, zero=0.0)[0]["started"] > 1e9


def test_a_failed_step_is_timed_too(run: MigrationRun) -> None:
    with pytest.raises(ValueError, match="no"), timed_step(run, "broken"):
        raise ValueError("no")
    assert [row["name"] for row in recorded_steps(run.ledger)] == ["broken"]
