from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab import addresses, paths
from lab.cloud.assembly import operations
from lab.cloud.calls import Region
from lab.cloud.part import Cloud
from lab.cloud.progress import Clock
from lab.cloud.serve import EXISTING_BALANCERS, account, backends
from lab.cloud.store import Store
from tests.conftest import ROOT


def test_the_connection_names_the_services_by_their_hosts(secrets: dict[str, str]) -> None:
    connection = Cloud().connections()["huawei_cloud"]
    assert (connection["login"], connection["password"]) == (secrets["obs_ak"], secrets["obs_sk"])
    assert connection["extra"]["endpoints"] == {
        "cce": "http://cce.eu-de.lab",
        "ecs": "http://ecs.eu-de.lab",
        "vpc": "http://vpc.eu-de.lab",
        "swr": "http://swr-api.eu-de.lab",
        "rds": "http://rds.eu-de.lab",
        "dns": "http://dns.eu-de.lab",
        "elb": "http://elb.eu-de.lab",
        "iam": "http://iam.eu-de.lab",
        "drs": "http://drs.eu-de.lab",
        "oms": "http://oms.eu-de.lab",
        "registry": "http://swr.eu-de.lab",
    }


def test_the_clouds_names_are_those_of_one_address_that_the_lab_has() -> None:
    assert {addresses.HOST_NAMES[host] for host in addresses.CLOUD_HOSTS.values()} == {addresses.CLOUD}
    assert addresses.CLOUD in addresses.SERVICE_ADDRESSES
    assert len(set(addresses.SERVICE_ADDRESSES)) == len(addresses.SERVICE_ADDRESSES)


def test_the_services_are_put_together_without_asking_what_is_behind_them(
    secrets: dict[str, str], tmp_path: Path
) -> None:
    store = Store(tmp_path / "state.json")
    region = Region(account(secrets), store, Clock(store))
    names = [one.name for one in operations(region, backends(secrets))]
    assert {name.partition(".")[0] for name in names} == set(addresses.CLOUD_HOSTS)
    assert len(names) == len(set(names))


def test_a_load_balancer_that_the_labs_migration_names_by_its_id_exists() -> None:
    document = yaml.safe_load((ROOT / "migrations" / "lab.yaml").read_text())
    named = document["target"]["load_balancer"].get("id")
    assert named is None or named in EXISTING_BALANCERS


def test_no_secret_is_shown_of_what_is_behind_the_services(secrets: dict[str, str]) -> None:
    shown = f"{backends(secrets)}"
    assert not [name for name, value in secrets.items() if value in shown]


def test_what_it_remembers_is_closed_to_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "DATA", tmp_path)
    Cloud().prepare()
    assert (tmp_path / "cloud").stat().st_mode & 0o777 == 0o700
